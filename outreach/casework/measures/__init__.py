"""Safeguarding measures: the practical protection put in place for a person."""
