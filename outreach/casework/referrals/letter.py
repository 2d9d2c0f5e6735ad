"""The letter to a partner: what was frozen when it was sent, and the code with which they answer."""

from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.referrals.lawful import refuse_dead
from outreach.casework.referrals.record import Referral
from outreach.foundation import clock, letterbox
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.letterbox import LetterboxLink
from outreach.foundation.typesetting import pdf

_SAID = {"accepted": "You accepted", "declined": "You said that you cannot help", "question": "You asked",
         "reported": "You reported back", "reply": "We replied"}


def pdf_of(session: Session, referral: Referral, link: LetterboxLink, public_url: str) -> bytes:
    """The bytes of the letter. Raises `letterbox.LinkLost`, and `CannotRefer` for somebody who has died."""
    refuse_dead(referral)
    return pdf("referral", facts_of(session, referral, link, public_url))


def facts_of(session: Session, referral: Referral, link: LetterboxLink, public_url: str) -> dict[str, Any]:
    """All that stands in the letter."""
    force = current()
    said = [{"when": f"{_SAID[one.kind]}, {spoken(clock.day_of(one.at))}", "words": one.words}
            for one in letterbox.said(session, link)]
    return {"title": f"Referral {link.reference}", "marking": force.force.marking, "from": force.name,
            "unit": force.force.unit, "address": referral.agency.address,
            "recipient": referral.recipient, "on": spoken(clock.day_of(link.created_at)),
            "reference": link.reference, "asks": link.shown["asks"], "facts": link.shown["facts"],
            "careful": link.shown["careful"], "answer_by": link.shown["answer_by"], "said": said,
            "where": f"{public_url.partition('://')[2]}/referral-answers",
            "code": letterbox.grouped(letterbox.code_of(session, link)),
            "until": spoken(clock.day_of(link.expires_at)), "ring": force.numbers["police"]}
