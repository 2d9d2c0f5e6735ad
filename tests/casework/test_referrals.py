"""Referrals: lawful or not sent, only what was consented to, once, and every answer brought home."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import referrals, timeline
from outreach.casework.follow_ups import FollowUp
from outreach.casework.follow_ups import Status as FollowUpStatus
from outreach.casework.fraud_reports import Source, enter_report
from outreach.casework.referrals import (
    Agency,
    AgencyFacts,
    AgencyKind,
    AgencyRefused,
    AlreadyOpen,
    Basis,
    CannotRefer,
    Consent,
    Method,
    Referral,
    ReferralFacts,
    ReferralStep,
    Share,
    Show,
    Status,
    StepKind,
    answering,
    careful,
    chasing,
    letter,
)
from outreach.casework.safe_contact import Answer
from outreach.casework.timeline import Kind
from outreach.casework.victims import NotFound, ReasonNeeded, Victim, entering, keeping, merging
from outreach.foundation import clock, letterbox, outbox, signing
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.letterbox import LetterboxLink, Purpose
from outreach.foundation.operation import acting
from outreach.foundation.outbox import Engine, Lane, OutboxMessage, lives
from outreach.foundation.permissions import COMMAND_LINE, Actor, NotAllowed
from outreach.insight import today

Refer = Callable[..., Referral]
ASK = "Please visit within a week"


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    before = [*signing._secrets]
    signing.use(lambda: b"the secret of the tests, 32 bytes long")
    yield
    signing._secrets[:] = before


@pytest.fixture
def worker(database: Database, session: Session, tmp_path: Path) -> Iterator[Engine]:
    """Works on what was committed; on SQLite it could not while our own session holds the pen."""
    class Calm(Engine):
        def work(self, lane: Lane, ids: Any = None) -> int:
            session.commit()
            return super().work(lane, ids)

    life = lives.Life(database)
    life.begin()
    yield Calm(database, outbox.means(tmp_path, "https://desk.example.org/desk",
                                        public_url="https://outreach.example.org"), life.name)
    life.end()


@pytest.fixture
def support(session: Session) -> Agency:
    """Victim Support, from the list a force begins with; answers by mail within two working days."""
    return _agency(session, Agency.name == "Victim Support")


@pytest.fixture
def surgery(session: Session) -> Agency:
    """A surgery that is written to."""
    return _agency(session, Agency.method == Method.LETTER)


def _agency(session: Session, which: Any) -> Agency:
    found = session.scalars(select(Agency).where(which).order_by(Agency.id)).first()
    session.commit()      # on SQLite whoever looks in a writing session holds the pen
    assert found is not None
    return found


@pytest.fixture
def refer(session: Session, officer: Actor, support: Agency) -> Refer:
    """`refer(victim)`: a draft with consent, ready to be sent; whatever is given differs."""
    def one(victim: Victim, **more: Any) -> Referral:
        facts = {"agency_id": support.id, "basis": Basis.CONSENT, "consent": Consent.GIVEN, "asks": ASK,
                 "shares": [Share.NAME, Share.PHONES]} | more
        drafted = referrals.draft(session, officer, victim, ReferralFacts(**facts))
        session.commit()
        return drafted
    return one


@pytest.fixture
def sent(session: Session, officer: Actor, refer: Refer) -> Refer:
    """The same, sent."""
    def one(victim: Victim, **more: Any) -> Referral:
        referral = referrals.send(session, officer, refer(victim, **more))
        session.commit()
        return referral
    return one


def link_of(session: Session, referral: Referral) -> LetterboxLink:
    link = letterbox.newest(session, ("referral", referral.id))
    assert link is not None
    return link


def say(session: Session, referral: Referral, kind: str, words: str = "") -> None:
    letterbox.answer(session, link_of(session, referral), kind, words)
    session.commit()


def again(session: Session, record: Any) -> Any:
    """The record as the database has it now."""
    session.commit()
    session.refresh(record)
    return record


def mails(tmp_path: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(tmp_path.rglob("*.eml"))]


def disclosures(session: Session) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.action == "disclosure")
                                .order_by(AuditEntry.id)))


# The ground in law

YES, NO, LACKS, UNASKED = Consent.GIVEN, Consent.REFUSED, Consent.LACKS_CAPACITY, Consent.NOT_SOUGHT
OTHERS = (Basis.VITAL_INTERESTS, Basis.PUBLIC_TASK, Basis.SECTION_42)
MATRIX = [
    (None, None, "", "consent"), (None, YES, "", "basis"), (None, NO, "why", "basis"),
    (Basis.CONSENT, None, "", "consent"), (Basis.CONSENT, YES, "", None),
    (Basis.CONSENT, NO, "why", "basis"), (Basis.CONSENT, LACKS, "why", "basis"),
    (Basis.CONSENT, UNASKED, "why", "basis"),
    *((basis, YES, "", None) for basis in OTHERS),
    *((basis, consent, "", "consent_reason") for basis in OTHERS for consent in (NO, LACKS, UNASKED)),
    *((basis, consent, "  ", "consent_reason") for basis in OTHERS for consent in (NO, LACKS, UNASKED)),
    *((basis, consent, "why", None) for basis in OTHERS for consent in (NO, LACKS, UNASKED)),
]


@pytest.mark.parametrize(("basis", "consent", "reason", "field"), MATRIX)
def test_without_consent_or_another_ground_written_down_nothing_leaves(
        session: Session, officer: Actor, mrs_hill: Victim, refer: Refer, basis: Basis | None,
        consent: Consent | None, reason: str, field: str | None) -> None:
    referral = refer(mrs_hill, basis=basis, consent=consent, consent_reason=reason)
    if field is None:
        assert referrals.send(session, officer, referral).status is Status.SENT
        return
    with pytest.raises(CannotRefer) as refused:
        referrals.send(session, officer, referral)
    assert refused.value.field == field
    assert referral.status is Status.DRAFT and disclosures(session) == []
    assert session.scalars(select(OutboxMessage)).all() == [] == session.scalars(select(LetterboxLink)).all()


@pytest.mark.parametrize(("wrong", "field", "sentence"), [
    ({"shares": []}, "shares", "Tick what the partner may see"),
    ({"asks": " "}, "asks", "Say what you ask of them"),
    ({"shares": [Share.HAPPENED]}, "happened", "Say what happened"),
    ({"shares": [Share.LOST]}, "shares", "Nothing that is ticked is on record"),
    ({"method": Method.LETTER}, "method", "There is no postal address"),
])
def test_what_the_partner_could_not_use_is_not_sent(session: Session, officer: Actor, mrs_hill: Victim,
                                                    refer: Refer, support: Agency, wrong: dict[str, Any],
                                                    field: str, sentence: str) -> None:
    with acting(session, COMMAND_LINE, "test"):
        support.postal_address = ""
    referral = refer(mrs_hill, **wrong)
    with pytest.raises(CannotRefer, match=sentence) as refused:
        referrals.send(session, officer, referral)
    assert refused.value.field == field and disclosures(session) == []


def test_a_surgery_without_an_address_for_mail_gets_none(session: Session, officer: Actor, mrs_hill: Victim,
                                                         refer: Refer, surgery: Agency) -> None:
    with pytest.raises(CannotRefer, match="no e-mail address"):
        referrals.send(session, officer, refer(mrs_hill, agency_id=surgery.id, method=Method.MAIL))


def test_nobody_who_has_died_is_referred(session: Session, officer: Actor, mrs_hill: Victim,
                                         refer: Refer) -> None:
    referral = refer(mrs_hill)
    keeping.record_death(session, officer, mrs_hill)
    with pytest.raises(CannotRefer, match="recorded as having died"):
        referrals.send(session, officer, referral)
    with pytest.raises(CannotRefer, match="recorded as having died"):
        refer(mrs_hill)


def test_a_supporter_they_said_no_to_is_not_named(session: Session, officer: Actor, enter: Any,
                                                  refer: Refer) -> None:
    ann = enter("Ann", "Grey", supporter_name="Joe Grey", supporter_consent=Answer.NO)
    with pytest.raises(CannotRefer, match="may not talk to their supporter"):
        referrals.send(session, officer, refer(ann, shares=[Share.NAME, Share.SUPPORTER]))


def test_a_second_open_referral_to_the_same_agency_has_to_be_meant(session: Session, officer: Actor,
                                                                   mrs_hill: Victim, mr_hill: Victim,
                                                                   refer: Refer, sent: Refer) -> None:
    first, second = sent(mrs_hill), refer(mrs_hill)
    with pytest.raises(AlreadyOpen, match=first.reference):
        referrals.send(session, officer, second)
    assert sent(mr_hill).status is Status.SENT
    assert referrals.send(session, officer, second, meant=True).status is Status.SENT
    referrals.close(session, officer, first, result="Done")
    referrals.close(session, officer, second, result="Done")
    assert sent(mrs_hill).status is Status.SENT


def test_an_agency_off_the_list_is_offered_no_more(session: Session, officer: Actor, mrs_hill: Victim,
                                                   refer: Refer, support: Agency) -> None:
    referral = refer(mrs_hill)
    referrals.retire_agency(session, officer, support)
    with pytest.raises(CannotRefer, match="no longer on the list"):
        referrals.send(session, officer, referral)
    with pytest.raises(CannotRefer, match="no longer on the list"):
        refer(mrs_hill)


@pytest.mark.parametrize("who", ["ambassador", "supervisor", "volunteer", "communicator", "administrator"])
def test_only_the_officer_refers(session: Session, request: pytest.FixtureRequest, mrs_hill: Victim,
                                 refer: Refer, who: str) -> None:
    actor, referral = request.getfixturevalue(who), refer(mrs_hill)
    for deed in (lambda: referrals.send(session, actor, referral),
                 lambda: referrals.withdraw(session, actor, referral),
                 lambda: referrals.draft(session, actor, mrs_hill, ReferralFacts(referral.agency_id))):
        with pytest.raises(NotAllowed):
            deed()


# What the partner sees

CANARIES = {
    Share.NAME: {"last_name": "Canaryname"}, Share.ADDRESS: {"address_line_1": "1 Canary Row"},
    Share.PHONES: {"phones": ("+441632960777",)}, Share.EMAIL: {"email": "canarymail@example.org"},
    Share.AGE: {"born_on": date(1931, 2, 3)}, Share.VULNERABILITY: {"vulnerability": ["sight"]},
    Share.SUPPORTER: {"supporter_name": "Canary Friend"}}
TRACES = {Share.NAME: "Canaryname", Share.ADDRESS: "Canary Row", Share.PHONES: "960 777",
          Share.EMAIL: "canarymail", Share.AGE: "3 February 1931", Share.HAPPENED: "canary story",
          Share.LOST: "4,321", Share.VULNERABILITY: "sight", Share.SUPPORTER: "Canary Friend"}


@pytest.fixture
def canary(session: Session, enter: Any) -> Victim:
    """Somebody every detail of whom can be told from any other text."""
    details = {name: value for facts in CANARIES.values() for name, value in facts.items()}
    victim = enter("", details.pop("last_name"), phones=details.pop("phones"), **details)
    enter_report(session, COMMAND_LINE, victim, source=Source.SELF, fraud_type="courier",
                 lost=Decimal(4321))
    session.commit()
    session.expire_all()
    return victim


@pytest.mark.parametrize("share", list(Share))
def test_what_was_not_consented_to_appears_nowhere(session: Session, officer: Actor, canary: Victim,
                                                   sent: Refer, worker: Engine, tmp_path: Path,
                                                   share: Share) -> None:
    """Only one detail is ticked: every other one is looked for in the letterbox, the letter and the mail."""
    referral = sent(canary, shares=[share], happened="A canary story", wishes="A secret wish",
                    consent_reason="A secret reason")
    link = link_of(session, referral)
    worker.work(Lane.POST)
    paper = str(letter.facts_of(session, referral, link, "https://outreach.example.org"))
    for text in (str(link.shown), paper):
        assert TRACES[share] in text
        assert [other for other, trace in TRACES.items() if other is not share and trace in text] == []
        assert "secret" not in text
    [mail] = mails(tmp_path)
    assert [trace for trace in (*TRACES.values(), "secret") if trace in mail.replace("=\n", "")] == []
    message = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "referral.mail")).one()
    assert message.payload == {"link_id": link.id}


def test_the_rules_of_safe_contact_always_go_along(session: Session, enter: Any, sent: Refer) -> None:
    ann = enter("Ann", "Grey", may_visit=Answer.NO, may_post=Answer.YES, who_may_answer="Only Ann herself",
                safe_from=clock.time(10), safe_until=clock.time(16), language="Welsh")
    careful = link_of(session, sent(ann, shares=[Share.NAME])).shown["careful"]
    assert {"Do not visit", "You may write to them", "Ask us before you text", "Do not leave a message",
            "Get in touch only between 10am and 4pm", "Who may answer: Only Ann herself"} <= set(careful)


def test_a_number_with_somebody_elses_name_beside_it_is_not_theirs_to_give(session: Session, officer: Actor,
                                                                           enter: Any, sent: Refer) -> None:
    ann = enter("Ann", "Grey", phones=("+441632960111",))
    noted = [("+441632960111", "after 6pm"), ("+447700900222", "daughter, Eve")]
    entering.change(session, officer, ann, seen={"phones": [("+441632960111", "")]}, phones=noted)
    shown = str(link_of(session, sent(ann)).shown["facts"])
    assert "960 111 after 6pm" in shown and "Eve" not in shown and "900 222" not in shown


def test_what_the_partner_sees_is_frozen(session: Session, officer: Actor, mrs_hill: Victim,
                                         sent: Refer) -> None:
    referral = sent(mrs_hill)
    entering.change(session, officer, mrs_hill, seen={"last_name": "Hill"}, last_name="Vale")
    session.commit()
    assert "Hill" in str(link_of(session, referral).shown["facts"])
    with pytest.raises(CannotRefer, match="stays as it was"):
        referrals.redraft(session, officer, referral, ReferralFacts(referral.agency_id, asks="More"))
    referrals.send_again(session, officer, referral)
    assert "Vale" in str(link_of(session, referral).shown["facts"])


# Sending

def test_sending_is_one_disclosure_with_its_recipient(session: Session, officer: Actor, mrs_hill: Victim,
                                                      sent: Refer) -> None:
    referral = sent(mrs_hill, recipient="The duty desk")
    [entry] = disclosures(session)
    assert (entry.record_type, entry.record_id, entry.actor_id) == ("victim", mrs_hill.id, officer.id)
    assert entry.recipient == "The duty desk, Victim Support" and entry.operation == "referral.sent"
    assert entry.details == {"referral_id": referral.id, "fields": ["name", "phones", "safe contact"]}


def test_the_mail_leaves_once_however_often_the_worker_looks(session: Session, mrs_hill: Victim, sent: Refer,
                                                             worker: Engine, tmp_path: Path) -> None:
    referral = sent(mrs_hill)
    assert [worker.work(Lane.POST) for _ in range(3)] == [1, 0, 0]
    [mail] = mails(tmp_path)
    code = letterbox.code_of(session, link_of(session, referral))
    assert "To: referrals@victim-support.example.org" in mail and referral.reference in mail
    assert f"https://outreach.example.org/referral-answers/{code}" in mail
    assert "Hill" not in mail and "Margaret" not in mail


def test_a_draft_is_sent_once(session: Session, officer: Actor, mrs_hill: Victim, sent: Refer) -> None:
    referral = sent(mrs_hill)
    with pytest.raises(CannotRefer, match="sent already"):
        referrals.send(session, officer, referral)
    assert len(disclosures(session)) == 1


def test_what_is_withdrawn_before_it_leaves_does_not_leave(session: Session, officer: Actor, mrs_hill: Victim,
                                                           sent: Refer, worker: Engine,
                                                           tmp_path: Path) -> None:
    referral = sent(mrs_hill)
    code = letterbox.code_of(session, link_of(session, referral))
    referrals.withdraw(session, officer, referral, reason="She took her consent back")
    session.commit()
    worker.work(Lane.POST)
    assert mails(tmp_path) == [] and letterbox.find(session, code, Purpose.REFERRAL) is None
    with pytest.raises(CannotRefer, match="withdrawn already"):
        referrals.withdraw(session, officer, referral, reason="She took her consent back")


def test_a_withdrawal_of_what_was_sent_says_why_and_a_draft_is_just_given_up(
        session: Session, officer: Actor, mrs_hill: Victim, mr_hill: Victim, refer: Refer,
        sent: Refer) -> None:
    with pytest.raises(CannotRefer, match="why it is withdrawn"):
        referrals.withdraw(session, officer, sent(mrs_hill), reason="no")
    assert referrals.withdraw(session, officer, refer(mr_hill)).status is Status.WITHDRAWN


def test_sending_again_gives_a_new_link_and_closes_the_old(session: Session, officer: Actor, mrs_hill: Victim,
                                                           sent: Refer, worker: Engine,
                                                           tmp_path: Path) -> None:
    referral = sent(mrs_hill)
    old = letterbox.code_of(session, link_of(session, referral))
    referrals.send_again(session, officer, referral)
    session.commit()
    new = letterbox.code_of(session, link_of(session, referral))
    assert letterbox.find(session, old, Purpose.REFERRAL) is None
    assert letterbox.find(session, new, Purpose.REFERRAL) is not None
    worker.work(Lane.POST)
    [mail] = mails(tmp_path)
    assert new in mail and old not in mail and len(disclosures(session)) == 2


def test_a_letter_is_printed_instead_of_mailed_and_carries_the_code(session: Session, mrs_hill: Victim,
                                                                    sent: Refer, surgery: Agency) -> None:
    referral = sent(mrs_hill, agency_id=surgery.id)
    assert session.scalars(select(OutboxMessage)).all() == []
    link = link_of(session, referral)
    facts = letter.facts_of(session, referral, link, "https://outreach.example.org")
    assert letterbox.tidy(facts["code"]) == letterbox.code_of(session, link)
    assert facts["where"] == "outreach.example.org/referral-answers" and facts["address"] == surgery.address
    assert letter.pdf_of(session, referral, link, "https://outreach.example.org").startswith(b"%PDF")


def test_a_letter_waits_on_today_until_it_is_posted(session: Session, officer: Actor, mrs_hill: Victim,
                                                    mr_hill: Victim, sent: Refer, surgery: Agency) -> None:
    def waiting() -> list[str]:
        return [line.why for line in today.lines(session, officer) if line.kind is today.Kind.REFERRAL]
    referral = sent(mrs_hill, agency_id=surgery.id)
    assert waiting() == [f"Print the letter to {surgery.name} and post it."]
    referrals.post(session, officer, referral)
    assert waiting() == []
    for one in (referral, sent(mr_hill)):
        with pytest.raises(CannotRefer, match="no letter of this referral"):
            referrals.post(session, officer, one)
    referrals.send_again(session, officer, referral)
    assert len(waiting()) == 1 and referral.is_to_be_posted


# Answers

@pytest.mark.parametrize(("kind", "words", "status"), [
    ("accepted", "", Status.ACCEPTED), ("declined", "Out of our area", Status.DECLINED),
    ("reported", "Visited on Tuesday", Status.REPORTED), ("question", "Which day?", Status.SENT)])
def test_an_answer_through_the_link_comes_home_once(session: Session, mrs_hill: Victim, sent: Refer,
                                                    worker: Engine, tmp_path: Path, kind: str, words: str,
                                                    status: Status) -> None:
    referral = sent(mrs_hill)
    say(session, referral, kind, words)
    say(session, referral, kind, words)
    assert [worker.work(Lane.ROWS) for _ in range(3)] == [1, 0, 0]
    referral = again(session, referral)
    assert referral.status is status and referral.acknowledged_at is not None
    assert bool(referral.question_at) is (kind == "question")
    steps = session.scalars(select(ReferralStep).order_by(ReferralStep.id)).all()
    assert [(step.kind, step.words) for step in steps] == [(StepKind.SENT, ""), (StepKind(kind), words)]
    worker.work(Lane.POST)
    told = [mail for mail in mails(tmp_path) if "officer@example.org" in mail]
    assert len(told) == 1 and f"/referrals/{referral.id}" in told[0] and "Hill" not in told[0]
    assert not words or words not in told[0]


def test_an_answer_that_is_carried_in_twice_is_one_step(session: Session, mrs_hill: Victim,
                                                        sent: Refer) -> None:
    """As when a worker dies after the step was written and another takes the promise up."""
    say(session, sent(mrs_hill), "accepted")
    message = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "letterbox.referral")).one()
    for _ in range(2):
        answering.bring_in(session, message)
    steps = session.scalars(select(ReferralStep.kind).order_by(ReferralStep.id)).all()
    assert steps == [StepKind.SENT, StepKind.ACCEPTED]


def test_a_reply_stands_behind_the_same_link_and_is_a_disclosure(session: Session, officer: Actor,
                                                                 mrs_hill: Victim, sent: Refer,
                                                                 worker: Engine, tmp_path: Path) -> None:
    referral = sent(mrs_hill)
    say(session, referral, "question", "Which day?")
    worker.work(Lane.ROWS)
    referrals.reply(session, officer, again(session, referral), words="Any morning")
    session.commit()
    worker.work(Lane.POST)
    link = link_of(session, referral)
    assert [(one.kind, one.words) for one in letterbox.said(session, link)] == [
        ("question", "Which day?"), ("reply", "Any morning")]
    [mail] = [mail for mail in mails(tmp_path) if "our reply" in mail]
    assert letterbox.code_of(session, link) in mail and "morning" not in mail
    assert referral.question_at is None
    assert [entry.operation for entry in disclosures(session)] == ["referral.sent", "referral.replied"]


def test_what_came_in_the_minute_we_closed_is_kept_and_changes_nothing(session: Session, officer: Actor,
                                                                       mrs_hill: Victim, sent: Refer,
                                                                       worker: Engine) -> None:
    referral = sent(mrs_hill)
    say(session, referral, "reported", "Done, too late")
    referrals.close(session, officer, referral, result="They rang")
    session.commit()
    worker.work(Lane.ROWS)
    assert again(session, referral).status is Status.CLOSED
    assert "Done, too late" in [step.words for step in session.scalars(select(ReferralStep))]


@pytest.mark.parametrize(("kind", "words", "field"), [
    (StepKind.DECLINED, "", "words"), (StepKind.SENT, "x", "kind"), (StepKind.REPLY, "x", "kind")])
def test_what_nobody_said_is_not_written_down(session: Session, officer: Actor, mrs_hill: Victim, sent: Refer,
                                              kind: StepKind, words: str, field: str) -> None:
    with pytest.raises(CannotRefer) as refused:
        referrals.hear(session, officer, sent(mrs_hill), kind, words=words)
    assert refused.value.field == field


@pytest.mark.parametrize("days", [-3, 1])
def test_no_answer_came_before_it_was_asked_for_nor_tomorrow(session: Session, officer: Actor,
                                                             mrs_hill: Victim, sent: Refer,
                                                             days: int) -> None:
    with pytest.raises(CannotRefer, match="from when it was sent up to today") as refused:
        referrals.hear(session, officer, sent(mrs_hill), StepKind.ACCEPTED,
                       at=clock.now() + timedelta(days=days))
    assert refused.value.field == "at"


def test_an_answer_by_phone_counts_and_a_draft_has_none(session: Session, officer: Actor, mrs_hill: Victim,
                                                        refer: Refer) -> None:
    referral = refer(mrs_hill)
    with pytest.raises(CannotRefer, match="no answer belongs to it"):
        referrals.hear(session, officer, referral, StepKind.ACCEPTED)
    referrals.send(session, officer, referral)
    referrals.hear(session, officer, referral, StepKind.ACCEPTED)
    assert referral.status is Status.ACCEPTED
    with pytest.raises(CannotRefer, match="Say what came of it"):
        referrals.close(session, officer, referral, result=" ")


# Overdue

def make_late(session: Session, referral: Referral) -> None:
    with acting(session, COMMAND_LINE, "test.clock"):
        referral.answer_due_on = clock.today() - timedelta(days=1)
    session.commit()


def chase(session: Session, worker: Engine) -> list[FollowUp]:
    chasing.fire(session, clock.now())
    session.commit()
    worker.work(Lane.ROWS)
    session.commit()
    session.expire_all()
    return list(session.scalars(select(FollowUp)))


def test_an_overdue_answer_becomes_one_follow_up(session: Session, officer: Actor, mrs_hill: Victim,
                                                 sent: Refer, worker: Engine) -> None:
    referral = sent(mrs_hill)
    assert referral.answer_due_on > clock.today() and chase(session, worker) == []
    make_late(session, referral)
    [line] = [line for line in today.lines(session, officer) if line.kind is today.Kind.REFERRAL]
    assert "No answer from Victim Support" in line.why and line.late
    for _ in range(3):
        [follow_up] = chase(session, worker)
    assert follow_up.reason == f"Chase: no answer from Victim Support ({referral.reference})"
    assert (follow_up.assignee_id, follow_up.status) == (officer.id, FollowUpStatus.PLANNED)
    assert [line for line in today.lines(session, officer) if line.kind is today.Kind.REFERRAL] == []


def test_nobody_chases_once_the_answer_is_here(session: Session, mrs_hill: Victim, sent: Refer,
                                               worker: Engine) -> None:
    referral = sent(mrs_hill)
    make_late(session, referral)
    [follow_up] = chase(session, worker)
    say(session, referral, "accepted")
    worker.work(Lane.ROWS)
    assert again(session, follow_up).status is FollowUpStatus.CANCELLED
    assert len(chase(session, worker)) == 1


# Safe contact that changes after it left

def told_anew(session: Session, worker: Engine) -> None:
    session.commit()
    careful.fire(session, clock.now())
    session.commit()
    worker.work(Lane.ROWS)
    worker.work(Lane.POST)
    session.commit()
    session.expire_all()


def forbids_visits(session: Session, victim: Victim) -> None:
    with acting(session, COMMAND_LINE, "victim.changed"):
        victim.may_visit = Answer.NO
    session.commit()


def test_a_partner_is_told_when_safe_contact_changes(session: Session, mrs_hill: Victim, sent: Refer,
                                                     worker: Engine, tmp_path: Path) -> None:
    referral = sent(mrs_hill)
    told_anew(session, worker)
    assert not session.scalars(select(OutboxMessage).where(OutboxMessage.kind == careful.KIND)).all()
    forbids_visits(session, mrs_hill)
    assert "Do not visit" not in link_of(session, referral).shown["careful"]
    for _ in range(2):
        told_anew(session, worker)
    shown = link_of(session, referral).shown
    assert "Do not visit" in shown["careful"] and shown["facts"][0] == ["Name", "Mrs Margaret Hill"]
    [mail] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == careful.MAIL))
    kept = "".join(file.read_text() for file in tmp_path.rglob("*") if file.is_file())
    assert mail.state == "done" and "read this again before you act" in kept and "Hill" not in kept
    steps = session.scalars(select(ReferralStep.kind).where(ReferralStep.referral_id == referral.id))
    assert [*steps] == [StepKind.SENT, StepKind.CAREFUL]
    [disclosed] = session.scalars(select(AuditEntry).where(AuditEntry.operation == "referral.careful_changed",
                                                           AuditEntry.action == "disclosure"))
    assert (disclosed.recipient, disclosed.record_id) == ("Victim Support", mrs_hill.id)


def test_a_partner_with_a_letter_is_rung(session: Session, mrs_hill: Victim, sent: Refer, surgery: Agency,
                                         worker: Engine) -> None:
    referral = sent(mrs_hill, agency_id=surgery.id)
    forbids_visits(session, mrs_hill)
    told_anew(session, worker)
    [follow_up] = session.scalars(select(FollowUp))
    assert follow_up.reason == (f"Ring {surgery.name}: how to reach them safely has changed "
                                f"({referral.reference})")


def test_nobody_is_told_of_a_referral_that_is_done_with(session: Session, officer: Actor, mrs_hill: Victim,
                                                        sent: Refer, worker: Engine) -> None:
    referral = sent(mrs_hill)
    referrals.close(session, officer, referral, result="They visited her")
    forbids_visits(session, mrs_hill)
    told_anew(session, worker)
    assert "Do not visit" not in link_of(session, referral).shown["careful"]


# Where they are seen

def test_today_says_what_waits_for_us(session: Session, officer: Actor, supervisor: Actor, mrs_hill: Victim,
                                      mr_hill: Victim, sent: Refer, worker: Engine) -> None:
    say(session, sent(mrs_hill), "question", "Which day?")
    say(session, sent(mr_hill), "declined", "Full")
    worker.work(Lane.ROWS)
    session.commit()
    session.expire_all()
    found = [line for line in today.lines(session, officer) if line.kind is today.Kind.REFERRAL]
    assert [line.why for line in found] == ["Victim Support asked a question and waits for your reply.",
                                            "Victim Support cannot help: decide what next."]
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.restricted = True
    assert "Victim Support asked" not in str(today.lines(session, officer))
    assert [line for line in today.lines(session, supervisor) if line.kind is today.Kind.REFERRAL] == []


def test_today_says_when_a_partner_must_hear_of_a_death(session: Session, officer: Actor, mrs_hill: Victim,
                                                        mr_hill: Victim, refer: Refer, sent: Refer) -> None:
    """So that nobody knocks at the door of a widower to ask how his wife is."""
    sent(mrs_hill)
    refer(mr_hill)
    for victim in (mrs_hill, mr_hill):
        keeping.record_death(session, officer, victim)
    found = [line.why for line in today.lines(session, officer) if line.kind is today.Kind.REFERRAL]
    assert found == ["Has died: tell Victim Support, and withdraw the referral."]


def test_each_step_is_told_on_the_timeline(session: Session, officer: Actor, mrs_hill: Victim,
                                           sent: Refer) -> None:
    referral = sent(mrs_hill)
    referrals.hear(session, officer, referral, StepKind.REPORTED, words="Visited, and all is well")
    entries = timeline.page(session, [mrs_hill.id], kinds=[Kind.REFERRAL]).entries
    assert [entry.title for entry in entries] == ["Victim Support reported back",
                                                  "Referred to Victim Support"]
    assert entries[0].words == "Visited, and all is well" and "on the ground of consent" in entries[1].facts


def test_an_ambassador_sees_those_of_their_own_victims(session: Session, officer: Actor, ambassador: Actor,
                                                       supervisor: Actor, mrs_hill: Victim, mr_shaw: Victim,
                                                       sent: Refer) -> None:
    foreign, own = sent(mrs_hill), sent(mr_shaw)
    assert referrals.open_referral(session, ambassador, own.id) is own
    with pytest.raises(NotFound):
        referrals.open_referral(session, ambassador, foreign.id)
    assert [line.id for line in referrals.list_referrals(session, ambassador).lines] == [own.id]
    assert len(referrals.list_referrals(session, supervisor).lines) == 2


def test_a_restricted_persons_referral_tells_nothing_until_somebody_says_why(
        session: Session, officer: Actor, mrs_hill: Victim, sent: Refer) -> None:
    referral = sent(mrs_hill)
    keeping.restrict(session, officer, mrs_hill, reason="Her nephew works here")
    session.commit()
    [line] = referrals.list_referrals(session, officer).lines
    assert "Victim Support" not in str(line) and line.basis == ""
    with pytest.raises(ReasonNeeded):
        referrals.open_referral(session, officer, referral.id)
    keeping.say_why(session, officer, mrs_hill.id, reason="They rang about it")
    session.commit()
    assert referrals.open_referral(session, officer, referral.id) is referral


def test_the_list_is_filtered_and_paged(session: Session, officer: Actor, mrs_hill: Victim, mr_hill: Victim,
                                        refer: Refer, sent: Refer,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    late, asked, draft = sent(mrs_hill), sent(mr_hill), refer(mrs_hill)
    make_late(session, late)
    referrals.hear(session, officer, asked, StepKind.QUESTION, words="Which day?")
    session.commit()

    def ids(show: Show | None = None, **more: Any) -> list[int]:
        return [line.id for line in referrals.list_referrals(session, officer, show, **more).lines]
    assert ids() == [draft.id, asked.id, late.id] and ids(oldest_first=True) == [late.id, asked.id, draft.id]
    assert (ids(Show.OVERDUE), ids(Show.ASKED), ids(Show.DRAFT)) == ([late.id], [asked.id], [draft.id])
    assert ids(agency_id=999999) == []
    monkeypatch.setattr("outreach.casework.referrals.listing.PAGE", 2)
    first = referrals.list_referrals(session, officer)
    assert ([line.id for line in first.lines], first.later, first.earlier) == ([draft.id, asked.id], True,
                                                                               False)
    assert ids(after=asked.id) == [late.id] and ids(before=late.id) == [draft.id, asked.id]


def test_referrals_move_with_a_merge_and_back(session: Session, officer: Actor, mrs_hill: Victim,
                                              mr_hill: Victim, sent: Refer) -> None:
    referral = sent(mr_hill)
    combined = merging.merge(session, officer, mrs_hill, mr_hill)
    session.commit()
    assert again(session, referral).victim_id == mrs_hill.id
    merging.unmerge(session, officer, combined)
    session.commit()
    assert again(session, referral).victim_id == mr_hill.id


# Agencies

def test_the_list_begins_with_agencies_whose_addresses_are_invented(session: Session) -> None:
    found = referrals.agencies(session)
    assert len(found) >= 10 and {AgencyKind.COUNCIL, AgencyKind.BANK} <= {one.kind for one in found}
    assert all(one.is_invented or not one.email for one in found)


@pytest.mark.parametrize(("wrong", "field"), [
    ({"name": " victim support "}, "name"), ({"email": ""}, "email"), ({"answer_days": 0}, "answer_days"),
    ({"method": Method.LETTER}, "postal_address"), ({"answer_days": 61}, "answer_days")])
def test_an_agency_that_could_not_be_reached_is_refused(session: Session, officer: Actor,
                                                        wrong: dict[str, Any], field: str) -> None:
    facts = {"name": "Harbour Trust", "kind": AgencyKind.CHARITY, "email": "in@harbour.example.org"} | wrong
    with pytest.raises(AgencyRefused) as refused:
        referrals.add_agency(session, officer, AgencyFacts(**facts))
    assert refused.value.field == field


def test_an_administrator_keeps_the_list_and_an_ambassador_does_not(session: Session, administrator: Actor,
                                                                    ambassador: Actor) -> None:
    facts = AgencyFacts("Harbour Trust", AgencyKind.CHARITY, "in@harbour.example.org")
    added = referrals.add_agency(session, administrator, facts)
    assert referrals.change_agency(session, administrator, added, AgencyFacts(
        "Harbour Trust", AgencyKind.CHARITY, "new@harbour.example.org")).email == "new@harbour.example.org"
    with pytest.raises(NotAllowed):
        referrals.add_agency(session, ambassador, facts)
