"""Making an assessment: whatever is refused, refused in words; and every consequence, in the open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.assessments import factors, standing
from outreach.casework.assessments.councils import council_for
from outreach.casework.assessments.record import Assessment, Tells
from outreach.casework.assessments.scoring import Score, review_on, shown_by_record, suggested, work_out
from outreach.casework.follow_ups import OPEN, FollowUp, Proposal, Step
from outreach.casework.need import Band
from outreach.casework.victims.record import Kind, Victim
from outreach.foundation.clock import now, today
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

ADULT = 18
ENHANCED = "Vulnerable: assessed"


class Refused(ValueError):
    """This assessment cannot stand; the text says what to do, `field` which answer it is about."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class AssessedTwice(Exception):
    """The very same assessment within a minute: a double click."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the assessor says."""

    on: date
    ticked: Sequence[str] = ()
    notes: Mapping[str, str] = field(default_factory=dict)      # code of a factor → note
    override: Band | None = None
    override_reason: str = ""
    needs_care: Tells | None = None
    faces_abuse: Tells | None = None
    cannot_protect: Tells | None = None
    adult_at_risk: Tells = Tells.UNSURE
    capacity_concern: bool = False
    capacity_note: str = ""
    views: str = ""
    next_review_on: date | None = None      # None: by band

    @property
    def limbs(self) -> tuple[Tells | None, ...]:
        """The three limbs of the Care Act 2014, s.42(1)."""
        return self.needs_care, self.faces_abuse, self.cannot_protect


@operation("assessment.made", needs=May.ASSESS)
def assess(session: Session, actor: Actor, victim: Victim, judgement: Judgement, *,
           supersedes: Assessment | None = None, superseding_reason: str = "",
           enhanced_rights: bool = False, plan_follow_up: bool = False) -> Assessment:
    """Keep a judgement, in the words and points of its day; the record follows it, and the review it answers
    is done. The caller has locked the victim.

    `enhanced_rights` gives the Victims' Code status; `plan_follow_up` plans one where `propose` has one.
    Raises `Refused`, `AssessedTwice`.
    """
    _refuse(session, victim, judgement, supersedes, superseding_reason)
    score = work_out(session, victim, judgement.on, judgement.ticked)
    made = _made(actor, victim, judgement, score)
    made.supersedes_id = supersedes.id if supersedes else None
    made.superseding_reason = superseding_reason.strip()
    _refuse_double_click(session, made)
    session.add(made)
    standing.follow(session, victim)
    if enhanced_rights and not victim.enhanced_rights:
        victim.enhanced_rights, victim.enhanced_rights_basis = True, f"{ENHANCED} {spoken(judgement.on)}"
    follow_ups.close_reviews(session, actor, victim)
    if plan_follow_up and (proposal := propose(session, victim)):
        follow_ups.plan(session, actor, victim, due_at=proposal.due_at, reason=proposal.reason,
                        assignee_id=_whose(session, actor, victim), step=proposal.step)
    return made


def propose(session: Session, victim: Victim) -> Proposal | None:
    """A first contact for somebody in high need for whom nothing is planned; None for everybody else."""
    if victim.band is not Band.HIGH or victim.deceased_on:
        return None
    if is_planned(session, victim):
        return None
    return Proposal(follow_ups.first_attempt_due(Band.HIGH, now(), victim), "Assessed as in high need",
                    victim.assigned_to_id, Step.ATTEMPT)


def is_planned(session: Session, victim: Victim) -> bool:
    """Whether a follow-up is open for somebody, but for one that only asks for a review."""
    planned = exists().where(FollowUp.victim_id == victim.id, FollowUp.status.in_(OPEN),
                             FollowUp.step != Step.REVIEW)
    return bool(session.scalar(select(planned)))


def _whose(session: Session, actor: Actor, victim: Victim) -> int:
    carers = {account.id for account in follow_ups.may_be_given(session, victim)}
    return victim.assigned_to_id if victim.assigned_to_id in carers else actor.id


def _made(actor: Actor, victim: Victim, judgement: Judgement, score: Score) -> Assessment:
    said = judgement
    override = said.override if said.override is not score.band else None
    council = council_for(victim) if said.adult_at_risk is Tells.YES else None
    return Assessment(
        victim_id=victim.id, assessed_on=said.on, by_id=actor.id, factors=score.kept(said.notes),
        score=score.points, scored_band=score.band, override=override,
        override_reason=said.override_reason.strip() if override else "",
        needs_care=said.needs_care, faces_abuse=said.faces_abuse, cannot_protect=said.cannot_protect,
        adult_at_risk=said.adult_at_risk, council=council.name if council else "",
        capacity_concern=said.capacity_concern, capacity_note=said.capacity_note.strip(),
        views=said.views.strip(),
        next_review_on=said.next_review_on or review_on(override or score.band, said.on))


def _refuse(session: Session, victim: Victim, judgement: Judgement, supersedes: Assessment | None,
            reason: str) -> None:
    _refuse_person(victim)
    if judgement.on > today():
        raise Refused("on", "Enter a date that is not in the future")
    if judgement.on < (first := factors.first_day(session)):
        raise Refused("on", f"Enter a date from {spoken(first)} on: there is no older list to assess by")
    _refuse_unknown(session, victim, judgement)
    if judgement.override and not judgement.override_reason.strip():
        score = work_out(session, victim, judgement.on, judgement.ticked)
        if judgement.override is not score.band:
            raise Refused("override_reason", "Enter why the band is not the one that the points give")
    if judgement.next_review_on and judgement.next_review_on < judgement.on:
        raise Refused("next_review_on", "Enter a review date that is not before the assessment")
    _refuse_at_risk(victim, judgement)
    if judgement.capacity_note.strip() and not judgement.capacity_concern:
        raise Refused("capacity_concern", "Tick the concern about capacity, or take out its note")
    _refuse_superseding(session, victim, supersedes, reason)


def _refuse_person(victim: Victim) -> None:
    if victim.deceased_on:
        raise Refused("", f"{victim.spoken_name} is recorded as having died: there is nothing to assess")
    if victim.kind is not Kind.INDIVIDUAL:
        raise Refused("", "Only a person is assessed: enter the owner or member of staff as a victim")


def _refuse_unknown(session: Session, victim: Victim, judgement: Judgement) -> None:
    listed = factors.in_force(session, judgement.on)
    unknown = [code for code in judgement.ticked if code not in listed]
    if unknown:
        raise Refused("ticked", f"The list of {spoken(judgement.on)} has no “{_named(session, unknown[0])}”: "
                                "untick it")
    known = {*judgement.ticked, *shown_by_record(victim)}
    if any(note.strip() for code, note in judgement.notes.items() if code not in known):
        raise Refused("ticked", "Tick the factor that your note is about, or take out the note")


def _named(session: Session, code: str) -> str:
    return next((factor.words for factor in factors.everything(session) if factor.code == code),
                code.replace("_", " "))


def _refuse_at_risk(victim: Victim, judgement: Judgement) -> None:
    if judgement.adult_at_risk is not Tells.YES:
        return
    if suggested(*judgement.limbs) is not Tells.YES:
        raise Refused("adult_at_risk", "Answer yes to all three questions first, or choose no or not sure: "
                                       "an adult at risk is somebody of whom all three are true")
    if victim.age is not None and victim.age < ADULT:
        raise Refused("adult_at_risk", f"{victim.spoken_name} is under {ADULT}: choose no, and tell "
                                       "children’s social care")


def _refuse_superseding(session: Session, victim: Victim, supersedes: Assessment | None, reason: str) -> None:
    if supersedes is None:
        return
    if not reason.strip():
        raise Refused("superseding_reason", "Enter what was wrong with the one that this corrects")
    again = exists().where(Assessment.supersedes_id == supersedes.id)
    if supersedes.victim_id != victim.id or session.scalar(select(again)):
        raise Refused("", "That assessment was corrected already. Correct the newer one.")


def _refuse_double_click(session: Session, made: Assessment) -> None:
    since = now() - timedelta(seconds=current().worker.repeat_contact_seconds)
    recent = session.scalars(select(Assessment).where(
        Assessment.victim_id == made.victim_id, Assessment.by_id == made.by_id,
        Assessment.created_at > since))
    same = ("assessed_on", "factors", "override", "override_reason", "needs_care", "faces_abuse",
            "cannot_protect", "adult_at_risk", "capacity_concern", "capacity_note", "views", "next_review_on")
    if any(all(getattr(one, name) == getattr(made, name) for name in same) for one in recent):
        raise AssessedTwice("You saved this very assessment less than a minute ago. It stands.")
