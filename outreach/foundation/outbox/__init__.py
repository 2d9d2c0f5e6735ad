"""The outbox: what the system has promised to do, who is doing it, and what came of it.

A promise is a row written with the change that made it (`put`). The worker takes due rows in hand, does them
and says so; whoever dies with rows in hand gives them back by dying. How each kind is kept is said once:
`handles`, `handles_many` (the effect is rows), `posts` (a message leaves), `runs` (long work).
"""

from outreach.foundation.outbox.kept import Copy, copy_of, in_trouble, sent
from outreach.foundation.outbox.kinds import (
    GiveUp,
    Lane,
    Policy,
    PutOff,
    Suppressed,
    TryLater,
    Words,
    handles,
    handles_many,
    posts,
    runs,
)
from outreach.foundation.outbox.ledger import (
    OutboxAttempt,
    OutboxMessage,
    ScheduleFire,
    State,
    cancel,
    put,
    put_many,
)
from outreach.foundation.outbox.lives import WorkerLife
from outreach.foundation.outbox.mending import NoSuchPromise, NothingToMend, drop, find, retry
from outreach.foundation.outbox.running import Engine
from outreach.foundation.outbox.sending import Means, Parcel, means
from outreach.foundation.outbox.story import Line, about_many, story, told
from outreach.foundation.outbox.troubles import Trouble, status, troubles

__all__ = ["Copy", "Engine", "GiveUp", "Lane", "Line", "Means", "NoSuchPromise", "NothingToMend",
           "OutboxAttempt", "OutboxMessage", "Parcel", "Policy", "PutOff", "ScheduleFire", "State",
           "Suppressed", "Trouble", "TryLater", "Words", "WorkerLife", "about_many", "cancel", "copy_of",
           "drop", "find", "handles", "handles_many", "in_trouble", "means", "posts", "put", "put_many",
           "retry", "runs", "sent", "status", "story", "told", "troubles"]
