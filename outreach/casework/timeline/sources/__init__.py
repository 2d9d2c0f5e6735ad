"""What the timeline is told from, one file for each noun. A new noun adds its line."""

from outreach.casework.timeline.entry import Source
from outreach.casework.timeline.sources.assessments import ASSESSMENTS
from outreach.casework.timeline.sources.calls import CALLS
from outreach.casework.timeline.sources.contacts import CONTACTS
from outreach.casework.timeline.sources.devices import LOANS
from outreach.casework.timeline.sources.follow_ups import FOLLOW_UPS
from outreach.casework.timeline.sources.fraud_reports import REPORTS
from outreach.casework.timeline.sources.measures import MEASURES
from outreach.casework.timeline.sources.referrals import REFERRALS
from outreach.casework.timeline.sources.victims import MERGES, RECORDS
from outreach.casework.timeline.sources.visits import VISITS

SOURCES: tuple[Source, ...] = (
    CALLS,
    CONTACTS,
    VISITS,
    FOLLOW_UPS,
    REPORTS,
    ASSESSMENTS,
    MEASURES,
    LOANS,
    REFERRALS,
    MERGES,
    RECORDS,
)
