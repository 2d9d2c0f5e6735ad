"""Signing in and out. Nobody learns from it which addresses have an account."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app import security
from app.doors import Db, Me, Posted, Room
from app.forms import Form
from app.pages import page
from outreach.foundation import sign_ins
from outreach.foundation.accounts import Account
from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor, May, Role
from outreach.foundation.sign_ins import TooManyTries, WrongPassword

room = Room(prefix="/desk")
HOME = "/desk/today"


class SignInForm(Form):
    messages = {"email": "Enter your e-mail address", "password": "Enter your password"}

    email: str
    password: str


@room.get("/sign-in", needs=May.ANYONE)
def new(request: Request) -> Response:
    """The sign-in page; whoever is signed in already goes on."""
    if request.state.actor:
        return RedirectResponse(home_of(request.state.actor), 303)
    return page(request, "desk/sign_in/new.html", form=SignInForm.blank(), next=_way_back(request))


@room.post("/sign-in", needs=May.ANYONE)
def create(request: Request, posted: Posted, session: Db) -> Response:
    """Sign in, or say in the same words for everybody that it did not work."""
    email, password = str(posted.get("email") or ""), str(posted.get("password") or "")
    network = security.network_of(request)
    account, refused = _check(request.app.state.database, email, password, network)
    if account is None:
        if isinstance(refused, WrongPassword):
            sign_ins.note_wrong_try(session, email, network)
        return _again(request, email, refused)
    answer = RedirectResponse(_onward(request, account.actor), 303)
    security.set_cookie(answer, sign_ins.begin(session, account))
    return answer


def _check(database: Database, email: str, password: str,
           network: str) -> tuple[Account | None, Exception | None]:
    """Look at the password in a session that only reads: it takes a fifth of a second, and nobody else's
    save should wait for it."""
    with database.reading() as session:
        try:
            sign_ins.throttle(session, email, network)
            return sign_ins.check(session, email, password), None
        except (TooManyTries, WrongPassword) as refused:
            return None, refused


@room.get("/sign-out", needs=May.ANYONE)
def show(request: Request) -> Response:
    """What is shown after signing out; Back leads here or to the sign-in page, never to a record."""
    return page(request, "desk/sign_in/ended.html")


@room.post("/sign-out", needs=May.SIGNED_IN)
def delete(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Sign out: the session ends here and the browser is told to forget what it kept; all but the logs of
    visits, where some lie there encrypted, not sent yet, and nobody said to wipe them."""
    sign_ins.end(session, request.state.sign_in_id)
    answer = RedirectResponse("/desk/sign-out", 303)
    security.clear_browser(answer, but_storage=posted.get("keep_unsent") == "yes")
    return answer


@room.get("", needs=May.SIGNED_IN)
def list(request: Request, me: Me) -> Response:
    """/desk leads to wherever this person's day begins."""
    return RedirectResponse(home_of(me), 303)


def home_of(actor: Actor) -> str:
    """The page a person's day begins with."""
    if actor.role is Role.LAPSED:
        return "/desk/handing-in"
    if actor.may(May.SEE_TODAY):
        return HOME
    if actor.may(May.GO_ON_VISITS):
        return "/desk/my-visits"
    return "/desk/accounts" if actor.may(May.MANAGE_ACCOUNTS) else "/desk/welcome"


@room.get("/welcome", needs=May.SIGNED_IN)
def edit(request: Request, me: Me) -> Response:
    """For those whose part of the work is not built yet: what they may do so far."""
    if me.role is Role.LAPSED:
        return RedirectResponse(home_of(me), 303)
    return page(request, "desk/sign_in/welcome.html")


def _onward(request: Request, actor: Actor) -> str:
    """Where they were on the way to; whoever has no access any more has one page only."""
    return home_of(actor) if actor.role is Role.LAPSED else _way_back(request) or home_of(actor)


def _way_back(request: Request) -> str:
    back = request.query_params.get("next", "")
    return back if security.is_own_path(back) else ""


def _again(request: Request, email: str, refused: Exception | None) -> Response:
    form = SignInForm.read({"email": email, "password": ""})
    form.errors.clear()
    form.wrong("email", str(refused))
    status = 429 if isinstance(refused, TooManyTries) else 422
    return page(request, "desk/sign_in/new.html", status=status, form=form, next=_way_back(request))
