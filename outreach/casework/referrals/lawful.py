"""Whether a referral may leave: its ground in law, consent or its recorded absence, and the safe way there.

The rules are those of domain.md §8 and of the product's ninth row; each refusal says what to do.
"""

from outreach.casework.referrals.agencies import Method
from outreach.casework.referrals.record import Basis, Consent, Referral, Share
from outreach.casework.safe_contact import Answer

# Grounds that stand although the person said no.
WITHOUT_CONSENT = (Basis.VITAL_INTERESTS, Basis.PUBLIC_TASK, Basis.SECTION_42)
_GROUNDS = "vital interests, public task or s.42"
_WHY = {
    Consent.REFUSED: "Say why it is shared although they refused",
    Consent.LACKS_CAPACITY: "Say who judged that they lack capacity for this, and when",
    Consent.NOT_SOUGHT: "Say why they were not asked",
}


class CannotRefer(Exception):
    """This referral may not leave as it is; `field` is what is wrong with it, the text says what to do."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def refuse_unlawful(basis: Basis | None, consent: Consent | None, reason: str) -> None:
    """No person's details leave without consent or another ground that is written down. Raises
    `CannotRefer`."""
    if consent is None:
        raise CannotRefer("consent", "Say whether they consented, and if they were not asked, why")
    if basis is None:
        raise CannotRefer("basis", "Choose the ground on which it is shared: without one it cannot be sent")
    if basis is Basis.CONSENT and consent is not Consent.GIVEN:
        raise CannotRefer("basis", "Consent was not given, so it cannot be the ground: "
                          f"choose {_GROUNDS}, or do not refer")
    if consent is not Consent.GIVEN and not reason.strip():
        raise CannotRefer("consent_reason", _WHY[consent])


def refuse_to_send(referral: Referral) -> None:
    """Everything that must be right before a referral leaves. Raises `CannotRefer`."""
    refuse_dead(referral)
    refuse_unlawful(referral.basis, referral.consent, referral.consent_reason)
    _refuse_nothing_shared(referral)
    _refuse_no_way(referral)


def refuse_dead(referral: Referral) -> None:
    """Nothing more is shared of somebody who has died. Raises `CannotRefer`."""
    if referral.victim.deceased_on:
        raise CannotRefer("", f"{referral.victim.spoken_name} is recorded as having died: "
                          "nobody is referred any more")


def _refuse_nothing_shared(referral: Referral) -> None:
    if not referral.shares:
        raise CannotRefer("shares", "Tick what the partner may see: with nothing ticked it cannot be sent")
    if not referral.asks.strip():
        raise CannotRefer("asks", "Say what you ask of them")
    if Share.HAPPENED in referral.shares and not referral.happened.strip():
        raise CannotRefer("happened", "Say what happened, or take it off the list of what is shared")
    if Share.SUPPORTER in referral.shares and referral.victim.supporter_consent is Answer.NO:
        raise CannotRefer("shares", f"{referral.victim.spoken_name} said that we may not talk to their "
                          "supporter: take the supporter off the list")


def _refuse_no_way(referral: Referral) -> None:
    agency = referral.agency
    if agency.retired_at:
        raise CannotRefer("agency_id", f"{agency.name} is no longer on the list: choose another agency")
    if referral.method is Method.MAIL and not agency.email:
        raise CannotRefer("method", f"There is no e-mail address for {agency.name}: choose a letter, "
                          "or add the address to the list of agencies")
    if referral.method is Method.LETTER and not agency.address:
        raise CannotRefer("method", f"There is no postal address for {agency.name}: choose e-mail, "
                          "or add the address to the list of agencies")
