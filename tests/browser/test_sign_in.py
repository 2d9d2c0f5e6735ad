"""Signing in and out, as a person at a shared computer does it."""

from playwright.sync_api import expect


def test_the_officer_signs_in_and_sees_today(page):
    expect(page).to_have_url("/desk/today")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_a_wrong_password_says_so_and_keeps_the_address(window):
    page = window().page
    page.goto("/desk/sign-in")
    page.get_by_label("Email address").fill("officer@demo.example.org")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    expect(page.get_by_label("Email address")).to_have_value("officer@demo.example.org")
    expect(page.get_by_label("Password")).to_have_value("")


def test_after_signing_out_back_shows_nothing(window):
    page = window().sign_in()
    page.get_by_role("link", name="Victims", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Victims")
    page.get_by_role("link", name="Mrs Dorothy Hill").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have signed out")
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        expect(page.locator("body")).not_to_contain_text("Hill")
