"""Referrals: disclosures to a partner so that the partner acts."""

from outreach.casework.referrals import answering, careful, chasing, sending
from outreach.casework.referrals.agencies import (
    Agency,
    AgencyFacts,
    AgencyKind,
    AgencyRefused,
    Method,
    NoSuchAgency,
    add_agency,
    agencies,
    agency,
    bring_back_agency,
    change_agency,
    retire_agency,
)
from outreach.casework.referrals.answering import hear, reply
from outreach.casework.referrals.drafting import ReferralFacts, as_typed, draft, open_with, redraft
from outreach.casework.referrals.lawful import CannotRefer, refuse_to_send
from outreach.casework.referrals.listing import (
    Show,
    export_referrals,
    list_referrals,
    open_referral,
)
from outreach.casework.referrals.record import (
    OPEN,
    Basis,
    CameBy,
    Consent,
    Referral,
    ReferralStep,
    Share,
    Status,
    StepKind,
)
from outreach.casework.referrals.sending import AlreadyOpen, close, post, send, send_again, withdraw

__all__ = ["OPEN", "Agency", "AgencyFacts", "AgencyKind", "AgencyRefused", "AlreadyOpen", "Basis", "CameBy",
           "CannotRefer", "Consent", "Method", "NoSuchAgency", "Referral", "ReferralFacts", "ReferralStep",
           "Share", "Show", "Status", "StepKind", "add_agency", "agencies", "agency", "answering", "as_typed",
           "bring_back_agency", "careful", "change_agency", "chasing", "close", "draft", "export_referrals",
           "hear",
           "list_referrals", "open_referral", "open_with", "post", "redraft", "refuse_to_send", "reply",
           "retire_agency", "send", "send_again", "sending", "withdraw"]
