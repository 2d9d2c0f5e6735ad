"""The officer's day from sign-in to sign-out, in a real browser, by the words on the pages."""

from tests.browser import the_day, victim_list
from tests.browser.the_day import Day

AS_TYPED = ("doro", "Dorothey Hil", "dot hill", "01632 960-101", "+44 1632 960101", "yo112xx", "27 3 1941",
            "nfrc260100000101")


def test_the_day(window, tmp_path):
    day = Day(window())
    the_day.open_today(day)
    before = day.records()

    the_day.upload(day, victim_list.write(tmp_path))
    the_day.choose_the_columns(day)
    the_day.repair_the_cells(day)
    the_day.decide_about_duplicates(day)
    assert day.records() == before  # a dry run is dry
    the_day.commit(day)
    the_day.see_today_change(day)
    the_day.undo_and_redo(day, before)
    the_day.bring_the_next_list(day, victim_list.write(tmp_path, seed=8))

    the_day.see_who_comes_first(day)
    for typed in AS_TYPED:
        the_day.find(day, typed, the_day.MRS_HILL)
    the_day.open_mrs_hill(day)
    the_day.log_no_reply(day)
    the_day.see_the_promise_kept(day)
    the_day.read_the_day_list(day)
    the_day.sign_out(day)
