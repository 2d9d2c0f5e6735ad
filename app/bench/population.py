"""Fills an empty database with invented victims, as many as a measurement needs; one seed, one population."""

import random
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, event, func, select, text
from sqlalchemy.orm import Session

from app.bench.victim_names import FEMALE, MALE, STREETS, SURNAMES
from outreach import records
from outreach.casework import matching, need, search
from outreach.casework.contacts import ContactChannel, Outcome
from outreach.casework.follow_ups import Status
from outreach.casework.safe_contact import Answer
from outreach.foundation.accounts import PersonType
from outreach.foundation.db import Database
from outreach.foundation.permissions import Role

AS_OF = datetime(2026, 11, 2, 9, tzinfo=UTC)
AT_ONCE = 5000
OFFICER_EMAIL = "bench.officer@example.org"
BUSIEST = 1             # the id of the victim whose timeline has forty entries
TIMELINE = 40


def _words(text: str) -> list[str]:
    return text.split()


_COMMON_MALE = _words("John David Peter Michael Brian Alan Kenneth Derek Ronald Keith")
_COMMON_FEMALE = _words("Margaret Jean Mary Patricia Joan Susan Dorothy Sheila Barbara Joyce")
_COMMON = _words("""
Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts
Green Hall Wood Jackson Clarke Harrison Hill Turner Ward Cooper Morris Moore Clark Baker Harris King Morgan
Lee Allen Scott Young Watson Parker Bennett Cook Shaw Hughes Carter Richardson Bell Mitchell Bailey
""")
_STEMS = _words("""
Ald Ash Bar Beck Blen Bran Brock Calver Cam Cor Crag Dal Den Dray Eller Farn Fos Gar Gil Had Harl Hebb Hold
Hut Ing Kel Kirk Lang Lin Lof Mel Mid Nor Oak Ormes Pen Plum Raw Rip Sel Skir Stain Sut Thir Thorn Ul Wal Weth
Whar Win Wool Yar
""")
_ENDINGS = _words("""
bank berry bourne bury by cliffe combe cote croft dale den field ford gate ham head holme hurst ing land ley
low man mere more ridge shaw side stead stock stone thorpe thwaite ton wall well wick wood worth
""")
_LAST = _COMMON + SURNAMES + [stem + ending for stem in _STEMS for ending in _ENDINGS]
_PLACES = [(town, district, areas) for district, town, areas in (
    ("York", "York", "YO1 YO10 YO24 YO26 YO30 YO31"), ("Harrogate", "Harrogate", "HG1 HG2 HG3"),
    ("Harrogate", "Ripon", "HG4"), ("Scarborough", "Scarborough", "YO11 YO12 YO13"),
    ("Scarborough", "Whitby", "YO21 YO22"), ("Hambleton", "Northallerton", "DL6 DL7"),
    ("Selby", "Selby", "YO8"),
    ("Hambleton", "Thirsk", "YO7"), ("Selby", "Tadcaster", "LS24"), ("Craven", "Skipton", "BD23"),
    ("Ryedale", "Malton", "YO17"), ("Richmondshire", "Richmond", "DL10"))]
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"   # that end a postcode
_FACTORS = ["dementia", "bereaved", "hearing", "mobility", "isolation", "no_internet"]


class Person(NamedTuple):
    """One invented victim, with values as the record keeps them."""

    id: int
    title: str
    first_name: str
    last_name: str
    gender: str
    born_on: date
    address_line_1: str
    town: str
    district: str
    postcode: str
    email: str
    phones: tuple[str, ...]
    factors: list[str]
    lost: Decimal
    reports: int
    reached: bool


def people(how_many: int, seed: int = 1, first_id: int = 1) -> Iterator[Person]:
    """So many invented people; a few surnames and forenames are borne by very many, as in life."""
    rng = random.Random(seed)
    last, male, female = (_Names(names) for names in (_LAST, _COMMON_MALE + MALE, _COMMON_FEMALE + FEMALE))
    for victim in range(first_id, first_id + how_many):
        sex = rng.choice("MF")
        town, district, areas = rng.choice(_PLACES)
        forename, surname = (male if sex == "M" else female).pick(rng), last.pick(rng)
        yield Person(
            victim, "Mr" if sex == "M" else rng.choice(("Mrs", "Ms", "Miss")), forename, surname,
            "male" if sex == "M" else "female", date(1930, 1, 1) + timedelta(days=int(rng.random() * 22000)),
            f"{rng.randrange(1, 160)} {rng.choice(STREETS)}", town, district,
            f"{rng.choice(areas.split())} {rng.randrange(1, 10)}{''.join(rng.choices(_LETTERS, k=2))}",
            f"{surname.lower().replace(chr(39), '')}{victim}@example.org" if rng.random() < 0.6 else "",
            _phones(rng), [factor for factor in _FACTORS if rng.random() < 0.08],
            Decimal(int(rng.lognormvariate(7, 1.6) * 100)) / 100, 1 if rng.random() < 0.9 else 2,
            rng.random() < 0.4)


def fill(database: Database, how_many: int, seed: int = 1, *, matched: bool = False) -> None:
    """Bring a migrated database up to so many victims: records, search and, if asked, matching's keys.

    The database is only for measuring: rows go in beneath the audit log.
    """
    with database.transaction() as session:
        held = session.scalar(select(func.max(records.metadata.tables["victim"].c.id))) or 0
        officer = _officer(session)
    if held >= how_many:
        return
    if database.is_sqlite:
        event.listen(database.writer, "connect", _in_haste)
        database.writer.dispose()
    chunk: list[Person] = []
    for person in people(how_many - held, seed + held, held + 1):
        chunk.append(person)
        if len(chunk) == AT_ONCE:
            _load(database, chunk, officer, matched)
            chunk = []
    _load(database, chunk, officer, matched)
    _settle(database)


def _in_haste(connection: Any, _record: Any) -> None:
    """A throwaway file need not survive a power cut while it is filled."""
    for pragma in ("synchronous=OFF", "cache_size=-400000", "wal_autocheckpoint=20000"):
        connection.execute(f"PRAGMA {pragma}")


def _load(database: Database, chunk: Sequence[Person], officer: int, matched: bool) -> None:
    tables = records.metadata.tables
    with database.transaction() as session:
        _insert(session, tables["victim"], [_victim(person) for person in chunk])
        _insert(session, tables["victim_phone"], [
            {"victim_id": p.id, "number": number} for p in chunk for number in p.phones])
        _insert(session, tables["fraud_report"], [report for p in chunk for report in _reports(p)])
        _insert(session, tables["contact"], [contact for p in chunk for contact in _contacts(p, officer)])
        _insert(session, tables["follow_up"], [
            {"victim_id": p.id, "due_at": AS_OF + timedelta(days=p.id % 90), "reason": "First attempt",
             "assignee_id": officer, "status": Status.PLANNED} for p in chunk if p.id % 10 == 0])
        if matched:
            _insert(session, tables["match_key"], [key for p in chunk for key in _keys(p)])
        search.index(session, [search.Entry(p.id, p.first_name, p.last_name, "", p.town, p.postcode,
                                            p.born_on, p.phones) for p in chunk], new=True)


def _victim(p: Person) -> dict[str, Any]:
    alone = Answer.YES if p.id % 5 == 0 else Answer.UNKNOWN
    facts = need.Facts(need.age_on(AS_OF.date(), p.born_on, None),
                       [*p.factors, *(["lives_alone"] if alone is Answer.YES else [])], p.lost * p.reports,
                       p.reports, suspect_known=False, reached=p.reached)
    found = need.reckon(facts)
    return {name: getattr(p, name) for name in (
        "id", "title", "first_name", "last_name", "gender", "born_on", "address_line_1", "town", "district",
        "postcode", "email")} | {
        "vulnerability": p.factors, "lives_alone": alone, "need_score": found.score, "band": found.band,
        "need_reasons": found.reasons, "first_reached_at": AS_OF if p.reached else None}


def _reports(p: Person) -> list[dict[str, Any]]:
    return [{"victim_id": p.id, "national_reference": f"NFRC{p.id:09}{number}", "lost": p.lost,
             "reported_on": AS_OF.date() - timedelta(days=(p.id * 7 + number * 400) % 1400),
             "nfib_code": "3A", "fraud_type": "Online shopping"} for number in range(p.reports)]


def _contacts(p: Person, officer: int) -> list[dict[str, Any]]:
    how_many = TIMELINE - 2 if p.id == BUSIEST else 1 if p.reached else 0
    return [{"victim_id": p.id, "at": AS_OF - timedelta(days=1 + number * 9 + p.id % 300), "by_id": officer,
             "channel": ContactChannel.CALL, "attempt_no": number + 1, "minutes": 10,
             "outcome": Outcome.SPOKE if number == 0 else Outcome.NO_REPLY_MESSAGE,
             "summary": "Went through the safeguarding advice."} for number in range(how_many)]


def _keys(p: Person) -> list[dict[str, int]]:
    known = matching.person(p.id, title=p.title, first_name=p.first_name, last_name=p.last_name,
                            gender=p.gender, born_on=p.born_on, phones=p.phones, email=p.email,
                            postcode=p.postcode, address_line_1=p.address_line_1, town=p.town)
    return [{"key": key, "victim_id": p.id} for key in matching.blocking_keys(known)]


def _phones(rng: random.Random) -> tuple[str, ...]:
    landline = (f"+441632{rng.randrange(10**6):06}",) if rng.random() < 0.8 else ()
    mobile = (f"+4479{rng.randrange(10**8):08}",) if rng.random() < 0.6 else ()
    return landline + mobile


class _Names:
    """Names of which the first is the commonest; the share falls as the place in the list grows."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.shares = names, list(accumulate(1 / (place + 8) for place in range(len(names))))

    def pick(self, rng: random.Random) -> str:
        return self.names[bisect(self.shares, rng.random() * self.shares[-1])]


def _officer(session: Session) -> int:
    accounts = records.metadata.tables["account"]
    found = session.scalar(select(accounts.c.id).where(accounts.c.email == OFFICER_EMAIL))
    if found is None:
        _insert(session, accounts, [{"email": OFFICER_EMAIL, "name": "Bench officer", "role": Role.OFFICER,
                                     "person_type": PersonType.OFFICER}])
        found = session.scalar(select(accounts.c.id).where(accounts.c.email == OFFICER_EMAIL))
    return int(found or 0)


def _insert(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows at once, as the driver itself takes them: what SQLAlchemy would fill in is filled in once."""
    if not rows:
        return
    dialect = session.get_bind().dialect
    given = [column for column in table.columns if column.name in rows[0] or column.default is not None]
    fixed = {column.name: _default(column) for column in given if column.name not in rows[0]}
    makers = [(column.name, _maker(column, dialect)) for column in given]
    values = ([make(row.get(name, fixed.get(name))) for name, make in makers] for row in rows)
    names = ", ".join(f'"{column.name}"' for column in given)
    raw = session.connection().connection.driver_connection
    assert raw is not None
    if dialect.name == "sqlite":
        marks = ", ".join("?" * len(given))
        raw.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)
        return
    with closing(raw.cursor()) as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)


def _default(column: Any) -> Any:
    value = column.default.arg
    return value(None) if callable(value) else value


def _maker(column: Any, dialect: Dialect) -> Any:
    make = column.type.dialect_impl(dialect).bind_processor(dialect)
    return make or (lambda value: value)


def _settle(database: Database) -> None:
    """Tell the planner what is there, and let ids go on after the last one given."""
    if database.is_sqlite:
        with closing(database.writer.raw_connection()) as line:
            line.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        event.remove(database.writer, "connect", _in_haste)
        database.writer.dispose()
        return
    with database.transaction() as session:
        for table in ("victim", "victim_phone", "fraud_report", "contact", "follow_up"):
            session.execute(text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
