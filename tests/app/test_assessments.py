"""Assessments in the browser: the score as it is built, what is refused beside its field, and the history."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from outreach.casework.assessments import Assessment, Factor, Judgement, Tells, assess
from outreach.casework.follow_ups import FollowUp
from outreach.casework.fraud_reports import Source, enter_report
from outreach.casework.need import Band
from outreach.casework.victims import Victim
from outreach.foundation.clock import today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE
from tests.site import BOTH, HTMX

ALL_THREE = {"needs_care": "yes", "faces_abuse": "yes", "cannot_protect": "yes"}


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def typed(**more):
    return {"on": f"{today():%d %m %Y}", "adult_at_risk": "no"} | more


@pytest.fixture
def here(mrs_hill):
    return f"/desk/victims/{mrs_hill.id}/assessments"


@pytest.fixture
def rows(session):
    def found(noun):
        session.rollback()
        question = select(noun).order_by(noun.id).execution_options(populate_existing=True)
        found = session.scalars(question).all()
        session.commit()
        return found
    return found


def test_the_form_starts_from_the_record(desk, officer, here):
    page = desk(officer).get(f"{here}/new")
    assert re.findall(r'name="ticked" value="([^"]+)" checked', page.text) == ["bereaved"]
    said = words(page)
    assert "The record shows already: aged 85 or over (18)." in said and "28 points Medium need" in said
    assert 'value="age:85"' not in page.text and page.text.count("<h1") == 1


def test_the_score_is_shown_as_it_is_built(desk, officer, here, rows):
    part = desk(officer).submit(f"{here}/score", typed(ticked=["bereaved", "dementia"], **ALL_THREE),
                                headers=HTMX)
    said = words(part)
    assert part.text.lstrip().startswith('<aside class="score" id="score"') and "<html" not in part.text
    assert "53 points High need" in said and 'hx-target="#suggestion"' in part.text
    assert "North Yorkshire Council" in said and "01632 960 820" in said
    assert rows(Assessment) == []


@pytest.mark.parametrize("half", [{"on": "some day"}, {"on": "1 1 1950"}, {"override": "huge"},
                                  {"needs_care": "perhaps"},
                                  {"ticked": ["magic"]}, {"next_review_on": "x"}, {}])
def test_a_half_filled_form_still_has_a_score(desk, officer, here, half):
    part = desk(officer).submit(f"{here}/score", half, headers=HTMX)
    assert part.status_code == 200 and "18 points Standard" in words(part)


def test_without_javascript_a_button_works_out_the_score(desk, officer, here, rows):
    page = desk(officer).submit(here, {"work_out": "yes", "ticked": "dementia", "views": "Stop the calls"})
    assert page.status_code == 200 and "43 points Medium need" in words(page) and "<html" in page.text
    assert "Stop the calls" in page.text and "There is a problem" not in page.text and rows(Assessment) == []


@pytest.mark.parametrize("htmx", BOTH)
def test_an_assessment_is_saved_and_the_record_follows(desk, officer, mrs_hill, here, rows, htmx):
    client = desk(officer)
    answer = client.submit(here, typed(
        ticked=["bereaved", "dementia"], note_dementia="Diagnosed in May", adult_at_risk="yes",
        capacity_concern="yes", capacity_note="Could not say what the money was for", enhanced_rights="yes",
        plan_follow_up="yes", views="Stop the calls", **ALL_THREE), headers=htmx)
    to = f"/desk/victims/{mrs_hill.id}"
    assert (answer.headers["hx-redirect"] if htmx else answer.headers["location"]) == to
    [made], [victim], [planned] = rows(Assessment), rows(Victim), rows(FollowUp)
    assert (made.score, made.band, made.adult_at_risk) == (53, Band.HIGH, Tells.YES)
    assert made.factors[0]["note"] == "Diagnosed in May"
    assert victim.band is Band.HIGH and victim.enhanced_rights
    assert planned.reason == "Assessed as in high need"
    said = words(client.get(to))
    assert "Mrs Hill is assessed as in high need. Tell North Yorkshire Council today." in said
    for told in ("Adult at risk", "Could not say what the money was for", "Stop the calls", "Assessed on"):
        assert told in said


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("wrong", "sentence", "field"), [
    ({"on": "1 1 2099"}, "Enter a date that is not in the future", "on"),
    ({"on": "31 12 2019"}, "Enter a date from 1 January 2020 on", "on"),
    ({"on": ""}, "Enter a date with its day, month and year", "on"),
    ({"override": "high"}, "Enter why the band is not the one that the points give", "override_reason"),
    ({"ticked": ["magic"]}, "has no “magic”: untick it", "ticked"),
    ({"note_dementia": "Early"}, "Tick the factor that your note is about", "ticked"),
    ({"note_bereaved": "x" * 301, "ticked": "bereaved"}, "Shorten this note", "note_bereaved"),
    ({"next_review_on": f"{today() - timedelta(days=1):%d %m %Y}"}, "not before the assessment",
     "next_review_on"),
    ({"adult_at_risk": ""}, "Choose whether they are an adult at risk", "adult_at_risk"),
    ({"adult_at_risk": "yes", "needs_care": "yes"}, "Answer yes to all three questions first",
     "adult_at_risk"),
    ({"needs_care": "maybe"}, "Choose yes, no or not sure", "needs_care"),
    ({"capacity_note": "Muddled"}, "Tick the concern about capacity", "capacity_concern")])
def test_what_is_refused_stands_beside_its_field_and_nothing_is_saved(desk, officer, here, rows, htmx, wrong,
                                                                      sentence, field):
    answer = desk(officer).submit(here, typed(views="Every word I typed") | wrong, headers=htmx)
    assert answer.status_code == 422 and ("<html" in answer.text) is not bool(htmx)
    assert sentence in words(answer) and f'href="#{field}"' in answer.text and f'id="{field}"' in answer.text
    assert "Every word I typed" in answer.text and rows(Assessment) == []


def test_nobody_who_has_died_is_assessed(desk, officer, session, mrs_hill, here, rows):
    with acting(session, COMMAND_LINE, "victim.died"):
        mrs_hill.deceased_on = today()
    session.commit()
    answer = desk(officer).submit(here, typed())
    assert answer.status_code == 422 and "there is nothing to assess" in words(answer)
    assert rows(Assessment) == []


def test_a_double_click_saves_once(desk, officer, here, rows):
    client = desk(officer)
    client.submit(here, typed())
    answer = client.submit(here, typed())
    assert answer.status_code == 422 and "less than a minute ago" in words(answer)
    assert len(rows(Assessment)) == 1


def test_a_correction_supersedes_and_both_are_shown(desk, officer, session, mrs_hill, here, rows):
    assess(session, officer, mrs_hill, Judgement(on=today(), ticked=["dementia"],
                                                 notes={"dementia": "Her sister’s"}))
    session.commit()
    client = desk(officer)
    page = client.get(f"{here}/new?corrects=1")
    assert "Correct an assessment" in words(page) and "Her sister’s" in html.unescape(page.text)
    answer = client.submit(here, typed(corrects="1"))
    assert answer.status_code == 422 and "Enter what was wrong" in words(answer)
    client.submit(here, typed(corrects="1", superseding_reason="It was her sister"))
    assert [made.supersedes_id for made in rows(Assessment)] == [None, 1]
    said = words(client.get(here))
    assert "Corrected by a later one" in said and "It was her sister" in said
    assert "No longer: memory loss or dementia" not in said     # what was wrong is no change


def test_history_shows_each_with_what_changed(desk, officer, supervisor, session, mrs_hill, here):
    for days, ticked in ((90, ["dementia"]), (0, ["hearing"])):
        assess(session, officer, mrs_hill, Judgement(on=today() - timedelta(days=days), ticked=ticked))
    session.commit()
    said = words(desk(supervisor).get(here))
    assert "New: hard of hearing; No longer: memory loss or dementia; 43 points, now 23" in said
    assert "Correct this one" not in said and "Correct this one" in words(desk(officer).get(here))


def test_the_record_says_when_a_report_came_after_the_assessment(desk, officer, session, mrs_hill):
    assess(session, officer, mrs_hill, Judgement(on=today()))
    session.commit()
    client, record = desk(officer), f"/desk/victims/{mrs_hill.id}"
    assert "Reported again since" not in words(client.get(record))
    enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="courier")
    session.commit()
    assert "Reported again since" in words(client.get(record))


def test_somebody_elses_assessment_is_not_corrected_here(desk, officer, session, mr_hill, here, rows):
    assess(session, officer, mr_hill, Judgement(on=today()))
    session.commit()
    assert desk(officer).get(f"{here}/new?corrects=1").status_code == 404
    answer = desk(officer).submit(here, typed(corrects="1", superseding_reason="x"))
    assert answer.status_code == 422 and len(rows(Assessment)) == 1


@pytest.mark.parametrize("number", ["²", "x", "9" * 30])
def test_a_correction_of_no_assessment_is_no_page_or_a_fresh_form(desk, officer, here, number):
    assert desk(officer).get(f"{here}/new?corrects={number}").status_code in (200, 404)


def test_the_ambassador_reads_and_does_not_assess(desk, ambassador, mr_shaw, here):
    client, own = desk(ambassador), f"/desk/victims/{mr_shaw.id}"
    assert "Assess vulnerability" not in client.get(own).text and client.get(f"{own}/assessments").is_success
    assert client.submit(f"{own}/assessments", typed()).status_code == 403
    assert client.get(here).status_code == 404


def test_a_draft_keeps_what_was_typed(desk, officer, here):
    client = desk(officer)
    client.submit("/desk/drafts", typed(draft_of=f"{here}/new", views="Half a sen", ticked="sight",
                                        note_sight="Cataract"))
    page = client.get(f"{here}/new")
    assert "Half a sen" in page.text and 'value="sight" checked' in page.text and "Cataract" in page.text


# What counts

@pytest.mark.parametrize("htmx", BOTH)
def test_points_are_changed_from_a_day_on(desk, officer, here, rows, htmx):
    client, later = desk(officer), today() + timedelta(days=9)
    hearing = next(one for one in rows(Factor) if one.code == "hearing")
    answer = client.submit(f"/desk/settings/factors/{hearing.id}",
                           {"points": "9", "from_on": f"{later:%d %m %Y}"}, headers=htmx)
    assert answer.status_code == (200 if htmx else 303)
    said = words(client.get("/desk/settings/factors"))
    assert "“hard of hearing” counts 9 from" in said and "Hard of hearing: 9 points from" in said
    assert [one.points for one in rows(Factor) if one.code == "hearing"] == [5, 9]
    assert client.get(f"/desk/settings/factors/{hearing.id}").is_success


def test_a_factor_is_added_asked_and_retired(desk, administrator, officer, here, rows):
    client, now = desk(administrator), f"{today():%d %m %Y}"
    client.submit("/desk/settings/factors", {"words": "Lives with the suspect", "points": "20",
                                             "from_on": now})
    assert "Lives with the suspect" in words(desk(officer).get(f"{here}/new"))
    added = rows(Factor)[-1]
    assert client.submit(f"/desk/settings/factors/{added.id}/retirement", {"from_on": now}).status_code == 303
    assert "Lives with the suspect" not in words(desk(officer).get(f"{here}/new"))
    assert "not on the list any more" in words(client.get(f"/desk/settings/factors/{added.id}"))


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("path", "wrong", "sentence"), [
    ("factors", {"words": "", "points": "2"}, "Enter the factor in a few words"),
    ("factors", {"words": "Sight", "points": "many"}, "Enter points as a whole number"),
    ("factors", {"words": "Hearing", "points": "5"}, "on the list already"),
    ("factors/1", {"points": "500"}, "Enter points from 0 to 100"),
    ("factors/1", {"points": "5", "from_on": "1 1 2020"}, "Enter today or a later date"),
    ("factors/1/retirement", {"from_on": "1 1 2020"}, "Enter today or a later date"),
    ("bands", {"medium_from": "50", "high_from": "25"}, "greater than the one for medium")])
def test_what_the_list_refuses_is_said(desk, officer, rows, htmx, path, wrong, sentence):
    before = [(one.code, one.points, one.effective_to) for one in rows(Factor)]
    answer = desk(officer).submit(f"/desk/settings/{path}", {"from_on": f"{today():%d %m %Y}"} | wrong,
                                  headers=htmx)
    assert answer.status_code == 422 and sentence in words(answer)
    assert ("<html" in answer.text) is not bool(htmx)
    assert [(one.code, one.points, one.effective_to) for one in rows(Factor)] == before


def test_bands_begin_elsewhere(desk, officer, here):
    client = desk(officer)
    client.submit("/desk/settings/bands", {"medium_from": "5", "high_from": "20",
                                           "from_on": f"{today():%d %m %Y}"})
    assert "28 points High need" in words(client.get(f"{here}/new"))
