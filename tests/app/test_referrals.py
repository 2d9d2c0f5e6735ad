"""Referrals at the desk: written, checked, sent, answered and closed, in the browser and without htmx."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from outreach.casework import referrals
from outreach.casework.referrals import (
    Agency,
    Basis,
    Consent,
    Method,
    Referral,
    ReferralFacts,
    Share,
    Status,
    StepKind,
)
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, keeping
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.letterbox import LetterboxLink
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE
from tests.site import BOTH, HTMX

LIST = "/desk/referrals"


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def rows(session, noun):
    session.commit()
    session.expire_all()
    found = session.scalars(select(noun).order_by(noun.id)).all()
    for row in found:
        session.refresh(row)
    session.commit()
    return found


@pytest.fixture
def support(session):
    found = session.scalars(select(Agency).where(Agency.name == "Victim Support")).one()
    session.commit()
    return found


@pytest.fixture
def typed(support):
    """What the officer types into a referral with consent."""
    agency_id = support.id

    def form(**more):
        return {"agency_id": agency_id, "consent": "given", "basis": "consent", "asks": "Please visit her",
                "shares": ["name", "phones"], "happened": "Courier fraud", "method": "mail"} | more
    return form


@pytest.fixture
def draft(session, officer, support, mrs_hill):
    def one(victim=mrs_hill, **more):
        facts = {"agency_id": support.id, "basis": Basis.CONSENT, "consent": Consent.GIVEN,
                 "asks": "Please visit her", "shares": [Share.NAME]} | more
        drafted = referrals.draft(session, officer, victim, ReferralFacts(**facts))
        session.commit()
        return drafted
    return one


@pytest.fixture
def sent(session, officer, draft):
    def one(*args, **more):
        referral = referrals.send(session, officer, draft(*args, **more))
        session.commit()
        return referral
    return one


@pytest.fixture
def here(mrs_hill):
    return f"/desk/victims/{mrs_hill.id}/referrals"


def where(answer, htmx):
    return answer.headers["hx-redirect" if htmx else "location"]


# Writing it

def test_the_form_says_what_each_ground_means_and_ticks_nothing(desk, officer, here):
    page = desk(officer).get(f"{here}/new")
    said = words(page)
    assert "Refer Mrs Hill to a partner" in said and "They said yes to this partner" in said
    assert "Only what you tick" in said and page.text.count("<h1") == 1
    assert re.findall(r'name="shares"[^>]*\bchecked', page.text) == []
    assert "12 High Street" in said and "OFFICIAL-SENSITIVE" in said


@pytest.mark.parametrize("htmx", BOTH)
def test_a_referral_is_written_checked_and_sent(desk, officer, session, mrs_hill, here, typed, htmx):
    client, victim = desk(officer), f"/desk/victims/{mrs_hill.id}"
    to = where(client.submit(here, typed(), headers=htmx), htmx)
    [referral] = rows(session, Referral)
    assert to == f"{LIST}/{referral.id}" and referral.status is Status.DRAFT
    said = words(client.get(to))
    assert "Check what they will see" in said and "Please visit her" in said and "01632 960 101" in said
    answer = client.submit(f"{to}/sending", headers=htmx)
    assert where(answer, htmx) == to
    assert rows(session, Referral)[0].status is Status.SENT
    said = words(client.get(to))
    assert "On its way to Victim Support" in said and "Will mail the link to Victim Support" in said
    record = words(client.get(victim))
    assert "Referred to Victim Support" in record and "Waiting for an answer" in record


def test_what_they_will_see_is_shown_as_it_is_ticked(desk, officer, here):
    part = desk(officer).submit(f"{here}/preview", {"shares": ["name", "email"], "happened": "A story"},
                                headers=HTMX)
    said = words(part)
    assert "Mrs Margaret Hill" in said and "margaret.hill@example.org" in said
    assert "A story" not in said and "01632" not in said and "Leave no message" in said
    assert "<html" not in part.text


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("wrong", "sentence", "field"), [
    ({"agency_id": ""}, "Choose the agency", "agency_id"),
    ({"agency_id": "999999"}, "Choose an agency from the list", "agency_id"),
    ({"shares": ["bank details"]}, "Check this answer", "shares"),
    ({"happened": "x" * 4001}, "Shorten this", "happened")])
def test_what_cannot_be_kept_stands_beside_its_field(desk, officer, session, here, typed, htmx, wrong,
                                                     sentence, field):
    answer = desk(officer).submit(here, typed(wishes="Every word I typed", **wrong), headers=htmx)
    assert answer.status_code == 422 and ("<html" in answer.text) is not bool(htmx)
    assert sentence in words(answer) and f'href="#{field}"' in answer.text
    assert "Every word I typed" in answer.text and rows(session, Referral) == []


@pytest.mark.parametrize(("basis", "consent", "reason", "sentence"), [
    ("", "", "", "Say whether they consented"), ("", "given", "", "Choose the ground"),
    ("consent", "refused", "x", "Consent was not given"),
    ("vital interests", "refused", "", "although they refused"),
    ("public task", "not sought", "", "why they were not asked"),
    ("s.42", "lacks capacity", "", "who judged"), ("consent", "not sought", "x", "Consent was not given")])
def test_a_draft_without_a_lawful_ground_says_so_and_cannot_be_sent(desk, officer, session, here, typed,
                                                                    basis, consent, reason, sentence):
    client = desk(officer)
    to = where(client.submit(here, typed(basis=basis, consent=consent, consent_reason=reason)), False)
    page = client.get(to)
    assert "Not ready to send" in words(page) and sentence in words(page) and "/sending" not in page.text
    answer = client.submit(f"{to}/sending")
    assert answer.status_code == 422 and sentence in words(answer)
    assert rows(session, Referral)[0].status is Status.DRAFT


def test_a_second_one_to_the_same_agency_has_to_be_ticked(desk, officer, session, draft, sent):
    first, second, client = sent(), draft(), desk(officer)
    here = f"{LIST}/{second.id}"
    assert f"Go on with {first.reference}" in words(client.get(here))
    answer = client.submit(f"{here}/sending")
    assert answer.status_code == 422 and "Tick the box" in words(answer)
    client.submit(f"{here}/sending", {"meant": "yes"})
    assert [one.status for one in rows(session, Referral)] == [Status.SENT, Status.SENT]


def test_a_draft_is_written_anew_and_neither_of_two_texts_is_lost(desk, officer, session, typed, draft):
    referral, client = draft(), desk(officer)
    here = f"{LIST}/{referral.id}"
    assert "Please visit her" in client.get(f"{here}/edit").text
    client.submit(here, typed(asks="Ring her first", version=referral.version))
    assert rows(session, Referral)[0].asks == "Ring her first"
    stale = client.submit(here, typed(asks="Write to her", version=1))
    assert stale.status_code == 409 and "Both texts" in words(stale)
    assert "Ring her first" in stale.text and "Write to her" in stale.text
    assert rows(session, Referral)[0].asks == "Ring her first"


def test_a_kept_form_taken_up_again_writes_over_no_newer_draft(desk, officer, session, typed, draft):
    referral = draft()
    client, here = desk(officer), f"{LIST}/{referral.id}"
    client.submit("/desk/drafts", typed(asks="Ring her first", version=1, draft_of=f"{here}/edit"))
    with acting(session, officer, "test.meanwhile"):
        referral.asks = "Write to her"
    session.commit()
    [version] = re.findall(r'name="version" value="(\d+)"', client.get(f"{here}/edit").text)
    answer = client.submit(here, typed(asks="Ring her first", version=version))
    assert answer.status_code == 409 and "Somebody changed this draft meanwhile" in words(answer)


def test_what_was_typed_is_kept_when_the_session_ends(desk, officer, here, typed):
    client = desk(officer)
    client.submit("/desk/drafts", typed(asks="Half a sen", draft_of=f"{here}/new"))
    page = client.get(f"{here}/new")
    assert "Half a sen" in page.text and len(re.findall(r'name="shares"[^>]*\bchecked', page.text)) == 2


# Sent

@pytest.mark.parametrize("htmx", BOTH)
def test_a_question_is_answered_from_its_page(desk, officer, session, sent, htmx):
    referral, client = sent(), desk(officer)
    referrals.hear(session, officer, referral, StepKind.QUESTION, words="Which day?")
    session.commit()
    here = f"{LIST}/{referral.id}"
    assert "They asked" in words(client.get(here)) and "Which day?" in words(client.get(here))
    empty = client.submit(f"{here}/replies", {"words": ""}, headers=htmx)
    assert empty.status_code == 422 and "Type your reply" in words(empty)
    assert where(client.submit(f"{here}/replies", {"words": "Any morning"}, headers=htmx), htmx) == here
    said = words(client.get(here))
    assert "Any morning" in said and "Asked a question" not in said


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("door", "form", "status", "sentence"), [
    ("answers", {"kind": "declined", "came_by": "post", "said": "Not our area"}, Status.DECLINED,
     "Victim Support, by post, written down by Ada Cole"),
    ("closure", {"result": "They visit weekly"}, Status.CLOSED, "They visit weekly"),
    ("withdrawal", {"reason": "She took it back"}, Status.WITHDRAWN, "She took it back"),
    ("sending-again", {}, Status.SENT, "Sent again, with a new link")])
def test_each_next_step_is_taken_from_its_page(desk, officer, session, sent, htmx, door, form, status,
                                               sentence):
    referral, client = sent(), desk(officer)
    here = f"{LIST}/{referral.id}"
    assert where(client.submit(f"{here}/{door}", form, headers=htmx), htmx) == here
    assert rows(session, Referral)[0].status is status and sentence in words(client.get(here))


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("door", "form", "sentence", "field"), [
    ("answers", {"kind": "", "said": "x"}, "Choose what they said", "kind"),
    ("answers", {"kind": "declined"}, "Write down what they said", "said"),
    ("answers", {"kind": "accepted", "on": "1 1 2020"}, "from when it was sent up to today", "on"),
    ("answers", {"kind": "accepted", "on": "soon"}, "date", "on"),
    ("posting", {}, "There is no letter of this referral to post", ""),
    ("closure", {"result": " "}, "Say what came of it", "result"),
    ("withdrawal", {"reason": ""}, "why it is withdrawn", "reason")])
def test_what_is_refused_stands_beside_its_field(desk, officer, session, sent, htmx, door, form, sentence,
                                                 field):
    referral = sent()
    answer = desk(officer).submit(f"{LIST}/{referral.id}/{door}", form, headers=htmx)
    assert answer.status_code == 422 and sentence in words(answer)
    assert f'href="#{field}"' in answer.text or not field
    assert ("<html" in answer.text) is not bool(htmx)
    assert rows(session, Referral)[0].status is Status.SENT


@pytest.mark.parametrize("htmx", BOTH)
def test_a_letter_is_marked_as_posted_on_its_page(desk, officer, session, sent, htmx):
    surgery = session.scalars(select(Agency).where(Agency.method == Method.LETTER)).first()
    here, client = f"{LIST}/{sent(agency_id=surgery.id).id}", desk(officer)
    assert "The letter waits to be printed" in words(client.get(here))
    assert where(client.submit(f"{here}/posting", headers=htmx), htmx) == here
    said = words(client.get(here))
    assert "The letter waits" not in said and "Letter posted" in said


def test_the_letter_is_a_pdf_and_each_copy_a_disclosure(desk, officer, session, sent):
    surgery = session.scalars(select(Agency).where(Agency.method == Method.LETTER)).first()
    referral = sent(agency_id=surgery.id)
    client = desk(officer)
    assert "Print the letter" in words(client.get(f"{LIST}/{referral.id}"))
    answer = client.get(f"{LIST}/{referral.id}/letter")
    assert answer.headers["content-type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert answer.headers["cache-control"] == "no-store"
    printed = [entry for entry in rows(session, AuditEntry) if entry.operation == "referral.printed"]
    assert [(entry.action, entry.recipient) for entry in printed] == [("disclosure", surgery.name)]
    referrals.withdraw(session, officer, session.get_one(Referral, referral.id), reason="She took it back")
    session.commit()
    assert client.get(f"{LIST}/{referral.id}/letter").status_code == 409


# The list

def test_the_list_shows_where_each_stands_and_filters(desk, officer, session, mr_hill, draft, sent):
    late = sent()
    draft(mr_hill)
    with acting(session, COMMAND_LINE, "test"):
        late.answer_due_on = clock.today() - timedelta(days=2)
    session.commit()
    client = desk(officer)
    said = words(client.get(LIST))
    assert "Answer overdue" in said and "Draft" in said and "Mrs Margaret Hill" in said
    part = client.get(LIST, params={"state": "overdue"}, headers=HTMX)
    assert "Margaret" in part.text and "Harold" not in part.text and "<html" not in part.text
    assert "None of these" in words(client.get(LIST, params={"state": "declined"}))
    assert "No referrals are open" not in words(client.get(LIST, params={"state": "x", "agency": "x'"}))


def test_an_empty_list_teaches(desk, officer):
    assert "Refer to a partner" in words(desk(officer).get(LIST))


def test_the_list_leaves_as_a_file_with_a_reason(desk, officer, session, sent):
    sent()
    client = desk(officer)
    assert client.submit(f"{LIST}/exports", {"recipient": "x"}).status_code == 422
    answer = client.submit(f"{LIST}/exports", {"recipient": "The board", "reason": "Quarterly review"})
    assert "Victim Support" in answer.text and answer.text.startswith('"OFFICIAL-SENSITIVE"')
    entry = next(entry for entry in rows(session, AuditEntry) if entry.operation == "referral.exported")
    assert (entry.action, entry.recipient, entry.reason) == ("disclosure", "The board", "Quarterly review")


def test_a_restricted_record_asks_why_before_its_referral_opens(desk, officer, session, mrs_hill, sent):
    referral = sent()
    keeping.restrict(session, officer, mrs_hill, reason="Her nephew works here")
    session.commit()
    client = desk(officer)
    assert "Victim Support" not in client.get(LIST).text.partition("<tbody>")[2]
    assert client.get(f"{LIST}/{referral.id}").status_code == 403


def test_the_ambassador_reads_their_own_and_sends_none(desk, ambassador, mr_shaw, sent):
    foreign, own = sent(), sent(mr_shaw)
    client = desk(ambassador)
    page = client.get(f"{LIST}/{own.id}")
    assert page.status_code == 200 and "Withdraw" not in page.text
    missing = client.get(f"{LIST}/999999")
    assert client.get(f"{LIST}/{foreign.id}").text == missing.text and missing.status_code == 404
    assert client.submit(f"{LIST}/{own.id}/withdrawal").status_code == 403
    assert "Refer to a partner" not in client.get(f"/desk/victims/{mr_shaw.id}").text


# Agencies

@pytest.mark.parametrize("htmx", BOTH)
def test_an_agency_is_added_changed_and_taken_off_the_list(desk, administrator, session, htmx):
    client, agencies = desk(administrator), f"{LIST}/agencies"
    form = {"name": "Harbour Trust", "kind": "charity", "method": "mail", "answer_days": "5",
            "email": "in@harbour.example.org", "telephone": "01632 960 399"}
    assert where(client.submit(agencies, form, headers=htmx), htmx) == agencies
    [added] = [one for one in rows(session, Agency) if one.name == "Harbour Trust"]
    here = f"{agencies}/{added.id}"
    twice = client.submit(agencies, form, headers=htmx)
    assert twice.status_code == 422 and "on the list already" in words(twice)
    client.submit(here, form | {"answer_days": "9", "version": added.version}, headers=htmx)
    stale = client.submit(here, form | {"version": "1"}, headers=htmx)
    assert stale.status_code == 409 and "meanwhile" in words(stale)
    client.submit(f"{here}/retirement", {"wanted": "off"})
    said = words(client.get(agencies))
    assert "No longer offered" in said and "9 working days" in said
    client.submit(f"{here}/retirement/undoing")
    assert rows(session, Agency)[-1].retired_at is None


@pytest.mark.parametrize(("wrong", "sentence", "field"), [
    ({"name": ""}, "Enter the name", "name"), ({"email": ""}, "Enter the e-mail address", "email"),
    ({"answer_days": "99"}, "from 1 to 60", "answer_days"), ({"email": "x"}, "correct format", "email"),
    ({"method": "letter"}, "Enter the address for the envelope", "postal_address")])
def test_an_agency_that_could_not_be_reached_stands_corrected(desk, officer, session, wrong, sentence, field):
    before = len(rows(session, Agency))
    form = {"name": "Harbour Trust", "kind": "charity", "method": "mail", "answer_days": "5",
            "email": "in@harbour.example.org"} | wrong
    answer = desk(officer).submit(f"{LIST}/agencies", form)
    assert answer.status_code == 422 and sentence in words(answer) and f'href="#{field}"' in answer.text
    assert len(rows(session, Agency)) == before


def test_the_page_warns_when_the_partner_was_told_otherwise(desk, officer, session, mrs_hill, sent):
    referral, client = sent(), desk(officer)
    assert "safely has changed" not in words(client.get(f"{LIST}/{referral.id}"))
    with acting(session, COMMAND_LINE, "victim.changed"):
        session.get_one(Victim, mrs_hill.id).may_visit = Answer.NO
    session.commit()
    assert "How to reach Mrs Hill safely has changed since this was sent" in words(
        client.get(f"{LIST}/{referral.id}"))


def test_a_letter_whose_code_is_lost_says_what_to_do(desk, officer, session, sent):
    surgery = session.scalars(select(Agency).where(Agency.method == Method.LETTER)).first()
    referral, client = sent(agency_id=surgery.id), desk(officer)
    session.scalars(select(LetterboxLink)).one().token_hash = "made with a secret that is no longer ours"
    session.commit()
    answer = client.get(f"{LIST}/{referral.id}/letter")
    assert answer.status_code == 409 and "Send it again, then print the letter" in words(answer)


def test_no_letter_leaves_about_somebody_who_has_died(desk, officer, session, mrs_hill, sent):
    surgery = session.scalars(select(Agency).where(Agency.method == Method.LETTER)).first()
    here, client = f"{LIST}/{sent(agency_id=surgery.id).id}", desk(officer)
    with acting(session, COMMAND_LINE, "victim.changed"):
        session.get_one(Victim, mrs_hill.id).deceased_on = clock.today()
    session.commit()
    page = words(client.get(here))
    assert "is recorded as having died" in page and "Print the letter" not in page
    answer = client.get(f"{here}/letter")
    assert answer.status_code == 409 and "nobody is referred any more" in words(answer)
    assert "referral.printed" not in [entry.operation for entry in rows(session, AuditEntry)]
