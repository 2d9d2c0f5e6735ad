"""The least a page of the same fifty rows can cost with the same parts: no sign-in, no audit, no layout."""

from jinja2 import Environment
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from outreach import records
from outreach.casework.victims import Victim
from outreach.foundation.db import Database

_PAGE = """<!doctype html><title>Victims</title><table><caption>Victims</caption>{% for v in victims %}
<tr><td><a href="/{{ v.id }}">{{ v.title }} {{ v.first_name }} {{ v.last_name }}</a></td><td>{{ v.band }}</td>
<td>{{ v.need_reasons|join(", ") }}</td><td>{{ v.age }}</td><td>{{ v.town }} {{ v.postcode }}</td></tr>
{% endfor %}</table>"""


def serve(url: str, port: int) -> None:
    """FastAPI, the ORM and Jinja, and nothing else."""
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse
    assert records.metadata is not None
    database, template = Database(url), Environment(autoescape=True).from_string(_PAGE)
    sessions = sessionmaker(database.reader)
    app = FastAPI(openapi_url=None)

    @app.get("/victims", response_class=HTMLResponse)
    def victims() -> str:
        with sessions() as session:
            found = session.scalars(select(Victim).order_by(
                Victim.need_score.desc(), Victim.id.desc()).limit(50)).all()
            return template.render(victims=found)

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def serve_django(url: str, folder: str, port: int) -> None:
    """Django's own admin on the same records, in the plainest server there is."""
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    from app.bench import django_peer
    django_peer.set_up(url, folder)
    from django.core.wsgi import get_wsgi_application
    sign_in_somebody(folder)

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """No access log, as with ours."""

    make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet).serve_forever()


def sign_in_somebody(folder: str) -> None:
    """Make Django's own tables, and leave the cookie of somebody signed in where the measuring process finds
    it."""
    from pathlib import Path

    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client
    call_command("migrate", verbosity=0, interactive=False)
    get_user_model().objects.create_superuser("officer", "officer@example.org", "bench")
    client = Client()
    client.force_login(get_user_model().objects.get())
    Path(folder, "cookie").write_text(f"sessionid={client.cookies['sessionid'].value}", encoding="utf-8")
