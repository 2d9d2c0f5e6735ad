"""The list of banks and branches: rename, join two spellings of one, or offer it no more."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import spoken
from app.desk.victims.fields import Name
from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Form
from app.pages import go, page
from outreach.casework.calls import Bank, BankBranch, banks
from outreach.casework.calls.banks import NameTaken
from outreach.casework.victims import NotFound
from outreach.foundation.permissions import May

room = Room(prefix="/desk/calls/banks")


class NameForm(Form):
    name: Annotated[Name, Blank] = ""


class JoinForm(Form):
    messages = {"into": "Choose the bank it really is"}

    into: int


@room.get("", needs=May.MANAGE_LISTS)
def list(request: Request, session: Db, me: Me) -> Response:
    """Every bank and its branches."""
    return _asked(request, session)


@room.post("/{bank_id:int}/name", needs=May.MANAGE_LISTS)
def update(request: Request, bank_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Write a bank as it should be."""
    return _renamed(request, session, me, _bank(session, bank_id), posted)


@room.post("/{bank_id:int}/branches/{branch_id:int}/name", needs=May.MANAGE_LISTS)
def update_branch(request: Request, bank_id: int, branch_id: int, posted: Posted, session: Db,
                  me: Me) -> Response:
    """Write a branch as it should be."""
    return _renamed(request, session, me, _branch(session, bank_id, branch_id), posted)


@room.post("/{bank_id:int}/joining", needs=May.MANAGE_LISTS)
def create(request: Request, bank_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Make two spellings one."""
    wrong, form = _bank(session, bank_id), JoinForm.read(posted)
    if form.errors:
        return _asked(request, session, 422, about=wrong.id, sentence=form.errors["into"])
    right = _bank(session, form.values["into"])
    try:
        banks_moved = banks.join(session, me, wrong, right)
    except NameTaken as taken:
        return _asked(request, session, 422, about=wrong.id, sentence=str(taken))
    moved = spoken.count(banks_moved, "call")
    return go(request, room.prefix, flash=f"{wrong.name} is now {right.name}: {moved} moved.")


@room.post("/{bank_id:int}/retirement", needs=May.MANAGE_LISTS)
def delete(request: Request, bank_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Offer a bank no more, or again."""
    bank = _bank(session, bank_id)
    banks.retire(session, me, bank, retired=bank.retired_at is None)
    said = "is no longer offered" if bank.retired_at else "is offered again"
    return go(request, room.prefix, flash=f"{bank.name} {said}.")


def _renamed(request: Request, session: Session, me: Me, place: Bank | BankBranch, posted: Any) -> Response:
    try:
        banks.rename(session, me, place, NameForm.read(posted).typed["name"])
    except NameTaken as taken:
        return _asked(request, session, 422, about=getattr(place, "bank_id", place.id), sentence=str(taken))
    return go(request, room.prefix, flash=f"{place.name} saved.")


def _bank(session: Session, bank_id: int) -> Bank:
    if (bank := session.get(Bank, bank_id)) is None:
        raise NotFound("There is no such bank")
    return bank


def _branch(session: Session, bank_id: int, branch_id: int) -> BankBranch:
    branch = session.get(BankBranch, branch_id)
    if branch is None or branch.bank_id != bank_id:
        raise NotFound("There is no such branch")
    return branch


def _asked(request: Request, session: Session, status: int = 200, *, about: int = 0,
           sentence: str = "") -> Response:
    return page(request, "desk/calls/banks.html", block="banks", status=status, about=about,
                sentence=sentence, banks=banks.everyone(session))
