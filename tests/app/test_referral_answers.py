"""The partner's page: one referral behind one link, on every face, and nothing for whoever has none."""

import html
import logging
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.exc import ProgrammingError

from app.main import build
from outreach.casework import referrals
from outreach.casework.referrals import (
    Agency,
    Basis,
    Consent,
    ReferralFacts,
    Share,
)
from outreach.foundation import clock, letterbox
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.letterbox import LetterboxAnswer, LetterboxLink
from outreach.foundation.outbox import OutboxMessage

HERE = "/referral-answers"
OURS = {"Sec-Fetch-Site": "same-origin"}


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def kept(session, noun):
    session.commit()
    session.expire_all()
    found = session.scalars(select(noun)).all()
    session.commit()
    return found


@pytest.fixture(params=["public", "desk", "both"])
def face(request, site, database):
    """A partner's browser, which nobody signed in; the desk alone has no such page."""
    client = TestClient(build(request.param, database=database), follow_redirects=False,
                        raise_server_exceptions=False)
    client.face = request.param
    return client


@pytest.fixture
def partner(site):
    return TestClient(site, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def code(session, officer, mrs_hill, site):
    """The code of a referral of Mrs Hill: her name and phones are shared, her address and birthday are
    not."""
    agency = session.scalars(select(Agency).where(Agency.name == "Victim Support")).one()
    referral = referrals.draft(session, officer, mrs_hill, ReferralFacts(
        agency.id, basis=Basis.CONSENT, consent=Consent.GIVEN, asks="Please visit her",
        shares=[Share.NAME, Share.PHONES], wishes="She wants her son kept out of it"))
    referrals.send(session, officer, referral)
    found = letterbox.code_of(session, letterbox.newest(session, ("referral", referral.id)))
    session.commit()
    return found


def test_the_page_is_on_the_public_face_and_shows_only_what_was_consented_to(face, code):
    answer = face.get(f"{HERE}/{code}")
    if face.face == "desk":
        assert answer.status_code == 404
        return
    said = words(answer)
    assert answer.status_code == 200 and "Please visit her" in said and "Mrs Margaret Hill" in said
    assert "Leave no message" in said and said.count("OFFICIAL-SENSITIVE") == 2
    for secret in ("High Street", "YO12", "1941", "margaret.hill", "son kept out", "Ada Cole"):
        assert secret not in answer.text
    assert answer.text.count("<h1") == 1 and "<script" not in answer.text


def test_looking_changes_nothing_however_often_a_scanner_looks(partner, session, code):
    before = len(kept(session, AuditEntry))
    for _ in range(3):
        partner.get(f"{HERE}/{code}")
        partner.head(f"{HERE}/{code}")
    assert kept(session, LetterboxAnswer) == [] and len(kept(session, AuditEntry)) == before


def test_the_page_is_kept_nowhere_found_by_nobody_and_logged_without_its_code(partner, code, caplog):
    caplog.set_level(logging.DEBUG)
    answer = partner.get(f"{HERE}/{code}")
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "noindex" in answer.headers["x-robots-tag"] and 'content="noindex' in answer.text
    partner.post(f"{HERE}/{code}", data={"kind": "accepted"}, headers=OURS)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("outreach")]
    assert f"GET {HERE}/{{token}} 200" in " ".join(ours) and code not in " ".join(ours)


@pytest.mark.parametrize(("kind", "field", "typed", "told"), [
    ("accepted", "", "", "You accepted this referral"),
    ("declined", "reason", "Out of our area", "You said that you cannot help"),
    ("question", "question", "Which day?", "You asked"),
    ("reported", "report", "Visited her", "You reported back")])
def test_each_answer_acts_once_and_is_carried_on_by_the_worker(partner, session, code, kind, field, typed,
                                                               told):
    form = {"kind": kind, field: typed, "idempotency_key": "the-key-of-one-form"}
    for _ in range(2):
        answer = partner.post(f"{HERE}/{code}", data=form, headers=OURS)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/{code}")
    [found] = kept(session, LetterboxAnswer)
    assert (found.kind, found.words) == (kind, typed)
    carried = [one for one in kept(session, OutboxMessage) if one.kind == "letterbox.referral"]
    assert [one.payload for one in carried] == [{"answer_id": found.id}]
    said = words(partner.get(f"{HERE}/{code}"))
    assert told in said and typed in said


@pytest.mark.parametrize(("form", "sentence"), [
    ({"kind": "declined"}, "Say why you cannot help"), ({"kind": "question", "question": " "}, "Type your"),
    ({"kind": "reported", "report": "x" * 4001}, "Shorten this"), ({"kind": "closed"}, "Choose one"),
    ({}, "Choose one")])
def test_what_cannot_be_said_is_refused_and_what_was_typed_stays(partner, session, code, form, sentence):
    answer = partner.post(f"{HERE}/{code}", data=form, headers=OURS)
    assert answer.status_code == 422 and sentence in words(answer)
    assert form.get("report", "") in answer.text and kept(session, LetterboxAnswer) == []


def test_a_decision_used_twice_shows_what_was_answered_and_changes_nothing(partner, session, code):
    partner.post(f"{HERE}/{code}", data={"kind": "accepted"}, headers=OURS)
    answer = partner.post(f"{HERE}/{code}", data={"kind": "declined", "reason": "No"}, headers=OURS)
    assert answer.status_code == 409 and "You accepted this referral" in words(answer)
    assert [one.kind for one in kept(session, LetterboxAnswer)] == ["accepted"]
    assert "We accept this referral" not in partner.get(f"{HERE}/{code}").text


def test_every_link_that_opens_nothing_answers_with_the_same_bytes(partner, session, code):
    unknown = partner.get(f"{HERE}/{'0' * 26}")
    assert unknown.status_code == 404 and "ring 101" in words(unknown)
    for change in ({"expires_at": clock.now() - timedelta(days=400)}, {"closed_at": clock.now()},
                   {"token_hash": "x"}):
        before = session.execute(select(*(getattr(LetterboxLink, name) for name in change))).one()
        session.execute(update(LetterboxLink).values(**change))
        session.commit()
        for ask in (partner.get, lambda path: partner.post(path, data={"kind": "accepted"}, headers=OURS)):
            found = ask(f"{HERE}/{code}")
            assert (found.status_code, found.content) == (404, unknown.content)
        session.execute(update(LetterboxLink).values(**before._mapping))
        session.commit()
    assert partner.get(f"{HERE}/{code[:-1]}").content == unknown.content
    assert partner.get(f"{HERE}/{code}").status_code == 200 and kept(session, LetterboxAnswer) == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.org"},
                                     {}])
def test_an_answer_from_another_site_is_refused(partner, session, code, headers):
    assert partner.post(f"{HERE}/{code}", data={"kind": "accepted"}, headers=headers).status_code == 403
    assert kept(session, LetterboxAnswer) == []


def test_a_flood_is_turned_away_before_it_is_read(partner, code):
    flood = {"kind": "question", "question": "x" * 100_000}
    answer = partner.post(f"{HERE}/{code}", data=flood, headers=OURS)
    assert answer.status_code == 413 and "too long" in words(answer)


def test_a_code_is_typed_from_a_letter(partner, code):
    assert "The code is on its first page" in words(partner.get(HERE))
    answer = partner.post(HERE, data={"code": letterbox.grouped(code)}, headers=OURS)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/{code}")
    for typed, sentence in (("", "Type the code"), ("00000", "This code opens nothing"),
                            (f"{HERE}/{code}?", "This code opens nothing")):
        wrong = partner.post(HERE, data={"code": typed}, headers=OURS)
        assert wrong.status_code == 422 and sentence in words(wrong)


GRANTS = ("SELECT ON letterbox_link", "SELECT, INSERT ON letterbox_answer", "SELECT, INSERT ON outbox",
          "USAGE ON SEQUENCE letterbox_answer_id_seq", "USAGE ON SEQUENCE outbox_id_seq")


@pytest.fixture
def public_login(database):
    """The address of this database for a login that may do what the letterbox needs, and nothing else."""
    if database.is_sqlite:
        pytest.skip("SQLite has no logins")
    with database.writer.begin() as line:
        line.exec_driver_sql("DROP ROLE IF EXISTS public_face")
        line.exec_driver_sql("CREATE ROLE public_face LOGIN NOSUPERUSER NOBYPASSRLS")
        for grant in GRANTS:
            line.exec_driver_sql(f"GRANT {grant} TO public_face")
    yield database.url.replace("//app@", "//public_face@")
    with database.writer.begin() as line:
        line.exec_driver_sql("DROP OWNED BY public_face")
        line.exec_driver_sql("DROP ROLE public_face")


def test_the_public_faces_own_login_reads_nothing_of_casework(site, session, public_login, code):
    """Its process answers on its own host with a login that could not read a victim if it were taken over,
    nor the seeds from which codes are derived (design: answers 1)."""
    login = Database(public_login)
    for table in ("victim", "referral", "referral_step", "agency", "letterbox_seed", "account"):
        with pytest.raises(ProgrammingError, match="permission denied"), login.reader.connect() as line:
            line.exec_driver_sql(f"SELECT 1 FROM {table}")
    partner = TestClient(build("public", database=login), follow_redirects=False)
    assert "Mrs Margaret Hill" in partner.get(f"{HERE}/{code}").text
    for form in ({"kind": "accepted"}, {"kind": "question", "question": "Which day?"}):
        assert partner.post(f"{HERE}/{code}", data=form, headers=OURS).status_code == 303
    login.close()
    assert [one.kind for one in kept(session, LetterboxAnswer)] == ["accepted", "question"]
