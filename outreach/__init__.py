"""Outreach keeps the victims of fraud safe, keeps the promises made to them, and warns everybody else.

The words of the trade, as they are used on every floor of this house:

- **Victim**: a person or organisation defrauded or targeted. Never "customer", "client" or "case".
- **Fraud report**: one incident, as the national service, the force or a partner recorded it.
- **Victim list**: the periodic list of reports for victim care, brought in as an **import**.
- **Household**: the people who live at one address.
- **Contact**: a call, visit, letter or e-mail to a victim, with its outcome and attempt number.
- **Safe contact**: how a person may be reached without harm; what is unknown is asked first.
- **Follow-up**: a dated task to contact someone; planned, due, done, cancelled or failed.
- **Cadence**: how soon the next attempt or check comes, by band.
- **Band**: standard, medium or high need of safeguarding.
- **FASO**: the Financial Abuse Safeguarding Officer, who leads this work ("the officer").
- **Fraud Ambassador**: a trained local contact, often a PCSO; **Cyber Volunteer**: a vetted unpaid helper.
- **Consultation**, **collection**, **alteration**, **disclosure**, **combination**, **erasure**: the six
  things done with a record that the Data Protection Act 2018, s.62 wants logged.
- **Referral**: disclosure to a partner for action, on a ground in law that is written down; **letterbox**:
  where the partner's link leads, and where answers come in from those who have no account.
- **Outbox**: the ledger of what the system has promised to do; **worker**: what keeps those promises.
"""
