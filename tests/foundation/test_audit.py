"""Every change has a name on it, no value is copied to the log, and the log itself only grows."""

import pytest
from sqlalchemy import select, text, update

from outreach.casework.victims import NotFound, Victim, VictimPhone, open_victim
from outreach.foundation import audit
from outreach.foundation.audit import Action, AuditEntry, NobodyActing
from outreach.foundation.db import Database
from outreach.foundation.operation import acting, operation
from outreach.foundation.permissions import COMMAND_LINE, Actor, May, NotAllowed, Role

SECRET = "Zanzibar"  # a word that stands in a personal field and nowhere else


def enter(database: Database) -> int:
    with database.transaction() as session, acting(session, COMMAND_LINE, "victim.entered"):
        victim = Victim(last_name=SECRET, phones=[VictimPhone(number="+441632960001")])
        session.add(victim)
        session.flush()
        return victim.id


def entries(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_who_did_what_is_written_with_the_change(database: Database) -> None:
    victim_id = enter(database)
    [victim, phone] = entries(database)
    assert (victim.actor_id, victim.action) == (COMMAND_LINE.id, "collection")
    assert victim.operation == "victim.entered"
    assert (victim.record_type, victim.record_id) == ("victim", victim_id)
    assert victim.details == {"fields": ["last_name"]} and phone.record_type == "victim_phone"


def test_no_value_of_a_record_reaches_the_log(database: Database) -> None:
    enter(database)
    with database.reading() as session:
        rows = session.execute(text("SELECT * FROM audit_entry")).all()
    assert SECRET not in str(rows) and "960001" not in str(rows)


def test_a_change_that_is_rolled_back_leaves_no_trace(database: Database) -> None:
    with (pytest.raises(ZeroDivisionError), database.transaction() as session,
          acting(session, COMMAND_LINE, "x")):
        session.add(Victim(last_name="Hill"))
        session.flush()
        raise ZeroDivisionError
    assert entries(database) == []


def test_what_only_follows_from_other_facts_is_no_change(database: Database) -> None:
    victim_id = enter(database)
    with database.transaction() as session, acting(session, COMMAND_LINE, "need.reckoned"):
        session.get_one(Victim, victim_id).need_score = 99
    assert [e.operation for e in entries(database)] == ["victim.entered"] * 2


def test_nobody_changes_a_record_anonymously(database: Database) -> None:
    with pytest.raises(NobodyActing), database.transaction() as session:
        session.add(Victim(last_name="Hill"))


def test_no_bulk_change_passes_the_log_by(database: Database) -> None:
    with pytest.raises(NobodyActing), database.transaction() as session:
        session.execute(update(Victim).values(last_name="x"))


@pytest.mark.parametrize("deed", ["UPDATE audit_entry SET actor_id = 99", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_the_log(database: Database, deed: str) -> None:
    enter(database)
    with pytest.raises(Exception, match="only grows"), database.transaction() as session:
        session.execute(text(deed))
    assert len(entries(database)) == 2


def test_looking_waits_to_be_written_and_is_handed_over_once(database: Database) -> None:
    victim_id = enter(database)
    officer = Actor(2, "PC Ada Cole", Role.OFFICER)
    with database.reading() as session:
        open_victim(session, officer, victim_id)
        [note] = audit.waiting(session)
        assert audit.waiting(session) == []
    assert note["action"] == Action.CONSULTATION
    assert (note["record_id"], note["actor_id"]) == (victim_id, officer.id)


def test_what_was_not_found_was_not_looked_at(database: Database) -> None:
    with database.reading() as session:
        with pytest.raises(NotFound):
            open_victim(session, Actor(2, "PC Ada Cole", Role.OFFICER), 12345)
        assert audit.waiting(session) == []


def test_an_operation_asks_for_its_permission_before_it_touches_anything(database: Database) -> None:
    touched = []

    @operation("test.tried", needs=May.IMPORT)
    def change(session: object, actor: Actor) -> None:
        touched.append(actor)

    with database.transaction() as session, pytest.raises(NotAllowed):
        change(session, Actor(3, "Bill Wren", Role.VOLUNTEER))
    assert touched == []
