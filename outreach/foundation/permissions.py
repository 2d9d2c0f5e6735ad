"""Who may do what: one page, read once, true everywhere."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody does here. What kind of person they are (officer, PCSO, volunteer) is another matter."""

    OFFICER = "officer"
    AMBASSADOR = "ambassador"
    VOLUNTEER = "volunteer"
    COMMUNICATOR = "communicator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    LAPSED = "lapsed"    # whose vetting has ended: worn while it has, never given
    SYSTEM = "system"


class May(StrEnum):
    """One thing that somebody may do. `ANYONE` needs no sign-in, `SIGNED_IN` no more than that."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    SEE_TODAY = "see today's list"
    SEE_VICTIM = "see victims"
    SEE_ALL_VICTIMS = "see every victim"
    SEE_RESTRICTED = "see restricted records"
    EDIT_VICTIM = "enter and change victims"
    ASSIGN = "assign victims and follow-ups"
    MERGE_VICTIMS = "merge victims"
    LOG_CONTACT = "log contacts"
    LOG_CALL = "log Banking Protocol calls"
    SEE_RETURNS = "see the Banking Protocol return"
    ASSESS = "assess vulnerability"
    RECORD_MEASURE = "record safeguarding measures"
    REFER = "refer victims to partners"
    LEND = "lend call blockers and other equipment"
    SEE_STOCK = "see the equipment"
    WRITE_LETTER = "write letters to victims"
    WRITE_BATCH = "print letters to many victims"
    SEE_VISITS = "see visits to victims"
    PLAN_VISIT = "plan visits and offer them"
    GO_ON_VISITS = "go on visits and log them"
    ACCEPT_LOG = "accept or return the logs of visits"
    REVIEW_LOG = "review logs that came from somebody without access"
    HAND_IN = "hand in the logs that wait on a phone"
    SEE_VOLUNTEERS = "see volunteers and their hours"
    MANAGE_VOLUNTEERS = "keep volunteers' vetting, training and districts"
    MANAGE_LISTS = "change the lists that casework chooses from"
    PLAN_FOLLOW_UP = "plan follow-ups"
    IMPORT = "import victim lists"
    EXPORT = "export lists of victims"
    SEE_WORKER = "see what the worker did"
    RETRY = "retry or drop what the worker could not do"
    SEE_MAIL = "read the messages kept in files"
    READ_AUDIT = "read the audit log"
    MANAGE_ACCOUNTS = "manage accounts"
    MANAGE_SETTINGS = "change settings"
    KEEP_PROMISES = "do the worker's work"


_EVERYONE = {May.ANYONE, May.SIGNED_IN}
_CASEWORK = {May.SEE_TODAY, May.SEE_VICTIM, May.LOG_CONTACT, May.PLAN_FOLLOW_UP, May.RECORD_MEASURE,
             May.WRITE_LETTER, May.SEE_VISITS, May.PLAN_VISIT, May.GO_ON_VISITS}

# design: answers 6. A supervisor reads all and re-assigns, and edits no victim; an ambassador works with
# the victims assigned to them and exports nothing; administrator and communicator never see a victim.
ROLES: dict[Role, frozenset[May]] = {
    Role.OFFICER: frozenset(_EVERYONE | _CASEWORK | {
        May.SEE_ALL_VICTIMS, May.SEE_RESTRICTED, May.EDIT_VICTIM, May.ASSIGN, May.MERGE_VICTIMS,
        May.IMPORT, May.EXPORT, May.SEE_WORKER, May.RETRY, May.SEE_MAIL, May.LOG_CALL, May.SEE_RETURNS,
        May.ASSESS, May.REFER, May.LEND, May.SEE_STOCK, May.WRITE_BATCH, May.MANAGE_LISTS,
        May.ACCEPT_LOG, May.SEE_VOLUNTEERS, May.MANAGE_VOLUNTEERS}),
    Role.AMBASSADOR: frozenset(_EVERYONE | _CASEWORK),
    Role.VOLUNTEER: frozenset(_EVERYONE | {May.GO_ON_VISITS}),
    Role.COMMUNICATOR: frozenset(_EVERYONE),
    Role.SUPERVISOR: frozenset(_EVERYONE | {
        May.SEE_TODAY, May.SEE_VICTIM, May.SEE_ALL_VICTIMS, May.SEE_RESTRICTED, May.ASSIGN, May.EXPORT,
        May.SEE_WORKER, May.RETRY, May.SEE_MAIL, May.READ_AUDIT, May.SEE_RETURNS, May.SEE_STOCK,
        May.SEE_VISITS, May.REVIEW_LOG, May.SEE_VOLUNTEERS, May.MANAGE_VOLUNTEERS}),
    Role.ADMINISTRATOR: frozenset(_EVERYONE | {May.SEE_WORKER, May.MANAGE_ACCOUNTS, May.MANAGE_SETTINGS,
                                                  May.MANAGE_LISTS}),
    Role.LAPSED: frozenset(_EVERYONE | {May.HAND_IN}),
    Role.SYSTEM: frozenset(May),
}


class NotAllowed(Exception):
    """Somebody tried what their role does not allow."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever is acting: a person signed in, the worker or the command line."""

    id: int
    name: str
    role: Role

    def may(self, permission: May) -> bool:
        """Whether this actor's role allows it."""
        return permission in ROLES[self.role]

    def must(self, permission: May) -> None:
        """Raise `NotAllowed` unless the role allows it."""
        if self.role is Role.LAPSED and not self.may(permission):
            raise NotAllowed("You see no visits and no records until your vetting stands again. What you "
                             "wrote of visits can still be handed in.")
        if not self.may(permission):
            raise NotAllowed(f"Your role ({self.role}) may not {permission}.")


# The named system accounts. The first migration writes the rows with these very ids.
WORKER = Actor(1, "The worker", Role.SYSTEM)
COMMAND_LINE = Actor(2, "The command line", Role.SYSTEM)
