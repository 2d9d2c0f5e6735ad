"""The bench in short form: it measures what it says, on both databases, and touches nobody's records."""

import json

import pytest
from sqlalchemy import func, select

from app import bench
from app.bench import calls, ground, letters, pages, population, queue, search, visit_logs
from outreach.casework.calls import Call
from outreach.casework.victims import Victim
from outreach.casework.visits import Visit, VisitLog
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE

FEW = 500


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setitem(ground.SIZES, "10k", FEW)
    monkeypatch.setattr(search, "RUNS", 3)
    monkeypatch.setattr(search, "SLIPS", 40)
    monkeypatch.setattr(pages, "TIMES", 10)
    monkeypatch.setattr(queue, "DUE", 500)
    monkeypatch.setattr(letters, "LETTERS", 20)
    monkeypatch.setattr(letters, "VICTIMS", FEW)
    monkeypatch.setattr(queue, "VICTIMS", FEW)
    for name, few in (("CALLS", 200), ("PEOPLE", 4), ("RUNS", 3)):
        monkeypatch.setattr(calls, name, few)
    monkeypatch.setattr(queue, "PEER_JOBS", 20)
    for name, few in (("PHONES", 10), ("LOGS", 3), ("VICTIMS", FEW), ("LOST", 0.3)):
        monkeypatch.setattr(visit_logs, name, few)


def one_kind(database) -> str:
    return "sqlite" if database.is_sqlite else "postgresql"


def test_one_seed_makes_one_population():
    people = list(population.people(50, seed=3))
    assert people == list(population.people(50, seed=3)) != list(population.people(50, seed=4))
    assert all(person.email.endswith("@example.org") or not person.email for person in people)


def test_filling_twice_adds_nobody(database):
    for _ in range(2):
        with ground.filled(database.url, FEW) as filled, filled.reading() as session:
            assert session.scalar(select(func.count()).select_from(Victim)) == FEW


def test_search_is_measured_beside_bare_sql_and_django(database):
    whole = bench.run("search", "10k", database.url)
    assert json.loads(json.dumps(whole))["search"]["victims"] == FEW
    found = whole["search"][one_kind(database)]
    asked = found[search.THE_QUESTION]
    assert min(asked["p50_ms"], asked["bare_sql_p50_ms"], asked["django_p50_ms"]) > 0
    assert found["one wrong letter"]["found_in_first_50"] >= 0.97


def test_pages_are_measured_beside_the_barest_page_and_django(database):
    found = bench.run("pages", "10k", database.url)["pages"][one_kind(database)]
    assert found["list"]["cpu_ms"] > 0 and found["list"]["bare"]["cpu_ms"] > 0
    assert found["list"]["django_admin"]["p50_ms"] > 0
    assert found["record"]["p50_ms"] > 0


def test_an_import_is_measured_and_undone(database):
    found = bench.run("import", "10k", database.url)["import"]
    ours = found[one_kind(database)]
    assert sum(ours[what] for what in ("new", "updated", "to_review", "errors")) == FEW
    assert min(found["plain_python_rows_per_s"], found["bare_insert_rows_per_s"], ours["rows_per_s"]) > 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Victim)) == FEW


def test_the_queue_is_measured_to_the_last_promise(database):
    found = bench.run("queue", "10k", database.url)["queue"]
    assert found[one_kind(database)]["left"] == 0
    assert min(found["arq_defaults_per_s"], found[one_kind(database)]["bare_loop_per_s"]) > 0


def test_a_database_with_other_people_in_it_is_left_alone(database):
    with database.transaction() as session, acting(session, COMMAND_LINE, "victim.entered"):
        session.add(Victim(last_name="Hill"))
    with pytest.raises(ground.NotThere, match="Name an empty one"):
        bench.run("search", "10k", database.url)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Victim)) == 1


@pytest.mark.parametrize(("name", "size", "sentence"), [
    ("speed", "10k", "There is no bench speed"), ("search", "2m", "There is no size 2m")])
def test_what_cannot_be_measured_is_refused_in_a_sentence(name, size, sentence):
    with pytest.raises(ValueError, match=sentence):
        bench.run(name, size)


def test_a_wrong_letter_is_always_a_different_word():
    import random
    rng = random.Random(1)
    assert all(search.slip(rng, "joan") != "joan" for _ in range(200))


def test_a_batch_of_letters_is_measured_beside_the_typesetting_alone(database):
    found = bench.run("letters", "10k", database.url)["letters"][one_kind(database)]
    assert found["letters"] == 20 and found["written_s"] >= 0 and found["longest_lock_ms"] > 0
    assert found["compile_each_s"] >= 0


def test_calls_are_measured_beside_bare_sql_and_django_and_taken_away_again(database):
    found = bench.run("calls", "10k", database.url)["calls"][one_kind(database)]
    name = found["suggestions"]["name and half a postcode"]
    assert min(name["p50_ms"], name["bare_sql_p50_ms"], name["django_icontains_p50_ms"]) > 0
    assert found["suggestions"]["every stage"]["p95_ms"] >= found["suggestions"]["every stage"]["p50_ms"]
    assert found["return"]["django_objects_p50_ms"] > 0 and found["return"]["bare_sum_p50_ms"] > 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Call)) == 0


def test_the_logs_of_many_phones_are_each_stored_once_and_taken_away_again(database):
    found = bench.run("visit-logs", "10k", database.url)["visit-logs"][one_kind(database)]
    assert (found["stored"], found["twice"], found["lost"], found["concerns"]) == (30, 0, 0, 3)
    assert sum(found["told"][what] for what in ("received", "same") if what in found["told"]) == 30
    assert min(found["per_s"], found["bare_commits_per_s"], found["django_per_s"]) > 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(VisitLog)) == 0
        assert session.scalar(select(func.count()).select_from(Visit)) == 0
