"""Where the browser finds the looks: each file under a name that changes with its content."""

import json
from functools import cache
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

DIST = Path(__file__).resolve().parents[1] / "static" / "dist"
A_YEAR = "public, max-age=31536000, immutable"


class NotBuilt(RuntimeError):
    """The looks have not been built yet, or lack a file; the text says what to do."""


@cache
def manifest() -> dict[str, str]:
    """The name each file has now. Raises `NotBuilt`."""
    try:
        names: dict[str, str] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuilt("The looks are not built. Run: python3 run.py setup") from None
    return names


def asset(name: str) -> str:
    """The address of a built file, like "/static/app-0f3a….css" for "app.css". Raises `NotBuilt`."""
    if name not in manifest():
        raise NotBuilt(f"There is no {name} among the looks. Run: python3 run.py setup")
    return f"/static/{manifest()[name]}"


class KeptForAYear(StaticFiles):
    """Serves static/dist; browsers may keep every file, since a changed file has another name."""

    def file_response(self, *args: object, **more: object) -> Response:
        """The file, or 304 where the browser has it."""
        response = super().file_response(*args, **more)  # type: ignore[arg-type]
        response.headers["cache-control"] = A_YEAR
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; the manifest is nobody's business outside."""
        return await super().get_response("missing" if path.endswith(".json") else path, scope)
