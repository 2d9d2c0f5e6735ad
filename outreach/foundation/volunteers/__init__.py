"""Volunteers and ambassadors: people who go on visits and give talks, whatever kind of person they are."""

from outreach.foundation.volunteers.record import Away, Hours, Training, Volunteer, Work

__all__ = ["Away", "Hours", "Training", "Volunteer", "Work"]
