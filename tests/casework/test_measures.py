"""Safeguarding measures: offered, accepted, declined, completed, in order, once, and who was safeguarded."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from outreach.casework import measures, timeline
from outreach.casework.measures import (
    BadDate,
    CannotTakeBack,
    HasDied,
    Measure,
    MeasureStep,
    OutOfOrder,
    Status,
    UnknownMeasure,
    adults_safeguarded,
    checklist,
    take_back,
    take_step,
)
from outreach.casework.measures.steps import current_measure
from outreach.casework.timeline import Kind
from outreach.casework.victims import Kind as Who
from outreach.casework.victims import merging
from outreach.foundation import force
from outreach.foundation.audit import AuditEntry
from outreach.foundation.clock import now, today
from outreach.foundation.force import current
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed
from outreach.insight import today as what_is_due

OFFERED, ACCEPTED, DECLINED, COMPLETED = Status


def ago(days):
    return today() - timedelta(days=days)


def status_of(session, victim, code="call_blocker"):
    return next(item.status for item in checklist(session, victim) if item.code == code)


@pytest.fixture
def step(session, officer, mrs_hill):
    """`step(OFFERED)`: a step with Mrs Hill's call blocker by the officer."""
    def one(status, code="call_blocker", *, victim=mrs_hill, by=officer, **more):
        return take_step(session, by, victim, code, status, **more)
    return one


@pytest.fixture
def retired(monkeypatch):
    """`retired("camera")`: the force offers it no more."""
    def one(code):
        found = current()
        types = found.measures.types | {code: found.measures.types[code].model_copy(update={"retired": True})}
        changed = found.model_copy(update={"measures": found.measures.model_copy(update={"types": types})})
        monkeypatch.setattr("outreach.casework.measures.catalogue.current", lambda: changed)
    return one


def test_each_step_has_its_day_and_whoever_took_it(session, officer, ambassador, mr_shaw, step):
    with acting(session, COMMAND_LINE, "victim.assigned"):
        mr_shaw.assigned_to_id = ambassador.id
    step(OFFERED, victim=mr_shaw, on=ago(9))
    step(ACCEPTED, victim=mr_shaw, on=ago(4), by=ambassador, note="His son will fit it")
    measure = step(COMPLETED, victim=mr_shaw)
    assert (measure.offered_on, measure.accepted_on, measure.completed_on) == (ago(9), ago(4), today())
    assert [one.by_id for one in measure.steps] == [officer.id, ambassador.id, officer.id]
    [item] = [item for item in checklist(session, mr_shaw) if item.status]
    assert (item.words, item.status, item.on, item.by) == ("Call blocker", COMPLETED, today(), "Ada Cole")


@pytest.mark.parametrize("status", list(Status))
def test_any_step_can_be_the_first(step, status):
    assert step(status).status is status


def test_a_double_click_changes_nothing(session, step):
    first = step(OFFERED, on=ago(3))
    again = step(OFFERED)
    assert again is first and first.offered_on == ago(3)
    assert len(session.scalars(select(MeasureStep)).all()) == 1


def test_what_was_declined_can_be_offered_again(session, mrs_hill, step):
    step(OFFERED, on=ago(90))
    step(DECLINED, on=ago(60))
    measure = step(OFFERED)
    assert (measure.status, measure.offered_on, measure.declined_on) == (OFFERED, today(), ago(60))


@pytest.mark.parametrize(("before", "after"), [(ACCEPTED, OFFERED), (COMPLETED, OFFERED),
                                               (COMPLETED, ACCEPTED), (COMPLETED, DECLINED)])
def test_no_step_goes_back(session, step, mrs_hill, before, after):
    step(before)
    with pytest.raises(OutOfOrder, match=f"“Call blocker” is {before} already"):
        step(after)
    assert status_of(session, mrs_hill) is before


def test_a_day_to_come_is_refused(session, mrs_hill, step):
    with pytest.raises(BadDate, match="not in the future"):
        step(OFFERED, on=today() + timedelta(days=1))
    assert status_of(session, mrs_hill) is None


def test_nothing_is_completed_before_it_was_offered(session, mrs_hill, step):
    step(OFFERED, on=date(2026, 3, 9))
    with pytest.raises(BadDate, match="It was offered on 9 March 2026: enter that date or a later one"):
        step(COMPLETED, on=date(2026, 3, 8))
    assert status_of(session, mrs_hill) is OFFERED


def test_a_measure_that_nobody_knows_is_refused(session, step):
    with pytest.raises(UnknownMeasure, match="Choose a measure from the list"):
        step(OFFERED, "magic")
    assert session.scalars(select(Measure)).all() == []


def test_a_retired_measure_is_finished_and_not_begun(session, mrs_hill, mr_hill, step, retired):
    step(ACCEPTED, "camera")
    retired("camera")
    assert step(COMPLETED, "camera").status is COMPLETED
    assert "camera" in [item.code for item in checklist(session, mrs_hill)]
    assert "camera" not in [item.code for item in checklist(session, mr_hill)]
    with pytest.raises(UnknownMeasure, match="not offered any more"):
        step(OFFERED, "camera", victim=mr_hill)


def test_nothing_is_put_in_place_for_the_dead(session, mrs_hill, step):
    with acting(session, COMMAND_LINE, "victim.died"):
        mrs_hill.deceased_on = today()
    with pytest.raises(HasDied, match="Mrs Hill is recorded as having died"):
        step(OFFERED)


def test_a_step_is_taken_back_within_the_day_and_stays_in_the_log(session, officer, mrs_hill, step):
    step(OFFERED, on=ago(2), note="By telephone")
    measure = step(COMPLETED, note="Fitted")
    last = measure.steps[-1]
    take_back(session, officer, last)
    assert (measure.status, measure.since_on, measure.note) == (OFFERED, ago(2), "By telephone")
    assert measure.completed_on is None and last.taken_back_by_id == officer.id
    take_back(session, officer, last)
    take_back(session, officer, measure.steps[0])
    assert measure.status is None and status_of(session, mrs_hill) is None
    deeds = session.scalars(select(AuditEntry.operation).order_by(AuditEntry.id)
                            .where(AuditEntry.record_type == "measure_step"))
    assert [*deeds] == ["measure.step_taken"] * 2 + ["measure.step_taken_back"] * 2
    assert step(OFFERED).id == measure.id


def test_a_step_of_yesterday_stands(session, officer, step):
    measure = step(OFFERED)
    with acting(session, COMMAND_LINE, "test"):
        measure.steps[0].entered_at = now() - timedelta(days=1)
    with pytest.raises(CannotTakeBack, match="taken back only on that day"):
        take_back(session, officer, measure.steps[0])
    assert measure.status is OFFERED


def test_steps_are_taken_back_from_the_last(session, officer, step):
    step(OFFERED)
    measure = step(ACCEPTED)
    with pytest.raises(CannotTakeBack, match="take that one back first"):
        take_back(session, officer, measure.steps[0])


@pytest.mark.parametrize("who", ["supervisor", "volunteer", "communicator", "administrator"])
def test_only_those_who_work_with_victims_record_measures(request, step, who):
    with pytest.raises(NotAllowed):
        step(OFFERED, by=request.getfixturevalue(who))


def test_the_log_keeps_no_note(session, officer, step):
    step(OFFERED, note="Her nephew has the PIN")
    session.flush()
    assert "nephew" not in str(session.scalars(select(AuditEntry.details)).all())


def test_the_timeline_tells_each_step_that_stands(session, officer, mrs_hill, step):
    step(OFFERED, on=ago(2), note="By telephone")
    step(ACCEPTED)
    take_back(session, officer, step(COMPLETED).steps[-1])
    found = timeline.page(session, [mrs_hill.id], kinds=[Kind.MEASURE]).entries
    assert [(entry.title, entry.day_only) for entry in found] == [
        ("Call blocker: accepted", False), ("Call blocker: offered", True)]
    assert (found[1].by, found[1].words) == ("Ada Cole", "By telephone")


# Two records of one person

def test_measures_move_with_a_merge_and_back(session, officer, mrs_hill, enter, step):
    peggy = enter("Peggy", "Hill")
    step(COMPLETED, victim=peggy)
    step(OFFERED)
    step(OFFERED, "befriending", victim=peggy)
    combined = merging.merge(session, officer, mrs_hill, peggy)
    assert status_of(session, mrs_hill) is COMPLETED
    assert step(COMPLETED).victim_id == mrs_hill.id and status_of(session, peggy) is None
    merging.unmerge(session, officer, combined)
    assert (status_of(session, mrs_hill), status_of(session, peggy)) == (OFFERED, COMPLETED)
    assert status_of(session, mrs_hill, "befriending") is None


def test_after_a_merge_the_later_step_counts_whichever_record_it_stood_on(session, officer, mrs_hill, enter,
                                                                          step):
    peggy = enter("Peggy", "Hill")
    step(DECLINED, victim=peggy, on=ago(300))
    step(ACCEPTED, on=ago(2))
    merging.merge(session, officer, mrs_hill, peggy)
    assert status_of(session, mrs_hill) is ACCEPTED
    assert current_measure(session, mrs_hill, "call_blocker").status is ACCEPTED


# What is outstanding

def due(session, actor):
    return [line for line in what_is_due.lines(session, actor) if line.kind is what_is_due.Kind.MEASURE]


def test_today_says_what_has_waited_too_long(session, officer, mrs_hill, step):
    long = current().measures.outstanding_after_days
    step(ACCEPTED, "call_blocker", on=ago(long + 3))
    step(ACCEPTED, "mail_redirection", on=ago(long))
    step(OFFERED, "befriending", on=ago(long))
    step(OFFERED, "camera", on=ago(long - 1))
    step(COMPLETED, "advice_pack", on=ago(long + 9))
    step(DECLINED, "door_sticker", on=ago(long + 9))
    [line] = due(session, officer)
    assert line.why == ("2 measures accepted, not yet done: Call blocker, mail redirection. "
                        "1 measure offered, not yet answered: Befriending.")
    assert (line.record_type, line.record_id, line.title) == ("victim", mrs_hill.id, "Mrs Margaret Hill")


def test_today_asks_for_nothing_that_the_other_of_two_merged_records_has(session, officer, mrs_hill, enter,
                                                                         step):
    peggy = enter("Peggy", "Hill")
    step(COMPLETED, victim=peggy, on=ago(90))
    step(ACCEPTED, on=ago(60))
    step(OFFERED, "camera", on=ago(60))
    merging.merge(session, officer, mrs_hill, peggy)
    assert [line.why for line in due(session, officer)] == [
        "1 measure offered, not yet answered: Camera or video doorbell."]


def test_today_shows_each_their_own(session, officer, supervisor, ambassador, mr_shaw, enter, step):
    hidden = enter("Ann", "Grey", restricted=True)
    for victim in (mr_shaw, hidden):
        step(ACCEPTED, victim=victim, on=ago(60))
    assert [line.record_id for line in due(session, ambassador)] == [mr_shaw.id]
    assert [(line.record_id, "blocker" in line.why) for line in due(session, officer)] == [(hidden.id, False)]
    assert due(session, supervisor) == []


# Adults safeguarded

def test_an_adult_is_safeguarded_once_however_much_was_completed(session, mrs_hill, mr_shaw, enter, step):
    child = enter("Tim", "Grey", born_on=today() - timedelta(days=16 * 365))
    firm = enter("", "Grey and Sons", kind=Who.BUSINESS)
    for code in ("call_blocker", "advice_pack"):
        step(COMPLETED, code, on=ago(5))
    step(COMPLETED, "camera", on=ago(40))
    step(ACCEPTED, victim=mr_shaw, on=ago(5))
    for nobody in (child, firm):
        step(COMPLETED, victim=nobody, on=ago(5))
    [found] = adults_safeguarded(session, ago(7), today())
    assert (found.victim_id, found.codes) == (mrs_hill.id, ("call_blocker", "advice_pack"))
    assert len(adults_safeguarded(session, ago(4), today())) == 0
    assert [one.codes for one in adults_safeguarded(session, ago(40), ago(6))] == [("camera",)]


def test_what_was_taken_back_safeguarded_nobody(session, officer, step):
    take_back(session, officer, step(COMPLETED).steps[-1])
    assert adults_safeguarded(session, today(), today()) == []


def test_every_measure_has_words():
    assert all(kind.words for kind in measures.kinds().values()) and len(force.current().measures.types) >= 15
