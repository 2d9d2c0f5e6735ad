"""Many phones at once, each sending what waits on it one after another, some of them losing the answer."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

TRIES = 20
PAUSE = 0.2                     # seconds before sending again what was not answered
_GONE = (ConnectionError, asyncio.IncompleteReadError)


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone: what its browser sends with everything, and its forms by path."""

    headers: Mapping[str, str]
    forms: Sequence[tuple[str, Mapping[str, str]]]


@dataclass(slots=True)
class Sent:
    """What the phones were told, and how long each form took until it was answered for good."""

    seconds: float = 0.0
    taken_ms: list[float] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)


def send(port: int, phones: Sequence[Phone], *, lost: float, seed: int = 1) -> Sent:
    """Let them all send at once; `lost` is the part of the sends whose answer never arrives."""
    found = Sent()

    async def everybody() -> None:
        began = time.perf_counter()
        await asyncio.gather(*(_Line(port, phone, random.Random(f"{seed}-{number}"), found).send_all(lost)
                               for number, phone in enumerate(phones)))
        found.seconds = time.perf_counter() - began

    with ThreadPoolExecutor(1) as apart:     # whoever measures may have a loop of their own running
        apart.submit(asyncio.run, everybody()).result()
    return found


class _Line:
    """One phone's connection, opened again whenever it has gone."""

    def __init__(self, port: int, phone: Phone, rng: random.Random, found: Sent) -> None:
        self._port, self._phone, self._rng, self._found = port, phone, rng, found
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send_all(self, lost: float) -> None:
        for path, form in self._phone.forms:
            began = time.perf_counter()
            words = self._words(path, form)
            if self._rng.random() < lost:
                await self._send_unheard(words)
            self._found.told[await self._send(words)] += 1
            self._found.taken_ms.append((time.perf_counter() - began) * 1000)
        self._hang_up()

    async def _send_unheard(self, words: bytes) -> None:
        """The whole form leaves, and the signal with it."""
        _, out = await self._open()
        out.write(words)
        await out.drain()
        self._hang_up()

    async def _send(self, words: bytes) -> str:
        for _ in range(TRIES):
            try:
                heard, out = await self._open()
                out.write(words)
                status, page = await _answer(heard)
            except _GONE:
                self._hang_up()
            else:
                if status != 503:
                    return str(json.loads(page)["state"]) if page.startswith(b"{") else str(status)
            self._found.told["sent again"] += 1
            await asyncio.sleep(PAUSE)
        return "given up"

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._ends = self._ends or await asyncio.open_connection("127.0.0.1", self._port)
        return self._ends

    def _hang_up(self) -> None:
        if self._ends:
            self._ends[1].close()
        self._ends = None

    def _words(self, path: str, form: Mapping[str, str]) -> bytes:
        body = urlencode(form).encode()
        headers = {"Host": f"127.0.0.1:{self._port}", "Accept": "application/json",
                   "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)),
                   "Sec-Fetch-Site": "same-origin", **self._phone.headers}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + body


async def _answer(heard: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await heard.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    return int(head[0].split()[1]), await heard.readexactly(int(headers.get("content-length") or 0))
