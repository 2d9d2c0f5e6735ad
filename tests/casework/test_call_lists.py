"""The list of calls, page by page, filter by filter; the monthly return, whose every figure has its rows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random

import pytest
from sqlalchemy import select

from outreach.casework import calls
from outreach.casework.calls import MONEY, NOTHING_WRONG, Call, Filters, Outcome, banks
from outreach.casework.calls.listing import COUNTED, PAGE, UNKNOWN, Order
from outreach.foundation import audit
from outreach.foundation.audit import Action
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed

JULY = datetime(2026, 7, 10, 9, 0, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture
def log(session, officer, mrs_hill):
    """`log("Dales Bank", "Whitby", lost=…)`: a call of July 2026."""
    def one(bank="Dales Bank", branch="", victim=mrs_hill, **facts):
        given = {"incident_number": f"T-{next(_numbers)}", "received_at": JULY,
                 "outcome": Outcome.FALSE_ALARM} | facts
        found = calls.log_call(session, officer, victim, bank=bank, branch=branch, **given)
        session.commit()
        return found
    return one


@pytest.fixture
def many(session, officer, mrs_hill):
    """Calls as they stand in the book, entered at once: (received at, attempted) each."""
    def enter(*some, **facts):
        with acting(session, COMMAND_LINE, "test.calls"):
            bank = banks.named(session, "Moor Bank")
            found = [Call(victim_id=mrs_hill.id, incident_number=f"M-{next(_numbers)}", bank_id=bank.id,
                          received_at=at, attempted=attempted, logged_by_id=officer.id, **facts)
                     for at, attempted in some]
            session.add_all(found)
        session.commit()
        return [call.id for call in found]
    return enter


def listed(session, actor, **filters):
    found = calls.list_calls(session, actor, Filters(**filters))
    assert found.number == len(found.lines) or found.later
    return {line.id for line in found.lines}


# The list

def test_an_ambassador_sees_only_calls_about_their_own(session, officer, ambassador, log, mr_shaw):
    log()
    own = log(victim=mr_shaw)
    assert listed(session, ambassador) == {own.id} and len(listed(session, officer)) == 2


@pytest.mark.parametrize("who", ["volunteer", "communicator", "administrator"])
def test_whoever_sees_no_victim_sees_no_call(session, request, who):
    with pytest.raises(NotAllowed):
        calls.list_calls(session, request.getfixturevalue(who), Filters())


def test_a_restricted_line_tells_neither_name_nor_place(session, officer, enter, log):
    log(victim=enter("Alma", "Quick", town="Filey", restricted=True), cover_story="Gold")
    [line] = calls.list_calls(session, officer, Filters()).lines
    assert line.restricted and "Alma" not in str(line) and "Filey" not in str(line)
    [line] = calls.export_calls(session, officer, Filters(), recipient="Ruth Okafor", reason="Check")
    assert "Quick" not in str(line) and "Filey" not in str(line)


def test_the_list_is_logged_as_a_look_and_the_export_as_a_disclosure(session, officer, log):
    call = log()
    calls.list_calls(session, officer, Filters())
    calls.export_calls(session, officer, Filters(), recipient="Ruth Okafor", reason="Monthly check")
    looked, left = audit.waiting(session)
    assert (looked["action"], looked["operation"]) == (Action.CONSULTATION, "call.listed")
    assert looked["details"]["shown"] == [call.id]
    assert (left["action"], left["recipient"], left["reason"]) == (
        Action.DISCLOSURE, "Ruth Okafor", "Monthly check")
    assert (left["record_type"], left["details"]["shown"]) == ("victim", [call.victim_id])


@pytest.mark.parametrize("rising", [False, True], ids=["falling", "rising"])
@pytest.mark.parametrize("order", Order)
def test_paging_there_and_back_shows_every_call_once(session, officer, many, order, rising):
    rng = Random(5)
    many(*[(JULY + timedelta(minutes=rng.randrange(40)), rng.choice([None, Decimal(0), Decimal(90)]))
           for _ in range(2 * PAGE + 7)])
    pages = list(forwards(session, officer, order=order, rising=rising))
    assert [len(page) for page in pages] == [PAGE, PAGE, 7]
    lines = [line for page in pages for line in page]
    key = {Order.RECEIVED: lambda line: (line.received_at, line.id),
           Order.ATTEMPTED: lambda line: (-1 if line.attempted is None else line.attempted, line.id)}[order]
    assert lines == sorted(lines, key=key, reverse=not rising) and len({line.id for line in lines}) == 107
    back = calls.list_calls(session, officer, Filters(), order=order, rising=rising, before=pages[2][0].id)
    assert list(back.lines) == pages[1] and (back.earlier, back.later) == (True, True)
    first = calls.list_calls(session, officer, Filters(), order=order, rising=rising, before=pages[1][0].id)
    assert list(first.lines) == pages[0] and (first.earlier, first.later) == (False, True)


def forwards(session, actor, **how) -> Iterator[list]:
    found = calls.list_calls(session, actor, Filters(), **how)
    assert found.number == 107 and not found.earlier
    yield list(found.lines)
    while found.later:
        found = calls.list_calls(session, actor, Filters(), after=found.lines[-1].id, **how)
        yield list(found.lines)


def test_each_filter_finds_its_calls_and_no_others(session, officer, enter, log):
    york = enter("Ann", "Grey", district="York")
    calm = log("Dales Bank", "Whitby")
    open_ = log("Dales Bank", "Ripon", outcome=None, victim=york)
    bad = log("Moor Bank", outcome=Outcome.PARTLY_LOST, lost=Decimal(5), attempted=Decimal(5), arrests=2,
              received_at=JULY - timedelta(days=9), attended_at=JULY, crime_recorded=True,
              missed_opportunity=True, recovered=Decimal(1))
    saved = log("Moor Bank", outcome=Outcome.PREVENTED, prevented=Decimal(5), victim=york)
    for filters, expected in (
            ({}, {calm, open_, bad, saved}), ({"from_on": date(2026, 7, 2)}, {calm, open_, saved}),
            ({"to_on": date(2026, 7, 1)}, {bad}), ({"bank_id": calm.bank_id}, {calm, open_}),
            ({"branch_id": open_.branch_id}, {open_}), ({"outcome": UNKNOWN}, {open_}),
            ({"outcome": "false alarm"}, {calm}), ({"outcome": "partly lost"}, {bad}),
            ({"district": "York"}, {open_, saved}), ({"district": "York", "outcome": UNKNOWN}, {open_}),
            ({"counted": "attended"}, {bad}), ({"counted": "arrests"}, {bad}), ({"counted": "lost"}, {bad}),
            ({"counted": "crime_recorded"}, {bad}), ({"counted": "missed"}, {bad}),
            ({"counted": "recovered"}, {bad}), ({"counted": "nothing_wrong"}, {calm}),
            ({"counted": "attempted"}, {bad}), ({"counted": "prevented"}, {saved}),
            ({"counted": "age"}, {calm, bad})):
        assert listed(session, officer, **filters) == {call.id for call in expected}, filters
        exported = calls.export_calls(session, officer, Filters(**filters), recipient="-", reason="-")
        assert {line.id for line in exported} == {call.id for call in expected}, filters


# The return

NEW_YEARS_EVE = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)      # winter: still the old year on the wall
LAST_OF_JUNE = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)        # summer: already July on the wall


@pytest.mark.parametrize(("moment", "month", "in_month", "in_year"), [
    (NEW_YEARS_EVE, date(2025, 12, 31), 1, 1), (NEW_YEARS_EVE, date(2026, 1, 1), 0, 0),
    (NEW_YEARS_EVE + timedelta(minutes=30), date(2026, 1, 9), 1, 1),
    (LAST_OF_JUNE, date(2026, 6, 1), 0, 0), (LAST_OF_JUNE, date(2026, 7, 1), 1, 1),
    (LAST_OF_JUNE - timedelta(minutes=31), date(2026, 6, 30), 1, 1),
    (LAST_OF_JUNE - timedelta(minutes=31), date(2026, 7, 1), 0, 1),
    (LAST_OF_JUNE, date(2026, 12, 1), 0, 1), (LAST_OF_JUNE, date(2027, 1, 1), 0, 0)])
def test_months_and_years_begin_at_midnight_on_the_wall(session, supervisor, many, moment, month, in_month,
                                                        in_year):
    many((moment, Decimal(100)))
    found = calls.monthly_return(session, supervisor, month)
    assert (found.total.month.calls, found.total.year.calls) == (in_month, in_year)
    assert found.month == month.replace(day=1) and found.month <= month <= found.to


@pytest.fixture
def a_year(session, officer, mrs_hill, enter):
    """A hundred calls of one year, each with whatever figures chance gives it."""
    rng, people = Random(11), [mrs_hill, enter("Ann", "Grey")]
    with acting(session, COMMAND_LINE, "test.calls"):
        places = [(bank, banks.branch_named(session, bank, town))
                  for bank in (banks.named(session, name) for name in ("Dales Bank", "Moor Bank"))
                  for town in ("", "Ripon", "Whitby")]
        session.add_all([_by_chance(rng, officer, rng.choice(people), *rng.choice(places))
                         for _ in range(100)])
    session.commit()


def _by_chance(rng, officer, victim, bank, branch):
    amounts = {name: rng.choice([None, Decimal(0), Decimal(rng.randrange(1, 10**7)) / 100]) for name in MONEY}
    at = datetime(2026, 5, 1, 9, 0, tzinfo=UTC) + timedelta(hours=rng.randrange(24 * 90))
    return Call(victim_id=victim.id, incident_number=f"R-{next(_numbers)}", bank=bank, branch=branch,
                received_at=at, attended_at=rng.choice([None, at]), age=rng.choice([None, 70, 81, 93]),
                outcome=rng.choice([None, *Outcome]), arrests=rng.choice([0, 0, 1, 3]),
                logged_by_id=officer.id, crime_recorded=rng.random() < .5,
                missed_opportunity=rng.random() < .2, **amounts)


def test_every_figure_is_the_number_or_the_sum_of_the_rows_behind_it(session, officer, a_year):
    """The rows behind a figure are those that its filter shows (the addresses on the page are these)."""
    found = calls.monthly_return(session, officer, date(2026, 7, 1))
    assert len(found.branches) == 6 and len(found.banks) == 2 and found.total.year.calls == 100
    assert 20 < found.total.month.calls < 50
    for row in (*found.branches, *found.banks, found.total):
        for since, figures in ((found.month, row.month), (found.year_from, row.year)):
            period = {"from_on": since, "to_on": found.to, "bank_id": row.bank_id or None,
                      "branch_id": row.branch_id}
            assert figures.calls == len(behind(session, officer, **period))
            for counted in COUNTED:
                rows = behind(session, officer, counted=counted, **period)
                assert getattr(figures, counted) == _figure(counted, rows), (row.bank, row.branch, counted)


def behind(session, actor, **filters):
    lines = calls.export_calls(session, actor, Filters(**filters), recipient="-", reason="-")
    return session.scalars(select(Call).where(Call.id.in_([line.id for line in lines]))).all()


def _figure(counted, rows):
    if counted == "age":
        return round(sum(call.age for call in rows) / len(rows)) if rows else None
    if counted in (*MONEY, "arrests"):
        return sum(getattr(call, counted) for call in rows)
    return len(rows)


def test_banks_add_up_to_the_total_and_branches_to_their_bank(session, officer, a_year):
    found = calls.monthly_return(session, officer, date(2026, 7, 1))
    every = session.scalars(select(Call)).all()
    assert found.total.year.prevented == sum(call.prevented or 0 for call in every)
    assert found.total.year.nothing_wrong == sum(call.outcome in NOTHING_WRONG for call in every)
    for bank in found.banks:
        own = [row for row in found.branches if row.bank_id == bank.bank_id]
        assert [row.branch for row in own] == ["", "Ripon", "Whitby"]
        assert bank.year.lost == sum(row.year.lost for row in own)
        assert bank.month.calls == sum(row.month.calls for row in own)


def test_a_month_without_calls_has_no_banks(session, supervisor):
    found = calls.monthly_return(session, supervisor, date(2026, 2, 3))
    assert (found.banks, found.branches, found.total.month.calls) == ([], [], 0)
    assert (found.month, found.to) == (date(2026, 2, 1), date(2026, 2, 28)) and found.total.month.age is None


@pytest.mark.parametrize("who", ["ambassador", "volunteer", "communicator", "administrator"])
def test_the_return_is_for_officers_and_supervisors(session, request, who):
    with pytest.raises(NotAllowed):
        calls.monthly_return(session, request.getfixturevalue(who), date(2026, 7, 1))
