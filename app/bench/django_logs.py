"""The Django beside which the logs of visits are stored: a form, a signed-in session, and `get_or_create`."""

import os
from typing import Any

from app.bench import django_peer

_LISTS = ("met", "discussed", "accepted", "fitted")
_WORDS = ("fitted_note", "concern", "words", "next_step")
_NUMBERS = ("worried", "safe", "minutes", "travel_minutes")


def serve(port: int) -> None:
    """As many processes as ours, in the same server."""
    import uvicorn

    from app.bench.bare import sign_in_somebody
    folder = os.environ["PEER_FOLDER"]
    _set_up()
    sign_in_somebody(folder)
    uvicorn.run("app.bench.django_logs:make", factory=True, host="127.0.0.1", port=port, log_level="error",
                access_log=False, workers=int(os.environ["PEER_PROCESSES"]))


def make() -> Any:
    """The application, as uvicorn asks for it in each process."""
    from django.core.asgi import get_asgi_application
    _set_up()
    return get_asgi_application()


def _set_up() -> None:
    from django.conf import settings
    if not settings.configured:
        django_peer.set_up(os.environ["PEER_URL"], os.environ["PEER_FOLDER"], pages="app.bench.django_logs",
                           writes=True)
    urlpatterns[:] = urlpatterns or _doors()


def _doors() -> list[Any]:
    from django.contrib.auth.decorators import login_required
    from django.http import HttpResponse
    from django.urls import path
    return [path("ready", lambda request: HttpResponse("ready")),
            path("visits/<int:visit_id>/log", login_required(_take_in))]


urlpatterns: list[Any] = []


def _take_in(request: Any, visit_id: int) -> Any:
    """Check the form, store the log unless its key is known, and note when they went."""
    from django.db import transaction
    from django.http import JsonResponse
    form = _form()(request.POST)
    if not form.is_valid():
        return JsonResponse({"state": "wrong"}, status=422)
    with transaction.atomic(using="outreach"):
        part = _records()["Crew"].objects.select_for_update().get(
            visit_id=visit_id, account_id=form.cleaned_data["account"], state="accepted")
        _, is_new = _records()["VisitLog"].objects.get_or_create(
            key=form.cleaned_data["key"], defaults=_facts(visit_id, form.cleaned_data, request.POST))
        if part.checked_out_at is None:
            part.checked_out_at = _now()
            part.save(update_fields=["checked_out_at"])
    return JsonResponse({"state": "received" if is_new else "same"})


def _facts(visit_id: int, found: dict[str, Any], posted: Any) -> dict[str, Any]:
    return {"visit_id": visit_id, "account_id": found["account"], "body_hash": "-",
            "state": "waits for the officer", "written_at": found["written_at"], "received_at": _now(),
            "clock_off_seconds": 0, "began_at": _now(), "ended_at": _now(), "outcome": found["outcome"],
            "concern_now": found["concern_now"], "miles": int(found["miles"] * 100), "decided_why": "",
            "version": 1, **{name: posted.getlist(name) for name in _LISTS},
            **{name: found[name] for name in (*_WORDS, *_NUMBERS)}}


def _now() -> Any:
    from django.utils import timezone
    return timezone.now()


def _form() -> Any:
    from django import forms as f
    fields = {"key": f.CharField(), "account": f.IntegerField(), "outcome": f.CharField(),
              "began": f.TimeField(), "ended": f.TimeField(), "written_at": f.DateTimeField(),
              "concern_now": f.BooleanField(required=False), "miles": f.DecimalField(),
              **{name: f.CharField(required=False, max_length=4000) for name in _WORDS},
              **{name: f.IntegerField(required=False, min_value=0, max_value=720) for name in _NUMBERS}}
    return _made("LogForm", lambda: type("LogForm", (f.Form,), fields))


def _records() -> dict[str, Any]:
    from django.db import models as m

    def table(name: str, **fields: Any) -> Any:
        meta = type("Meta", (), {"app_label": "peer", "managed": False, "db_table": name})
        return type(name.title(), (m.Model,), {"__module__": __name__, "Meta": meta, **fields})
    whole, text, when = (lambda: m.BigIntegerField(null=True)), m.TextField, m.DateTimeField
    return _made("records", lambda: {
        "Crew": table("visit_crew", visit_id=whole(), account_id=whole(), state=text(),
                      checked_out_at=when(null=True)),
        "VisitLog": table(
            "visit_log", visit_id=whole(), account_id=whole(), key=m.CharField(max_length=64, unique=True),
            concern_now=m.BooleanField(), **{name: m.JSONField() for name in _LISTS},
            **{name: text() for name in (*_WORDS, "body_hash", "state", "outcome", "decided_why")},
            **{name: whole() for name in (*_NUMBERS, "clock_off_seconds", "miles", "version")},
            **{name: when() for name in ("written_at", "received_at", "began_at", "ended_at")})})


_MADE: dict[str, Any] = {}


def _made(name: str, make_one: Any) -> Any:
    """Made once in a process, when Django is ready for it."""
    if name not in _MADE:
        _MADE[name] = make_one()
    return _MADE[name]
