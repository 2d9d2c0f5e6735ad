"""Mail: once, with the same number on every attempt; what nobody can be sure of waits for a person."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach.foundation import clock, mail, outbox, sms
from outreach.foundation.db import Database
from outreach.foundation.outbox import (
    Engine,
    Lane,
    OutboxMessage,
    Policy,
    State,
    Suppressed,
    Words,
    lives,
    outcome,
    posting,
)
from outreach.foundation.permissions import Actor
from tests.mail_room import MailRoom, mail_room

__all__ = ["mail_room"]

WORDS = Words("Will write to {who}", "Wrote to {who}", "Could not write to {who}")
NOT_NOW: set[int] = set()      # to these nothing may be sent


def _compose(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    if message.subject_id in NOT_NOW:
        raise Suppressed("they have asked us to stop")
    words = f"See {means.desk_url}/today\n.\n"
    return mail.Letter(f"reader{message.subject_id}@example.org", "Schöne Grüße", words)


outbox.posts("test.letter", words=WORDS, who=lambda s, m: "a reader")(_compose)
outbox.posts("test.alert", words=WORDS, policy=Policy.ONCE_MORE)(_compose)


@outbox.posts("test.text", words=WORDS)
def _text(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    return sms.Text("+447700900123", "Ring us on 101")


@pytest.fixture(autouse=True)
def nobody_objects() -> Iterator[None]:
    NOT_NOW.clear()
    yield
    NOT_NOW.clear()


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    life = lives.Life(database)
    life.begin()
    desk = "https://desk.example.org/desk"
    yield lambda url="": Engine(database, outbox.means(tmp_path, desk, url), life.name)
    life.end()


def promise(database: Database, *numbers: int, kind: str = "test.letter") -> None:
    with database.transaction() as session:
        for number in numbers:
            outbox.put(session, kind, key=f"{kind}-{number}", subject=("reader", number))


def standing(database: Database, number: int = 1) -> OutboxMessage:
    with database.reading() as session:
        return session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == number)).one()


def hurry(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(OutboxMessage).values(run_after=clock.now() - timedelta(seconds=1)))


def test_a_letter_arrives_once_with_its_number(database: Database, worker: Any, mail_room: MailRoom) -> None:
    promise(database, 1, 2)
    engine = worker(mail_room.url)
    engine.work(Lane.POST)
    engine.work(Lane.POST)
    assert sorted(mail_room.sent_to) == ["reader1@example.org", "reader2@example.org"]
    [first] = [m for m in mail_room.kept if "reader1" in m["To"]]
    assert first["Message-ID"] == f"<{standing(database).uuid}@desk.example.org>"
    assert first["Subject"] == "Schöne Grüße"
    assert first.get_content().replace("\r\n", "\n") == "See https://desk.example.org/desk/today\n.\n"


def test_without_a_relay_a_letter_is_a_file_that_the_desk_can_show(database: Database, worker: Any,
                                                                   tmp_path: Path) -> None:
    promise(database, 1)
    worker("").work(Lane.POST)
    copy = outbox.copy_of(tmp_path, standing(database))
    assert copy and (copy.to, copy.subject) == ("reader1@example.org", "Schöne Grüße")
    assert os.stat(next((tmp_path / "mail").iterdir())).st_mode & 0o077 == 0


def test_a_text_is_a_file_of_its_own(database: Database, worker: Any, tmp_path: Path) -> None:
    promise(database, 1, kind="test.text")
    worker("").work(Lane.POST)
    copy = outbox.copy_of(tmp_path, standing(database))
    assert copy and (copy.way, copy.to, copy.words) == ("Text", "+447700900123", "Ring us on 101\n")


def test_a_relay_that_is_away_is_tried_again_and_told_on_today(database: Database, worker: Any,
                                                               mail_room: MailRoom) -> None:
    promise(database, 1)
    mail_room.close()
    engine = worker(mail_room.url)
    engine.work(Lane.POST)
    found = standing(database)
    assert (found.state, found.last_error) == (
        State.RETRY, "could not reach the mail server: connection refused")
    with database.reading() as session:
        [trouble] = outbox.troubles(session)
        assert trouble.title == "The worker cannot send mail"
        assert trouble.words.startswith("It could not reach the mail server: connection refused. "
                                        "1 message waits; it will try again at ")
        [line] = outbox.story(session, "reader", 1)
        assert line.text.startswith("Could not write to a reader: could not reach the mail server")
    mail_room.open()
    hurry(database)
    engine.work(Lane.POST)
    assert mail_room.sent_to == ["reader1@example.org"]


def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(database: Database, worker: Any,
                                                                  mail_room: MailRoom) -> None:
    promise(database, 1, 2, 3)
    mail_room.at_rcpt = ["451 Later", "550 No such reader"]
    mail_room.at_body = ["452 Full"]
    engine = worker(mail_room.url)
    engine.work(Lane.POST)
    assert [standing(database, n).state for n in (1, 2, 3)] == [State.RETRY, State.FAILED, State.RETRY]
    assert standing(database, 2).last_error == "the mail server said 550 and did not take the message"
    hurry(database)
    engine.work(Lane.POST)
    assert sorted(mail_room.sent_to) == ["reader1@example.org", "reader3@example.org"]


def test_a_line_lost_before_the_body_is_tried_again(database: Database, worker: Any,
                                                    mail_room: MailRoom) -> None:
    promise(database, 1)
    mail_room.at_rcpt = [None]
    engine = worker(mail_room.url)
    engine.work(Lane.POST)
    assert standing(database).state is State.RETRY
    hurry(database)
    engine.work(Lane.POST)
    assert mail_room.sent_to == ["reader1@example.org"]


def test_a_line_lost_after_the_body_waits_for_a_person_and_retry_works(
        database: Database, session: Session, worker: Any, mail_room: MailRoom, officer: Actor) -> None:
    promise(database, 1)
    mail_room.at_body = [None]
    engine = worker(mail_room.url)
    engine.work(Lane.POST)
    assert standing(database).state is State.UNKNOWN and engine.work(Lane.POST) == 0
    with database.transaction() as session:
        [listed] = outbox.in_trouble(session)
        text = outbox.told(session, listed).text
        assert text.startswith("Wrote to a reader, perhaps: the mail server hung up")
        outbox.retry(session, officer, outbox.find(session, listed.id, to_change=True))
    engine.work(Lane.POST)
    assert mail_room.sent_to == ["reader1@example.org"] and standing(database).state is State.DONE


def test_an_alert_that_may_be_lost_is_sent_once_more_and_no_oftener(database: Database, worker: Any,
                                                                    mail_room: MailRoom) -> None:
    promise(database, 1, kind="test.alert")
    mail_room.at_body = [None, None]
    engine = worker(mail_room.url)
    engine.work(Lane.POST)
    assert standing(database).state is State.RETRY
    hurry(database)
    engine.work(Lane.POST)
    assert standing(database).state is State.UNKNOWN


@pytest.mark.parametrize(("kind", "state"), [("test.letter", State.UNKNOWN), ("test.alert", State.READY)])
def test_a_worker_killed_with_the_body_on_the_way_leaves_no_second_copy_by_itself(
        database: Database, worker: Any, kind: str, state: State) -> None:
    promise(database, 1, kind=kind)
    with database.transaction() as session:
        session.execute(update(OutboxMessage).values(state=State.DATA, owner="somebody who died", token="t",
                                                     attempts=1, lease_until=clock.now()))
    worker("").give_back()
    assert standing(database).state is state


def test_a_letter_that_left_but_could_not_be_noted_is_not_sent_again(
        database: Database, worker: Any, mail_room: MailRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    promise(database, 1)
    engine, write = worker(mail_room.url), outcome.write

    def disk_full_when_done(*args: Any, **more: Any) -> None:
        if args[4] is State.DONE:
            raise OSError("No space left on device")
        write(*args, **more)

    monkeypatch.setattr(outcome, "write", disk_full_when_done)
    engine.work(Lane.POST)
    assert len(mail_room.kept) == 1 and standing(database).state is State.UNKNOWN
    assert engine.work(Lane.POST) == 0


def test_whoever_objects_while_the_relay_is_asked_gets_nothing(database: Database, worker: Any,
                                                               mail_room: MailRoom) -> None:
    promise(database, 1)

    class Objects(list[Any]):
        def pop(self, _place: Any = 0) -> str:     # the relay asks: at this very moment they object
            NOT_NOW.add(1)
            self.clear()
            return "250 OK"

    mail_room.at_rcpt = Objects(["250 OK"])
    worker(mail_room.url).work(Lane.POST)
    assert mail_room.kept == []
    assert (standing(database).state, standing(database).last_error) == (
        State.SUPPRESSED, "they have asked us to stop")


def test_a_letter_cancelled_while_the_relay_is_asked_does_not_leave(database: Database, worker: Any,
                                                                    mail_room: MailRoom) -> None:
    promise(database, 1)
    engine = worker(mail_room.url)
    real = engine._posting._composed

    def compose_then_cancel(*args: Any) -> Any:
        parcel = real(*args)
        with database.transaction() as session:
            outbox.cancel(session, ("reader", 1))
        return parcel

    engine._posting._composed = compose_then_cancel
    engine.work(Lane.POST)
    assert mail_room.kept == [] and standing(database).state is State.CANCELLED


def test_after_twenty_failures_the_relay_is_left_in_peace_for_a_while(database: Database, worker: Any,
                                                                      mail_room: MailRoom) -> None:
    promise(database, *range(1, 31))
    mail_room.close()
    engine = worker(mail_room.url)
    engine.work(Lane.POST)
    tried = [n for n in range(1, 31) if standing(database, n).attempts]
    assert posting.BREAK_AFTER <= len(tried) <= posting.BREAK_AFTER + 10
    assert engine.work(Lane.POST) == 0


@pytest.mark.parametrize("letter", [mail.Letter("a@example.org\r\nBcc: b@example.org", "s", "t"),
                                    mail.Letter("a@example.org", "s\nBcc: b@example.org", "t"),
                                    mail.Letter("a@example.org", "s\0", "t"),
                                    mail.Letter("a@example.org, b@example.org", "s", "t"),
                                    mail.Letter("nobody", "s", "t")])
def test_nothing_slips_into_the_headers(letter: mail.Letter) -> None:
    with pytest.raises(mail.Unfit):
        mail.written(letter, sender="Outreach <no-reply@desk.example.org>", number="1", at=clock.now())


@pytest.mark.parametrize("url", ["http://relay.example.org", "smtp://", "relay.example.org:25"])
def test_an_address_of_a_relay_that_cannot_be_read_says_so(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="OUTREACH_SMTP_URL"):
        outbox.means(tmp_path, "https://desk.example.org/desk", url)


def test_a_password_never_travels_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain:
        sock = None

        def __init__(self, *_: Any, **__: Any) -> None: ...
        def ehlo_or_helo_if_needed(self) -> None: ...
        def has_extn(self, _name: str) -> bool:
            return False
        def login(self, *_: str) -> None:
            pytest.fail("the password was sent in the clear")
        def close(self) -> None: ...

    monkeypatch.setattr(mail.smtplib, "SMTP", Plain)
    relay = mail.Relay("smtp://user:secret@relay.example.org")
    letter = mail.written(mail.Letter("a@example.org", "s", "t"), sender="O <o@example.org>", number="1",
                          at=clock.now())
    with pytest.raises(mail.Unreachable):
        relay.send(letter, "1", lambda: None)
