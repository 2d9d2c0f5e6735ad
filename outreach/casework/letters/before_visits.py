"""Visits by letter: the worker writes that we come, or that nobody comes; a person prints and posts it."""

from sqlalchemy.orm import Session

from outreach.casework import reaching
from outreach.casework.letters import writing
from outreach.casework.safe_contact import Channel
from outreach.casework.visits import telling
from outreach.casework.visits.telling import News
from outreach.foundation import outbox
from outreach.foundation.outbox import OutboxMessage, Suppressed, Words
from outreach.foundation.permissions import WORKER

_ABOUT = {News.COMING: "that we come", News.REMINDER: "a reminder of the visit", News.MOVED: "the new time",
          News.CANCELLED: "that the visit is cancelled"}


def template(news: News) -> str:
    """The letter that says it."""
    return "visit_cancelled" if news is News.CANCELLED else "visit"


def _register(news: News) -> None:
    def write(session: Session, message: OutboxMessage) -> None:
        _, victim, _ = telling.still_wanted(news, Channel.LETTER, session, message)
        try:
            writing.write(session, WORKER, victim, template(news),
                          facts={"appointment": reaching.said(telling.starts(message))})
        except writing.NoAddress as cannot:
            raise Suppressed("there is no address to send it to") from cannot
        except writing.Unprintable as cannot:
            raise Suppressed("their name or address cannot be printed") from cannot

    outbox.handles(telling.kind(news, Channel.LETTER), who=telling.who, private=True, words=Words(
        f"Will write {{who}} a letter: {_ABOUT[news]}",
        f"Wrote a letter to {{who}}, to be printed and posted: {_ABOUT[news]}",
        f"Could not write to {{who}}: {_ABOUT[news]}"))(write)


for _news in News:
    _register(_news)
