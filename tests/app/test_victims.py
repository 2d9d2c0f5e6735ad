"""A victim's record in the browser: entered, read, changed, merged; as a whole page and as a part of one."""

import html
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, func, select

from outreach.casework.contacts import Contact, ContactChannel, Outcome
from outreach.casework.follow_ups import plan
from outreach.casework.fraud_reports import Source, enter_report
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, entering, keeping
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from tests.site import BOTH, HTMX

EDITH = {"kind": "individual", "title": "Mrs", "first_name": "Edith", "last_name": "Marsh",
         "born_on": "3 4 1944", "phones": "01632 960 301 daughter", "postcode": "yo124tx", "may_post": "no"}
PEGGY = {"first_name": "Peggy", "last_name": "Hill", "born_on": "27/3/1941", "phones": "07700 900101"}
MOVED = {"phones": "01632 960 101", "email": "", "address_line_1": "4 Beck Lane", "address_line_2": "",
         "town": "Malton", "postcode": "YO17 7AB", "district": "Ryedale"}


def words(answer):
    """The words of a page, as a person reads them."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def record(victim):
    return f"/desk/victims/{victim.id}"


def reread(session, victim):
    """The record as the database has it; nothing stays locked afterwards."""
    session.commit()
    session.expire_all()
    session.refresh(victim)
    for row in (*victim.phones, *victim.fraud_reports):
        session.refresh(row)
    session.commit()
    return victim


# Entering

@pytest.mark.parametrize("htmx", BOTH)
def test_the_officer_enters_a_victim_with_the_first_report(desk, officer, session, htmx):
    answer = desk(officer).submit("/desk/victims", EDITH | {"fraud_type": "courier", "lost": "£4,200"},
                                  headers=htmx)
    edith = session.scalars(select(Victim)).one()
    to = f"/desk/victims/{edith.id}"
    assert (answer.headers["hx-redirect"] if htmx else answer.headers["location"]) == to
    assert (edith.name, edith.postcode, edith.assigned_to_id) == ("Mrs Edith Marsh", "YO12 4TX", officer.id)
    assert edith.fraud_reports[0].lost == Decimal(4200)
    session.commit()
    shown = words(desk(officer).get(to))
    assert "82 years old" in shown and "01632 960 301 daughter" in shown and "No letters" in shown
    assert "Courier fraud" in shown and "£4,200 lost" in shown


@pytest.mark.parametrize("htmx", BOTH)
def test_mistakes_come_back_beside_their_fields_with_what_was_typed(desk, officer, session, htmx):
    typed = EDITH | {"last_name": "", "born_on": "31 2 1944", "postcode": "nowhere", "lost": "lots"}
    answer = desk(officer).submit("/desk/victims", typed, headers=htmx)
    assert answer.status_code == 422 and ("<html" in answer.text) is not bool(htmx)
    said = words(answer)
    for sentence in ("Enter a last name, or the name of the business or charity", "There is no such day.",
                     "Enter a postcode, like YO12 4TX", "Enter an amount in pounds",
                     "Choose the kind of fraud"):
        assert sentence in said
    assert 'value="31 2 1944"' in answer.text and 'value="lots"' in answer.text
    assert session.scalar(select(func.count()).select_from(Victim)) == 0


def test_every_question_has_a_label_in_the_words_of_the_trade(desk, officer):
    page = desk(officer).get("/desk/victims/new").text
    labels = [" ".join(label.split()) for label in re.findall(r"<label[^>]*>([^<]+)</label>", page)]
    for label in ("First name", "Last name", "Date of birth", "Phone", "Postcode"):
        assert labels.count(label) == 1
    page = page[page.index("<main"):page.index("</main>")]
    fields = re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', page)
    assert set(fields) <= set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    assert page.count("<h1") == 1


def test_somebody_known_is_set_beside_the_new_one_before_anything_is_saved(desk, officer, session, mrs_hill):
    client = desk(officer)
    answer = client.submit("/desk/victims", PEGGY)
    said = words(answer)
    assert answer.status_code == 422 and "This may be Mrs Margaret Hill" in said
    assert "same date of birth" in said.lower() and f'href="{record(mrs_hill)}"' in answer.text
    assert session.scalar(select(func.count()).select_from(Victim)) == 1
    session.commit()
    answer = client.submit("/desk/victims", PEGGY | {"apart_from": str(mrs_hill.id)})
    assert answer.status_code == 303
    assert session.scalar(select(func.count()).select_from(Victim)) == 2


def test_asking_who_looks_alike_waits_for_nobody_who_writes(desk, officer, mrs_hill, walled):
    """It is posted only so that no name stands in an address: it reads, and the look is noted at the end."""
    client, written = desk(officer), []
    event.listen(walled.writer, "before_cursor_execute", lambda *said: written.append(said[2]))
    client.submit("/desk/victims/look-alikes", PEGGY, headers=HTMX)
    if walled.is_sqlite:      # elsewhere both doors lead to one pool
        assert [words.split()[0] for words in written] == ["BEGIN", "INSERT"]
    assert sum("INSERT INTO audit_entry" in words for words in written) == 1


def test_look_alikes_appear_while_somebody_is_typed(desk, officer, mrs_hill):
    answer = desk(officer).submit("/desk/victims/look-alikes", PEGGY | {"postcode": "half a po"},
                                  headers=HTMX)
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "This may be Mrs Margaret Hill" in words(answer)


def test_nothing_of_a_restricted_look_alike_is_shown(desk, officer, session, mrs_hill):
    keeping.restrict(session, officer, mrs_hill, reason="Witness in a live investigation")
    session.commit()
    answer = desk(officer).submit("/desk/victims/look-alikes", PEGGY, headers=HTMX)
    assert "This may be a restricted record" in words(answer) and "Margaret" not in answer.text


def test_the_same_form_sent_twice_enters_one_person(desk, officer, session):
    client = desk(officer)
    key = client.fields("/desk/victims/new")["idempotency_key"]
    first, second = (client.submit("/desk/victims", EDITH | {"idempotency_key": key}) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert session.scalar(select(func.count()).select_from(Victim)) == 1


def test_what_was_typed_when_the_session_ended_is_there_afterwards(desk, officer, session):
    client = desk(officer)
    client.submit("/desk/drafts", EDITH | {"draft_of": "/desk/victims/new",
                                           "vulnerability": ["bereaved", "dementia"]})
    page = client.get("/desk/victims/new")
    assert "This is what you had typed" in words(page) and 'value="Edith"' in page.text
    assert 'value="Edith"' not in client.get("/desk/victims/new?afresh=1").text
    client.submit("/desk/victims", EDITH)
    assert 'value="Edith"' not in client.get("/desk/victims/new").text


# The record

@pytest.fixture
def full(session, officer, mrs_hill, mr_hill):
    """Mrs Hill with a report, a contact and a follow-up."""
    enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="romance", lost=Decimal(900),
                 reported_on=date(2026, 3, 1))
    with acting(session, officer, "contact.logged"):
        session.add(Contact(victim_id=mrs_hill.id, at=clock.now(), by_id=officer.id, attempt_no=2,
                            channel=ContactChannel.CALL, outcome=Outcome.NO_REPLY_UNSAFE, summary="Rang out"))
    due_on = clock.today() + (date(2026, 1, 8) - date(2026, 1, 1))
    plan(session, officer, mrs_hill, due_at=clock.at(due_on, clock.time(14, 30)), reason="Third attempt")
    session.commit()
    return mrs_hill


def test_the_record_reads_from_top_to_bottom(desk, officer, full):
    answer = desk(officer).get(record(full))
    said = words(answer)
    order = ["OFFICIAL-SENSITIVE", "Mrs Margaret Hill", "01632 960 101", "Lives with Mr Harold Hill",
             "How to contact safely", "Leave no message", "What is due", "Third attempt", "for Ada Cole",
             "Timeline", "Call: no reply, unsafe to leave a message", "attempt 2", "Rang out",
             "Romance fraud",
             "Details", "27 March 1941", "Household", "OFFICIAL-SENSITIVE"]
    places = []
    for found in order:
        assert found in said[places[-1] if places else 0:], found
        places.append(said.index(found, places[-1] if places else 0))
    assert 'href="tel:+441632960101"' in answer.text and answer.text.count("<h1") == 1
    assert 'data-key="l"' in answer.text


def test_the_worker_tells_on_the_record_what_it_will_do(desk, officer, full):
    assert "Will queue this follow-up" in words(desk(officer).get(record(full)))


def test_opening_the_record_is_written_down(desk, officer, session, full):
    desk(officer).get(record(full))
    looked = session.scalars(select(AuditEntry).where(AuditEntry.operation == "victim.opened")).all()
    assert [(entry.record_id, entry.actor_id, entry.action) for entry in looked] == [
        (full.id, officer.id, "consultation")]


def test_the_timeline_shows_what_is_asked_for_and_nothing_else(desk, officer, full):
    part = desk(officer).get(f"{record(full)}?kind=reports", headers=HTMX)
    assert "<html" not in part.text and part.text.lstrip().startswith('<section id="timeline"')
    assert "Romance fraud" in part.text and "Rang out" not in part.text


def test_a_long_timeline_has_pages(desk, officer, session, mrs_hill):
    with acting(session, officer, "contact.logged"):
        session.add_all(Contact(victim_id=mrs_hill.id, at=clock.now(), by_id=officer.id, attempt_no=1,
                                channel=ContactChannel.CALL, outcome=Outcome.SPOKE, summary=f"Call {number}.")
                        for number in range(45))
    session.commit()
    client, seen = desk(officer), []
    to = record(mrs_hill)
    while to:
        page = client.get(to, headers=HTMX)
        seen += re.findall(r"Call (\d+)\.", page.text)
        further = re.search(r'pages__way--on" href="([^"]+)"', page.text)
        to = html.unescape(further[1]) if further else ""
    assert sorted(map(int, seen)) == [*range(45)]


def test_a_long_record_asks_no_more_of_the_database_than_a_short_one(desk, officer, session, database, full):
    asked, client = [], desk(officer)
    event.listen(database.reader, "before_cursor_execute", lambda *call: asked.append(call[2]))
    client.get(record(full))
    short = len(asked)
    asked.clear()
    with acting(session, officer, "contact.logged"):
        session.add_all(Contact(victim_id=full.id, at=clock.now(), by_id=officer.id, attempt_no=1,
                                channel=ContactChannel.CALL, outcome=Outcome.SPOKE) for _ in range(39))
    session.commit()
    asked.clear()
    client.get(record(full))
    assert len(asked) <= short <= 26    # one question to each noun that is shown


def test_the_household_has_one_timeline(desk, officer, session, full, mr_hill):
    enter_report(session, officer, mr_hill, source=Source.SELF, fraud_type="investment")
    session.commit()
    client = desk(officer)
    assert "Investment fraud" not in client.get(record(full)).text
    said = words(client.get(f"{record(full)}?of=household"))
    assert "Investment fraud" in said and "Mr Harold Hill" in said


@pytest.mark.parametrize("path", ["", "/contacts/new", "/care/edit", "/details/person"])
def test_another_ambassadors_victim_does_not_exist(desk, ambassador, mrs_hill, path):
    client = desk(ambassador)
    stranger, missing = client.get(record(mrs_hill) + path), client.get(f"/desk/victims/999999{path}")
    assert stranger.status_code == missing.status_code == 404
    assert stranger.text == missing.text


def test_the_ambassador_reads_and_changes_nothing(desk, ambassador, session, mr_shaw):
    client = desk(ambassador)
    page = client.get(record(mr_shaw))
    assert page.status_code == 200 and "details/person/edit" not in page.text
    assert client.submit(f"{record(mr_shaw)}/details/whereabouts", MOVED).status_code == 403
    assert reread(session, mr_shaw).town == "Whitby"


@pytest.mark.parametrize("who", ["volunteer", "communicator", "administrator"])
def test_those_who_see_no_victims_see_no_record(desk, request, mrs_hill, who):
    answer = desk(request.getfixturevalue(who)).get(record(mrs_hill))
    assert answer.status_code == 403 and "Margaret" not in answer.text


def test_the_supervisor_finds_who_looked(desk, supervisor, officer, mrs_hill):
    page = desk(supervisor).get(record(mrs_hill)).text
    assert f"record_type=victim&amp;record_id={mrs_hill.id}" in page
    assert "Who looked" not in desk(officer).get(record(mrs_hill)).text


# Details

def test_a_part_of_the_details_opens_in_place(desk, officer, mrs_hill):
    part = desk(officer).get(f"{record(mrs_hill)}/details/whereabouts/edit", headers=HTMX)
    assert "<html" not in part.text and 'value="12 High Street"' in part.text
    assert "01632 960 101\n07700 900 101" in html.unescape(part.text)


@pytest.mark.parametrize("htmx", BOTH)
def test_a_change_is_saved_and_shown_where_it_was_made(desk, officer, session, mrs_hill, htmx):
    answer = desk(officer).submit(f"{record(mrs_hill)}/details/whereabouts", MOVED, headers=htmx)
    if htmx:
        assert answer.status_code == 200 and "<html" not in answer.text
        assert "4 Beck Lane" in answer.text and 'id="part-whereabouts"' in answer.text
        assert 'hx-target="#who"' in answer.text and "saved" in words(answer)
    else:
        assert answer.headers["location"] == record(mrs_hill)
    hill = reread(session, mrs_hill)
    assert (hill.town, hill.email, entering.phones_of(hill)) == ("Malton", "", [("+441632960101", "")])


@pytest.mark.parametrize("part", ["person", "whereabouts", "safe-contact", "circumstances"])
def test_saving_what_was_not_touched_changes_nothing(desk, officer, session, mrs_hill, part):
    client = desk(officer)
    page = client.get(f"{record(mrs_hill)}/details/{part}/edit").text
    was = json.loads(html.unescape(re.search(r'name="was" value="([^"]*)"', page)[1]))
    changes = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "alteration")
    before = session.scalar(changes)
    session.commit()
    answer = client.submit(f"{record(mrs_hill)}/details/{part}", was | {"was": json.dumps(was)})
    assert answer.status_code == 303
    assert session.scalar(changes) == before


def test_a_safety_rule_is_changed_and_stands_at_the_top(desk, officer, session, mrs_hill):
    client = desk(officer)
    client.submit(f"{record(mrs_hill)}/details/safe-contact",
                  {"may_text": "no", "safe_from": "10am", "safe_until": "16:00",
                                                             "who_may_answer": "Her daughter Jane"})
    said = words(client.get(record(mrs_hill)))
    assert "No texts" in said and "Between 10am and 4pm. May answer: Her daughter Jane." in said


@pytest.mark.parametrize("htmx", BOTH)
def test_a_stale_save_shows_both_texts_and_loses_neither(desk, officer, supervisor, session, mrs_hill, htmx):
    client = desk(officer)
    page = client.get(f"{record(mrs_hill)}/details/whereabouts/edit").text
    was = html.unescape(re.search(r'name="was" value="([^"]*)"', page)[1])
    entering.change(session, officer, mrs_hill, seen={"town": "Scarborough", "postcode": "YO12 4TX"},
                    town="Filey",
                    postcode="YO14 9AA")
    session.commit()
    typed = json.loads(was) | {"town": "Whitby", "email": "m@example.org"}
    answer = client.submit(f"{record(mrs_hill)}/details/whereabouts", typed | {"was": was}, headers=htmx)
    assert answer.status_code == 409
    said = words(answer)
    assert "Ada Cole has changed this meanwhile" in said and "Filey" in said
    assert 'value="Whitby"' in answer.text
    assert 'value="YO14 9AA"' in answer.text and 'value="m@example.org"' in answer.text
    assert reread(session, mrs_hill).town == "Filey"
    session.commit()
    again = html.unescape(re.search(r'name="was" value="([^"]*)"', answer.text)[1])
    typed |= {"postcode": "YO14 9AA"}
    assert client.submit(f"{record(mrs_hill)}/details/whereabouts", typed | {"was": again}).status_code == 303
    hill = reread(session, mrs_hill)
    assert (hill.town, hill.postcode, hill.email) == ("Whitby", "YO14 9AA", "m@example.org")


def test_a_draft_taken_up_again_takes_no_safety_away(desk, officer, session, mrs_hill):
    client, form = desk(officer), f"{record(mrs_hill)}/details/safe-contact/edit"

    def shown():
        return html.unescape(re.search(r'name="was" value="([^"]*)"', client.get(form).text)[1])
    was = shown()
    begun = json.loads(was) | {"was": was, "who_may_answer": "Her son"}
    client.submit("/desk/drafts", begun | {"draft_of": form})
    with acting(session, officer, "test.meanwhile"):
        mrs_hill.may_post = Answer.NO
    session.commit()
    client.submit(form.removesuffix("/edit"), begun | {"was": shown()})
    session.refresh(mrs_hill)
    assert (mrs_hill.may_post, mrs_hill.who_may_answer) == (Answer.NO, "Her son")


# Whose, restricted, died, household

def test_a_victim_is_passed_to_the_ambassador(desk, officer, ambassador, mrs_hill):
    client = desk(officer)
    assert "Dev Marsh, Scarborough" in words(client.get(f"{record(mrs_hill)}/care/edit"))
    assert client.submit(f"{record(mrs_hill)}/assignment", {"assignee_id": ambassador.id}).status_code == 303
    assert desk(ambassador).get(record(mrs_hill)).status_code == 200


def test_a_restricted_record_asks_why_before_it_opens(desk, officer, supervisor, session, mrs_hill):
    client = desk(supervisor)
    desk(officer).submit(f"{record(mrs_hill)}/restriction",
                         {"wanted": "restricted", "reason": "Witness in a live investigation"})
    shut = client.get(record(mrs_hill))
    assert shut.status_code == 403 and "Margaret" not in shut.text and "Reason" in words(shut)
    assert "Say why" in words(client.submit(f"{record(mrs_hill)}/openings", {"reason": ""}))
    assert client.submit(f"{record(mrs_hill)}/openings",
                         {"reason": "Complaint 12"}).headers["location"] == record(mrs_hill)
    assert "Margaret" in client.get(record(mrs_hill)).text
    reasons = session.scalars(select(AuditEntry.reason).where(
        AuditEntry.operation == "victim.opened", AuditEntry.actor_id == supervisor.id)).all()
    assert reasons == ["Complaint 12"]


def test_a_death_ends_what_was_planned_and_can_be_taken_back(desk, officer, session, full):
    client = desk(officer)
    assert client.submit(f"{record(full)}/death", {"died_on": ""}).status_code == 303
    said = words(client.get(record(full)))
    assert "Has died" in said and "Nothing is planned" in said and "Undo" in said
    client.submit(re.search(r'action="([^"]+/undoing)"', client.get(f"{record(full)}/care/edit").text)[1])
    assert reread(session, full).deceased_on is None


def test_a_household_is_confirmed_or_split_by_hand(desk, officer, full, mr_hill):
    client = desk(officer)
    assert "nobody has confirmed it" in words(client.get(record(full)))
    client.submit(f"{record(full)}/household", {"standing": "confirmed"})
    assert "Confirmed." in words(client.get(record(mr_hill)))
    client.submit(f"{record(full)}/household", {"standing": "apart"})
    assert "Mr Harold Hill" not in client.get(record(full)).text


# Merging

@pytest.fixture
def peggy(enter):
    return enter("Peggy", "Hill", born_on=date(1941, 3, 27), phones=("+447700900101", "+447700900303"))


def test_two_records_are_found_compared_merged_and_taken_apart(desk, officer, session, mrs_hill, peggy):
    client = desk(officer)
    assert "Peggy Hill" in words(client.get(f"{record(mrs_hill)}/merges/new"))
    assert "Peggy Hill" in words(client.get(f"{record(mrs_hill)}/merges/new?q=peggy"))
    both = client.get(f"{record(mrs_hill)}/merges/new?with={peggy.id}")
    assert "The two records beside each other" in words(both)
    client.submit(f"{record(mrs_hill)}/merges", {"merged_id": peggy.id})
    assert client.get(record(peggy)).headers["location"] == record(mrs_hill)
    shown = client.get(record(mrs_hill))
    assert "07700 900 303" in words(shown) and "Two records made one" in words(shown)
    undo = re.search(r'action="([^"]+/undoing)"', shown.text)[1]
    client.submit(undo)
    assert client.get(record(peggy)).status_code == 200
    assert "07700 900 303" not in words(client.get(record(mrs_hill)))


def test_what_only_one_of_two_records_says_stands_in_its_own_line(desk, officer, enter, mrs_hill):
    polish = enter("Margaret", "Hill", language="Polish", enhanced_rights=True)
    rows = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]*)</td><td>([^<]*)</td>',
                      desk(officer).get(f"{record(mrs_hill)}/merges/new?with={polish.id}").text)
    assert ("Language", "–", "Polish") in rows and ("Enhanced rights", "–", "Yes") in rows
    assert ("Reports", "0", "0") in rows


def test_a_restricted_record_is_not_compared_before_somebody_says_why(desk, officer, enter, mrs_hill):
    other = enter("Margaret", "Hidden", restricted=True)
    answer = desk(officer).get(f"{record(mrs_hill)}/merges/new?with={other.id}")
    assert answer.status_code == 422 and "open it and say why first" in words(answer)
    assert "Hidden" not in answer.text


def test_a_merge_needs_another_record(desk, officer, mrs_hill):
    for typed in ("", "x", "999999", str(mrs_hill.id)):
        answer = desk(officer).submit(f"{record(mrs_hill)}/merges", {"merged_id": typed})
        assert answer.status_code == 422 and "Choose the record to merge" in words(answer)


# Reports and the summary

@pytest.mark.parametrize("htmx", BOTH)
def test_a_report_is_added_and_put_right(desk, officer, session, mrs_hill, htmx):
    client = desk(officer)
    wrong = client.submit(f"{record(mrs_hill)}/fraud-reports", {"fraud_type": "", "lost": "5.5.5"},
                          headers=htmx)
    assert wrong.status_code == 422 and "Choose the kind of fraud" in words(wrong)
    client.submit(f"{record(mrs_hill)}/fraud-reports",
                  {"fraud_type": "courier", "lost": "1,250.50", "suspect_known": "yes"},
                headers=htmx)
    report = reread(session, mrs_hill).fraud_reports[0]
    assert (report.lost, report.suspect_known) == (Decimal("1250.50"), True)
    session.commit()
    edit = f"{record(mrs_hill)}/fraud-reports/{report.id}"
    assert 'value="1250.5' in client.get(f"{edit}/edit", headers=htmx).text
    client.submit(edit, {"fraud_type": "romance", "lost": "900"}, headers=htmx)
    assert reread(session, mrs_hill).fraud_reports[0].fraud_type == "romance"


def test_a_report_is_reached_only_through_its_own_victim(desk, officer, session, mrs_hill, mr_shaw):
    report = enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="romance")
    session.commit()
    assert desk(officer).get(f"{record(mr_shaw)}/fraud-reports/{report.id}/edit").status_code == 404


@pytest.mark.parametrize("htmx", BOTH)
def test_the_list_of_reports_is_filtered_by_address(desk, officer, session, full, htmx):
    client = desk(officer)
    assert "Romance fraud" in words(client.get("/desk/fraud-reports?fraud_type=romance&since=1 2 2026",
                                               headers=htmx))
    none = client.get("/desk/fraud-reports?fraud_type=courier", headers=htmx)
    assert "No report matches" in words(none) and ("<html" in none.text) is not bool(htmx)
    assert client.get("/desk/fraud-reports?since=rubbish&after=x&source=y").status_code == 200


def test_the_summary_is_marked_plain_text_and_logged_as_disclosed(desk, officer, session, full):
    page = desk(officer).get(f"{record(full)}/summary")
    text = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.S)[1])
    assert text.startswith("OFFICIAL-SENSITIVE") and text.rstrip().endswith("OFFICIAL-SENSITIVE")
    assert "Rang out" in text and "Leave a message: No" in text
    logged = select(AuditEntry.action).where(AuditEntry.operation == "victim.summarised")
    assert session.scalar(logged) == "disclosure"


# Businesses

@pytest.mark.parametrize("page", ["", "/contacts/new"])
def test_a_business_is_spoken_to_through_its_named_contact_only(desk, officer, enter, page):
    bakery = enter("", "Quay Bakery", kind="business", named_business_contact="Ann Pell")
    assert "Speak only to Ann Pell." in words(desk(officer).get(f"{record(bakery)}{page}"))


def test_a_second_report_long_after_the_first_gives_no_badge(desk, officer, session, mrs_hill):
    def reported(year):
        enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="courier",
                     reported_on=date(year, 5, 4))
        session.commit()
        return "Repeat victim" in words(desk(officer).get(record(mrs_hill)))

    assert [reported(year) for year in (2019, 2023, 2025)] == [False, False, True]
