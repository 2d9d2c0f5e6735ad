"""The face: a page or its block, what is said after a change, and every look on the gallery's pages."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from jinja2 import UndefinedError
from starlette.requests import Request

from app import assets, pages, spoken
from app.forms import Form, Needed
from outreach.foundation import clock
from outreach.foundation.permissions import Actor, Role
from tests.app import gallery

OFFICER = Actor(7, "Priya Nair", Role.OFFICER)
HTMX = {"hx-request": "true"}


class NameForm(Form):
    messages = {"name": "Enter a name"}
    name: Needed


def asked(path="/desk/victims", query="", headers=None, actor=OFFICER, flash=None):
    found = Request({"type": "http", "method": "GET", "path": path, "query_string": query.encode(),
                     "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
                     "scheme": "http", "server": ("desk", 80), "state": {}})
    found.state.actor, found.state.csrf, found.state.flash = actor, "token-of-this-sign-in", flash
    return found


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A page to try things with: one block, one form."""
    (tmp_path / "try.html").write_text(
        '{% extends "layouts/desk.html" %}{% block title %}Try{% endblock %}{% block main %}<h1>Try</h1>'
        '{% block list %}<div id="list">{{ word }}</div>{% endblock %}'
        '{% block form %}<form method="post" action="/try">{{ secret_fields("/try") }}'
        '{{ ui.error_summary(form) }}{{ ui.field(form, "name", "Name") }}</form>{% endblock %}{% endblock %}')
    shelves = pages.jinja.overlay(loader=gallery.ChoiceLoader([gallery.FileSystemLoader(tmp_path),
                                                               pages.jinja.loader]))
    monkeypatch.setattr(pages, "jinja", shelves)
    return SimpleNamespace(word="first", form=NameForm.blank())


def shown(request, shelf, **more):
    return pages.page(request, "try.html", **vars(shelf) | more)


def test_somebody_without_htmx_gets_the_whole_page(shelf):
    html = shown(asked(), shelf, block="list").body.decode()
    assert html.startswith("<!doctype html>")
    assert '<div id="list">first</div>' in html


def test_htmx_gets_the_block_and_nothing_else(shelf):
    assert shown(asked(headers=HTMX), shelf, block="list").body == b'<div id="list">first</div>'


@pytest.mark.parametrize("also", ["hx-boosted", "hx-history-restore-request"])
def test_a_boosted_link_and_the_back_button_get_the_whole_page(shelf, also):
    html = shown(asked(headers=HTMX | {also: "true"}), shelf, block="list").body.decode()
    assert html.startswith("<!doctype html>")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_no_cache_mixes_up_page_and_block(shelf, headers):
    assert shown(asked(headers=headers), shelf, block="list").headers["vary"] == "HX-Request"


def test_a_word_forgotten_by_the_route_is_an_error_not_a_gap(shelf):
    del shelf.word
    with pytest.raises(UndefinedError):
        shown(asked(), shelf)


def test_what_a_person_typed_is_shown_as_text_never_run(shelf):
    form = NameForm.blank(name='"><script>alert(1)</script>')
    html = shown(asked(), shelf, form=form, word="<script>alert(2)</script>").body.decode()
    assert "<script>alert" not in html


def test_a_form_carries_the_token_a_key_of_its_own_and_the_address_of_its_draft(shelf):
    def hidden():
        form = shown(asked(), shelf).body.decode().split('action="/try"')[1]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form))

    fields = [hidden(), hidden()]
    assert fields[0]["csrf"] == "token-of-this-sign-in"
    assert fields[0]["draft_of"] == "/try"
    assert len(fields[0]["idempotency_key"]) >= 22
    assert fields[0]["idempotency_key"] != fields[1]["idempotency_key"]


def test_a_wrong_form_says_so_in_title_summary_and_field(shelf):
    html = shown(asked(), shelf, form=NameForm.read({"name": ""})).body.decode()
    assert "<title>Error: Try" in html
    assert '<a href="#name">Enter a name</a>' in html
    assert 'id="name-error"' in html
    assert 'aria-describedby="name-error"' in html


def test_after_a_change_everyone_else_is_sent_on_and_told_there(shelf):
    request = asked()
    answer = pages.done(request, "try.html", block="list", to="/desk/victims/3", flash="Call logged.",
                        undo="/desk/contacts/9/undoing", **vars(shelf))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/victims/3")
    assert request.state.tell_next == {"words": "Call logged.", "undo": "/desk/contacts/9/undoing"}
    assert request.state.answer == "/desk/victims/3"


def test_after_a_change_htmx_gets_the_fresh_block_and_what_to_say(shelf):
    request = asked(headers=HTMX)
    answer = pages.done(request, "try.html", block="list", to="/desk/victims/3", flash="Call logged.",
                        undo="/desk/contacts/9/undoing", **vars(shelf))
    html = answer.body.decode()
    assert html.startswith('<div id="list">first</div>')
    assert '<hx-partial hx-target="#flash"' in html
    assert "Call logged." in html
    assert 'action="/desk/contacts/9/undoing"' in html
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert request.state.answer == "/desk/victims/3"


@pytest.mark.parametrize(("headers", "where"), [({}, "location"), (HTMX, "hx-redirect")],
                         ids=["plain", "htmx"])
def test_going_on_to_another_page_is_a_whole_page_for_everybody(headers, where):
    assert pages.go(asked(headers=headers), "/desk/victims/3").headers[where] == "/desk/victims/3"


def test_what_the_page_before_wanted_said_is_said_once(shelf):
    request = asked(flash={"words": "Call logged.", "undo": "/desk/contacts/9/undoing"})
    html = shown(request, shelf).body.decode()
    assert "Call logged." in html
    assert 'action="/desk/contacts/9/undoing"' in html
    assert request.state.told is True


def test_a_block_leaves_the_words_for_the_next_page(shelf):
    request = asked(headers=HTMX, flash={"words": "Call logged.", "undo": ""})
    shown(request, shelf, block="list")
    assert not getattr(request.state, "told", False)


def test_a_trouble_is_a_page_of_its_own():
    answer = pages.page(asked(), "error.html", status=404, heading="Page not found", words="x")
    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.body.decode()


def test_for_htmx_a_trouble_is_told_above_the_form_and_takes_nothing_away():
    answer = pages.page(asked(headers=HTMX), "error.html", status=409, heading="Changed",
                        words="Load it again.")
    assert answer.body.decode().startswith('<hx-partial hx-target="#flash"')
    assert "Load it again." in answer.body.decode()


def test_a_trouble_before_anybody_was_recognised_still_has_its_page():
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [],
                       "scheme": "http", "server": ("desk", 80), "state": {}})
    assert pages.page(request, "error.html", status=404, heading="Not found", words="x").status_code == 404


@pytest.mark.parametrize(("role", "sees"), [
    (Role.OFFICER, ["Today", "Victims", "Calls", "Follow-ups", "Visits", "Referrals", "Equipment", "Letters",
                    "My visits"]),
    (Role.AMBASSADOR, ["Today", "Victims"]),
    (Role.COMMUNICATOR, []),
    (Role.ADMINISTRATOR, ["Worker", "Accounts"])])
def test_the_bar_shows_what_the_role_may_open(role, sees):
    request = asked(actor=Actor(1, "Somebody", role))
    html = pages.page(request, "error.html", heading="x", words="x").body.decode()
    nav = html.partition('aria-label="Main"')[2].partition("</nav>")[0]
    known = {words for words, _, _ in pages.DESK_BAR + pages.DESK_MORE}
    assert [words for words in re.findall(r">([A-Z][a-z -]+)</a>", nav) if words in known][:len(sees)] == sees
    assert ('role="search"' in html) == ("Victims" in sees)


def test_the_bar_says_where_we_are():
    html = pages.page(asked("/desk/victims/7"), "error.html", heading="x", words="x").body.decode()
    assert '<a href="/desk/victims" aria-current="true">Victims</a>' in html
    assert html.count("aria-current") == 1


def test_an_address_keeps_its_other_questions_when_one_changes():
    request = asked(query="district=York&district=Selby&sort=name&after=9")
    assert pages.link(request, sort="-name", after=None) == (
        "/desk/victims?district=York&district=Selby&sort=-name")
    assert pages.link(request, district=["York"], sort=None, after=None) == "/desk/victims?district=York"


# How things are written

AFTERNOON = datetime(2026, 7, 3, 13, 30, tzinfo=UTC)    # half past two in British summer time


@pytest.fixture
def on_3_july(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 7, 3))


@pytest.mark.parametrize(("said", "expected"), [
    (spoken.day(AFTERNOON), "3 July 2026"),
    (spoken.day(datetime(2026, 7, 3, 23, 30, tzinfo=UTC)), "4 July 2026"),
    (spoken.short_day(date(2026, 9, 3)), "3 Sept 2026"),
    (spoken.near_day(clock.today()), spoken.short_day(clock.today()).rpartition(" ")[0]),
    (spoken.near_day(date(2020, 9, 3)), "3 Sept 2020"),
    (spoken.at_clock(AFTERNOON), "2:30pm"),
    (spoken.at_clock(time(9)), "9am"),
    (spoken.at_clock(time(0, 5)), "12:05am"),
    (spoken.at_clock(time(12)), "midday"),
    (spoken.pounds(Decimal("1250.00")), "£1,250"),
    (spoken.pounds(Decimal("31.99")), "£31.99"),
    (spoken.pounds(Decimal("0.5")), "£0.50"),
    (spoken.pounds(Decimal(-5)), "−£5"),
    (spoken.pounds(None), ""),
    (spoken.count(1, "victim"), "1 victim"),
    (spoken.count(1250, "victim"), "1,250 victims"),
    (spoken.count(0, "reply", "replies"), "0 replies"),
    (spoken.phone("+441632960101"), "01632 960 101"),
])
def test_things_are_written_the_british_way(said, expected):
    assert said == expected


@pytest.mark.parametrize(("away", "expected"), [
    (timedelta(0), "today at 2:30pm"), (timedelta(1), "tomorrow at 2:30pm"),
    (timedelta(-1), "yesterday at 2:30pm"), (timedelta(-2), "1 July 2026 at 2:30pm")])
def test_an_instant_is_told_from_today(on_3_july, away, expected):
    assert spoken.when(AFTERNOON + away) == expected


@pytest.mark.parametrize(("on", "expected"), [
    (date(2026, 7, 3), "today"), (date(2026, 7, 1), "2 days ago"), (date(2026, 7, 6), "on Monday 6 July"),
    (date(2026, 1, 6), "on 6 January 2026"), (date(2027, 7, 6), "on 6 July 2027")])
def test_what_is_due_is_told_as_people_say_it(on_3_july, on, expected):
    assert spoken.due(on) == expected


# What the browser loads

def test_every_built_file_has_a_name_that_changes_with_it():
    for name in ("app.css", "desk.js", "htmx.js", "mark.svg"):
        stem, ending = name.split(".")
        assert re.fullmatch(rf"/static/{stem}-[0-9a-f]{{12}}\.{ending}", assets.asset(name))


def test_a_look_that_is_missing_says_what_to_run(tmp_path, monkeypatch):
    with pytest.raises(assets.NotBuilt, match=r"run\.py setup"):
        assets.asset("no-such-file.css")
    monkeypatch.setattr(assets, "DIST", tmp_path)
    with pytest.raises(assets.NotBuilt, match=r"run\.py setup"):
        assets.manifest.__wrapped__()


def test_browsers_keep_the_looks_for_a_year_and_the_manifest_is_not_handed_out():
    browser = TestClient(gallery.build())
    assert browser.get(assets.asset("app.css")).headers["cache-control"] == assets.A_YEAR
    assert browser.get("/static/manifest.json").status_code == 404


def test_the_stylesheet_brings_no_foreign_font_picture_or_address():
    css = (assets.DIST / assets.manifest()["app.css"]).read_text()
    assert "GDS Transport" not in css
    for foreign in ("@font-face", "@import", "url(", "crown"):
        assert foreign not in css, foreign


# The gallery: every macro on a page, held to the promises of the house

@pytest.fixture(params=gallery.SCREENS)
def screen(request):
    return gallery.render(asked(f"/{request.param}"), request.param)


def test_every_page_has_one_heading_and_a_title(screen):
    assert len(re.findall(r"<h1[ >]", screen)) == 1
    assert re.search(r"<title>[^<]+ – Outreach</title>", screen)


def test_every_table_has_a_caption(screen):
    assert screen.count("<table") == screen.count("<caption")


def test_every_field_has_a_label(screen):
    labels = set(re.findall(r'<label[^>]* for="([^"]+)"', screen))
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", screen):
        if 'type="hidden"' in tag or "aria-label=" in tag or 'id="keys-on"' in tag:
            continue
        assert re.search(r'\bid="([^"]+)"', tag)[1] in labels, tag


def test_no_id_comes_twice(screen):
    ids = re.findall(r'\bid="([^"]+)"', screen)
    assert sorted(set(ids)) == sorted(ids)


def test_nothing_on_a_page_would_be_refused_by_its_own_policy(screen):
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:|hx-trigger=\"[^\"]*\[", screen)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", screen))


def test_every_form_that_changes_something_carries_the_token(screen):
    for form in re.findall(r'<form[^>]*method="post".*?</form>', screen, re.DOTALL):
        if "password" not in form:
            assert 'name="csrf"' in form, form
