"""The house keeps its own rules: doors, rooms, names, lengths, and nothing committed that is not ours."""

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from outreach.foundation.permissions import May

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [file for folder in ("outreach", "app") for file in (ROOT / folder).rglob("*.py")
           if "versions" not in file.parts]
LAYER_NAMES = {"utils", "util", "helpers", "helper", "services", "models", "common", "misc", "managers"}
# Who may come in without signing in: a new name here is a decision, not an accident.
OPEN = {"/", "/health/live", "/health/ready", "/desk/sign-in", "/desk/sign-out", "/referral-answers",
        "/referral-answers/{token}", "/desk/my-visits/shell", "/desk/my-visits-worker.js",
        "/desk/my-visits/manifest.webmanifest"}
# Where `|safe` is allowed, and why: none yet.
SAFE: set[str] = set()


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for file in committed():
        if file.suffix not in (".png", ".ico", ".xlsx", ".woff2"):
            yield file, file.read_text(encoding="utf-8")


def doors(app: Any) -> list[tuple[str, Any]]:
    """Every door as (path, route): nested rooms and mounts too, which a plain loop over routes would miss."""
    return [(getattr(context, "path", None) or context.route.path, context.route)
            for context in iter_route_contexts(app.routes)]


def needs(route: Any) -> May | None:
    found: May | None = (getattr(route, "openapi_extra", None) or {}).get("needs")
    return found


@pytest.fixture
def built() -> Any:
    from app.main import build
    from outreach.foundation.db import Database
    return build(database=Database("sqlite://"))


def test_every_door_names_its_permission(built: Any) -> None:
    bare = {path for path, route in doors(built) if needs(route) is None}
    assert bare == {"/static"}


def test_only_the_doors_that_should_be_open_are(built: Any) -> None:
    assert {path for path, route in doors(built) if needs(route) is May.ANYONE} == OPEN


def test_a_door_without_a_name_stays_shut(site: Any, desk: Any, officer: Any) -> None:
    site.get("/desk/forgotten")(lambda: "secret")
    answer = desk(officer).get("/desk/forgotten")
    assert answer.status_code == 403 and "secret" not in answer.text


def test_the_public_face_has_no_desk(database: Any, site: Any) -> None:
    from app.main import build
    with TestClient(build("public", database=database)) as resident:
        assert resident.get("/").status_code == 200
        assert resident.get("/desk/sign-in").status_code == 404


def test_routes_are_named_for_what_they_do(built: Any) -> None:
    allowed = {"list", "show", "new", "create", "edit", "update", "delete"}
    odd = {route.endpoint.__name__ for _, route in doors(built) if hasattr(route, "endpoint")}
    odd = {name for name in odd if name.split("_")[0] not in allowed}
    assert odd <= {"live", "ready", "close", "reopen"}


def test_files_are_short() -> None:
    long = {str(file.relative_to(ROOT)): length for file in SOURCES
            if (length := len(file.read_text(encoding="utf-8").splitlines())) > 300}
    assert long == {}


def test_functions_are_short() -> None:
    lengths = [node.end_lineno - node.lineno + 1 for file in SOURCES
               for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
               if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno]
    assert statistics.median(lengths) <= 10


def test_no_file_is_named_for_a_layer() -> None:
    assert [file for file in SOURCES if file.stem in LAYER_NAMES] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [str(file.relative_to(ROOT)) for file in SOURCES
              if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))]
    assert silent == []


def test_each_fading_library_is_touched_by_one_file() -> None:
    users = {library: {str(file.relative_to(ROOT)) for file in SOURCES
                       if re.search(rf"^\s*(import|from) {library}\b", file.read_text("utf-8"), re.M)}
             for library in ("arq", "bleach")}
    assert users["arq"] <= {"app/worker.py", "app/bench/queue.py"}  # the bench measures arq by itself
    assert users["bleach"] <= {"outreach/foundation/text.py"}


def test_what_time_it_is_is_asked_in_one_place() -> None:
    asking = {str(file.relative_to(ROOT)) for file in SOURCES if file.name != "clock.py"
              and re.search(r"\b(datetime\.(now|utcnow)|date\.today)\(", file.read_text(encoding="utf-8"))}
    assert asking == set()


def test_nothing_is_marked_safe_by_hand() -> None:
    marked = {str(file.relative_to(ROOT)) for file in (ROOT / "app" / "templates").rglob("*.html")
              if re.search(r"\|\s*safe\b", file.read_text(encoding="utf-8"))}
    assert marked == SAFE


def test_no_script_or_style_stands_in_a_page() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|=.js:|javascript:", re.I)
    found = {str(file.relative_to(ROOT)) for file in (ROOT / "app" / "templates").rglob("*.html")
             if inline.search(file.read_text(encoding="utf-8"))}
    assert found == set()


def test_nothing_committed_was_written_elsewhere_or_built() -> None:
    foreign = [str(file.relative_to(ROOT)) for file in committed()
               if {"node_modules", "dist", "vendor", ".venv", "var"} & set(file.relative_to(ROOT).parts)
               or file.name.endswith((".min.js", ".min.css"))]
    assert foreign == []


def test_nothing_committed_names_a_registry_or_this_machine() -> None:
    hosts = "|".join(name + r"\." for name in ("pypi", "pythonhosted", "npmjs", "yarnpkg"))
    telling = re.compile(rf"{hosts}|(^|[^\w.~-])/(work|opt/wheels|home/\w+)/", re.M)
    assert [str(file.relative_to(ROOT)) for file, text in texts() if telling.search(text)] == []


def test_nobody_in_the_house_can_be_rung_or_written_to() -> None:
    """Fictional people only: example addresses and Ofcom's drama numbers."""
    real = re.compile(r"[\w.+-]+@(?!(?:[\w-]+\.)*example\b)[\w-]+\.[a-z]{2,}", re.I)
    numbers = re.compile(r"\b0(?:1\d{3} ?\d{6}|7\d{3} ?\d{6})\b|\+44[17]\d{9}\b")
    drama = re.compile(r"(0|\+44)(1632960|7700900)")
    found = {}
    for file, text in texts():
        if file.suffix in (".py", ".html", ".toml", ".csv", ".md") and "package" not in file.name:
            odd = real.findall(text) + [number for number in numbers.findall(text)
                                        if not drama.match(number.replace(" ", ""))]
            if odd:
                found[str(file.relative_to(ROOT))] = odd[:3]
    assert found == {}
