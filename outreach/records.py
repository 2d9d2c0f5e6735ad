"""Every table of the house, gathered in one place for migrations and for making a new database."""

from outreach.casework import contacts, follow_ups, fraud_reports, households, victims
from outreach.casework.imports import record as imports
from outreach.casework.victims import merging
from outreach.foundation import accounts, audit, drafts, outbox, sign_ins, submissions
from outreach.foundation.db import Base

ROOMS = (accounts, audit, contacts, drafts, follow_ups, fraud_reports, households, imports, merging,
         outbox, sign_ins, submissions, victims)
metadata = Base.metadata
