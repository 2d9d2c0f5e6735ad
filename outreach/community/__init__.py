"""Residents: those who subscribe, book a talk or read an alert (UK GDPR). This room cannot see a victim."""
