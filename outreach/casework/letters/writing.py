"""Writing a letter: in the way its reader reads best, never where post is unsafe, and kept word for word."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from outreach.casework.letters import fields, references, templates
from outreach.casework.letters.record import Letter
from outreach.casework.letters.templates import Block, Template
from outreach.casework.safe_contact import Channel, UnsafeContact, refuse_unsafe
from outreach.casework.victims.record import Format, Victim
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May
from outreach.foundation.typesetting import unprintable

LONGEST_FACT = 600


class CannotWrite(Exception):
    """This letter cannot be written; the text says what to do."""


class UnknownTemplate(CannotWrite):
    """There is no letter of this name."""


class NoAddress(CannotWrite):
    """Too little of the address is known for the post."""


class Unprintable(CannotWrite):
    """A character of their name or address that no type of ours has."""


class FactMissing(CannotWrite):
    """Something that the letter says has not been told; `field` says what."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@operation("letter.written", needs=May.WRITE_LETTER)
def write(session: Session, actor: Actor, victim: Victim, template: str, *,
          facts: Mapping[str, str] | None = None, format: Format | None = None) -> Letter:
    """Write a letter from `content/letters/<template>.md`, to be printed and posted.

    `facts` are what its writer adds (`fields.FACTS`, by name; others are left aside). `format` is the
    victim's own if not given; Braille and audio are printed large. Posting it logs a contact, this does not.
    Raises `UnsafeContact`, and `CannotWrite` with a sentence for the page.
    """
    letter = composed(session, actor, victim, chosen(template), facts or {}, format or victim.format)
    session.add(letter)
    session.flush()
    return letter


def draft(victim: Victim, writer: Actor, template: Template, facts: Mapping[str, str],
          format: Format) -> tuple[str, list[Block]]:
    """The heading and the words as they would stand, with gaps where a fact is still to come; for the eye of
    its writer only. Refuses nothing."""
    told = {name: facts.get(name, "").strip()[:LONGEST_FACT] or fact.otherwise or f"[{fact.label}]"
            for name, fact in fields.FACTS.items()}
    known = fields.ours(victim, writer, "XXXX-XXXX") | told
    return (templates.told(template.heading, known),
            templates.filled(template.words(templates.printed_as(format)), known))


def refusal(victim: Victim) -> str:
    """Why no letter can be made for somebody; "" where one can."""
    try:
        refuse_unsafe(victim, Channel.LETTER)
        refuse_half_an_address(victim)
        refuse_unprintable(victim)
    except (UnsafeContact, NoAddress, Unprintable) as refused:
        return str(refused)
    return ""


def chosen(template: str) -> Template:
    """The letter of this name. Raises `UnknownTemplate`."""
    found = templates.templates().get(template)
    if found is None:
        raise UnknownTemplate("Choose a letter from the list")
    return found


def composed(session: Session, writer: Actor, victim: Victim, template: Template, facts: Mapping[str, str],
             format: Format, besides: set[str] | None = None) -> Letter:
    """A letter as it would be written, saved nowhere yet. `besides`: references given out meanwhile.

    Raises what `write` raises.
    """
    refuse_unsafe(victim, Channel.LETTER)
    refuse_half_an_address(victim)
    refuse_unprintable(victim)
    reference, printed = references.fresh(session, besides), templates.printed_as(format)
    known = fields.ours(victim, writer, reference) | _told(template, facts)
    return Letter(
        victim_id=victim.id, reference=reference, template=template.name, title=template.title,
        heading=templates.told(template.heading, known), format=printed, written_by_id=writer.id,
        address=[victim.name, *victim.address], blocks=templates.filled(template.words(printed), known))


def refuse_half_an_address(victim: Victim) -> None:
    """Raise `NoAddress` unless the post can find them."""
    if not (victim.address_line_1 and victim.postcode):
        raise NoAddress(f"There is no full address for {victim.spoken_name}: add the first line and the "
                        "postcode to the record")


def refuse_unprintable(victim: Victim) -> None:
    """Raise `Unprintable` unless their name and address can be set on paper."""
    if odd := unprintable("".join((victim.name, victim.spoken_name, *victim.address))):
        raise Unprintable(f"“{odd}” in the name or the address of {victim.spoken_name} cannot be printed: "
                          "write it on the record in Latin letters")


def _told(template: Template, facts: Mapping[str, str]) -> dict[str, str]:
    """What its writer adds, or what stands there otherwise. Raises `FactMissing`."""
    told = {}
    for name in template.asks:
        fact, said = fields.FACTS[name], facts.get(name, "").strip()
        if not said and not fact.otherwise:
            raise FactMissing(name, f"Enter {fact.label[:1].lower()}{fact.label[1:]}: the letter says it")
        if len(said) > LONGEST_FACT:
            raise FactMissing(name, f"Shorten this to {LONGEST_FACT} characters or fewer")
        if odd := unprintable(said):
            raise FactMissing(name, f"“{odd}” cannot be printed: write this without it")
        told[name] = said or fact.otherwise
    return told
