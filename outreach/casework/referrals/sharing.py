"""What a partner sees: the details that were consented to, and always how to reach the person safely."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from outreach.casework import need, safe_contact
from outreach.casework.fraud_types import label
from outreach.casework.reaching import is_own
from outreach.casework.referrals.record import Referral, Share
from outreach.casework.safe_contact import Answer
from outreach.casework.victims.record import Kind, Victim
from outreach.foundation import telephones, times
from outreach.foundation.dates import spoken
from outreach.foundation.force import current

LABELS = {Share.NAME: "Name", Share.ADDRESS: "Address", Share.PHONES: "Phone", Share.EMAIL: "Email",
          Share.AGE: "Date of birth or age", Share.HAPPENED: "What happened", Share.LOST: "Amount lost",
          Share.VULNERABILITY: "What makes them vulnerable", Share.SUPPORTER: "Supporter"}
_RULES = {"Leave a message": ("You may leave a message", "Leave no message", "Do not leave a message"),
          "Post": ("You may write to them", "Send no letters", "Ask us before you write"),
          "Text": ("You may text them", "Send no texts", "Ask us before you text"),
          "E-mail": ("You may e-mail them", "Send no e-mails", "Ask us before you e-mail"),
          "Visit": ("You may visit", "Do not visit", "Ask us before you visit")}


def shown(referral: Referral) -> dict[str, Any]:
    """All that the partner sees, as it is frozen when the referral leaves: plain words only."""
    return {"to": referral.agency.name, "recipient": referral.recipient, "from": current().name,
            "asks": referral.asks, "facts": [list(fact) for fact in facts(referral)],
            "careful": careful(referral.victim),
            "answer_by": spoken(referral.answer_due_on) if referral.answer_due_on else ""}


def facts(referral: Referral) -> list[tuple[str, str]]:
    """Label and words of each detail that is shared and known."""
    found = [(LABELS[share], _TOLD[share](referral)) for share in Share if share in referral.shares]
    return [(name, words) for name, words in found if words]


def unknown(referral: Referral) -> list[str]:
    """What was ticked and is not on record: the partner sees nothing of it."""
    return [LABELS[share] for share in Share if share in referral.shares and not _TOLD[share](referral)]


def careful(victim: Victim) -> list[str]:
    """How to reach the person without harm, each rule a sentence. What nobody has asked counts as no."""
    order = (Answer.YES, Answer.NO, Answer.UNKNOWN)
    rules = [_RULES[what][order.index(answer)] for what, answer in safe_contact.rules(victim)]
    hours = times.between(victim.safe_from, victim.safe_until)
    return [*rules, *([f"Get in touch only {hours}"] if hours else []),
            *([f"Who may answer: {victim.who_may_answer}"] if victim.who_may_answer else []),
            *([f"Speak {victim.language}{', with an interpreter' if victim.interpreter else ''}"]
              if victim.language else [])]


def told_of_reports(victim: Victim) -> str:
    """What happened, as far as the newest report says it: where the officer's own words begin."""
    for report in victim.fraud_reports:
        on = f" on {spoken(report.reported_on)}" if report.reported_on else ""
        return f"{label(report.fraud_type) or 'Fraud'}, reported{on}."
    return ""


def _address(referral: Referral) -> str:
    return "\n".join(referral.victim.address)


def _phones(referral: Referral) -> str:
    """Their own numbers: one with somebody else's name beside it is that person's, and not theirs to give."""
    return "\n".join(f"{telephones.spoken(phone.number)} {phone.note}".strip()
                     for phone in referral.victim.phones if is_own(phone.note))


def _age(referral: Referral) -> str:
    victim = referral.victim
    if victim.born_on:
        return f"{spoken(victim.born_on)} ({victim.age})"
    return f"About {victim.age_estimate}" if victim.age_estimate is not None else ""


def _lost(referral: Referral) -> str:
    lost = sum((report.lost or Decimal(0) for report in referral.victim.fraud_reports), Decimal(0))
    back = sum((report.recovered or Decimal(0) for report in referral.victim.fraud_reports), Decimal(0))
    return f"{_pounds(lost)}{f', of which {_pounds(back)} came back' if back else ''}" if lost else ""


def _vulnerability(referral: Referral) -> str:
    victim = referral.victim
    codes = [*victim.vulnerability, *(["lives_alone"] if victim.lives_alone is Answer.YES else [])]
    words = need.in_words([*dict.fromkeys(codes)])
    return words[:1].upper() + words[1:]


def _supporter(referral: Referral) -> str:
    victim = referral.victim
    number = telephones.spoken(victim.supporter_phone) if victim.supporter_phone else ""
    return ", ".join(filter(None, (victim.supporter_name, victim.supporter_relationship, number)))


def _name(referral: Referral) -> str:
    victim = referral.victim
    contact = victim.named_business_contact if victim.kind is not Kind.INDIVIDUAL else ""
    return f"{victim.name} (speak to {contact})" if contact else victim.name


def _pounds(amount: Decimal) -> str:
    return f"£{amount:,.0f}" if amount == int(amount) else f"£{amount:,.2f}"


_TOLD: dict[Share, Callable[[Referral], str]] = {
    Share.NAME: _name, Share.ADDRESS: _address, Share.PHONES: _phones,
    Share.EMAIL: lambda referral: referral.victim.email, Share.AGE: _age,
    Share.HAPPENED: lambda referral: referral.happened, Share.LOST: _lost,
    Share.VULNERABILITY: _vulnerability, Share.SUPPORTER: _supporter}


def due_on(sent_on: date, working_days: int) -> date:
    """The day by which an agency answers."""
    return current().working_day_after(sent_on, working_days)
