"""Settings and the data folder: what the people who run Outreach may set, and what stays private."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app import data_folder, settings

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = {"DATA", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "NOTIFY_KEY", "SECRET_FILE", "PUBLIC_URL",
            "DESK_URL", "ENV", "FORCE_FILE", "TRUSTED_PROXIES"}


@pytest.fixture(autouse=True)
def bare_environment(bare_settings: None) -> None:
    """Each test starts from a bare environment and an empty data folder."""


# The data folder

def test_the_demo_password_is_private_and_stays_for_one_folder_only(tmp_path):
    first = data_folder.demo_password(tmp_path)
    assert data_folder.demo_password(tmp_path) == first
    assert stat.S_IMODE((tmp_path / data_folder.SIGN_IN_NOTE).stat().st_mode) == 0o600
    (tmp_path / "other").mkdir()
    assert data_folder.demo_password(tmp_path / "other") != first


def test_processes_that_start_together_share_one_secret(tmp_path):
    ask = "from app.settings import settings; print(settings().secret.decode())"
    asking = [python(ask) for _ in range(4)]
    secrets = {process.communicate()[0].strip() for process in asking}
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".secret*"))


def test_one_folder_is_held_by_one_supervisor_until_it_dies(tmp_path):
    holder = python("import time; from pathlib import Path; from app import data_folder; "
                    f"held = data_folder.hold(Path({str(tmp_path)!r})); "
                    "print('held', flush=True); time.sleep(60)")
    assert holder.stdout and holder.stdout.readline() == "held\n"
    with pytest.raises(data_folder.InUse, match=rf"already running .*process {holder.pid}.*--data"):
        data_folder.hold(tmp_path)
    holder.kill()
    holder.communicate()
    data_folder.hold(tmp_path).close()


# Settings

def test_every_setting_of_the_contract_is_listed_and_explained():
    listed = dict(settings.listed())
    assert set(listed) == {f"OUTREACH_{name}" for name in CONTRACT}
    assert all(len(words) > 20 for words in listed.values())


def test_what_is_not_set_follows_from_the_data_folder_and_the_public_address(monkeypatch, tmp_path):
    monkeypatch.setenv("OUTREACH_PUBLIC_URL", "https://outreach.example.org/")
    found = settings.settings()
    assert found.database_url == f"sqlite:///{tmp_path}/outreach.db"
    assert (found.public_url, found.desk_url) == ("https://outreach.example.org",
                                                  "https://outreach.example.org/desk")


@pytest.mark.parametrize(("name", "value", "says"), [
    ("DATABASE_URL", "mysql://app:hunter2@db/x", "OUTREACH_DATABASE_URL: use postgresql://"),
    ("PUBLIC_URL", "outreach.example.org", "OUTREACH_PUBLIC_URL: begin the address with https://"),
    ("ENV", "staging", "OUTREACH_ENV: .*'demo' or 'production'")])
def test_a_setting_that_cannot_be_read_is_named_without_its_value(monkeypatch, name, value, says):
    monkeypatch.setenv(f"OUTREACH_{name}", value)
    with pytest.raises(settings.BadSetting, match=says) as refused:
        settings.settings()
    assert "hunter2" not in str(refused.value)


def test_passwords_in_settings_are_not_shown(monkeypatch):
    monkeypatch.setenv("OUTREACH_SMTP_URL", "smtp://app:hunter2@mail.example.org:587")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", "postgresql://app:hunter2@db/outreach")
    assert "hunter2" not in repr(settings.settings())


def python(code: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)
