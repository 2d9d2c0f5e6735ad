"""What leaves the house, and by which door: e-mail or text. (Letters are printed and posted by people.)"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from outreach.foundation import clock, mail, sms

Parcel = mail.Letter | sms.Text


@dataclass(frozen=True, slots=True)
class Means:
    """What the worker sends with. `desk_url` and `public_url` begin every link; they come from settings."""

    desk_url: str
    sender: str
    mail: mail.Post
    texts: sms.Folder
    public_url: str = ""

    def is_certain(self, parcel: Parcel) -> bool:
        """Whether sending it twice is the same as sending it once (files)."""
        return self.mail.certain if isinstance(parcel, mail.Letter) else True

    def send(self, parcel: Parcel, number: str, about_to_leave: Callable[[], None]) -> str:
        """Send under the number of its promise. Gives the answer; raises what `mail.Relay.send` raises."""
        if isinstance(parcel, mail.Letter):
            message = mail.written(parcel, sender=self.sender, number=number, at=clock.local(clock.now()))
            return self.mail.send(message, number, about_to_leave)
        return self.texts.send(parcel, number, about_to_leave)


def means(data: Path, desk_url: str, smtp_url: str = "", public_url: str = "") -> Means:
    """What is sent with, from the settings: mail to the relay, or all of it into files of the data folder.
    The public pages are beside the desk where no address of theirs is given.
    Raises ValueError for a mail address that cannot be read."""
    host = desk_url.partition("://")[2].partition("/")[0].partition(":")[0]
    domain = host if "." in host and not host.replace(".", "").isdigit() else "outreach.invalid"
    return Means(desk_url=desk_url, sender=f"Outreach <no-reply@{domain}>",
                 mail=mail.post(smtp_url, data / "mail"), texts=sms.Folder(data / "texts"),
                 public_url=public_url or desk_url.removesuffix("/desk"))
