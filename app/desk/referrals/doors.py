"""The loader of a referral: in scope, looked at on GET (and logged so), locked for change otherwise."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request

from app.desk.doors import is_shown_again, keep_unsaved
from app.doors import LOOKING, Db, Me, Sent
from outreach.casework import referrals
from outreach.casework.referrals import Referral
from outreach.casework.victims import ReasonNeeded, why_opened
from outreach.foundation import audit


def named_referral(referral_id: int, request: Request, session: Db, me: Me, sent: Sent) -> Iterator[Referral]:
    """The referral in the address. An answer to a change that shows it again is a look at it too."""
    try:
        referral = referrals.open_referral(session, me, referral_id, to_change=request.method not in LOOKING)
    except ReasonNeeded:
        keep_unsaved(request, sent)
        raise
    yield referral
    if is_shown_again(request):
        audit.consulted(session, me, "referral", referral.id, operation="referral.shown_again",
                        reason=why_opened(session, me, referral.victim) or None, victim_id=referral.victim_id)


Named = Annotated[Referral, Depends(named_referral, scope="function")]
