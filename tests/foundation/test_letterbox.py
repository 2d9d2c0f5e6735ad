"""The letterbox: a link opens one thing, for a time; what is dropped in is dropped in once."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from outreach.foundation import letterbox, signing
from outreach.foundation.clock import now
from outreach.foundation.db import Database
from outreach.foundation.force import current
from outreach.foundation.letterbox import (
    CannotAnswer,
    Decided,
    LetterboxAnswer,
    LetterboxLink,
    LetterboxSeed,
    LinkLost,
    NothingSaid,
    Purpose,
    TooMany,
)
from outreach.foundation.outbox import OutboxMessage

KEY = "a-key-of-one-form-"


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    before = [*signing._secrets]
    signing.use(lambda: b"the secret of the tests, 32 bytes long")
    yield
    signing._secrets[:] = before


def put_in(session: Session, **more: Any) -> tuple[LetterboxLink, str]:
    facts = {"subject": ("referral", 7), "reference": "REF-7", "shown": {"asks": "Visit her"},
             "expires_at": now() + timedelta(days=3)} | more
    link = letterbox.open_link(session, Purpose.REFERRAL, **facts)
    session.commit()
    return link, letterbox.code_of(session, link)


def test_a_code_is_130_bits_that_can_be_read_off_paper(session: Session) -> None:
    _, code = put_in(session)
    assert len(code) == 26 and not set(code) & set("ilou")
    assert letterbox.tidy(letterbox.grouped(code).replace("0", "O").replace("1", "I")) == code


def test_each_link_has_its_own_code(session: Session) -> None:
    assert len({put_in(session)[1] for _ in range(20)}) == 20


def test_the_records_alone_give_no_code_away(session: Session) -> None:
    """Neither the row that the public face reads, nor the seed, holds the code; with another secret the same
    rows give another one, and that is noticed."""
    link, code = put_in(session)
    kept = [str(vars(row)) for noun in (LetterboxLink, LetterboxSeed)
            for row in session.scalars(select(noun))]
    assert not any(code in text for text in kept)
    signing.use(lambda: b"another secret altogether, of 32 bytes")
    with pytest.raises(LinkLost):
        letterbox.code_of(session, link)


def test_a_link_opens_with_its_code_however_it_is_typed(session: Session) -> None:
    link, code = put_in(session)
    for typed in (code, code.upper(), letterbox.grouped(code), f" {code[:9]} {code[9:]}\t"):
        assert letterbox.find(session, typed, Purpose.REFERRAL) is link


@pytest.mark.parametrize("spoil", [lambda code: code[:-1] + ("0" if code[-1] != "0" else "1"),
                                   lambda code: code[:-1], lambda code: code + "0", lambda code: "",
                                   lambda code: "'; drop table victim; --", lambda code: "é" * 26,
                                   lambda code: code * 4000])
def test_an_altered_code_opens_nothing(session: Session, spoil: Any) -> None:
    _, code = put_in(session)
    assert letterbox.find(session, spoil(code), Purpose.REFERRAL) is None


def test_a_link_opens_nothing_else(session: Session) -> None:
    _, code = put_in(session)
    assert letterbox.find(session, code, "event") is None  # type: ignore[arg-type]


def test_a_link_that_ran_out_or_was_closed_opens_no_more(session: Session) -> None:
    _, late = put_in(session, expires_at=now() - timedelta(seconds=1))
    _, shut = put_in(session, subject=("referral", 8))
    letterbox.close(session, ("referral", 8))
    assert [letterbox.find(session, code, Purpose.REFERRAL) for code in (late, shut)] == [None, None]


def test_an_answer_that_comes_as_the_link_closes_is_refused_in_words(session: Session) -> None:
    link, _ = put_in(session, subject=("referral", 8))
    letterbox.close(session, ("referral", 8))
    with pytest.raises(letterbox.CannotAnswer, match=r"no longer opens: nothing was changed\. Ring 101"):
        letterbox.answer(session, link, "accepted")
    assert letterbox.said(session, link) == [] and not session.scalars(select(OutboxMessage)).all()


def test_an_answer_is_carried_on_by_a_promise_that_holds_ids_only(session: Session) -> None:
    link, _ = put_in(session)
    answer = letterbox.answer(session, link, "question", "Is Margaret safe?", key=KEY)
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.kind, message.subject_type, message.subject_id) == ("letterbox.referral", "referral", 7)
    assert message.payload == {"answer_id": answer.id}


def test_the_same_form_twice_is_one_answer_and_a_second_form_another(session: Session) -> None:
    link, _ = put_in(session)
    first = letterbox.answer(session, link, "reported", "We visited", key=KEY)
    assert letterbox.answer(session, link, "reported", "We visited", key=KEY) is first
    letterbox.answer(session, link, "reported", "We visited", key="another-key-of-a-form")
    letterbox.answer(session, link, "reported", "We visited")
    letterbox.answer(session, link, "reported", "We visited")
    assert len(letterbox.said(session, link)) == 3


def test_a_decision_is_taken_once(session: Session) -> None:
    link, _ = put_in(session)
    first = letterbox.answer(session, link, "accepted")
    assert letterbox.answer(session, link, "accepted") is first
    with pytest.raises(Decided):
        letterbox.answer(session, link, "declined", "We are too busy")
    assert [one.kind for one in letterbox.said(session, link)] == ["accepted"]
    assert letterbox.decision(session, link) is first


def test_of_two_decisions_in_the_same_moment_one_stands(database: Database, session: Session) -> None:
    link, _ = put_in(session)
    letterbox.answer(session, link, "accepted")      # not committed yet: the other browser cannot see it
    with ThreadPoolExecutor(1) as other:
        late = other.submit(_decline, database, link.id)
        time.sleep(0.3)
        session.commit()
        assert late.result(10) == "Decided"
    assert [one.kind for one in letterbox.said(session, link)] == ["accepted"]


def _decline(database: Database, link_id: int) -> str:
    with database.transaction() as session:
        try:
            letterbox.answer(session, session.get_one(LetterboxLink, link_id), "declined", "We are full")
        except Decided as refused:
            return type(refused).__name__
    return "answered"


@pytest.mark.parametrize(("kind", "words", "trouble"), [
    ("declined", "  ", NothingSaid), ("question", "", NothingSaid), ("reported", "\x00\n", NothingSaid),
    ("question", "x" * 4001, NothingSaid), ("closed", "x", CannotAnswer), ("", "", CannotAnswer)])
def test_what_cannot_be_said_is_refused_with_a_sentence(session: Session, kind: str, words: str,
                                                        trouble: type[Exception]) -> None:
    link, _ = put_in(session)
    with pytest.raises(trouble):
        letterbox.answer(session, link, kind, words)
    assert letterbox.said(session, link) == [] and session.scalars(select(OutboxMessage)).all() == []


def test_nobody_can_fill_the_letterbox(session: Session) -> None:
    link, _ = put_in(session)
    for number in range(current().letterbox.answers_a_day):
        letterbox.answer(session, link, "question", f"And number {number}?")
    with pytest.raises(TooMany, match="Ring 101"):
        letterbox.answer(session, link, "question", "One more?")


def test_what_was_said_cannot_be_unsaid(session: Session) -> None:
    link, _ = put_in(session)
    answer = letterbox.answer(session, link, "accepted")
    session.commit()
    answer.kind = "declined"
    with pytest.raises(DBAPIError, match="only grows"):
        session.flush()
    session.rollback()
    assert session.scalars(select(LetterboxAnswer.kind)).all() == ["accepted"]
