"""Batches of letters: who is left out and why, written once however often a worker dies, and undone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.worker import run_once
from outreach.casework import letters
from outreach.casework.contacts import Contact, ContactChannel, Outcome, log_contact
from outreach.casework.letters import batches, choosing, jobs, listing
from outreach.casework.letters.choosing import LeftOut, Whom
from outreach.casework.letters.record import BatchState, Letter, LetterBatch, State
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Format
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed

HOME = {"address_line_1": "1 Mill Lane", "town": "Selby", "postcode": "YO8 4AA", "district": "Selby",
        "may_post": Answer.YES}
SELBY = Whom(district="Selby")


@pytest.fixture(autouse=True)
def data(bare_settings, monkeypatch, database, tmp_path):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database.url)
    return tmp_path


@pytest.fixture
def street(enter):
    """Five who may be written to, and one of each who may not."""
    for number, format in enumerate([Format.STANDARD, Format.STANDARD, Format.LARGE_PRINT, Format.BRAILLE,
                                     Format.EASY_READ]):
        enter("Ann", f"Moss{number}", title="Mrs", format=format, **HOME)
    enter("Asked", "Never", **HOME | {"may_post": Answer.UNKNOWN})
    enter("No", "Letters", **HOME | {"may_post": Answer.NO})
    enter("No", "Address", **HOME | {"postcode": ""})
    enter("Kept", "Apart", restricted=True, **HOME)
    enter("Elsewhere", "Moss", **HOME | {"district": "York"})
    return enter("Long", "Gone", **HOME)


def died(session, victim):
    with acting(session, COMMAND_LINE, "victim.died"):
        victim.deceased_on = clock.today()
    session.commit()


def ordered(session, officer, whom=SELBY, template="after_a_report"):
    batch = batches.order(session, officer, template, whom)
    session.commit()
    return batch


def count(session, model, *conditions):
    number = session.scalar(select(func.count()).select_from(model).where(*conditions))
    session.commit()
    return number


def fresh(session, batch):
    session.commit()
    session.expire_all()
    found = session.get_one(LetterBatch, batch.id)
    session.commit()        # SQLite has one writer at a time, and the worker is another
    return found


def test_the_preview_says_who_is_left_out_and_why(session, officer, street):
    died(session, street)
    found = choosing.preview(session, officer, "after_a_report", SELBY)
    assert found.letters == 5
    assert found.left_out == {LeftOut.DIED: 1, LeftOut.RESTRICTED: 1, LeftOut.NO_POST: 1, LeftOut.UNKNOWN: 1,
                              LeftOut.NO_ADDRESS: 1}


def test_the_worker_writes_what_was_promised_and_prints_each_format(session, database, officer, street, data):
    died(session, street)
    batch = ordered(session, officer)
    run_once(database)
    batch = fresh(session, batch)
    assert (batch.state, batch.written, sum(batch.left_out.values())) == (BatchState.READY, 5, 5)
    assert dict(batches.formats_of(session, batch.id)) == {"standard": 2, "large print": 2, "easy read": 1}
    papers = sorted((data / "letters").iterdir())
    assert [paper.name for paper in papers] == [f"batch-{batch.id}-{format}.pdf" for format in
                                                ("easy-read", "large-print", "standard")]
    assert {paper.stat().st_mode & 0o777 for paper in papers} == {0o600}
    assert {paper.read_bytes()[:5] for paper in papers} == {b"%PDF-"}
    assert count(session, Contact) == 0


def test_a_killed_worker_goes_on_from_its_place_and_nobody_gets_two(session, database, officer, street,
                                                                    monkeypatch):
    monkeypatch.setitem(jobs.AT_ONCE, BatchState.WRITING, 2)
    batch = ordered(session, officer)
    message = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "letter_batch.write")).one()
    session.expunge(message)
    session.commit()
    whole, tries = jobs._write_some, iter([True, True, False])

    def killed(step):
        if not next(tries):
            raise KeyboardInterrupt
        return whole(step)
    monkeypatch.setattr(jobs, "_write_some", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.write_batch(database, message)
    assert 0 < fresh(session, batch).done < 10 and fresh(session, batch).state is BatchState.WRITING
    session.commit()
    monkeypatch.setattr(jobs, "_write_some", whole)
    jobs.write_batch(database, message)
    jobs.write_batch(database, message)         # and once more: nothing is left to do
    assert fresh(session, batch).written == 6 == count(session, Letter)
    assert count(session, Letter) == session.scalar(select(func.count(func.distinct(Letter.victim_id))))


def test_two_workers_over_one_batch_write_it_once(session, database, officer, street):
    batch = ordered(session, officer)
    step = jobs._step(database, batch.id, BatchState.WRITING)
    jobs._write_some(step)
    with pytest.raises(batches.Overtaken):
        jobs._write_some(step)
    assert count(session, Letter) == 6


def test_posting_logs_one_contact_each_and_removes_the_paper(session, database, officer, street, data,
                                                             monkeypatch):
    monkeypatch.setitem(jobs.AT_ONCE, BatchState.POSTING, 2)
    batch = ordered(session, officer)
    run_once(database)
    batches.post(session, officer, fresh(session, batch))
    session.commit()
    run_once(database)
    run_once(database)
    assert fresh(session, batch).state is BatchState.POSTED
    assert count(session, Letter, Letter.state == State.POSTED) == 6 == count(session, Contact)
    assert {contact.by_id for contact in session.scalars(select(Contact))} == {officer.id}
    assert count(session, AuditEntry, AuditEntry.operation == "letter.posted",
                 AuditEntry.action == "disclosure") == 6
    assert list((data / "letters").iterdir()) == []


def test_a_posting_that_was_interrupted_logs_nobody_twice(session, database, officer, street, monkeypatch):
    monkeypatch.setitem(jobs.AT_ONCE, BatchState.POSTING, 2)
    batch = ordered(session, officer)
    run_once(database)
    batches.post(session, officer, fresh(session, batch))
    session.commit()
    jobs._settle_some(jobs._step(database, batch.id, BatchState.POSTING), jobs._post_one)
    assert count(session, Contact) == 2
    session.commit()
    run_once(database)
    assert count(session, Contact) == 6


def test_whoever_must_not_be_posted_to_any_more_is_taken_out(session, database, officer, street):
    batch = ordered(session, officer)
    run_once(database)
    session.expire_all()
    died(session, street)
    batches.post(session, officer, fresh(session, batch))
    session.commit()
    run_once(database)
    assert fresh(session, batch).left_out[jobs.TAKEN_OUT] == 1
    assert count(session, Contact) == 5 == count(session, Letter, Letter.state == State.POSTED)


def test_a_batch_not_posted_is_taken_back_and_can_be_written_again(session, database, officer, street):
    batch = ordered(session, officer)
    run_once(database)
    batches.drop(session, officer, fresh(session, batch))
    session.commit()
    run_once(database)
    assert fresh(session, batch).state is BatchState.DROPPED and count(session, Contact) == 0
    assert choosing.preview(session, officer, "after_a_report", SELBY).letters == 6


def test_whoever_had_the_letter_lately_is_left_out(session, database, officer, street):
    ordered(session, officer)
    run_once(database)
    session.commit()
    assert choosing.preview(session, officer, "after_a_report", SELBY).left_out[LeftOut.HAD_IT] == 6
    assert choosing.preview(session, officer, "could_not_reach", SELBY).letters == 6


def test_those_not_reached_after_so_many_tries(session, officer, street):
    log_contact(session, officer, street, channel=ContactChannel.CALL, outcome=Outcome.NO_REPLY_UNSAFE,
                at=clock.now() - timedelta(days=3))
    assert choosing.preview(session, officer, "could_not_reach", Whom(tried=1)).letters == 1
    assert choosing.preview(session, officer, "could_not_reach", Whom(tried=2)).people == 0


@pytest.mark.parametrize(("template", "whom", "refusal"), [
    ("after_a_report", Whom(), "at least one thing"), ("appointment", SELBY, "can go to many"),
    ("nonsense", SELBY, "Choose a letter"), ("after_a_report", Whom(district="Ryedale"), "Nobody would get")])
def test_a_batch_that_makes_no_sense_is_refused(session, officer, street, template, whom, refusal):
    with pytest.raises((batches.Nobody, letters.CannotWrite), match=refusal):
        batches.order(session, officer, template, whom)
    assert count(session, LetterBatch) == 0 == count(session, OutboxMessage)


def test_a_batch_is_posted_or_dropped_once_and_not_before_it_is_ready(session, database, officer, street):
    batch = ordered(session, officer)
    for deed in (batches.post, batches.drop):
        with pytest.raises(batches.NotReady, match="still being written"):
            deed(session, officer, batch)
    session.commit()
    run_once(database)
    batches.post(session, officer, fresh(session, batch))
    with pytest.raises(batches.NotReady):
        batches.drop(session, officer, batch)


def test_a_letter_of_a_batch_goes_with_its_batch(session, database, officer, street):
    ordered(session, officer)
    run_once(database)
    session.commit()
    letter = session.scalars(select(Letter).limit(1)).one()
    with pytest.raises(letters.NotNow, match="goes with its batch"):
        letters.post(session, officer, letter)


def test_an_ambassador_writes_no_batch(session, ambassador, street):
    with pytest.raises(NotAllowed):
        batches.order(session, ambassador, "after_a_report", SELBY)


def asks_for_none(session, victim):
    with acting(session, COMMAND_LINE, "victim.changed"):
        victim.may_post = Answer.NO
    session.commit()


def test_the_paper_leaves_out_whom_post_would_harm_since(session, database, officer, street, monkeypatch):
    batch = ordered(session, officer)
    run_once(database)
    printed = []
    monkeypatch.setattr(jobs.printing, "pdf", lambda letters: printed.append(len(letters)) or b"%PDF-")
    kept = jobs.paper_of(session, fresh(session, batch), Format.STANDARD)
    assert kept and printed == [] and listing.to_take_out(session, batch.id) == []
    session.commit()
    asks_for_none(session, street)
    assert jobs.paper_of(session, fresh(session, batch), Format.STANDARD) == b"%PDF-" and printed == [2]
    assert [one.id for one in listing.to_take_out(session, batch.id)] == session.scalars(
        select(Letter.id).where(Letter.victim_id == street.id)).all()


def test_the_paper_of_another_database_is_never_taken_for_this_one(session, database, officer, street, data):
    for format in (Format.STANDARD, Format.EASY_READ):
        jobs.papers(1, format).parent.mkdir(exist_ok=True)
        jobs.papers(1, format).write_bytes(b"somebody else's letters")
    batch = ordered(session, officer)
    run_once(database)
    assert batch.id == 1
    assert {paper.read_bytes()[:5] for paper in (data / "letters").iterdir()} == {b"%PDF-"}


def test_a_name_that_cannot_be_printed_holds_up_no_batch(session, database, officer, enter, street):
    enter("李", "小龙", **HOME)
    batch = ordered(session, officer)
    run_once(database)
    batch = fresh(session, batch)
    assert (batch.state, batch.written) == (BatchState.READY, 6)
    assert batch.left_out[LeftOut.UNPRINTABLE] == 1
