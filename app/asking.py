"""What an address asks for. Whatever cannot be read asks for nothing."""

from datetime import date

from fastapi import Request

from outreach.foundation.dates import NotADate, read_date


def whole(text: str) -> int | None:
    """A whole number that a database can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def number(request: Request, name: str) -> int | None:
    """The whole number under this name in the address."""
    return whole(request.query_params.get(name, ""))


def day(text: str) -> date | None:
    """A day, as somebody types one."""
    try:
        return read_date(text) if text else None
    except NotADate:
        return None
