"""Victim lists: brought in from the national service, checked cell by cell, committed, and undone if need be.

Nothing is imported here: the process that opens strangers' files starts in this room and must stay small.
"""
