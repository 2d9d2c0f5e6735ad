"""Messages that leave the house: the moment before the body goes is written down, so that none goes twice."""

import time

from outreach.foundation import mail, sms
from outreach.foundation.db import Database
from outreach.foundation.outbox import claiming, outcome
from outreach.foundation.outbox.kinds import GiveUp, Kind, Policy, TryLater
from outreach.foundation.outbox.ledger import OutboxMessage, State
from outreach.foundation.outbox.sending import Means, Parcel

BREAK_AFTER = 20          # relay failures in a row, after which we stop knocking …
BREAK_SECONDS = 60.0      # … for a minute, then try a single message


class RelayAway(TryLater):
    """The mail server could not be reached."""


class Posting:
    """Sends one message at a time and keeps count of a relay that does not answer."""

    def __init__(self, database: Database, means: Means, worker: str) -> None:
        self._database, self._means, self._worker = database, means, worker
        self._failures = 0
        self._paused_until = 0.0

    @property
    def is_paused(self) -> bool:
        """Whether the relay is being left in peace."""
        return time.monotonic() < self._paused_until

    @property
    def is_doubtful(self) -> bool:
        """Whether the relay failed last time: then one message at a time is risked."""
        return self._failures > 0

    def rest(self) -> None:
        """Nothing more to send for now: hang up."""
        self._means.mail.hang_up()

    def send(self, kind: Kind, token: str, message: OutboxMessage) -> None:
        """Compose, send and say so. Raises `Suppressed`, `GiveUp`, `TryLater` or `outcome.TakenAway`;
        a message that may or may not have arrived is put down as unknown, or sent once more."""
        try:
            parcel = self._composed(kind, message)
            if self._means.is_certain(parcel):
                self._send_certain(kind, token, message)
            else:
                self._send_by_relay(kind, token, message, parcel)
                self._failures = 0
        except mail.Unreachable as no:
            self._count_failure()
            raise RelayAway(f"could not reach the mail server: {no}") from no
        except mail.Refused as no:
            self._failures = 0
            raise (GiveUp if no.for_good else TryLater)(f"{no} and did not take the message") from no
        except (mail.Unfit, sms.TooLong) as no:
            raise GiveUp(str(no)) from no
        except mail.Uncertain as no:
            self._count_failure()
            self._put_down_unknown(kind, token, message, str(no))

    def _composed(self, kind: Kind, message: OutboxMessage) -> Parcel:
        with self._database.reading() as session:
            parcel: Parcel = kind.do(session, message, self._means)
        return parcel

    def _send_certain(self, kind: Kind, token: str, message: OutboxMessage) -> None:
        """Into a file, in the transaction that says it is done: a repeat writes the same file."""
        with self._database.transaction() as session:
            parcel = kind.do(session, message, self._means)
            reply = self._means.send(parcel, message.uuid, lambda: None)
            outcome.write(session, self._worker, [message], token, State.DONE, code="file", words=reply)

    def _send_by_relay(self, kind: Kind, token: str, message: OutboxMessage, parcel: Parcel) -> None:
        reply = self._means.send(parcel, message.uuid, lambda: self._about_to_leave(kind, token, message))
        with self._database.transaction() as session:
            outcome.write(session, self._worker, [message], token, State.DONE, code="250", words=reply)

    def _about_to_leave(self, kind: Kind, token: str, message: OutboxMessage) -> None:
        """Commit `data`, fenced by the token, having asked once more whether it may be sent at all."""
        with self._database.transaction() as session:
            kind.do(session, message, self._means)
            outcome.write_leaving(session, self._worker, message, token, claiming.LEASE)

    def _put_down_unknown(self, kind: Kind, token: str, message: OutboxMessage, why: str) -> None:
        if kind.policy is Policy.ONCE_MORE and message.attempts < 2:
            raise TryLater(f"the mail server hung up while it was being sent: {why}")
        with self._database.transaction() as session:
            outcome.write(session, self._worker, [message], token, State.UNKNOWN, code="line lost",
                          words="the mail server hung up while it was being sent")

    def _count_failure(self) -> None:
        self._failures += 1
        if self._failures >= BREAK_AFTER:
            self._paused_until = time.monotonic() + BREAK_SECONDS
