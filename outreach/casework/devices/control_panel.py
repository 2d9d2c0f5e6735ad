"""Who may see and steer somebody's calls online: surveillance of an adult, so only with their consent."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework.devices.loans import DeviceLoan, refuse_ended, refuse_future
from outreach.casework.devices.refused import ContactWithoutConsent, DoesNotHandleCalls, Refused
from outreach.foundation.audit import Audited
from outreach.foundation.clock import today
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May


class ControlPanelContact(Audited, Base):
    """Somebody with access to the control panel, and the day on which the user agreed (domain.md §5)."""

    __tablename__ = "control_panel_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("device_loan.id"), index=True)
    name: Mapped[str]
    relationship_to_them: Mapped[str] = mapped_column(default="")
    consent_on: Mapped[date]
    removed_on: Mapped[date | None]


@operation("device.control_panel_given", needs=May.LEND)
def give_access(session: Session, actor: Actor, loan: DeviceLoan, *, name: str, relationship: str,
                consent_on: date | None) -> ControlPanelContact:
    """Record who has access to the control panel, and that the user agreed.

    Raises `ContactWithoutConsent`, `LoanEnded`, `DoesNotHandleCalls`.
    """
    refuse_ended(loan)
    if not loan.device.handles_calls:
        raise DoesNotHandleCalls(f"A {loan.device.kind_words} has no control panel", "panel_name")
    if not name.strip() or not relationship.strip():
        about = "panel_relationship" if name.strip() else "panel_name"
        raise Refused("Enter who has access to the control panel, and who they are to them", about)
    if consent_on is None:
        raise ContactWithoutConsent(
            f"Ask {loan.victim.spoken_name} first: whoever has access sees every call they make and get",
            "panel_consent")
    refuse_future(consent_on, "panel_consent")
    contact = ControlPanelContact(loan_id=loan.id, name=name.strip(), consent_on=consent_on,
                                  relationship_to_them=relationship.strip())
    session.add(contact)
    session.flush()
    return contact


@operation("device.control_panel_taken", needs=May.LEND)
def take_access(session: Session, actor: Actor, loan: DeviceLoan, contact_id: int) -> None:
    """Record that somebody has access no longer; that they had it stays on record."""
    for contact in contacts_of(session, loan):
        if contact.id == contact_id and contact.removed_on is None:
            contact.removed_on = today()


def contacts_of(session: Session, loan: DeviceLoan) -> Sequence[ControlPanelContact]:
    """Whoever has or had access."""
    return session.scalars(select(ControlPanelContact).where(ControlPanelContact.loan_id == loan.id)
                           .order_by(ControlPanelContact.id)).all()
