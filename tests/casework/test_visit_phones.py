"""What a phone may keep of visits, under which key, and until when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.visits import CrewState, Phone, phones
from outreach.casework.visits.phones import NotAPhone
from outreach.foundation import clock
from outreach.foundation.permissions import Actor, NotAllowed, Role
from tests.cast import cleared

NAME = "b2a5f6a0-phone-of-bill"
NOON = datetime(2026, 6, 10, 11, tzinfo=clock.now().tzinfo)     # midday in Britain


@pytest.fixture(autouse=True)
def secret(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's secret, which keys are made from."""
    from outreach.foundation import signing
    monkeypatch.setattr(signing, "_secrets", [lambda: b"a secret of thirty-two characters!"])


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`at(moment)`: what time it is from now on."""
    def set_to(moment: datetime) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment
    return set_to


def key_of(session: Session, actor: Actor, name: str = NAME, **told: Any) -> bytes | None:
    issued = phones.issue(session, actor, name=name, **told)
    session.commit()
    return issued.key


def test_the_same_person_on_the_same_phone_has_the_same_key_again(session, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer)
    first = key_of(session, volunteer)
    assert first and len(first) == 32
    assert key_of(session, volunteer) == first
    assert key_of(session, volunteer, name="another-phone-of-bill") not in (first, None)


def test_somebody_else_on_the_same_phone_has_another_key(session, volunteer, mrs_hill, mr_hill, visit_of):
    una = cleared(session, "una", "Una Field")
    visit_of(mrs_hill, volunteer)
    visit_of(mr_hill, una)
    assert key_of(session, volunteer) != key_of(session, una)


def test_the_key_is_stored_nowhere(session, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer)
    key = key_of(session, volunteer)
    [phone] = session.scalars(select(Phone)).all()
    kept = f"{phone.salt} {phone.name_hash}"
    assert key and key.hex() not in kept and NAME not in kept


def test_a_key_lasts_until_two_hours_after_the_days_last_planned_end(session, volunteer, mrs_hill, mr_hill,
                                                                      visit_of, at):
    at(NOON)
    visit_of(mrs_hill, volunteer, begins_at=NOON + timedelta(hours=1))
    visit_of(mr_hill, volunteer, begins_at=NOON + timedelta(hours=4), minutes=30)
    issued = phones.issue(session, volunteer, name=NAME)
    assert issued.until == NOON + timedelta(hours=6, minutes=30)
    assert issued.seconds == 6.5 * 3600
    at(NOON + timedelta(hours=6, minutes=30))
    assert phones.issue(session, volunteer, name=NAME).key is None


def test_a_visit_under_way_past_midnight_is_still_todays(session, volunteer, mrs_hill, visit_of, at):
    late = datetime(2026, 6, 10, 22, 30, tzinfo=NOON.tzinfo)      # 11:30pm in Britain
    visit_of(mrs_hill, volunteer, begins_at=late)
    at(late + timedelta(hours=1))
    assert [visit.id for visit in phones.todays(session, volunteer)]


def test_no_key_without_a_visit_today_unless_logs_wait(session, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(days=3))
    assert key_of(session, volunteer) is None
    assert key_of(session, volunteer, unsent=2, unsent_for=3600) is not None
    assert phones.todays(session, volunteer) == []


def test_only_accepted_visits_of_ones_own_are_for_the_phone(session, volunteer, mrs_hill, mr_hill, visit_of):
    una = cleared(session, "una", "Una Field")
    visit_of(mrs_hill, volunteer, state=CrewState.OFFERED)
    visit_of(mr_hill, una)
    assert phones.todays(session, volunteer) == []
    assert len(phones.todays(session, una)) == 1


def test_what_waits_on_a_phone_is_noted_with_its_age_whatever_its_clock_says(session, volunteer):
    key_of(session, volunteer, unsent=2, unsent_for=7200)
    [phone] = session.scalars(select(Phone)).all()
    assert phone.unsent == 2
    assert abs(phone.unsent_since - (clock.now() - timedelta(hours=2))) < timedelta(seconds=5)
    key_of(session, volunteer, unsent=0)
    assert (phone.unsent, phone.unsent_since) == (0, None)


@pytest.mark.parametrize("told", [{"unsent": -3}, {"unsent": 10**9}, {"unsent": 1, "unsent_for": -5},
                                  {"unsent": 1, "unsent_for": 10**12}])
def test_nonsense_that_a_phone_tells_does_no_harm(session, volunteer, told):
    key_of(session, volunteer, **told)
    [phone] = session.scalars(select(Phone)).all()
    assert 0 <= phone.unsent <= phones.MOST_UNSENT
    assert phone.unsent_since is None or phone.unsent_since <= clock.now()


@pytest.mark.parametrize("name", ["", "short", "x" * 65, "a name with spaces in it", "ünïcödé-ünïcödé-x"])
def test_a_phone_without_a_name_of_its_own_is_refused(session, volunteer, name):
    with pytest.raises(NotAPhone, match="Open the page again"):
        phones.issue(session, volunteer, name=name)


def test_after_a_wipe_nobody_can_make_the_old_key_again(session, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer)
    before = key_of(session, volunteer)
    phones.wipe(session, volunteer, name=NAME)
    session.commit()
    [phone] = session.scalars(select(Phone)).all()
    assert phone.salt == "" and phone.wiped_at
    assert key_of(session, volunteer) not in (before, None)
    assert phone.wiped_at is None


def test_without_access_the_key_comes_only_while_logs_wait(session, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer)
    before = key_of(session, volunteer)
    lapsed = Actor(volunteer.id, volunteer.name, Role.LAPSED)
    with pytest.raises(NotAllowed):
        phones.issue(session, lapsed, name=NAME)
    assert phones.reissue(session, lapsed, name=NAME, unsent=1).key == before
    assert phones.reissue(session, lapsed, name=NAME, unsent=0).key is None
    session.commit()
    [phone] = session.scalars(select(Phone)).all()
    assert phone.salt == "" and phone.wiped_at
