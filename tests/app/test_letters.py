"""Letters in the browser: shown, made, printed, posted, found by their reference; and batches of them."""

import html
import re

import pytest
from sqlalchemy import select

from app.worker import run_once
from outreach.casework import letters
from outreach.casework.contacts import Contact
from outreach.casework.letters.record import BatchState, Letter, LetterBatch, State
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Format
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE
from tests.site import BOTH, HTMX

HOME = {"address_line_1": "1 Mill Lane", "town": "Selby", "postcode": "YO8 4AA", "district": "Selby"}


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def rows(session, noun):
    session.commit()
    session.expire_all()
    found = session.scalars(select(noun).order_by(noun.id)).all()
    session.commit()
    return found


def made(session, actor, victim, template="closing", **more):
    letter = letters.write(session, actor, victim, template, **more)
    session.commit()
    return letter


@pytest.fixture
def here(mrs_hill):
    return f"/desk/victims/{mrs_hill.id}/letters"


@pytest.mark.parametrize("htmx", BOTH)
def test_a_letter_is_shown_before_it_is_made(desk, officer, session, here, htmx):
    client = desk(officer)
    shown = client.submit(f"{here}/preview", {"template": "appointment", "appointment": "Tuesday at 2pm"},
                          headers=htmx)
    assert shown.status_code == 200 and ("<html" in shown.text) is not bool(htmx)
    assert "Tuesday at 2pm" in words(shown) and "Check that it is really us" in words(shown)
    assert 'name="appointment"' in shown.text and rows(session, Letter) == []


def test_only_the_words_are_shown_again_when_a_fact_is_typed(desk, officer, here):
    part = desk(officer).submit(f"{here}/preview?part=preview", {"template": "appointment"}, headers=HTMX)
    assert part.text.lstrip().startswith('<section id="preview"') and "[Day, time and place]" in words(part)


@pytest.mark.parametrize("htmx", BOTH)
def test_making_a_letter_leads_to_it(desk, officer, session, mrs_hill, here, htmx):
    client = desk(officer)
    typed = {"template": "appointment", "appointment": "Tuesday", "format": "large print"}
    answer = client.submit(here, typed, headers=htmx)
    [letter] = rows(session, Letter)
    to = answer.headers["hx-redirect"] if htmx else answer.headers["location"]
    assert to == f"/desk/letters/{letter.id}" and letter.format is Format.LARGE_PRINT
    page = words(client.get(to))
    assert letter.reference in page and "Tuesday" in page and "To be posted" in page


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("typed", "sentence", "field"), [
    ({}, "Choose a letter", "template"),
    ({"template": "nonsense"}, "Choose a letter from the list", "template"),
    ({"template": "appointment"}, "Enter day, time and place", "appointment"),
    ({"template": "closing", "format": "gold"}, "Choose a format", "format")])
def test_what_is_refused_stands_beside_its_field(desk, officer, session, here, htmx, typed, sentence, field):
    answer = desk(officer).submit(here, {"agency": "Every word I typed"} | typed, headers=htmx)
    assert answer.status_code == 422 and sentence in words(answer) and f'href="#{field}"' in answer.text
    assert rows(session, Letter) == []


@pytest.mark.parametrize("htmx", BOTH)
def test_a_letter_to_somebody_who_wants_none_cannot_be_made(desk, officer, session, mrs_hill, here, htmx):
    with acting(session, COMMAND_LINE, "victim.changed"):
        mrs_hill.may_post = Answer.NO
    session.commit()
    client = desk(officer)
    shown = client.get(f"{here}/new")
    assert "asked for no letters" in words(shown) and "Make the letter" not in shown.text
    answer = client.submit(here, {"template": "closing"}, headers=htmx)
    assert answer.status_code == 422 and "asked for no letters" in words(answer)
    assert rows(session, Letter) == []
    assert "Write a letter" not in client.get(f"/desk/victims/{mrs_hill.id}").text


def test_the_paper_is_kept_nowhere_and_says_nothing_in_its_name(desk, officer, session, mrs_hill):
    letter = made(session, officer, mrs_hill)
    answer = desk(officer).get(f"/desk/letters/{letter.id}/pdf")
    assert answer.content[:5] == b"%PDF-" and answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == f'attachment; filename="letter-{letter.reference}.pdf"'
    session.commit()
    logged = session.scalars(select(AuditEntry.operation).where(AuditEntry.record_type == "letter",
                                                                AuditEntry.action == "consultation")).all()
    assert logged == ["letter.opened", "letter.printed"]


@pytest.mark.parametrize("htmx", BOTH)
def test_posting_is_said_once_and_stands_on_the_timeline(desk, officer, session, mrs_hill, htmx):
    letter, client = made(session, officer, mrs_hill), desk(officer)
    answer = client.submit(f"/desk/letters/{letter.id}/posting", headers=htmx)
    to = answer.headers["hx-redirect"] if htmx else answer.headers["location"]
    page = words(client.get(to))
    assert "Letter: posted" in page and letter.reference in page
    again = client.submit(f"/desk/letters/{letter.id}/posting", headers=htmx)
    assert again.status_code == 422 and "was posted already" in words(again)
    assert len(rows(session, Contact)) == 1


def test_those_ticked_are_posted_together_and_one_refused_stops_no_other(desk, officer, session, mrs_hill,
                                                                         enter):
    other = enter("Ivy", "Moss", **HOME)
    ids = [made(session, officer, victim).id for victim in (mrs_hill, other)]
    with acting(session, COMMAND_LINE, "victim.changed"):
        other.may_post = Answer.NO
    session.commit()
    answer = desk(officer).submit("/desk/letters/postings", {"letter": [*map(str, ids)]})
    assert answer.status_code == 422 and "1 letter recorded as posted" in words(answer)
    assert "asked for no letters" in words(answer)
    assert [letter.state for letter in rows(session, Letter)] == [State.POSTED, State.WAITING]
    assert "Tick the letters" in words(desk(officer).submit("/desk/letters/postings"))


def test_a_caller_reads_out_a_reference_and_the_desk_can_say_whether_it_is_ours(desk, officer, session,
                                                                                mrs_hill):
    letter, client = made(session, officer, mrs_hill), desk(officer)
    found = client.get("/desk/letters", params={"q": letter.reference.lower().replace("-", " ")})
    assert "This letter is ours" in words(found) and "Hill" in words(found)
    misread = letter.reference[:-1] + ("2" if letter.reference[-1] != "2" else "3")
    assert "is not a reference of ours" in words(client.get("/desk/letters", params={"q": misread}))


@pytest.mark.parametrize("htmx", BOTH)
def test_the_list_opens_on_what_waits(desk, officer, session, mrs_hill, htmx):
    posted, waits = made(session, officer, mrs_hill), made(session, officer, mrs_hill, "after_a_report")
    letters.post(session, officer, posted)
    session.commit()
    client = desk(officer)
    page = client.get("/desk/letters", headers=htmx)
    assert waits.reference in page.text and posted.reference not in page.text
    assert posted.reference in client.get("/desk/letters?state=posted").text
    assert client.get("/desk/letters/pdf").content[:5] == b"%PDF-"


def test_today_says_what_waits_to_be_posted(desk, officer, ambassador, session, mrs_hill):
    assert "Print and post" not in words(desk(officer).get("/desk/today"))
    made(session, officer, mrs_hill)
    today = desk(officer).get("/desk/today")
    assert "1 letter waits to be posted." in words(today) and 'href="/desk/letters"' in today.text
    assert "Print and post" not in words(desk(ambassador).get("/desk/today"))


def test_an_ambassador_meets_no_letter_to_anybody_elses_victim(desk, ambassador, officer, session, mrs_hill,
                                                               mr_shaw):
    theirs, foreign = made(session, officer, mr_shaw), made(session, officer, mrs_hill)
    client = desk(ambassador)
    assert foreign.reference not in client.get("/desk/letters").text
    assert "No letter of ours" in words(client.get("/desk/letters", params={"q": foreign.reference}))
    for way in ("", "/pdf"):
        gone, missing = (client.get(f"/desk/letters/{id}{way}") for id in (foreign.id, 999999))
        assert (gone.status_code, missing.status_code) == (404, 404) and gone.text == missing.text
        assert client.get(f"/desk/letters/{theirs.id}{way}").status_code == 200


def test_a_letter_to_a_restricted_record_is_opened_with_a_reason_only(desk, officer, session, enter):
    kept = enter("Kept", "Apart", restricted=True, **HOME)
    letter, client = made(session, officer, kept), desk(officer)
    listed = client.get("/desk/letters")
    assert "Restricted" in words(listed) and letter.reference not in listed.text
    assert client.get(f"/desk/letters/{letter.id}").status_code == 403
    assert client.get("/desk/letters/pdf").status_code == 404


# Many

@pytest.fixture
def street(enter):
    for number in range(3):
        enter("Ann", f"Moss{number}", may_post=Answer.YES, **HOME)
    enter("No", "Letters", may_post=Answer.NO, **HOME)


CHOSEN = {"template": "after_a_report", "district": "Selby"}


@pytest.mark.parametrize("htmx", BOTH)
def test_a_batch_is_counted_before_it_is_written(desk, officer, session, street, htmx):
    shown = desk(officer).get("/desk/letters/batches/new", params=CHOSEN, headers=htmx)
    assert "Write 3 letters" in words(shown) and "1 asked for no letters" in words(shown)
    assert ("<html" in shown.text) is not bool(htmx) and rows(session, LetterBatch) == []


@pytest.mark.parametrize("htmx", BOTH)
def test_a_batch_is_written_printed_and_posted(desk, officer, session, database, street, htmx):
    client = desk(officer)
    client.submit("/desk/letters/batches", CHOSEN, headers=htmx)
    [batch] = rows(session, LetterBatch)
    here = f"/desk/letters/batches/{batch.id}"
    waiting = client.get(here, headers=htmx)
    assert "0 of about 4 people looked at" in words(waiting) and f'hx-get="{here}?poll=1"' in waiting.text
    run_once(database)
    ready = client.get(here, headers=htmx)
    assert "3 letters, standard (PDF)" in words(ready)
    assert "hx-get" not in ready.text.partition('id="state"')[2]
    assert client.get(f"{here}/papers/standard").content[:5] == b"%PDF-"
    for odd in ("large-print", "gold", "%2e%2e", "Braille"):
        assert client.get(f"{here}/papers/{odd}").status_code == 404
    client.submit(f"{here}/posting", headers=htmx)
    run_once(database)
    assert "A contact is logged for each person" in words(client.get(here, headers=htmx))
    assert len(rows(session, Contact)) == 3
    late = client.submit(f"{here}/dropping", headers=htmx)
    assert late.status_code == 422 and "recorded as posted already" in words(late)
    assert client.get(f"{here}/papers/standard").status_code == 404


def test_a_batch_is_taken_back_before_it_is_posted(desk, officer, session, database, street):
    client = desk(officer)
    client.submit("/desk/letters/batches", CHOSEN)
    [batch] = rows(session, LetterBatch)
    run_once(database)
    client.submit(f"/desk/letters/batches/{batch.id}/dropping")
    run_once(database)
    [batch] = rows(session, LetterBatch)
    assert batch.state is BatchState.DROPPED and rows(session, Contact) == []
    assert {letter.state for letter in rows(session, Letter)} == {State.DROPPED}


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("typed", "sentence"), [
    ({"template": "after_a_report"}, "at least one thing about the people"),
    ({"district": "Selby"}, "Choose a letter from the list"),
    ({"template": "appointment", "district": "Selby"}, "can go to many"),
    ({"template": "after_a_report", "district": "York"}, "Nobody would get this letter")])
def test_a_batch_that_makes_no_sense_is_refused(desk, officer, session, street, htmx, typed, sentence):
    answer = desk(officer).submit("/desk/letters/batches", typed, headers=htmx)
    assert answer.status_code == 422 and sentence in words(answer) and rows(session, LetterBatch) == []


def refuses_post(session, victim):
    with acting(session, COMMAND_LINE, "victim.changed"):
        victim.may_post = Answer.NO
    session.commit()


def test_a_letter_that_must_not_be_posted_any_more_is_not_printed(desk, officer, session, mrs_hill):
    letter, client = made(session, officer, mrs_hill), desk(officer)
    refuses_post(session, mrs_hill)
    page = client.get(f"/desk/letters/{letter.id}")
    assert "asked for no letters. Do not post this letter." in words(page)
    assert "Print it" not in page.text and "It was posted" not in page.text and "Not posted" in page.text
    assert client.get(f"/desk/letters/{letter.id}/pdf").status_code == 422
    assert client.get("/desk/letters/pdf").status_code == 404
    shown = client.get("/desk/letters")
    assert "Must not be posted" in words(shown) and 'name="letter"' not in shown.text


def test_the_batch_says_which_letters_to_take_out_of_the_pile(desk, officer, session, database, mrs_hill,
                                                              bare_settings, monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database.url)
    with acting(session, COMMAND_LINE, "victim.changed"):
        mrs_hill.may_post, mrs_hill.district = Answer.YES, "Selby"
    session.commit()
    client = desk(officer)
    client.submit("/desk/letters/batches", {"template": "after_a_report", "district": "Selby"})
    run_once(database)
    [batch], [letter] = rows(session, LetterBatch), rows(session, Letter)
    assert letter.reference not in client.get(f"/desk/letters/batches/{batch.id}").text
    refuses_post(session, mrs_hill)
    assert f"Letter {letter.reference}" in words(client.get(f"/desk/letters/batches/{batch.id}"))
    assert client.get(f"/desk/letters/batches/{batch.id}/papers/standard").status_code == 404


def test_a_supervisor_reads_letters_and_changes_none(desk, officer, supervisor, session, mrs_hill):
    letter, client = made(session, officer, mrs_hill), desk(supervisor)
    found = client.get("/desk/letters", params={"q": letter.reference})
    assert "This letter is ours" in words(found)
    page = client.get(f"/desk/letters/{letter.id}")
    assert page.status_code == 200 and "It was posted" not in page.text and "Print it" not in page.text
    assert f'href="/desk/letters/{letter.id}"' in client.get(f"/desk/victims/{mrs_hill.id}").text
    assert client.submit(f"/desk/letters/{letter.id}/posting").status_code == 403
    assert client.get("/desk/letters/batches").status_code == 200
    assert "Write to many" not in client.get("/desk/letters").text
