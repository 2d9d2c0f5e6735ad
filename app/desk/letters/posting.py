"""Letters to print and post: the list, one letter, its paper, and what became of it."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from app.desk.doors import is_shown_again, note_again
from app.doors import LOOKING, Db, Me, Posted, Room
from app.pages import go, link, page
from outreach.casework import letters
from outreach.casework.letters import listing, printing, references, templates
from outreach.casework.letters.listing import Filters
from outreach.casework.letters.record import Letter, State
from outreach.casework.safe_contact import UnsafeContact
from outreach.casework.victims import NotFound, ReasonNeeded
from outreach.foundation import audit
from outreach.foundation.permissions import May

room = Room(prefix="/desk/letters")
HERE = "/desk/letters"
STATES = {State.WAITING: ("To be posted", "waiting"), State.POSTED: ("Posted", "done"),
          State.DROPPED: ("Not posted", "off")}
MOST_PRINTED = 200


def opened_letter(letter_id: int, request: Request, session: Db, me: Me) -> Iterator[Letter]:
    """The letter named in the address, where its reader is somebody whom this actor sees."""
    letter = listing.open_letter(session, me, letter_id, to_change=request.method not in LOOKING)
    yield letter
    if is_shown_again(request):
        note_again(session, me, letter.victim)


Opened = Annotated[Letter, Depends(opened_letter, scope="function")]


@room.get("", needs=May.SEE_VICTIM)
def list(request: Request, session: Db, me: Me) -> Response:
    """What waits to be printed and posted; or, by its reference, the letter that somebody asks about."""
    return _listed(request, session, me)


@room.get("/pdf", needs=May.WRITE_LETTER)
def show_waiting_pdf(session: Db, me: Me) -> Response:
    """All letters that wait, batches aside, as one PDF to print."""
    waiting = listing.to_print(session, me, MOST_PRINTED)
    if not waiting:
        raise NotFound("No letter waits")
    return paper(printing.pdf(waiting), f"{len(waiting)}-letters-to-post")


@room.post("/postings", needs=May.WRITE_LETTER)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Those that were ticked were printed and posted."""
    ids = sorted({int(str(text)) for text in posted.getlist("letter")
                  if str(text).isascii() and str(text).isdigit() and len(str(text)) < 18})
    refused: Any = []
    for letter_id in ids:
        try:
            with session.begin_nested():
                letters.post(session, me, listing.open_letter(session, me, letter_id, to_change=True))
        except (UnsafeContact, letters.NotNow, NotFound, ReasonNeeded) as why:
            refused.append(str(why))
    if refused or not ids:
        return _listed(request, session, me, status=422, done=len(ids) - len(refused),
                       wrong=refused or ["Tick the letters that were posted"])
    return go(request, HERE, flash=f"{_counted(len(ids))} recorded as posted.")


@room.get("/{letter_id:int}", needs=May.SEE_VICTIM)
def show(request: Request, letter: Opened, session: Db, me: Me) -> Response:
    """One letter, as it reads, and what became of it."""
    return _shown(request, letter)


@room.get("/{letter_id:int}/pdf", needs=May.WRITE_LETTER)
def show_pdf(letter: Opened, session: Db, me: Me) -> Response:
    """The letter on paper. However often it is printed, it is the same letter."""
    made = printing.pdf_of(letter)
    audit.consulted(session, me, "letter", letter.id, operation="letter.printed")
    return paper(made, f"letter-{letter.reference}")


@room.post("/{letter_id:int}/posting", needs=May.WRITE_LETTER)
def update(request: Request, letter: Opened, session: Db, me: Me) -> Response:
    """It was printed and posted."""
    return _settled(request, letter, lambda: letters.post(session, me, letter),
                    f"Letter {letter.reference} is recorded as posted, and the contact is logged.")


@room.post("/{letter_id:int}/dropping", needs=May.WRITE_LETTER)
def delete(request: Request, letter: Opened, session: Db, me: Me) -> Response:
    """It was not posted and will not be."""
    return _settled(request, letter, lambda: letters.drop(session, me, letter),
                    f"Letter {letter.reference} is recorded as not posted.")


def paper(pdf: bytes, stem: str) -> Response:
    """A PDF to keep, under a name that says nothing of anybody."""
    return Response(pdf, media_type="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="{stem}.pdf"', "Cache-Control": "no-store"})


def _settled(request: Request, letter: Letter, deed: Any, flash: str) -> Response:
    try:
        deed()
    except (letters.NotNow, UnsafeContact) as refused:
        return _shown(request, letter, status=422, wrong=str(refused))
    return go(request, f"/desk/victims/{letter.victim_id}", flash=flash)


def _shown(request: Request, letter: Letter, *, status: int = 200, wrong: str = "") -> Response:
    unsafe = printing.refusal(letter)
    return page(request, "desk/letters/show.html", block="letter", status=status, letter=letter, wrong=wrong,
                unsafe=unsafe if unsafe != wrong else "", printable=not unsafe,
                state=STATES[letter.state], foot=[block for block in letter.blocks if block.get("foot")],
                body=[block for block in letter.blocks if not block.get("foot")])


def _listed(request: Request, session: Db, me: Me, *, status: int = 200, done: int = 0,
            wrong: Any = ()) -> Response:
    asked = {name: request.query_params.get(name, "").strip().replace("\x00", "")[:40]
             for name in ("q", "state", "template", "format")}
    state = None if asked["state"] == "all" else State.WAITING
    state = State(asked["state"]) if asked["state"] in set(State) else state
    filters = Filters(state, asked["template"], asked["format"])
    before = request.query_params.get("before", "")
    found = listing.list_letters(session, me, filters, q=asked["q"],
                                 before=int(before) if before.isdigit() and len(before) < 18 else None)
    lines, more = found[:listing.ROWS], len(found) > listing.ROWS
    waiting, batches = listing.waiting(session, me)
    return page(request, "desk/letters/list.html", block="letters", status=status, lines=lines, asked=asked,
                state=state, states=STATES, waiting=waiting, batches=batches, wrong=wrong, done=done,
                most=MOST_PRINTED, is_reference=bool(references.read(asked["q"])),
                templates=[(one.name, one.title) for one in templates.templates().values()],
                later=link(request, before=lines[-1].id) if more else "")


def _counted(number: int) -> str:
    return "1 letter" if number == 1 else f"{number} letters"
