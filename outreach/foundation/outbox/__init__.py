"""The outbox: what the system has promised to do, who is doing it, and what came of it."""

from outreach.foundation.outbox.ledger import OutboxAttempt, OutboxMessage, ScheduleFire, State, put

__all__ = ["OutboxAttempt", "OutboxMessage", "ScheduleFire", "State", "put"]
