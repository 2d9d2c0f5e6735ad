"""Letters to many: whom, who is left out and why, how far the worker is, the paper, and what became of it."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.letters.posting import paper
from app.doors import LOOKING, Db, Me, Posted, Room
from app.pages import go, page
from outreach.casework.imports import showing
from outreach.casework.letters import batches, choosing, jobs, listing, templates, writing
from outreach.casework.letters.choosing import TooMany, Whom
from outreach.casework.letters.record import BUSY, BatchState, LetterBatch
from outreach.casework.victims import Format, NotFound
from outreach.foundation import audit, force
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/letters/batches")
HERE = "/desk/letters/batches"
STATES = {
    BatchState.WRITING: ("Being written", "going"), BatchState.READY: ("Ready to print and post", "waiting"),
    BatchState.POSTING: ("Being recorded", "going"), BatchState.POSTED: ("Posted", "done"),
    BatchState.DROPPING: ("Being dropped", "going"), BatchState.DROPPED: ("Not posted", "off")}
BANDS = {"high": "High need", "medium": "Medium need", "standard": "Standard"}
TRIED = [(str(number), f"After {number} {'try' if number == 1 else 'tries'}") for number in (1, 2, 3)]


def opened_batch(batch_id: int, request: Request, session: Db, me: Me) -> LetterBatch:
    """The batch named in the address, locked for change unless it is only looked at."""
    return batches.open_batch(session, me, batch_id, to_change=request.method not in LOOKING,
                              noted="poll" not in request.query_params)


Opened = Annotated[LetterBatch, Depends(opened_batch)]


@room.get("", needs=May.SEE_ALL_VICTIMS)
def list(request: Request, session: Db, me: Me) -> Response:
    """The batches, newest first."""
    before = request.query_params.get("before", "")
    lines = batches.list_batches(session, me, int(before) if before.isdigit() and len(before) < 18 else None)
    return page(request, "desk/letters/batches.html", lines=lines, states=STATES, said=said,
                later=f"?before={lines[-1].id}" if len(lines) == batches.PAGE else "")


@room.get("/new", needs=May.WRITE_BATCH)
def new(request: Request, session: Db, me: Me) -> Response:
    """Which letter and to whom, and how many letters that would be."""
    return _asked(request, session, me, request.query_params)


@room.post("", needs=May.WRITE_BATCH)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Have them written."""
    try:
        batch = batches.order(session, me, str(posted.get("template") or ""), _whom(posted))
    except (writing.CannotWrite, TooMany, batches.Nobody) as refused:
        return _asked(request, session, me, posted, status=422, wrong=str(refused))
    return go(request, f"{HERE}/{batch.id}")


@room.get("/{batch_id:int}", needs=May.SEE_ALL_VICTIMS)
def show(request: Request, batch: Opened, session: Db, me: Me) -> Response:
    """How far it is, what to print, and whether it was posted."""
    return _shown(request, session, batch)


@room.get("/{batch_id:int}/papers/{format}", needs=May.WRITE_BATCH)
def show_paper(batch: Opened, format: str, session: Db, me: Me) -> Response:
    """The letters of one format, to print."""
    wanted = format.replace("-", " ")
    made = jobs.paper_of(session, batch, Format(wanted)) if wanted in list_of_formats() else None
    if made is None:
        raise NotFound("There is no such paper")
    audit.consulted(session, me, "letter_batch", batch.id, operation="letter_batch.printed", format=format)
    return paper(made, f"letters-{batch.id}-{format}")


@room.post("/{batch_id:int}/posting", needs=May.WRITE_BATCH)
def update(request: Request, batch: Opened, session: Db, me: Me) -> Response:
    """They were posted."""
    return _gone_on(request, session, me, batch, batches.post)


@room.post("/{batch_id:int}/dropping", needs=May.WRITE_BATCH)
def delete(request: Request, batch: Opened, session: Db, me: Me) -> Response:
    """They were not posted, and will not be."""
    return _gone_on(request, session, me, batch, batches.drop)


def list_of_formats() -> set[str]:
    """The formats that can be printed."""
    return {format.value for format in templates.PRINTED}


def said(whom: dict[str, Any]) -> str:
    """Whom a batch goes to, in words."""
    one = Whom(**whom)
    tried = f"not reached after {one.tried} {'try' if one.tried == 1 else 'tries'}" if one.tried else ""
    parts = [BANDS.get(one.band, ""), one.district, tried,
             "without an e-mail address" if one.no_email else "",
             f"from victim list {one.import_id}" if one.import_id else ""]
    words = ", ".join(part for part in parts if part)
    return words[:1].upper() + words[1:]


def _gone_on(request: Request, session: Session, me: Actor, batch: LetterBatch, deed: Any) -> Response:
    try:
        deed(session, me, batch)
    except batches.NotReady as refused:
        return _shown(request, session, batch, status=422, wrong=str(refused))
    return go(request, f"{HERE}/{batch.id}")


def _shown(request: Request, session: Session, batch: LetterBatch, *, status: int = 200,
           wrong: str = "") -> Response:
    formats = batches.formats_of(session, batch.id) if batch.state is BatchState.READY else []
    unsafe = listing.to_take_out(session, batch.id) if batch.state is BatchState.READY else []
    return page(request, "desk/letters/batch.html", block="state", status=status, batch=batch, wrong=wrong,
                unsafe=unsafe,
                state=STATES[batch.state], busy=batch.state in BUSY, whom=said(batch.whom), formats=formats,
                left_out=batch.left_out)


def _whom(asked: Any) -> Whom:
    """What was asked for; whatever cannot be read asks for nothing."""
    def number(name: str) -> int:
        text = str(asked.get(name) or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    band, district = str(asked.get("band") or ""), str(asked.get("district") or "")
    return Whom(band=band if band in BANDS else "", tried=number("tried"), import_id=number("import_id"),
                district=district if district in {one.name for one in force.current().districts} else "",
                no_email=asked.get("no_email") == "1")


def _asked(request: Request, session: Session, me: Actor, asked: Any, *, status: int = 200,
           wrong: str = "") -> Response:
    whom, name = _whom(asked), str(asked.get("template") or "")
    template = templates.templates().get(name)
    counted = None
    if template and not whom.is_everybody:
        try:
            counted = choosing.preview(session, me, name, whom)
        except TooMany as refused:
            wrong = wrong or str(refused)
    return page(request, "desk/letters/batch_new.html", block="preview", status=status, whom=whom,
                kind=template, counted=counted, wrong=wrong, chosen=said(whom.as_json()),
                templates=[(one.name, one.title) for one in templates.templates().values() if one.to_many],
                bands=BANDS.items(), tried=TRIED,
                districts=[(one.name, one.name) for one in force.current().districts],
                lists=[(str(one.id), f"{one.source}, {one.uploaded_at:%d/%m/%Y}")
                       for one in showing.list_imports(session, me)])
