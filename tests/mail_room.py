"""A mail server inside the tests: keeps what it was given, and fails the way it is told to."""

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class MailRoom:
    """Answers like a relay. `answers` are taken one by one, then all is well; None hangs up."""

    def __init__(self) -> None:
        with socket.socket() as line:
            line.bind(("127.0.0.1", 0))
            self.port: int = line.getsockname()[1]
        self.kept: list[EmailMessage] = []
        self.at_rcpt: list[str | None] = []
        self.at_body: list[str | None] = []
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def sent_to(self) -> list[str]:
        return [str(message["To"]) for message in self.kept]

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.at_rcpt.pop(0) if self.at_rcpt else "250 OK"
        if answer is None:
            server.transport.close()
            return "421 gone"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.at_body.pop(0) if self.at_body else "250 Kept"
        if answer is None:
            server.transport.close()
            return "421 gone"
        if answer.startswith("250"):
            read: Any = message_from_bytes(envelope.content, policy=default)
            self.kept.append(read)
        return answer


@pytest.fixture
def mail_room() -> Iterator[MailRoom]:
    room = MailRoom()
    room.open()
    yield room
    room.close()
