"""The letterbox: the one way between the public face and casework (design: answers 1).

Casework puts a link in, with the few fields that may be seen through it. Whoever holds the link reads that
one row and drops an answer in; a promise in the outbox carries each answer on, in the worker. The public
face's own login needs no more than SELECT on links, answers and the outbox, and INSERT on the last two.
"""

from outreach.foundation.letterbox.answering import (
    MOST_WORDS,
    WAYS,
    CannotAnswer,
    Decided,
    NothingSaid,
    TooMany,
    Way,
    answer,
    decision,
    reply,
    said,
)
from outreach.foundation.letterbox.links import (
    LetterboxAnswer,
    LetterboxLink,
    LetterboxSeed,
    LinkLost,
    Purpose,
    close,
    code_of,
    find,
    grouped,
    newest,
    open_link,
    tidy,
)

__all__ = ["MOST_WORDS", "WAYS", "CannotAnswer", "Decided", "LetterboxAnswer", "LetterboxLink",
           "LetterboxSeed", "LinkLost", "NothingSaid", "Purpose", "TooMany", "Way", "answer", "close",
           "code_of", "decision", "find", "grouped", "newest", "open_link", "reply", "said", "tidy"]
