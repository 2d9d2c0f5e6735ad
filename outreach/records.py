"""Every table of the house, gathered in one place for migrations and for making a new database."""

from outreach.casework import (
    assessments,
    calls,
    contacts,
    devices,
    follow_ups,
    fraud_reports,
    households,
    letters,
    measures,
    referrals,
    victims,
    visits,
)
from outreach.casework.imports import record as imports
from outreach.casework.victims import merging
from outreach.foundation import (
    accounts,
    audit,
    drafts,
    letterbox,
    outbox,
    sign_ins,
    submissions,
    vetting,
    volunteers,
)
from outreach.foundation.db import Base

ROOMS = (accounts, assessments, audit, calls, contacts, devices, drafts, follow_ups, fraud_reports,
         households, imports, letterbox, letters, measures, merging, outbox, referrals, sign_ins,
         submissions, vetting, victims, visits, volunteers)
metadata = Base.metadata
