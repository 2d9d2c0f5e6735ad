"""Loans: the list of them, and each with its installation, its callers and who may see the calls."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.asking import number
from app.desk.devices.doors import OpenedLoan
from app.desk.devices.fields import (
    CallersForm,
    ChaserForm,
    InstallForm,
    PanelForm,
    choices,
    feelings_of,
    telephone_of,
)
from app.desk.devices.stock import LOOKS
from app.desk.refusals import NotDone, beside
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, link, page
from outreach.casework import devices
from outreach.casework.devices import DeviceLoan, call_stats, chasing, control_panel, feelings, loan_list
from outreach.casework.devices import trusted_callers as callers
from outreach.casework.devices.loan_list import Show
from outreach.foundation import clock
from outreach.foundation.permissions import May

room = Room(prefix="/desk/devices/loans")
SHOWN = {Show.OPEN: "Out now", Show.NOT_INSTALLED: "Not installed", Show.REVIEW: "Review due",
         Show.BACK: "To come back", Show.ENDED: "Ended"}


@room.get("", needs=May.SEE_STOCK)
def list(request: Request, session: Db, me: Me, state: str = "") -> Response:
    """Who has what, what is due first at the top."""
    chosen = Show(state) if state in set(Show) else Show.OPEN
    found = loan_list.list_loans(session, me, chosen, after=number(request, "after"),
                                 before=number(request, "before"))
    ends = (found.lines[0].id, found.lines[-1].id) if found.lines else (None, None)
    tabs = [(words, link(request, state=one.value, after=None, before=None), one is chosen,
             loan_list.count(session, me, one)) for one, words in SHOWN.items()]
    return page(request, "desk/devices/loans.html", block="loans", lines=found.lines, tabs=tabs,
                state=chosen, ended=Show.ENDED, heading=SHOWN[chosen], today=clock.today(),
                earlier=link(request, before=ends[0], after=None) if found.earlier else "",
                later=link(request, after=ends[1], before=None) if found.later else "")


@room.get("/{loan_id:int}", needs=May.SEE_STOCK)
def show(request: Request, loan: OpenedLoan, session: Db, me: Me) -> Response:
    """One loan, from consent to return."""
    return _page(request, session, loan)


@room.get("/{loan_id:int}/installation/new", needs=May.LEND)
def new_installation(request: Request, loan: OpenedLoan, session: Db, me: Me) -> Response:
    """When was it put in, by whom, on what line?"""
    form = InstallForm.blank(on=clock.today(), by=me.name, line=loan.line, profile=loan.profile,
                             caller_display=loan.caller_display, pendant_alarm=loan.pendant_alarm)
    return _installing(request, session, loan, form, 200)


@room.post("/{loan_id:int}/installation", needs=May.LEND)
def create_installation(request: Request, loan: OpenedLoan, posted: Posted, session: Db, me: Me) -> Response:
    """Record the installation; the review is planned with it."""
    form = InstallForm.read(posted)
    try:
        with beside(session, form):
            values = form.values
            devices.install(session, me, loan, on=values["on"], by=values["by"],
                            telephone=telephone_of(values), before=feelings_of(values))
            if values["callers"]:
                devices.trust(session, me, loan, values["callers"])
    except NotDone:
        return _installing(request, session, loan, form, 422)
    return go(request, f"/desk/devices/loans/{loan.id}", flash="Installed. The review is planned.")


@room.post("/{loan_id:int}/trusted-callers", needs=May.LEND)
def create_callers(request: Request, loan: OpenedLoan, posted: Posted, session: Db, me: Me) -> Response:
    """Add numbers that are let straight through."""
    form = CallersForm.read(posted)
    try:
        with beside(session, form):
            added = devices.trust(session, me, loan, form.values["callers"])
    except NotDone:
        return _page(request, session, loan, 422, callers_form=form)
    words = "1 trusted caller" if len(added) == 1 else f"{len(added)} trusted callers"
    return go(request, f"/desk/devices/loans/{loan.id}#trusted", flash=f"{words} added.")


@room.post("/{loan_id:int}/trusted-callers/{caller_id:int}/removal", needs=May.LEND)
def delete_caller(request: Request, loan: OpenedLoan, caller_id: int, session: Db, me: Me) -> Response:
    """Take a number off the list."""
    devices.distrust(session, me, loan, caller_id)
    return go(request, f"/desk/devices/loans/{loan.id}#trusted", flash="Taken off the list.")


@room.post("/{loan_id:int}/control-panel", needs=May.LEND)
def create_contact(request: Request, loan: OpenedLoan, posted: Posted, session: Db, me: Me) -> Response:
    """Record who may see and change the calls online, with consent."""
    form = PanelForm.read(posted)
    try:
        with beside(session, form):
            values = form.values
            devices.give_access(session, me, loan, name=values["panel_name"],
                                relationship=values["panel_relationship"],
                                consent_on=clock.today() if values["panel_consent"] else None)
    except NotDone:
        return _page(request, session, loan, 422, panel_form=form)
    return go(request, f"/desk/devices/loans/{loan.id}#access", flash="Recorded.")


@room.post("/{loan_id:int}/control-panel/{contact_id:int}/removal", needs=May.LEND)
def delete_contact(request: Request, loan: OpenedLoan, contact_id: int, session: Db, me: Me) -> Response:
    """Record that somebody has access no longer."""
    devices.take_access(session, me, loan, contact_id)
    return go(request, f"/desk/devices/loans/{loan.id}#access", flash="They have access no longer.")


@room.post("/{loan_id:int}/chasers", needs=May.LEND)
def create_chaser(request: Request, loan: OpenedLoan, posted: Posted, session: Db, me: Me) -> Response:
    """Chase them by a call, a letter or an e-mail."""
    form = ChaserForm.read(posted)
    try:
        with beside(session, form):
            chasing.chase(session, me, loan, form.values["channel"])
    except NotDone:
        return _page(request, session, loan, 422, chaser_form=form)
    said = {"phone": "A call is planned.", "letter": "The letter is written: print and post it from Letters.",
            "email": "An e-mail is on its way."}[form.values["channel"]]
    return go(request, f"/desk/devices/loans/{loan.id}", flash=said)


def _installing(request: Request, session: Session, loan: DeviceLoan, form: Filled[InstallForm],
                status: int) -> Response:
    return page(request, "desk/devices/install.html", block="form", status=status, loan=loan,
                victim=loan.victim, form=form, choices=choices(),
                ask_feelings=not feelings.was_asked_before(session, loan))


def _page(request: Request, session: Session, loan: DeviceLoan, status: int = 200, **forms: Any) -> Response:
    blank = {"callers_form": CallersForm.blank(), "panel_form": PanelForm.blank(),
             "chaser_form": ChaserForm.blank()} | forms
    return page(request, "desk/devices/loan.html", block="loan", status=status, loan=loan, victim=loan.victim,
                device=loan.device, looks=LOOKS, callers=callers.callers_of(session, loan),
                contacts=control_panel.contacts_of(session, loan), stats=call_stats.stats_of(session, loan),
                answers=feelings.answers_of(session, loan), scale=dict(feelings.scale()),
                chasers=chasing.chasers_of(session, loan), today=clock.today(),
                is_late=loan.is_open and (loan.asked_back_on or loan.review_due_on) < clock.today(),
                example=callers.EXAMPLE, **blank)
