"""Victims and the work done for them (Data Protection Act 2018, Part 3)."""
