"""Referrals on the timeline: each step, with what the partner said."""

from datetime import datetime

from sqlalchemy import select

from outreach.casework.referrals import Agency, Basis, CameBy, Referral, ReferralStep, StepKind
from outreach.casework.timeline.entry import Entry, Kind, Source, dotted
from outreach.foundation.accounts import Account

_TITLES = {StepKind.SENT: "Referred to {agency}", StepKind.SENT_AGAIN: "Referred again to {agency}",
           StepKind.POSTED: "Letter to {agency} posted", StepKind.ACCEPTED: "{agency} accepted the referral",
           StepKind.DECLINED: "{agency} cannot help", StepKind.QUESTION: "{agency} asked a question",
           StepKind.REPORTED: "{agency} reported back", StepKind.REPLY: "Reply to {agency}",
           StepKind.CAREFUL: "{agency} is told that safe contact changed",
           StepKind.WITHDRAWN: "Referral to {agency} withdrawn",
           StepKind.CLOSED: "Referral to {agency} closed"}


def _told(id: int, victim: int, at: datetime, kind: StepKind, words: str, came_by: CameBy | None,
          referral_id: int, basis: Basis | None, agency: str, by: str) -> Entry:
    ground = f"on the ground of {basis}" if kind is StepKind.SENT and basis else ""
    facts = dotted(f"REF-{referral_id}", ground)
    told_by = agency if came_by is CameBy.LINK else by
    return Entry(at, Kind.REFERRAL, id, victim, _TITLES[kind].format(agency=agency), told_by, words, facts)


REFERRALS = Source(
    Kind.REFERRAL,
    select(ReferralStep.id, Referral.victim_id, ReferralStep.at, ReferralStep.kind, ReferralStep.words,
           ReferralStep.came_by, Referral.id, Referral.basis, Agency.name, Account.name)
    .join(Referral, Referral.id == ReferralStep.referral_id).join(Agency, Agency.id == Referral.agency_id)
    .join(Account, Account.id == ReferralStep.by_id),
    Referral.victim_id, ReferralStep.at, ReferralStep.id, _told)
