"""Contacts: logged with their real outcome, obeying safe contact, once; and what each of them teaches."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from outreach.casework.contacts import Contact, ContactChannel, LoggedTwice, Outcome, attempts, log_contact
from outreach.casework.safe_contact import Answer, UnsafeContact
from outreach.foundation.audit import AuditEntry
from outreach.foundation.clock import now, today
from outreach.foundation.permissions import NotAllowed


def ring(session, actor, victim, outcome=Outcome.NO_REPLY_UNSAFE, channel=ContactChannel.CALL, **more):
    return log_contact(session, actor, victim, channel=channel, outcome=outcome, **more)


def test_attempts_are_counted_until_somebody_is_reached(session, officer, mrs_hill):
    ago = [now() - timedelta(days=days) for days in (9, 6, 3, 1)]
    outcomes = [Outcome.NO_REPLY_UNSAFE, Outcome.NO_REPLY_POSTED, Outcome.SPOKE, Outcome.WRONG_DETAILS]
    numbers = [ring(session, officer, mrs_hill, outcome, at=at).attempt_no
               for outcome, at in zip(outcomes, ago, strict=True)]
    assert numbers == [1, 2, 3, 1] and attempts(session, mrs_hill) == 1


def test_the_same_outcome_within_a_minute_is_a_double_click(session, officer, ambassador, mrs_hill):
    ring(session, officer, mrs_hill)
    with pytest.raises(LoggedTwice):
        ring(session, officer, mrs_hill)
    ring(session, officer, mrs_hill, Outcome.SPOKE)
    ring(session, ambassador, mrs_hill)
    assert len(session.scalars(select(Contact)).all()) == 3


@pytest.mark.parametrize(("channel", "outcome"), [
    (ContactChannel.CALL, Outcome.NO_REPLY_MESSAGE), (ContactChannel.LETTER, Outcome.SPOKE),
    (ContactChannel.CALL, Outcome.NO_REPLY_POSTED), (ContactChannel.VISIT, Outcome.VISITED),
    (ContactChannel.JOINT_VISIT, Outcome.VISITED), (ContactChannel.EMAIL, Outcome.SPOKE)])
def test_what_is_unsafe_is_refused_whoever_logs_it(session, officer, enter, channel, outcome):
    shut = enter("Ann", "Grey", **dict.fromkeys(
        ("may_leave_message", "may_post", "may_text", "may_email", "may_visit"), Answer.NO))
    with pytest.raises(UnsafeContact):
        ring(session, officer, shut, outcome, channel)


def test_the_first_time_somebody_is_reached_is_remembered(session, officer, mrs_hill):
    first, later = now() - timedelta(days=3), now()
    ring(session, officer, mrs_hill, Outcome.SPOKE, at=first)
    ring(session, officer, mrs_hill, Outcome.DECLINED, at=later)
    assert mrs_hill.first_reached_at == first and "never_reached" not in mrs_hill.need_reasons


def test_an_unsafe_silence_teaches_that_no_message_may_be_left(session, officer, mr_hill):
    ring(session, officer, mr_hill)
    assert mr_hill.may_leave_message is Answer.NO


def test_a_death_is_recorded_and_nobody_rings_again(session, officer, mr_hill):
    ring(session, officer, mr_hill, Outcome.DECEASED)
    assert mr_hill.deceased_on == today()
    with pytest.raises(UnsafeContact):
        ring(session, officer, mr_hill, Outcome.SPOKE)


def test_the_log_says_who_rang_and_nothing_of_what_was_said(session, officer, mrs_hill):
    contact = ring(session, officer, mrs_hill, Outcome.SPOKE, summary="She is frightened of her nephew")
    session.commit()
    entry = session.scalars(select(AuditEntry).where(
        AuditEntry.record_type == "contact", AuditEntry.record_id == contact.id)).one()
    assert (entry.actor_id, entry.operation) == (officer.id, "contact.logged")
    assert "nephew" not in str(entry.details)


@pytest.mark.parametrize("who", ["supervisor", "volunteer", "communicator", "administrator"])
def test_only_those_who_work_with_victims_log_contacts(session, request, mrs_hill, who):
    with pytest.raises(NotAllowed):
        ring(session, request.getfixturevalue(who), mrs_hill)
