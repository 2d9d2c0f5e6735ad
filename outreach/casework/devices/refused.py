"""What the rules of lending refuse, each in a sentence that says what to do."""


class Refused(ValueError):
    """The equipment's rules say no. `about` names the answer it is about, "" where it is the deed itself."""

    def __init__(self, sentence: str, about: str = "") -> None:
        super().__init__(sentence)
        self.about = about


class AlreadyOnLoan(Refused):
    """Two loans of one unit."""


class NotLendable(Refused):
    """A unit that is faulty, lost or retired."""


class ReservedForSomebodyElse(Refused):
    """A unit that is kept for the next person on the waiting list."""


class NotOnLoan(Refused):
    """A return of a unit that nobody has."""


class LoanEnded(Refused):
    """Something was to be added to a loan that is over."""


class NoSuchUnit(Refused):
    """No unit bears this serial."""


class CannotStand(Refused):
    """A unit cannot be put from where it stands to there by hand."""


class ConsentMissing(Refused):
    """Nobody's consent is recorded, or not whose it is."""


class ContactWithoutConsent(Refused):
    """Somebody was to see a person's calls and the person had not agreed: surveillance (domain.md §5)."""


class BeforeConsent(Refused):
    """Installed before anybody had consented."""


class ReviewBeforeInstall(Refused):
    """A review of a unit that has not been installed."""


class StillToCome(Refused):
    """A date that has not come yet."""


class TooEarly(Refused):
    """A date before what it must come after."""


class HasDied(Refused):
    """Nothing is lent to, or kept for, somebody who has died."""


class WaitsAlready(Refused):
    """On the waiting list twice for one kind."""


class NotFirst(Refused):
    """Somebody else is before them on the waiting list, and no reason was given."""


class NoneInStock(Refused):
    """There is no unit of this kind to reserve."""


class NoLongerWaiting(Refused):
    """The place on the waiting list was settled meanwhile."""


class CallerTwice(Refused):
    """A trusted caller who is on the list already."""


class DoesNotHandleCalls(Refused):
    """Trusted callers or statistics for equipment that has nothing to do with calls."""


class BadFigures(Refused):
    """Figures that cannot be right, such as more blocked than came."""


class PeriodTwice(Refused):
    """Statistics for a period that was entered already, wholly or in part."""


class OutsideTheLoan(Refused):
    """Statistics for days on which this person did not have the unit."""


class TooSoon(Refused):
    """Somebody was chased for this unit only days ago."""
