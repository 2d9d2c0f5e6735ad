"""The same day where no script runs: an old browser, a locked-down one, a script that did not arrive."""

from tests.browser import the_day, victim_list
from tests.browser.the_day import Day


def test_the_day_without_javascript(window, tmp_path):
    day = Day(window(java_script_enabled=False), javascript=False)
    the_day.open_today(day)
    before = day.records()

    the_day.upload(day, victim_list.write(tmp_path))
    the_day.choose_the_columns(day)
    the_day.repair_the_cells(day)
    the_day.decide_about_duplicates(day)
    the_day.commit(day)
    the_day.see_today_change(day)
    the_day.undo_and_redo(day, before)

    the_day.see_who_comes_first(day)
    the_day.open_mrs_hill(day)
    the_day.log_no_reply(day)
    the_day.see_the_promise_kept(day)
    the_day.read_the_day_list(day)
    the_day.sign_out(day)
