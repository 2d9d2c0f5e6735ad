"""Vulnerability assessments: added up by the list of their day, judged by a person, never altered."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from outreach.casework import assessments, follow_ups, timeline
from outreach.casework.assessments import (
    AssessedTwice,
    Assessment,
    BadFactor,
    Factor,
    Judgement,
    Refused,
    Tells,
    assess,
    factors,
    history,
    newest,
    reviews,
    work_out,
)
from outreach.casework.contacts import ContactChannel, Outcome, log_contact
from outreach.casework.follow_ups import FollowUp, Status, Step
from outreach.casework.fraud_reports import Source, enter_report
from outreach.casework.imports import standing
from outreach.casework.imports.standing import COLUMNS, Standing
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer
from outreach.casework.timeline import Kind
from outreach.casework.victims import Kind as Who
from outreach.casework.victims import entering, merging
from outreach.foundation.audit import AuditEntry
from outreach.foundation.clock import now, today
from outreach.foundation.dates import spoken
from outreach.foundation.db import Database
from outreach.foundation.force import current
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage, timetable
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed
from outreach.insight import today as what_is_due

YES, NO, UNSURE = Tells
STANDARD, MEDIUM, HIGH = Band
ALL_THREE = {"needs_care": YES, "faces_abuse": YES, "cannot_protect": YES}


def ago(days):
    return today() - timedelta(days=days)


@pytest.fixture
def judge(session, officer, mrs_hill):
    """`judge(ticked=["dementia"])`: an assessment of Mrs Hill by the officer."""
    def one(victim=mrs_hill, by=officer, more=(), **said):
        return assess(session, by, victim, Judgement(**{"on": today()} | said), **dict(more))
    return one


def points(session, victim, *ticked):
    return {factor.code: factor.points for factor in work_out(session, victim, today(), ticked).counted}


# The score

def test_the_record_and_what_was_ticked_add_up(session, mrs_hill):
    enter_report(session, COMMAND_LINE, mrs_hill, source=Source.SELF, fraud_type="courier",
                 lost=Decimal(12_000))
    assert points(session, mrs_hill, "dementia", "nonsense") == {"dementia": 25, "age:85": 18,
                                                                 "lost:10000": 8}
    score = work_out(session, mrs_hill, today(), ["dementia"])
    assert (score.points, score.band) == (51, HIGH)


def test_an_assessment_starts_from_what_is_on_record(session, mrs_hill, enter):
    alone = enter("Ann", "Grey", lives_alone=Answer.YES, vulnerability=["hearing"])
    assert assessments.known_already(mrs_hill) == ["bereaved"]
    assert assessments.known_already(alone) == ["hearing", "lives_alone"]


def test_it_is_kept_in_the_words_and_points_of_its_day(session, officer, judge):
    made = judge(ticked=["bereaved"], notes={"bereaved": " Her husband, in May "})
    factors.change_points(session, COMMAND_LINE, "bereaved", points=40, from_on=today())
    session.flush()
    session.expire(made)
    assert made.factors == [
        {"code": "bereaved", "words": "recently bereaved", "points": 10, "note": "Her husband, in May"},
        {"code": "age:85", "words": "aged 85 or over", "points": 18, "note": ""}]
    assert (made.score, made.scored_band, made.by_id) == (28, MEDIUM, officer.id)


def test_the_band_follows_and_stands_against_the_points(session, mrs_hill, judge):
    assert mrs_hill.band is MEDIUM
    judge(override=HIGH, override_reason="The nephew has moved in")
    assert (mrs_hill.band, mrs_hill.assessed_on) == (HIGH, today())
    entering.settled_in(session, mrs_hill)
    assert mrs_hill.band is HIGH and mrs_hill.need_score == 34
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.assessed_on = ago(current().assessments.band_stands_days + 1)
        entering.settled_in(session, mrs_hill)
    assert mrs_hill.band is MEDIUM


def test_a_list_does_not_overrule_a_judgement(session, mrs_hill, judge):
    judge(override=HIGH, override_reason="The nephew has moved in")
    facts = {column: getattr(mrs_hill, column) for column in COLUMNS} | {"vulnerability": "[]"}
    person = Standing(facts | {"band": "high"})
    person.reckon()
    assert person.facts["band"] in (HIGH, "high")
    person.facts["assessed_on"] = str(ago(9999))
    assert person.reckon() and person.facts["band"] == "standard"
    assert standing.COLUMNS


def test_the_next_review_is_by_band_unless_somebody_says_otherwise(judge):
    rules = current().assessments.review_after_days
    assert judge(ticked=["dementia", "bereaved"]).next_review_on == today() + timedelta(days=rules["high"])
    assert judge(override=STANDARD, override_reason="Her son handles all of it").next_review_on == (
        today() + timedelta(days=rules["standard"]))
    assert judge(next_review_on=today()).next_review_on == today()


# What is refused

@pytest.mark.parametrize(("said", "field", "sentence"), [
    ({"on": today() + timedelta(days=1)}, "on", "not in the future"),
    ({"on": date(2019, 12, 31)}, "on", "Enter a date from 1 January 2020 on"),
    ({"override": HIGH, "override_reason": "  "}, "override_reason", "Enter why the band"),
    ({"ticked": ["magic"]}, "ticked", "has no “magic”: untick it"),
    ({"notes": {"dementia": "Early stage"}}, "ticked", "Tick the factor that your note is about"),
    ({"on": date(2026, 3, 9), "next_review_on": date(2026, 3, 8)}, "next_review_on", "not before"),
    ({"adult_at_risk": YES}, "adult_at_risk", "Answer yes to all three questions"),
    ({"adult_at_risk": YES, **ALL_THREE, "needs_care": NO}, "adult_at_risk", "all three"),
    ({"adult_at_risk": YES, **ALL_THREE, "faces_abuse": None}, "adult_at_risk", "all three"),
    ({"capacity_note": "Could not weigh it up"}, "capacity_concern", "Tick the concern")])
def test_what_cannot_stand_is_refused_and_nothing_changes(session, mrs_hill, judge, said, field, sentence):
    before = mrs_hill.band
    with pytest.raises(Refused, match=sentence) as refused:
        judge(**said)
    assert refused.value.field == field and mrs_hill.band is before and mrs_hill.assessed_on is None
    assert session.scalars(select(Assessment)).all() == []


def test_the_dead_and_organisations_are_not_assessed(session, mrs_hill, enter, judge):
    firm = enter("", "Grey and Sons", kind=Who.BUSINESS)
    with pytest.raises(Refused, match="Only a person is assessed"):
        judge(firm)
    with acting(session, COMMAND_LINE, "victim.died"):
        mrs_hill.deceased_on = today()
    with pytest.raises(Refused, match="Mrs Hill is recorded as having died"):
        judge()


def test_a_child_is_no_adult_at_risk(judge, enter):
    child = enter("Tim", "Grey", born_on=today() - timedelta(days=16 * 365))
    with pytest.raises(Refused, match="tell children’s social care"):
        judge(child, adult_at_risk=YES, **ALL_THREE)


def test_a_double_click_is_refused(session, judge):
    judge(ticked=["bereaved"])
    with pytest.raises(AssessedTwice):
        judge(ticked=["bereaved"])
    judge(ticked=["hearing"])
    assert len(session.scalars(select(Assessment)).all()) == 2


@pytest.mark.parametrize("who", ["supervisor", "ambassador", "volunteer", "communicator", "administrator"])
def test_only_the_officer_assesses(request, judge, who):
    with pytest.raises(NotAllowed):
        judge(by=request.getfixturevalue(who))


# Adult at risk: another question

@pytest.mark.parametrize(("limbs", "found"), [
    ((YES, YES, YES), YES), ((YES, YES, NO), NO), ((YES, None, YES), UNSURE), ((None,) * 3, UNSURE)])
def test_the_three_limbs_suggest_an_answer(limbs, found):
    assert assessments.suggested(*limbs) is found


@pytest.mark.parametrize(("where", "council"), [
    ({"district": "York"}, "City of York Council"), ({"district": "City of York"}, "City of York Council"),
    ({"district": "Scarborough"}, "North Yorkshire Council"),
    ({"postcode": "YO1 9TL"}, "City of York Council"), ({"postcode": "YO12 4TX"}, "North Yorkshire Council"),
    ({"postcode": "LS1 1AA"}, None), ({}, None)])
def test_the_council_is_that_of_the_address(enter, where, council):
    found = assessments.council_for(enter("Ann", "Grey", **where))
    assert (found.name if found else None) == council


def test_an_adult_at_risk_is_marked_apart_from_the_band(session, mrs_hill, judge):
    made = judge(adult_at_risk=YES, override=STANDARD, override_reason="A one-off", **ALL_THREE)
    assert made.council == "North Yorkshire Council" and mrs_hill.adult_at_risk
    assert mrs_hill.band is STANDARD
    judge(adult_at_risk=NO)
    assert not mrs_hill.adult_at_risk


# History

def test_nothing_alters_an_assessment(session, judge):
    made = judge()
    session.commit()
    for sentence in ("UPDATE assessment SET score = 0", "DELETE FROM assessment",
                     "UPDATE assessment SET victim_id = 1, views = 'x'"):
        with pytest.raises(DatabaseError, match="only grows"):
            session.execute(text(sentence))
        session.rollback()
    session.refresh(made)
    assert made.score == 18


def test_a_correction_supersedes_and_both_stay(session, mrs_hill, judge):
    wrong = judge(ticked=["dementia"])
    with pytest.raises(Refused, match="what was wrong"):
        judge(more={"supersedes": wrong})
    right = judge(on=ago(2), more={"supersedes": wrong, "superseding_reason": "It was her sister"})
    assert newest(session, mrs_hill) is right and mrs_hill.assessed_on == ago(2)
    with pytest.raises(Refused, match="corrected already"):
        judge(ticked=["sight"], more={"supersedes": wrong, "superseding_reason": "Again"})
    told = history(session, mrs_hill)
    assert [(one.made.id, one.corrected_by) for one in told] == [(wrong.id, right.id), (right.id, None)]


def test_history_says_what_changed(session, mrs_hill, judge):
    judge(on=ago(200), ticked=["dementia", "hearing"])
    factors.change_points(session, COMMAND_LINE, "hearing", points=7, from_on=today())
    judge(ticked=["hearing", "sight"])
    after, first = history(session, mrs_hill)
    assert first.changes == [] and after.changes == [
        "New: poor sight", "No longer: memory loss or dementia", "hard of hearing counts 7, not 5",
        "48 points, now 30"]
    assert after.by == "Ada Cole"


def test_the_log_keeps_no_answers(session, judge):
    judge(views="She is afraid of her nephew", ticked=["dementia"], notes={"dementia": "Early stage"})
    said = str(session.scalars(select(AuditEntry.details)).all())
    assert "nephew" not in said and "Early" not in said


def test_the_timeline_tells_it(session, mrs_hill, judge):
    judge(on=ago(3), override=HIGH, override_reason="the nephew has moved in", adult_at_risk=YES, **ALL_THREE)
    [entry] = timeline.page(session, [mrs_hill.id], kinds=[Kind.ASSESSMENT]).entries
    assert (entry.title, entry.by) == ("Assessed: high need", "Ada Cole")
    assert entry.words == "The nephew has moved in"
    assert entry.facts == "18 points · overridden from standard · adult at risk" and entry.day_only


def test_assessments_move_with_a_merge_and_back(session, officer, mrs_hill, enter, judge):
    peggy = enter("Peggy", "Hill")
    judge(on=ago(9), ticked=["bereaved"])
    judge(peggy, override=HIGH, override_reason="The nephew", adult_at_risk=YES, **ALL_THREE)
    combined = merging.merge(session, officer, mrs_hill, peggy)
    assert mrs_hill.band is HIGH and mrs_hill.adult_at_risk and len(history(session, mrs_hill)) == 2
    merging.unmerge(session, officer, combined)
    assert mrs_hill.band is MEDIUM and not mrs_hill.adult_at_risk and mrs_hill.assessed_on == ago(9)
    assert peggy.band is HIGH and peggy.adult_at_risk


# The list of factors

def test_points_change_from_a_day_on(session, officer, mrs_hill):
    factors.change_points(session, officer, "hearing", points=9, from_on=today())
    later = today() + timedelta(days=30)
    factors.change_points(session, officer, "hearing", points=1, from_on=later)
    listed = [factors.in_force(session, day)["hearing"].points for day in (ago(1), today(), later)]
    assert listed == [5, 9, 1]
    assert len(session.scalars(select(Factor).where(Factor.code == "hearing")).all()) == 3


def test_a_factor_is_added_and_retired(session, officer, judge):
    factors.add(session, officer, words="New to the country", points=4, from_on=today())
    assert judge(ticked=["new_to_the_country"]).score == 22
    factors.retire(session, officer, "hearing", from_on=today())
    with pytest.raises(Refused, match=f"The list of {spoken(today())} has no “hard of hearing”"):
        judge(ticked=["hearing"])
    assert judge(on=ago(1), ticked=["hearing"]).score == 23
    factors.add(session, officer, words="Hearing", points=3, from_on=today())


def test_bands_begin_elsewhere_from_a_day_on(session, officer, mrs_hill):
    factors.change_thresholds(session, officer, medium_from=5, high_from=15, from_on=today())
    assert [work_out(session, mrs_hill, day, []).band for day in (ago(1), today())] == [STANDARD, HIGH]


@pytest.mark.parametrize(("change", "field", "sentence"), [
    (lambda *who: factors.change_points(*who, "hearing", points=9, from_on=ago(1)), "from_on",
     "a later date"),
    (lambda *who: factors.change_points(*who, "hearing", points=101, from_on=today()), "points",
     "from 0 to 100"),
    (lambda *who: factors.change_points(*who, "magic", points=1, from_on=today()), "", "Add it anew"),
    (lambda *who: factors.add(*who, words=" ! ", points=1, from_on=today()), "words", "in a few words"),
    (lambda *who: factors.add(*who, words="Hearing", points=1, from_on=today()), "words",
     "on the list already"),
    (lambda *who: factors.change_thresholds(*who, medium_from=9, high_from=9, from_on=today()), "high_from",
     "greater than")])
def test_what_the_list_refuses(session, officer, change, field, sentence):
    with pytest.raises(BadFactor, match=sentence) as refused:
        change(session, officer)
    assert refused.value.field == field


def test_a_planned_change_is_not_overtaken(session, officer):
    later = today() + timedelta(days=30)
    factors.change_points(session, officer, "hearing", points=9, from_on=later)
    with pytest.raises(BadFactor, match=f"enter {spoken(later)} or a later date"):
        factors.change_points(session, officer, "hearing", points=7, from_on=today())


@pytest.mark.parametrize("who", ["supervisor", "ambassador", "communicator"])
def test_only_those_who_manage_lists_change_it(session, request, who):
    with pytest.raises(NotAllowed):
        factors.change_points(session, request.getfixturevalue(who), "hearing", points=1, from_on=today())


# What follows

def test_high_need_and_nothing_planned_proposes_a_follow_up(session, officer, mrs_hill, judge):
    judge()
    assert assessments.propose(session, mrs_hill) is None
    judge(override=HIGH, override_reason="The nephew", more={"plan_follow_up": True})
    [planned] = session.scalars(select(FollowUp))
    assert (planned.reason, planned.assignee_id, planned.step) == ("Assessed as in high need", officer.id,
                                                                   Step.ATTEMPT)
    judge(override=HIGH, override_reason="Still there", more={"plan_follow_up": True})
    assert len(session.scalars(select(FollowUp)).all()) == 1


def test_enhanced_rights_are_given_with_their_basis(session, mrs_hill, judge):
    judge(more={"enhanced_rights": True})
    assert mrs_hill.enhanced_rights_basis == f"Vulnerable: assessed {spoken(today())}"


def work_reviews(database: Database):
    for later in range(2):
        tick = now() + timedelta(days=later)
        timetable._take(database, timetable.TASKS["assessment_reviews"], tick)
    with database.reading() as session:
        messages = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == reviews.KIND)).all()
    for message in messages:
        reviews.plan_reviews(database, message)
    return len(messages)


def test_a_review_that_is_due_is_planned_once(database, session, officer, mrs_hill, mr_hill, judge):
    judge(on=ago(100), next_review_on=ago(1))
    judge(mr_hill, next_review_on=today() + timedelta(days=1))
    session.commit()
    assert work_reviews(database) == 2
    session.expire_all()
    [planned] = session.scalars(select(FollowUp))
    assert (planned.victim_id, planned.reason) == (mrs_hill.id, "Review the assessment")
    assert planned.step is Step.REVIEW
    assert planned.assignee_id == officer.id and planned.due_at > now()


def test_a_review_is_done_by_an_assessment_and_by_nothing_else(database, session, officer, mrs_hill, judge):
    judge(on=ago(100), next_review_on=ago(1))
    session.commit()
    work_reviews(database)
    session.expire_all()
    planned = session.scalars(select(FollowUp)).one()
    log_contact(session, officer, mrs_hill, channel=ContactChannel.CALL, outcome=Outcome.SPOKE)
    assert planned.status is Status.PLANNED
    judge(ticked=["hearing"])
    assert planned.status is Status.DONE and mrs_hill.review_on > today()


def test_nobody_is_reviewed_after_a_death_or_a_merge(database, session, officer, mrs_hill, mr_hill, enter,
                                                     judge):
    peggy = enter("Peggy", "Hill")
    judge(peggy, next_review_on=today())
    judge(mr_hill, next_review_on=today())
    merging.merge(session, officer, mrs_hill, peggy)
    judge(mrs_hill, ticked=["hearing"], on=today())
    with acting(session, COMMAND_LINE, "victim.died"):
        mr_hill.deceased_on = today()
    session.commit()
    assert work_reviews(database) == 0


def due(session, actor):
    return [line for line in what_is_due.lines(session, actor) if line.kind is what_is_due.Kind.ASSESSMENT]


def test_today_tells_of_a_review_that_nothing_asks_for(database, session, officer, supervisor, ambassador,
                                                       mrs_hill, judge):
    judge(on=ago(100), next_review_on=date(2026, 11, 1))
    session.commit()
    [line] = due(session, officer)
    assert line.why == "The vulnerability assessment was to be reviewed on 1 November 2026."
    assert due(session, supervisor) == due(session, ambassador) == []
    session.commit()
    work_reviews(database)
    session.expire_all()
    assert due(session, officer) == []
    with acting(session, officer, "test"):
        follow_ups.cancel_all(session, officer, mrs_hill)
    assert len(due(session, officer)) == 1
