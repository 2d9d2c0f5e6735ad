"""Mail: one message at a time, to the relay, or into files where no relay is named."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from outreach.foundation.kept_files import write_once

PATIENCE = 30.0           # seconds for each answer of the relay
PERMANENT = 500           # SMTP codes from here on are a refusal for good
PLAIN = SMTP.clone(cte_type="7bit")   # not every relay takes eight-bit mail


class Unfit(ValueError):
    """An address or a subject that would break the headers of a message."""


class Unreachable(Exception):
    """The relay did not answer, or not sensibly: nothing left, try again later."""


class Refused(Exception):
    """The relay said no to this message: nothing left."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"the mail server said {code}")
        self.code, self.words = code, words

    @property
    def for_good(self) -> bool:
        """Whether trying again could not help (a 5xx answer)."""
        return self.code >= PERMANENT


class Uncertain(Exception):
    """The line went dead after the message began to leave: nobody knows whether it arrived."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail: to whom, about what, and the words."""

    to: str
    subject: str
    text: str


def written(letter: Letter, *, sender: str, number: str, at: datetime) -> EmailMessage:
    """The message as it leaves. The same number gives the same Message-ID, so that a second copy is known
    for one. Raises `Unfit` for no address, or line breaks or NUL in a header (reliability.md §3.11)."""
    for text in (letter.to, letter.subject, sender):
        if any(mark in text for mark in "\r\n\0"):
            raise Unfit("An address or a subject must be a single line")
    message = EmailMessage(policy=PLAIN)
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    if len(message["To"].addresses) != 1 or not message["To"].addresses[0].domain:
        raise Unfit("There must be one e-mail address, like name@example.org")
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{number}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


class Folder:
    """Mail as `.eml` files. A file is named by its promise, so that writing it again changes nothing."""

    certain = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage, number: str, about_to_leave: Callable[[], None]) -> str:
        """Write the file whole or not at all. Gives what to note about it."""
        about_to_leave()
        write_once(self.folder / f"{number}.eml", bytes(message))
        return "written to a file"

    def hang_up(self) -> None:
        """Nothing is held."""


class Relay:
    """Mail to an SMTP relay: `smtp://[user:password@]host[:port]`, or `smtps://…` for TLS from the start.

    `smtp://` takes up TLS when the relay offers it; a password never travels without.
    """

    certain = False

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        if self._to.scheme not in ("smtp", "smtps") or not self._to.hostname:
            raise ValueError("OUTREACH_SMTP_URL: write smtp://host:25 or smtps://user:password@host")
        self._line: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, number: str, about_to_leave: Callable[[], None]) -> str:
        """Send one message; `about_to_leave` is called when the relay is ready for the body and may raise.

        Gives the relay's answer. Raises `Unreachable`, `Refused`, `Uncertain`.
        """
        line = self._ready()
        try:
            self._address(line, message)
            about_to_leave()
        except (Refused, smtplib.SMTPException, OSError) as no:
            self._clear()
            raise no if isinstance(no, Refused) else Unreachable(_why(no)) from no
        except BaseException:
            self._clear()
            raise
        return self._hand_over(line, bytes(message))

    def hang_up(self) -> None:
        """End the conversation."""
        line, self._line = self._line, None
        if line:
            with suppress(smtplib.SMTPException, OSError):
                line.quit()
            line.close()

    def _ready(self) -> smtplib.SMTP:
        if self._line:
            with suppress(smtplib.SMTPException, OSError):
                if self._line.noop()[0] == 250:
                    return self._line
            self.hang_up()
        try:
            self._line = self._connect()
        except (smtplib.SMTPException, OSError) as no:
            raise Unreachable(_why(no)) from no
        return self._line

    def _connect(self) -> smtplib.SMTP:
        host, port = self._to.hostname or "", self._to.port
        secure = ssl.create_default_context()
        if self._to.scheme == "smtps":
            line: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE, context=secure)
        else:
            line = smtplib.SMTP(host, port or 25, timeout=PATIENCE)
        try:
            line.ehlo_or_helo_if_needed()
            if self._to.scheme == "smtp" and line.has_extn("starttls"):
                line.starttls(context=secure)
                line.ehlo()
            self._sign_in(line, host)
        except BaseException:
            line.close()
            raise
        return line

    def _sign_in(self, line: smtplib.SMTP, host: str) -> None:
        if not self._to.username:
            return
        if not isinstance(line.sock, ssl.SSLSocket) and host not in ("localhost", "127.0.0.1", "::1"):
            raise smtplib.SMTPException("the mail server offers no encryption for the password")
        line.login(unquote(self._to.username), unquote(self._to.password or ""))

    def _address(self, line: smtplib.SMTP, message: EmailMessage) -> None:
        sender = message["From"].addresses[0].addr_spec
        receiver = message["To"].addresses[0].addr_spec
        for code, words in (line.mail(sender), line.rcpt(receiver)):
            if code not in (250, 251):
                raise Refused(code, words.decode(errors="replace"))

    def _hand_over(self, line: smtplib.SMTP, body: bytes) -> str:
        try:
            code, words = line.data(body)
        except smtplib.SMTPDataError as no:      # said no to DATA itself: the body never left
            self._clear()
            raise Refused(no.smtp_code, str(no.smtp_error)) from no
        except (smtplib.SMTPException, OSError) as no:
            self._line = None
            line.close()
            raise Uncertain(_why(no)) from no
        if code != 250:
            raise Refused(code, words.decode(errors="replace"))
        return f"{code} {words.decode(errors='replace')}"[:200]

    def _clear(self) -> None:
        """Begin afresh with the next message."""
        if self._line:
            with suppress(smtplib.SMTPException, OSError):
                if self._line.rset()[0] == 250:
                    return
            self.hang_up()


Post = Folder | Relay


def post(smtp_url: str, folder: Path) -> Post:
    """Where mail goes: the relay that is named, else a folder. Raises ValueError for a bad address."""
    return Relay(smtp_url) if smtp_url else Folder(folder)


def _why(no: BaseException) -> str:
    """What went wrong, in words that name no person: an SMTP error may quote an address."""
    if isinstance(no, smtplib.SMTPAuthenticationError):
        return "it refused our user name or password"
    if isinstance(no, smtplib.SMTPResponseException):
        return f"it answered {no.smtp_code}"
    if isinstance(no, ssl.SSLError):
        return "its certificate could not be trusted"
    if isinstance(no, TimeoutError):
        return "it did not answer in time"
    if isinstance(no, OSError) and no.strerror:
        return no.strerror[0].lower() + no.strerror[1:]
    return "it hung up"
