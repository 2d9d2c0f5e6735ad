"""Visits by letter: the worker writes that we come, or that nobody comes; a person prints and posts it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import reaching
from outreach.casework.letters import posting, templates, writing
from outreach.casework.letters.record import Letter, State
from outreach.casework.safe_contact import Channel
from outreach.casework.victims.record import Victim
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


def _keep_back(session: Session, victim: Victim, start: datetime) -> bool:
    """A letter that speaks of a time at which nobody comes any more, and that lies here still, is not posted.
    Whether another has left already."""
    letters = session.scalars(select(Letter).where(
        Letter.victim_id == victim.id, Letter.template == template(News.COMING),
        Letter.state != State.DROPPED).order_by(Letter.id).with_for_update(of=Letter))
    about = [letter for letter in letters if reaching.said(start) in templates.plain(letter.blocks)]
    for letter in about:
        if letter.state is State.WAITING and letter.batch_id is None:
            posting.drop(session, WORKER, letter)
    return any(letter.state is State.POSTED for letter in about)


def _register(news: News) -> None:
    def write(session: Session, message: OutboxMessage) -> None:
        _, victim, _ = telling.still_wanted(news, Channel.LETTER, session, message)
        if news in (News.MOVED, News.CANCELLED):
            known = _keep_back(session, victim, telling.was(message))
            if news is News.CANCELLED and not known:
                return
        try:
            writing.write(session, WORKER, victim, template(news),
                          facts={"appointment": reaching.said(telling.starts(message))})
        except writing.NoAddress as cannot:
            raise Suppressed("there is no address to send it to") from cannot
        except writing.Unprintable as cannot:
            raise Suppressed("their name or address cannot be printed") from cannot

    kind = telling.kind(news, Channel.LETTER)
    outbox.handles(kind, who=telling.who, private=True, words=_words(news))(write)


def _words(news: News) -> Words:
    if news is News.CANCELLED:
        kept = "or keep back the letter that says we come"
        return Words(f"Will write {{who}} a letter: {_ABOUT[news]}, {kept}",
                     f"Saw to it by letter that {{who}} knows {_ABOUT[news]}", "Could not write to {who}")
    return Words(f"Will write {{who}} a letter: {_ABOUT[news]}",
                 f"Wrote a letter to {{who}}, to be printed and posted: {_ABOUT[news]}",
                 f"Could not write to {{who}}: {_ABOUT[news]}")


for _news in News:
    _register(_news)
