"""What the people who run Outreach may set, each by one name in the environment.

No file is read but the secret's; `outreach settings` prints this list.
"""

import secrets
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app import data_folder
from outreach.foundation import signing

DEFAULT_PORT = 8000
FORCE_FILE = Path(__file__).resolve().parents[1] / "content" / "force.toml"


class BadSetting(Exception):
    """A setting that cannot be read; the text names it and says what to do."""


class Settings(BaseSettings):
    """Every setting, read from `OUTREACH_<NAME>`; an empty one counts as not set."""

    model_config = SettingsConfigDict(env_prefix="OUTREACH_", env_ignore_empty=True, frozen=True,
                                      extra="ignore")

    data: Path = Field(Path("var"), description=(
        "Folder for the database, mail, uploads and keys. Default: ./var."))
    database_url: str = Field("", repr=False, description=(
        "The database. Default: an SQLite file in the data folder; in production postgresql://… with a login "
        "that owns nothing (docs/production.md): SQLite has no walls between its rows."))
    redis_url: str = Field("", repr=False, description=(
        "The queue. Default: the embedded server, started by serve, worker and run.py."))
    smtp_url: str = Field("", repr=False, description=(
        "The mail relay, smtp://[user:pass@]host:port or smtps://…. "
        "Default: none; messages become .eml files in the data folder."))
    notify_key: str = Field("", repr=False, description=(
        "GOV.UK Notify key. Texts cannot be sent yet: leave it empty; they become files."))
    secret_file: Path = Field(Path(""), description=(
        "File with the signing secret. Default: made in the data folder on first start, mode 0600."))
    public_url: str = Field(f"http://127.0.0.1:{DEFAULT_PORT}", description=(
        "Address of the public pages; links in mail come from here only. Default: http://127.0.0.1:PORT."))
    desk_url: str = Field("", description=(
        "Address of the staff pages. Default: the public address followed by /desk."))
    env: Literal["demo", "production"] = Field("demo", description=(
        "demo or production. Production needs an https address for the desk, and loads no fictional cast. "
        "Default: demo."))
    trusted_proxies: str = Field("", description=(
        "Addresses of the proxies in front, comma separated: only they are believed about who is calling. "
        "Default: none."))
    force_file: Path = Field(FORCE_FILE, description="Settings of a force. Default: content/force.toml.")

    @field_validator("data", "secret_file", "force_file")
    @classmethod
    def _whole_path(cls, path: Path) -> Path:
        return path.expanduser().resolve() if path.parts else path

    @field_validator("public_url", "desk_url")
    @classmethod
    def _without_last_slash(cls, address: str) -> str:
        if address and not address.startswith(("http://", "https://")):
            raise ValueError("begin the address with https://")
        return address.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("use postgresql://user@host/name or sqlite:///path")
        return url

    @model_validator(mode="before")
    @classmethod
    def _fill_what_follows_from_others(cls, given: dict[str, Any]) -> dict[str, Any]:
        data = Path(given.get("data") or "var").expanduser().resolve()
        public = str(given.get("public_url") or f"http://127.0.0.1:{DEFAULT_PORT}").rstrip("/")
        return {"database_url": f"sqlite:///{data / 'outreach.db'}", "secret_file": data / "secret",
                "desk_url": f"{public}/desk", **given}

    @model_validator(mode="after")
    def _refuse_what_cannot_be_kept(self) -> "Settings":
        if self.notify_key:
            raise ValueError("OUTREACH_NOTIFY_KEY: texts cannot be sent yet, leave it empty")
        if self.env == "production" and not self.desk_url.startswith("https://"):
            raise ValueError("OUTREACH_DESK_URL: production needs an address that begins with https://")
        return self

    @property
    def is_production(self) -> bool:
        """Whether real people's data may be here."""
        return self.env == "production"

    @property
    def secret(self) -> bytes:
        """The signing secret, at least 32 bytes, made on first start. Raises BadSetting when too short."""
        self.secret_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = data_folder.kept(self.secret_file, lambda: secrets.token_hex(32)).encode()
        if len(secret) < 32:
            raise BadSetting(f"OUTREACH_SECRET_FILE: {self.secret_file} holds fewer than 32 characters. "
                             "Write a longer random one, or delete the file to have one made.")
        return secret


@cache
def settings() -> Settings:
    """The settings of this process, read once; the data folder is made when missing. Raises BadSetting."""
    try:
        found = Settings()
    except ValidationError as wrong:
        raise BadSetting(_one_line(wrong)) from None
    try:
        data_folder.make(found.data)
    except OSError as refused:
        raise BadSetting(f"OUTREACH_DATA: cannot write to {found.data} ({refused.strerror}). "
                         "Give a folder you may write to.") from None
    return found


signing.use(lambda: settings().secret)      # whoever reads the settings may sign


def listed() -> list[tuple[str, str]]:
    """Every setting's name in the environment and what it does (with its default)."""
    return [(f"OUTREACH_{name.upper()}", field.description or "")
            for name, field in Settings.model_fields.items()]


def _one_line(wrong: ValidationError) -> str:
    """Names and reasons only: a setting may hold a password."""
    return "; ".join(f"{_named(error['loc'])}{error['msg'].removeprefix('Value error, ')}"
                     for error in wrong.errors())


def _named(place: tuple[Any, ...]) -> str:
    return f"OUTREACH_{'_'.join(map(str, place)).upper()}: " if place else ""
