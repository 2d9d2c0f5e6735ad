"""The kinds of equipment this force lends; only some of them handle calls."""

from outreach.foundation.force import current
from outreach.foundation.force.rules import DeviceKind

GONE = DeviceKind(words="equipment of a kind no longer lent")


def kinds() -> dict[str, DeviceKind]:
    """Every kind by its code, in the force's own order (`content/force.toml`, [devices.kinds])."""
    return current().devices.kinds


def kind_of(code: str) -> DeviceKind:
    """The kind with this code, also where the force has since struck it off its list."""
    return kinds().get(code, GONE)


def calls_handled() -> list[str]:
    """The codes of those kinds that handle calls, such as call blockers."""
    return [code for code, kind in kinds().items() if kind.handles_calls]
