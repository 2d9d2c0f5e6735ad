"""Writing a letter: which one, in which format, and how it will read, before it is made."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.desk.doors import OpenedVictim, begun
from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Filled, Form
from app.pages import go, page
from outreach.casework import letters
from outreach.casework.letters import templates, writing
from outreach.casework.letters.fields import FACTS
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Format, Victim
from outreach.foundation import drafts
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims/{victim_id:int}/letters")
templates.templates()       # a mistake in the words is told when the desk starts
templates.foot()
Words = Annotated[str, Field(max_length=writing.LONGEST_FACT), Blank]
FORMATS = [(format.value, f"{format.value[:1].upper()}{format.value[1:]}") for format in templates.PRINTED]


class LetterForm(Form):
    messages = {"template": "Choose a letter", "format": "Choose a format from the list",
                **dict.fromkeys(FACTS, f"Shorten this to {writing.LONGEST_FACT} characters or fewer")}

    template: Annotated[str, Field(min_length=1, max_length=60)]
    format: Annotated[Format | None, Blank] = None
    appointment: Words = ""
    agency: Words = ""
    shared: Words = ""
    bank: Words = ""
    equipment: Words = ""
    due: Words = ""


@room.get("/new", needs=May.WRITE_LETTER)
def new(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """Choose a letter; the address may name one, and then it is shown."""
    form, kept_at = begun(request, session, me, LetterForm, format=templates.printed_as(victim.format),
                          template=request.query_params.get("template", ""))
    return _asked(request, me, victim, form, kept_at=kept_at)


@room.post("/preview", needs=May.WRITE_LETTER)
def show(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """The letter as it would read so far. Nothing is saved."""
    form = LetterForm.read(posted)
    form.errors.clear()
    return _asked(request, me, victim, form, block=request.query_params.get("part", "form"))


@room.post("", needs=May.WRITE_LETTER)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Make the letter, to be printed and posted."""
    form = LetterForm.read(posted)
    letter = None if form.errors else _written(session, me, victim, form)
    if letter is None:
        return _asked(request, me, victim, form, status=422)
    drafts.drop(session, me.id, f"{request.url.path}/new")
    return go(request, f"/desk/letters/{letter.id}",
              flash=f"Letter {letter.reference} is made. Print it, post it, then say so here.")


def _written(session: Session, me: Actor, victim: Victim, form: Filled[LetterForm]) -> letters.Letter | None:
    values = form.values
    try:
        with session.begin_nested():
            return letters.write(session, me, victim, values["template"], format=values["format"],
                                 facts={name: values[name] for name in FACTS})
    except letters.FactMissing as missing:
        form.wrong(missing.field, str(missing))
    except letters.CannotWrite as cannot:
        form.wrong("template", str(cannot))
    return None


def _asked(request: Request, me: Actor, victim: Victim, form: Filled[LetterForm], *, block: str = "form",
           status: int = 200, kept_at: Any = None) -> Response:
    typed = form.typed
    template = templates.templates().get(typed["template"])
    format = Format(typed["format"]) if typed["format"] in list(Format) else victim.format
    heading, blocks = writing.draft(victim, me, template, typed, format) if template else ("", [])
    return page(request, "desk/letters/new.html", block="preview" if block == "preview" else "form",
                status=status, victim=victim, form=form, kept_at=kept_at, formats=FORMATS,
                choices=[(one.name, one.title) for one in templates.templates().values()], kind=template,
                facts=[(name, FACTS[name]) for name in (template.asks if template else ())],
                heading=heading, body=[block for block in blocks if not block.get("foot")],
                foot=[block for block in blocks if block.get("foot")],
                size=format.value, refusal=writing.refusal(victim),
                unasked=victim.may_post is Answer.UNKNOWN,
                printed_large=victim.format not in templates.PRINTED)
