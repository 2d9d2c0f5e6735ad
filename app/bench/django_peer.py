"""The same records in a carefully set-up Django, to stand beside: indexes that its questions use, no needless
count, related records fetched with the list."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

SHOWN = ("name", "band", "need_score", "age", "place", "lost", "last_contact", "next_follow_up",
         "assigned_to")
MONEY = ("attempted", "prevented", "lost", "recovered")     # in pence
_TRIGRAMS = ("first_name", "last_name", "postcode")


def set_up(url: str, folder: str, *, pages: str = "app.bench.django_pages", writes: bool = False) -> Any:
    """Start Django on this database; its own tables (accounts, sessions) go into a file in `folder`.
    Gives the victim model. Once in a process."""
    import django
    from django.conf import settings
    settings.configure(
        DEBUG=False, SECRET_KEY="only for measuring " * 3, ALLOWED_HOSTS=["*"], USE_TZ=True,
        ROOT_URLCONF=pages, DATABASE_ROUTERS=["app.bench.django_peer.Router"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/django.db"},
                   "outreach": {**_database(url, writes), "CONN_MAX_AGE": None}},
        INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
                        "django.contrib.sessions", "django.contrib.messages",
                        "app.bench.django_app.Peer"],
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware",
                    "django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": False,
                    "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader",
                                             ["django.template.loaders.app_directories.Loader"])],
                                "context_processors": ["django.template.context_processors.request",
                                                       "django.contrib.auth.context_processors.auth",
                                                       "django.contrib.messages.context_processors.messages"]}}],
        SESSION_ENGINE="django.contrib.sessions.backends.db")
    django.setup()
    return models()["Victim"]


class Router:
    """Our records live in our database, Django's own in its own."""

    def db_for_read(self, model: Any, **_hints: Any) -> str:
        return "outreach" if model._meta.app_label == "peer" else "default"

    db_for_write = db_for_read


_MODELS: dict[str, Any] = {}


def models() -> dict[str, Any]:
    """The records as Django sees them."""
    if _MODELS:
        return _MODELS
    from django.db import models as m

    def record(noun: str, table: str, **fields: Any) -> Any:
        meta = type("Meta", (), {"app_label": "peer", "managed": False, "db_table": table,
                                 "verbose_name_plural": f"{noun.lower()}s"})
        _MODELS[noun] = type(noun, (m.Model,), {"__module__": __name__, "Meta": meta, **fields})
        return _MODELS[noun]

    def text() -> Any:
        return m.CharField(max_length=200)

    account = record("Account", "account", name=text(), __str__=lambda self: self.name)
    victim = record(
        "Victim", "victim", title=text(), first_name=text(), last_name=text(), town=text(), postcode=text(),
        district=text(), band=text(), need_score=m.IntegerField(), need_reasons=m.JSONField(),
        born_on=m.DateField(null=True), merged_into_id=m.BigIntegerField(null=True),
        assigned_to=m.ForeignKey(account, null=True, on_delete=m.PROTECT))
    for noun, table, fields in (
            ("FraudReport", "fraud_report", {"lost": m.BigIntegerField(null=True)}),
            ("Contact", "contact", {"at": m.DateTimeField()}),
            ("FollowUp", "follow_up", {"due_at": m.DateTimeField(), "status": text()})):
        record(noun, table, victim=m.ForeignKey(victim, on_delete=m.PROTECT), **fields)
    places = {noun: m.ForeignKey(record(noun.title(), table, name=text()), null=True, on_delete=m.PROTECT)
              for noun, table in (("bank", "bank"), ("branch", "bank_branch"))}
    record("Call", "banking_protocol_call", received_at=m.DateTimeField(), outcome=text(),
           attended_at=m.DateTimeField(null=True), arrests=m.IntegerField(), age=m.IntegerField(null=True),
           crime_recorded=m.BooleanField(), missed_opportunity=m.BooleanField(), **places,
           **{name: m.BigIntegerField(null=True) for name in MONEY})
    return _MODELS


def search(text: str, most: int = 50) -> list[Any]:
    """Every word somewhere in the first name, the last name or the postcode; the greatest need first."""
    from django.db.models import Q
    people = models()["Victim"].objects.all()
    for word in text.split():
        people = people.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word)
                               | Q(postcode__icontains=word))
    return list(people.order_by("-need_score", "-id").values(
        "id", "title", "first_name", "last_name", "town", "postcode", "band")[:most])


def add_trigram_indexes() -> None:
    """On PostgreSQL a careful programmer gives `icontains` its indexes (upper case, as Django asks)."""
    from django.db import connections
    with connections["outreach"].cursor() as cursor:
        if connections["outreach"].vendor == "postgresql":
            for column in _TRIGRAMS:
                cursor.execute(f"CREATE INDEX IF NOT EXISTS ix_victim_search_peer_{column} ON victim "
                               f"USING gin (upper({column}) gin_trgm_ops)")
            cursor.execute("ANALYZE victim")


def drop_trigram_indexes() -> None:
    """Take them away again."""
    from django.db import connections
    with connections["outreach"].cursor() as cursor:
        for column in _TRIGRAMS:
            cursor.execute(f"DROP INDEX IF EXISTS ix_victim_search_peer_{column}")


def _database(url: str, writes: bool) -> dict[str, Any]:
    if url.startswith("sqlite"):
        begin = {"transaction_mode": "IMMEDIATE", "timeout": 20} if writes else {}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:///"), "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;",
            **begin}}
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    return {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path.strip("/"),
            "USER": parts.username or "", "PASSWORD": parts.password or "", "HOST": host,
            "PORT": str(parts.port or "")}
