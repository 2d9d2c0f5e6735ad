"""The line between a phone and Outreach, which can be cut at the worst moment."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

PIECE = 65_536


class Line:
    """Carries everything both ways, until it is told to cut the next request for an address."""

    def __init__(self, to: str) -> None:
        self._to, self._door = urlsplit(to), socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.cuts, self._next, self._at = 0, b"", ""

    def cut_next(self, address: str, *, at: str) -> None:
        """The next post to an address that ends so loses its connection: at the "answer", which the desk has
        given but nobody hears; or in its "body", before the desk has it all."""
        self._next, self._at = f"{address} ".encode(), at

    def carry(self) -> None:
        """Until the line is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                threading.Thread(target=self._both_ways, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _both_ways(self, client: socket.socket) -> None:
        desk = socket.create_connection((str(self._to.hostname), int(self._to.port or 80)))
        threading.Thread(target=_copy, args=(desk, client), daemon=True).start()
        with suppress(OSError):
            while piece := client.recv(PIECE):
                if self._next and piece.startswith(b"POST") and self._next in piece.partition(b"\r\n")[0]:
                    self._cut(piece, client)
                    break
                desk.sendall(piece)
        _hang_up(client, desk)

    def _cut(self, piece: bytes, client: socket.socket) -> None:
        """With a connection of its own, so that the answer reaches nobody."""
        self.cuts, self._next = self.cuts + 1, b""
        head, _, body = piece.partition(b"\r\n\r\n")
        with socket.create_connection((str(self._to.hostname), int(self._to.port or 80)), 10) as desk:
            desk.sendall(head + b"\r\n\r\n" + body[:10])
            if self._at == "answer":
                size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                while len(body) < size:
                    body += client.recv(PIECE)
                desk.sendall(body[10:])
                desk.recv(PIECE)
        _hang_up(client)


def _copy(desk: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while piece := desk.recv(PIECE):
            client.sendall(piece)
    _hang_up(client, desk)


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def line_to(address: str) -> Iterator[Line]:
    """A line to Outreach under an address of its own."""
    line = Line(address)
    threading.Thread(target=line.carry, daemon=True).start()
    try:
        yield line
    finally:
        line.close()
