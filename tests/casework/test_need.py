"""Need: points that add up in the open, each with its reason in words, by the force's own weights."""

from datetime import date
from decimal import Decimal

import pytest

from outreach.casework import need
from outreach.casework.fraud_reports import Source, enter_report
from outreach.casework.need import Band, Facts
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import entering, home
from outreach.foundation.force import current

NOBODY = Facts(age=None, factors=[], lost=Decimal(0), reports=1, suspect_known=False, reached=True)


def reckoned(**facts):
    values = {name: getattr(NOBODY, name) for name in Facts.__slots__}
    return need.reckon(Facts(**values | facts))


def test_somebody_of_whom_nothing_is_known_has_no_points():
    assert reckoned() == need.Need(0, Band.STANDARD, [])


def test_points_add_up_and_the_heaviest_reason_stands_first():
    found = reckoned(age=86, factors=["dementia", "hearing"], lost=Decimal(12000))
    rules = current().need
    assert found.score == (rules.age[85] + rules.factors["dementia"].points + rules.factors["hearing"].points
                           + rules.lost[10000])
    assert found.reasons[0] == "dementia" and found.band is Band.HIGH


@pytest.mark.parametrize(("age", "reason"), [(74, []), (75, ["age:75"]), (84, ["age:75"]), (85, ["age:85"])])
def test_only_the_highest_step_that_is_reached_counts(age, reason):
    assert reckoned(age=age).reasons == reason


@pytest.mark.parametrize(("lost", "reason"), [("999.99", []), ("1000", ["lost:1000"]), ("49999",
                                                                                        ["lost:10000"]),
                                              ("50000", ["lost:50000"])])
def test_what_was_lost_counts_by_steps(lost, reason):
    assert reckoned(lost=Decimal(lost)).reasons == reason


@pytest.mark.parametrize(("facts", "reason"), [
    ({"reports": 2}, "repeat_victim"), ({"suspect_known": True}, "suspect_known"), ({"reached": False},
                                                                                    "never_reached")])
def test_what_the_record_itself_shows_counts(facts, reason):
    assert reckoned(**facts).reasons == [reason]


def test_bands_begin_where_the_force_says():
    rules = current().need
    assert [need.band_of(score, current()) for score in (rules.medium_from - 1, rules.medium_from,
                                                         rules.high_from - 1, rules.high_from)] == [
        Band.STANDARD, Band.MEDIUM, Band.MEDIUM, Band.HIGH]


def test_a_factor_the_force_does_not_know_weighs_nothing():
    assert reckoned(factors=["left_handed"]).score == 0


def test_reasons_are_told_as_an_officer_would():
    assert need.in_words(["age:85", "lost:10000", "lives_alone", "repeat_victim", "old_code"]) == (
        "aged 85 or over, lost £10,000 or more, lives alone, defrauded before, old code")


@pytest.mark.parametrize(("born_on", "today", "age"), [
    (date(1941, 3, 27), date(2026, 3, 26), 84), (date(1941, 3, 27), date(2026, 3, 27), 85),
    (date(1944, 2, 29), date(2026, 2, 28), 81), (None, date(2026, 1, 1), 70)])
def test_age_is_in_whole_years(born_on, today, age):
    assert need.age_on(today, born_on, 70) == age


def test_living_alone_counts_once_however_it_was_recorded(session, enter):
    twice = enter("Ann", "Grey", lives_alone=Answer.YES, vulnerability=["lives_alone"])
    once = enter("Ann", "Brown", lives_alone=Answer.YES)
    assert twice.need_reasons.count("lives_alone") == 1 and twice.need_score == once.need_score


def test_losses_of_all_reports_are_one_sum(session, officer, mrs_hill):
    for _ in range(2):
        enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="courier", lost=Decimal(600))
    assert "lost:1000" in mrs_hill.need_reasons


@pytest.mark.parametrize(("dates", "repeat"), [
    ([], False), ([None], False), ([date(2024, 2, 29)], False), ([None, date(2010, 1, 1)], True),
    ([date(2026, 3, 27), date(2024, 3, 27)], True), ([date(2026, 3, 28), date(2024, 3, 27)], False),
    ([date(2016, 1, 1), date(2026, 1, 1), date(2016, 5, 1)], True), ([date(2024, 1, 1)] * 2, True)])
def test_a_second_report_makes_a_repeat_victim_within_the_months_that_count(dates, repeat):
    assert need.is_repeat(dates, 24) is repeat


def test_months_end_where_the_calendar_ends_them():
    assert need.is_repeat([date(2025, 10, 31), date(2026, 2, 28)], 4)
    assert not need.is_repeat([date(2025, 10, 31), date(2026, 3, 1)], 4)


@pytest.mark.parametrize(("months", "repeat"), [(24, False), (60, True)])
def test_how_long_ago_still_counts_is_for_the_force_to_say(session, officer, mrs_hill, monkeypatch, months,
                                                           repeat):
    force = current()
    rules = force.households.model_copy(update={"repeat_victim_months": months})
    monkeypatch.setattr(need, "current", lambda: force.model_copy(update={"households": rules}))
    for year in (2021, 2025):
        enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="courier",
                     reported_on=date(year, 5, 4))
    assert ("repeat_victim" in mrs_hill.need_reasons) is repeat
    assert need.is_repeat_victim(mrs_hill) is repeat


# The force's own rule

@pytest.mark.parametrize(("dates", "incidents", "repeat"), [
    ([date(2025, 1, 1), date(2025, 6, 1)], 3, False),
    ([date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1)], 3, True),
    ([date(2021, 1, 1), date(2025, 6, 1), date(2026, 1, 1)], 3, False),
    ([date(2025, 6, 1), date(2026, 1, 1), None], 3, True),
    ([date(2021, 6, 1), date(2026, 1, 1), None], 3, False), ([None, None], 3, False)])
def test_how_many_reports_make_a_repeat_victim_is_for_the_force_to_say(dates, incidents, repeat):
    assert need.is_repeat(dates, 24, incidents) is repeat


@pytest.fixture
def by_household(monkeypatch):
    force = current()
    rules = force.households.model_copy(update={"repeat_victim_household": True})
    changed = force.model_copy(update={"households": rules})
    monkeypatch.setattr(need, "current", lambda: changed)


def report(session, actor, victim):
    enter_report(session, actor, victim, source=Source.SELF, fraud_type="courier",
                 reported_on=date(2026, 5, 4))
    session.commit()
    session.expire_all()


def test_each_person_is_counted_alone_unless_the_force_says_otherwise(session, officer, mrs_hill, mr_hill):
    report(session, officer, mrs_hill)
    report(session, officer, mr_hill)
    assert not need.is_repeat_victim(mrs_hill) and "repeat_victim" not in mrs_hill.need_reasons


def test_where_households_count_a_report_makes_a_repeat_victim_of_whoever_lives_there(
        session, officer, mrs_hill, mr_hill, by_household):
    report(session, officer, mrs_hill)
    version = mrs_hill.version
    report(session, officer, mr_hill)
    assert need.is_repeat_victim(mrs_hill) and "repeat_victim" in mrs_hill.need_reasons
    assert mrs_hill.version == version      # nobody changed her record


def test_whoever_lives_apart_or_moves_out_counts_alone(session, officer, mrs_hill, mr_hill, by_household):
    report(session, officer, mrs_hill)
    report(session, officer, mr_hill)
    home.split(session, officer, mr_hill)
    session.commit()
    session.expire_all()
    assert "repeat_victim" not in mrs_hill.need_reasons and "repeat_victim" not in mr_hill.need_reasons
    home.rejoin(session, officer, mr_hill)
    assert "repeat_victim" in mr_hill.need_reasons
    entering.change(session, officer, mr_hill, seen={"address_line_1": "12 High Street"},
                    address_line_1="9 Elsewhere")
    session.commit()
    session.expire_all()
    assert "repeat_victim" not in mrs_hill.need_reasons and "repeat_victim" not in mr_hill.need_reasons
