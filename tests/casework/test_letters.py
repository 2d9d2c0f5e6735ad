"""Letters: safe, readable, checkable, kept word for word, and a contact once they are posted."""

import re
from datetime import time, timedelta

import pytest
from sqlalchemy import event, select, update

from app.worker import run_once
from outreach.casework import follow_ups, letters
from outreach.casework.contacts import Contact, ContactChannel, Outcome, attempts
from outreach.casework.follow_ups import Status, Step
from outreach.casework.letters import listing, printing, references, templates
from outreach.casework.safe_contact import Answer, Channel, UnsafeContact
from outreach.casework.victims import Format
from outreach.foundation import clock, outbox
from outreach.foundation.audit import AuditEntry
from outreach.foundation.force import current
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed


def words(letter):
    return templates.plain(letter.blocks)


def contacts_of(session):
    return session.scalars(select(Contact)).all()


# The words

@pytest.mark.parametrize("name", templates.templates())
@pytest.mark.parametrize("format", templates.PRINTED)
def test_every_letter_is_filled_in_and_says_how_to_check_us(session, officer, mrs_hill, name, format):
    facts = {"appointment": "Tuesday at 2pm", "agency": "Age UK", "shared": "your name"}
    letter = letters.write(session, officer, mrs_hill, name, facts=facts, format=format)
    assert "Mrs Hill" in words(letter) and "{{" not in words(letter) + letter.heading
    said = words(letter)
    assert letter.reference in said and "101" in said and "PIN" in said


def test_a_letter_is_in_the_format_its_reader_asked_for(session, officer, enter):
    for format, printed in ((Format.STANDARD, Format.STANDARD), (Format.EASY_READ, Format.EASY_READ),
                            (Format.BRAILLE, Format.LARGE_PRINT), (Format.AUDIO, Format.LARGE_PRINT)):
        reader = enter("Ivy", "Moss", title="Miss", format=format, address_line_1="1 Mill Lane",
                       town="Selby", postcode="YO8 4AA")
        letter = letters.write(session, officer, reader, "closing")
        assert letter.format is printed
        assert ("We will not ring you again now." in words(letter)) is (printed is Format.EASY_READ)


def test_what_is_filled_in_is_never_read_as_marks_or_as_a_field(session, officer, mrs_hill):
    odd = "# {{ officer }} **2pm** <b>now</b>"
    letter = letters.write(session, officer, mrs_hill, "appointment", facts={"appointment": odd})
    assert odd in words(letter)


def test_a_letter_stays_the_same_when_its_reader_moves(session, officer, mrs_hill):
    letter = letters.write(session, officer, mrs_hill, "closing")
    before = (words(letter), list(letter.address))
    with acting(session, officer, "victim.changed"):
        mrs_hill.address_line_1, mrs_hill.last_name = "9 Elsewhere", "Moor"
    session.commit()
    session.refresh(letter)
    assert (words(letter), list(letter.address)) == before


@pytest.mark.parametrize(("text", "wrong"), [
    ("---\ntitle: A\nheading: A\nfor: B\n---\nDear {{ nmae }}\n", "there is no field “nmae”"),
    ("---\ntitle: A\nheading: A\nfor: B\n---\nDear {{ name\n", "a field is not closed"),
    ("---\ntitle: A\nheading: A\n---\nDear\n", "begin with title, heading and for"),
    ("---\ntitle: A\nheading: {{ x }}\nfor: B\n---\nDear\n", "there is no field “x”"),
    ("---\ntitle: A\nheading: A\nfor: B\nfore: C\n---\nDear\n", "nothing is known of “fore”"),
    ("---\ntitle: A\nheading: A\nfor: B\n---\n- one\n  - two\n", "a list within a list")])
def test_a_mistake_in_the_words_is_told_in_words(tmp_path, text, wrong):
    (tmp_path / "a.md").write_text(text)
    (tmp_path / "a.easy.md").write_text("---\ntitle: A\n---\nDear {{ name }}\n")
    with pytest.raises(templates.BadTemplate, match=wrong):
        templates.read(tmp_path)


def test_every_letter_has_an_easy_read_twin(tmp_path):
    (tmp_path / "a.md").write_text("---\ntitle: A\nheading: A\nfor: B\n---\nDear {{ name }}\n")
    with pytest.raises(templates.BadTemplate, match=r"a\.easy\.md is missing"):
        templates.read(tmp_path)


def test_easy_read_is_short():
    for template in templates.templates().values():
        for block in template.easy:
            for item in block["items"]:
                for line in "".join(span["text"] for span in item).splitlines():
                    assert len(line.split()) <= 16, (template.name, line)


# The reference

def test_a_reference_is_found_however_it_is_read_out(session, officer, mrs_hill):
    reference = letters.write(session, officer, mrs_hill, "closing").reference
    for said in (reference, reference.lower(), reference.replace("-", " "), f" {reference} "):
        assert references.read(said) == reference


def test_a_slip_in_a_reference_never_leads_to_another_letter(session):
    reference = references.fresh(session).replace("-", "")
    for place in range(8):
        for other in references.ALPHABET:
            wrong = reference[:place] + other + reference[place + 1:]
            assert (references.read(wrong) is None) is (wrong != reference)
    for place in range(7):
        swapped = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2:]
        assert swapped == reference or references.read(swapped) is None


# What would not be safe

@pytest.mark.parametrize(("details", "refusal"), [
    ({"may_post": Answer.NO}, "asked for no letters"),
    ({"deceased_on": clock.today()}, "recorded as having died"),
    ({"postcode": ""}, "no full address"), ({"address_line_1": ""}, "no full address")])
def test_a_letter_that_should_not_arrive_cannot_be_made(session, officer, mrs_hill, details, refusal):
    with acting(session, officer, "victim.changed"):
        for name, value in details.items():
            setattr(mrs_hill, name, value)
    with pytest.raises((UnsafeContact, letters.NoAddress), match=refusal):
        letters.write(session, officer, mrs_hill, "closing")
    assert session.scalars(select(letters.Letter)).all() == []


def test_a_person_may_write_where_nobody_has_asked_yet(session, officer, mr_hill):
    assert mr_hill.may_post is Answer.UNKNOWN
    assert letters.write(session, officer, mr_hill, "closing").id


def test_a_letter_there_is_not_and_a_fact_that_is_missing_are_refused(session, officer, mrs_hill):
    with pytest.raises(letters.UnknownTemplate):
        letters.write(session, officer, mrs_hill, "../force")
    with pytest.raises(letters.FactMissing, match="Enter day, time and place") as missing:
        letters.write(session, officer, mrs_hill, "appointment", facts={"appointment": "  "})
    assert missing.value.field == "appointment"


def test_only_those_who_may_write_letters_do(session, supervisor, mrs_hill):
    with pytest.raises(NotAllowed):
        letters.write(session, supervisor, mrs_hill, "closing")


# Posting

def test_posting_logs_a_contact_and_says_to_whom_it_went(session, officer, mrs_hill):
    letter = letters.post(session, officer, letters.write(session, officer, mrs_hill, "closing"))
    [contact] = contacts_of(session)
    assert (contact.channel, contact.outcome) == (ContactChannel.LETTER, Outcome.POSTED)
    assert letter.contact_id == contact.id and letter.reference in contact.summary
    assert session.scalars(select(AuditEntry.recipient).where(
        AuditEntry.operation == "letter.posted", AuditEntry.action == "disclosure")).all() == [
            "the person it is about, by post"]


def test_posting_is_no_attempt_and_leaves_what_was_due(session, officer, mrs_hill):
    due = follow_ups.plan(session, officer, mrs_hill, due_at=clock.now() + timedelta(hours=2), reason="Ring",
                          step=Step.ATTEMPT)
    letters.post(session, officer, letters.write(session, officer, mrs_hill, "closing"))
    assert due.status is Status.PLANNED and attempts(session, mrs_hill) == 0


def test_a_letter_is_posted_or_dropped_once(session, officer, mrs_hill):
    posted, dropped = (letters.write(session, officer, mrs_hill, "closing") for _ in range(2))
    letters.post(session, officer, posted)
    letters.drop(session, officer, dropped)
    for deed in (letters.post, letters.drop):
        for letter in (posted, dropped):
            with pytest.raises(letters.NotNow):
                deed(session, officer, letter)
    assert len(contacts_of(session)) == 1


def test_two_letters_to_one_person_go_in_the_same_minute(session, officer, mrs_hill):
    for _ in range(2):
        letters.post(session, officer, letters.write(session, officer, mrs_hill, "closing"))
    assert len(contacts_of(session)) == 2


def test_post_that_has_become_unsafe_is_not_recorded_as_posted(session, officer, mrs_hill):
    letter = letters.write(session, officer, mrs_hill, "closing")
    with acting(session, officer, "victim.changed"):
        mrs_hill.may_post = Answer.NO
    with pytest.raises(UnsafeContact):
        letters.post(session, officer, letter)
    assert letters.drop(session, officer, letter).state is letters.State.DROPPED and not contacts_of(session)


# Reminders, which the worker writes

@pytest.fixture
def reminded(session, officer, mrs_hill, bare_settings, monkeypatch, database):
    """A follow-up in a fortnight with a reminder by letter that is due now."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database.url)
    day = current().working_day_after(clock.today(), 10)
    found = follow_ups.plan(session, officer, mrs_hill, due_at=clock.at(day, time(10)), reason="Ring")
    follow_ups.remind(session, officer, found, Channel.LETTER)
    session.execute(update(OutboxMessage).where(OutboxMessage.kind == "follow_up.letter")
                    .values(run_after=clock.now()))
    session.commit()
    return found


def worked(session, database):
    session.commit()
    run_once(database)
    run_once(database)
    return session.scalars(select(letters.Letter)).all()


def test_a_reminder_by_letter_is_written_once_and_speaks_of_no_crime(session, database, reminded):
    [letter] = worked(session, database)
    assert letter.address == ["Mrs Margaret Hill", "12 High Street", "Scarborough", "YO12 4TX"]
    said = words(letter)
    assert "at about 10am" in said and "101" in said and letter.reference in said
    assert not {"fraud", "victim", "crime", "scam", "abuse"} & set(said.casefold().split())
    promise = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "follow_up.letter")).one()
    assert promise.state is outbox.State.DONE and "Hill" in outbox.told(session, promise).text
    assert "Hill" not in outbox.told(session, promise, naming=False).text


@pytest.mark.parametrize("may_post", [Answer.NO, Answer.UNKNOWN])
def test_a_reminder_that_became_unsafe_is_not_written(session, database, mrs_hill, reminded, may_post):
    with acting(session, COMMAND_LINE, "victim.changed"):
        mrs_hill.may_post = may_post
    assert worked(session, database) == []
    story = outbox.story(session, "follow_up", reminded.id)
    [line] = [line for line in story if line.kind == "follow_up.letter"]
    assert line.text.startswith("Could not write to Mrs Hill")


def test_a_letter_is_tagged_and_never_printed_on_anothers_back(session, officer, mrs_hill):
    two = [letters.write(session, officer, mrs_hill, "closing") for _ in range(2)]
    one, both = (printing.pdf(some) for some in (two[:1], two))
    assert one.startswith(b"%PDF-") and b"pdfuaid" in one
    assert pages(one) == 1 and pages(both) == 3        # the second begins on a new sheet


def pages(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_a_letter_that_waits_is_not_printed_once_post_is_unsafe(session, officer, mrs_hill, mr_hill):
    letter, other = (letters.write(session, officer, victim, "closing") for victim in (mrs_hill, mr_hill))
    assert printing.pdf_of(letter)[:5] == b"%PDF-"
    with acting(session, COMMAND_LINE, "victim.changed"):
        mrs_hill.may_post = Answer.NO
    session.flush()
    with pytest.raises(UnsafeContact, match="asked for no letters"):
        printing.pdf_of(letter)
    assert listing.to_print(session, officer, 10) == [other]
    assert [line.unsafe for line in listing.list_letters(session, officer)] == [False, True]
    letters.drop(session, officer, letter)
    assert printing.pdf_of(letter)       # what became of it is settled: a copy for the file
    assert [line.unsafe for line in listing.list_letters(session, officer)] == [False, False]


def test_what_no_type_can_show_is_refused_in_words(session, officer, enter, mrs_hill):
    with pytest.raises(letters.FactMissing, match="“😀” cannot be printed") as odd:
        letters.write(session, officer, mrs_hill, "appointment", facts={"appointment": "Tuesday 😀"})
    assert odd.value.field == "appointment"
    li = enter("李", "Wei", address_line_1="1 Mill Lane", town="Selby", postcode="YO8 4AA")
    with pytest.raises(letters.CannotWrite, match="“李” in the name or the address"):
        letters.write(session, officer, li, "closing")
    zofia = enter("Zofia", "Żółć", address_line_1="1 Mill Lane", town="Selby", postcode="YO8 4AA")
    assert printing.pdf([letters.write(session, officer, zofia, "closing")])


def test_whoever_says_what_became_of_a_letter_holds_the_person_first(database, session, officer, mrs_hill):
    letter = letters.write(session, officer, mrs_hill, "closing")
    letter_id = letter.id
    session.commit()
    if database.is_sqlite:
        return      # one writer at a time
    asked = []
    with database.writing() as mine:
        event.listen(mine.connection(), "before_cursor_execute", lambda *said: asked.append(said[2]))
        listing.open_letter(mine, officer, letter_id, to_change=True)
    locked = [sql.partition("FROM ")[2].split()[0] for sql in asked if "FOR UPDATE" in sql]
    assert locked == ["victim", "letter"]
