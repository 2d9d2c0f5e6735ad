"""The desk: every page for staff, all of them under /desk."""

from app.doors import Room


def rooms() -> list[Room]:
    """Every door of the desk, room by room."""
    from app.desk import (
        accounts,
        audit,
        contacts,
        drafts,
        follow_ups,
        fraud_reports,
        imports,
        settings,
        sign_in,
        today,
        victims,
        worker,
    )
    return [sign_in.room, today.room, drafts.room, contacts.room, victims.room, fraud_reports.room,
            follow_ups.room, imports.room, worker.room, audit.room, accounts.room, settings.room]
