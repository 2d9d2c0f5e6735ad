"""What the rules for volunteers refuse, each in a sentence that says what to do."""


class NoSuchVolunteer(Exception):
    """No volunteer's record has this number."""


class Refused(ValueError):
    """The rules say no. `about` names the answer it is about, "" where it is the deed itself."""

    def __init__(self, sentence: str, about: str = "") -> None:
        super().__init__(sentence)
        self.about = about


class HasARecord(Refused):
    """Somebody was to get a second record."""


class NotAMobile(Refused):
    """A number to which no text can be sent."""


class NotOurs(Refused):
    """A district, level, course, language or half-day that the force does not know."""


class StillToCome(Refused):
    """A date that has not come yet."""


class WrongOrder(Refused):
    """An end before its beginning."""


class ReasonMissing(Refused):
    """A suspension without a reason."""


class NotOneself(Refused):
    """Vetting is recorded, suspended and lifted by somebody else."""


class NotSuspended(Refused):
    """A suspension was to be lifted, and there is none; or there is one already."""


class BadFigures(Refused):
    """Hours, travel or miles that cannot be right."""


class FromALog(Refused):
    """Hours that came with the log of a visit are changed there."""
