"""Keeping promises: take some in hand, do them, and say in the same breath that they are done."""

import secrets
import time
from collections.abc import Sequence
from logging import getLogger

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.db import Database
from outreach.foundation.faults import place_of
from outreach.foundation.outbox import claiming, ladder, outcome
from outreach.foundation.outbox.claiming import Claim
from outreach.foundation.outbox.kinds import KINDS, GiveUp, Kind, Lane, PutOff, Suppressed, TryLater, in_lane
from outreach.foundation.outbox.ledger import OutboxMessage, State
from outreach.foundation.outbox.outcome import TakenAway
from outreach.foundation.outbox.posting import Posting
from outreach.foundation.outbox.sending import Means

log = getLogger("outreach.outbox")

# So small that no lock outlasts about 20 ms on SQLite.
AT_ONCE = {Lane.ROWS: 60, Lane.POST: 10, Lane.LONG: 1}
# Seconds after each batch of rows, in which pages are answered: SQLite has one writer at a time.
PAUSE_SQLITE, PAUSE_POSTGRESQL = 0.03, 0.005


class Engine:
    """One worker's hands. Each lane is worked by one thread at a time."""

    def __init__(self, database: Database, means: Means, worker: str) -> None:
        self.database, self.worker = database, worker
        self.stopping = False
        self.in_hand: set[str] = set()      # tokens; what bears another token was dropped by us
        self._posting = Posting(database, means, worker)

    def work(self, lane: Lane, ids: Sequence[int] | None = None) -> int:
        """Do what is due in a lane (only these ids, when they are given), and say how many were taken up.

        Returns when nothing is due any more, or soon after `stopping` is set. Raises when the database is
        away; what was in hand then goes back in the pile with the next `give_back`.
        """
        taken = 0
        while not self.stopping and (found := self._work_once(lane, ids)):
            taken += found
            if lane is Lane.ROWS:
                time.sleep(PAUSE_SQLITE if self.database.is_sqlite else PAUSE_POSTGRESQL)
        if lane is Lane.POST:
            self._posting.rest()
        return taken

    def give_back(self) -> int:
        """Put back what dead workers, or we ourselves, let fall."""
        return claiming.give_back(self.database, self.worker, self.in_hand)

    def renew(self) -> None:
        """Hold on to what is in hand."""
        claiming.renew(self.database, list(self.in_hand))

    def _work_once(self, lane: Lane, ids: Sequence[int] | None) -> int:
        token = secrets.token_hex(8)
        self.in_hand.add(token)
        try:
            claimed = self._take(lane, token, ids)
            if claimed:
                self._keep(claimed)
            return len(claimed.messages) if claimed else 0
        finally:
            self.in_hand.discard(token)

    def _take(self, lane: Lane, token: str, ids: Sequence[int] | None) -> Claim | None:
        if lane is Lane.POST and self._posting.is_paused:
            return None
        with self.database.reading() as session:
            kind = claiming.next_kind(session, in_lane(lane), ids)
        if kind is None:
            return None
        limit = 1 if lane is Lane.POST and self._posting.is_doubtful else AT_ONCE[lane]
        return claiming.claim(self.database, self.worker, kind, limit, token, ids)

    def _keep(self, claimed: Claim) -> None:
        kind = KINDS[claimed.kind]
        if kind.batch and claimed.messages:
            self._keep_many(kind, claimed.token, claimed.messages)
            return
        for message in claimed.messages:
            self._keep_one(kind, claimed.token, message)

    def _keep_many(self, kind: Kind, token: str, messages: Sequence[OutboxMessage]) -> None:
        try:
            with self.database.transaction() as session:
                kind.do(session, messages)
                outcome.write(session, self.worker, messages, token, State.DONE)
        except TakenAway:
            self._keep_ours(kind, token, messages)
        except Exception as error:
            if len(messages) == 1:
                self._fail(messages[0], token, error)
                return
            for message in messages:     # one of them spoils the batch: find out which
                self._keep_many(kind, token, [message])

    def _keep_ours(self, kind: Kind, token: str, messages: Sequence[OutboxMessage]) -> None:
        """Somebody took back a part of the batch: do the rest."""
        with self.database.transaction() as session:
            ours = set(claiming.still_ours(session, token, [m.id for m in messages]))
        if rest := [message for message in messages if message.id in ours]:
            self._keep_many(kind, token, rest)

    def _keep_one(self, kind: Kind, token: str, message: OutboxMessage) -> None:
        try:
            if kind.lane is Lane.POST:
                self._posting.send(kind, token, message)
            elif kind.lane is Lane.LONG:
                kind.do(self.database, message)
                self._done(token, message)
            else:
                self._keep_row(kind, token, message)
        except TakenAway:
            log.info("outbox %s (%s) was taken away", message.id, message.kind)
        except Exception as error:
            self._fail(message, token, error)

    def _keep_row(self, kind: Kind, token: str, message: OutboxMessage) -> None:
        with self.database.transaction() as session:
            kind.do(session, message)
            outcome.write(session, self.worker, [message], token, State.DONE)

    def _done(self, token: str, message: OutboxMessage) -> None:
        with self.database.transaction() as session:
            outcome.write(session, self.worker, [message], token, State.DONE)

    def _fail(self, message: OutboxMessage, token: str, error: Exception) -> None:
        """Say why it did not work, and when it is tried again. Raises when even that cannot be written."""
        state, code, words = _judged(error)
        again_at = error.until if isinstance(error, PutOff) else None
        if again_at is None and state is State.RETRY and (pause := ladder.pause_after(message.attempts)):
            again_at = clock.now() + pause
        elif again_at is None and state is State.RETRY:
            state = State.FAILED
        if code == "unforeseen":
            log.error("outbox %s (%s) failed: %s", message.id, message.kind, place_of(error))
        try:
            with self.database.transaction() as session:
                if code == "unforeseen" and _may_have_left(session, message):
                    state, again_at = State.UNKNOWN, None
                outcome.write(session, self.worker, [message], token, state, code=code, words=words,
                              again_at=again_at)
        except TakenAway:
            log.info("outbox %s (%s) failed after it was taken away", message.id, message.kind)


def _judged(error: Exception) -> tuple[State, str, str]:
    """What becomes of a promise after this error: its state, a code, and the reason, naming nobody."""
    if isinstance(error, Suppressed):
        return State.SUPPRESSED, "suppressed", str(error)
    if isinstance(error, GiveUp):
        return State.FAILED, "gave up", str(error)
    if isinstance(error, TryLater):
        return State.RETRY, type(error).__name__, str(error)
    return State.RETRY, "unforeseen", f"something went wrong ({type(error).__name__})"


def _may_have_left(session: Session, message: OutboxMessage) -> bool:
    """Whether the row says `data`: then only a clear no of the relay would make trying again safe."""
    state = session.scalars(select(OutboxMessage.state).where(OutboxMessage.id == message.id)).one()
    return state is State.DATA
