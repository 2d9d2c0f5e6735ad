"""Starting and stopping: what a person meets who types the README's first command."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from app import data_folder, demo_database, embedded_redis, settings, supervisor

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = {"DATA", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "NOTIFY_KEY", "SECRET_FILE", "PUBLIC_URL",
            "DESK_URL", "ENV", "FORCE_FILE"}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Each test starts from a bare environment and an empty data folder."""
    for name in [name for name in os.environ if name.startswith("OUTREACH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OUTREACH_DATA", str(tmp_path))
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


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


# The quick look at the database

def test_the_quick_look_knows_the_same_newest_migration_as_alembic():
    config = Config(toml_file=ROOT / "pyproject.toml")
    assert demo_database.heads() == set(ScriptDirectory.from_config(config).get_heads())


def test_a_missing_or_broken_database_is_one_that_needs_migrating(tmp_path):
    assert demo_database.state({}, tmp_path) == demo_database.State(at_head=False, has_people=False)
    (tmp_path / "outreach.db").write_text("not a database at all, by any means")
    assert not demo_database.state({}, tmp_path).at_head


def test_a_migrated_database_with_nobody_in_it_is_at_head_and_empty(sqlite_ground, tmp_path):
    url = {"OUTREACH_DATABASE_URL": f"sqlite:///{sqlite_ground.template}"}
    assert demo_database.state(url, tmp_path) == demo_database.State(at_head=True, has_people=False)


# The embedded queue server

def test_the_queue_server_is_started_once_and_ends_with_its_last_user(tmp_path):
    use = (f"import sys; from pathlib import Path; from app import embedded_redis; "
           f"print(embedded_redis.use(Path({str(tmp_path)!r})), flush=True); sys.stdin.read()")
    users = [python(use) for _ in range(3)]
    addresses = {user.stdout.readline() for user in users if user.stdout}
    assert addresses == {f"{embedded_redis.address(tmp_path)}\n"}
    assert len(servers(tmp_path)) == 1
    for user in users[:2]:
        user.communicate()
    assert embedded_redis.answers(tmp_path)
    users[2].communicate()
    assert not embedded_redis.answers(tmp_path)


def test_what_the_queue_held_when_it_was_killed_is_there_again(tmp_path):
    import redis
    server = embedded_redis.start(tmp_path)
    redis.Redis.from_url(embedded_redis.address(tmp_path)).rpush("calls", *range(500))
    server.kill()
    server.wait()
    again = embedded_redis.start(tmp_path)
    assert redis.Redis.from_url(embedded_redis.address(tmp_path)).llen("calls") == 500
    embedded_redis.stop(tmp_path)
    assert again.wait(timeout=5) == 0


def test_a_data_folder_with_a_very_long_path_still_gets_a_queue(tmp_path):
    far = tmp_path / ("deep" * 20) / ("deeper" * 10)
    server = embedded_redis.start(far)
    assert len(embedded_redis.address(far)) < 110
    embedded_redis.stop(far)
    assert server.wait(timeout=5) == 0


def test_a_named_queue_is_used_and_none_is_started(monkeypatch, tmp_path):
    monkeypatch.setenv("OUTREACH_REDIS_URL", "redis://queue.example.org:6379/0")
    assert embedded_redis.redis_url(settings.settings()) == "redis://queue.example.org:6379/0"
    assert not servers(tmp_path)


def test_where_no_queue_server_can_be_found_one_line_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(embedded_redis.NoServer, match="Set OUTREACH_REDIS_URL, or install valkey-server"):
        embedded_redis.start(tmp_path)


# The supervisor

def test_what_keeps_falling_is_started_again_with_growing_pauses(capsys):
    starts = []

    def start() -> "subprocess.Popen[bytes]":
        starts.append(None)
        return subprocess.Popen(["sh", "-c", "exit 3"], start_new_session=True)

    process, now = supervisor.Kept("worker", start), 100.0
    for _ in range(4):
        process.look(now)
        wait_until(lambda: not process.is_up)
        process.look(now)
    assert len(starts) == 2  # the first fall costs no pause, the second half a second
    process.look(now + 0.6)
    assert len(starts) == 3
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["The worker ended (3); starting it again.",
                        "The worker ended (3); starting it again in 0.5 s."]


def test_a_port_in_use_is_said_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = subprocess.run([sys.executable, "-m", "app.supervisor", "--port", str(port)], cwd=ROOT,
                                 capture_output=True, text=True)
    assert refused.returncode == 1
    assert refused.stderr == (f"Port {port} cannot be used (Address already in use). "
                              "Give another with --port, like --port 8100.\n")


def test_outreach_starts_mends_itself_and_stops_everything(tmp_path):
    with running(tmp_path) as (outreach, said):
        assert re.search(r"Outreach is ready .*/desk", said)
        assert data_folder.demo_password(tmp_path) in said
        for part in ("worker", "valkey-server", "serve"):
            before = one(outreach, part)
            before.kill()
            wait_until(lambda part=part, before=before: one(outreach, part, but=before) is not None)
        started = outreach.children(recursive=True)
        outreach.send_signal(signal.SIGINT)
        assert outreach.wait(timeout=40) == 0
    _, alive = psutil.wait_procs(started, timeout=5)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_a_supervisor_killed_outright_leaves_nothing_running(tmp_path):
    with running(tmp_path) as (outreach, _said):
        started = outreach.children(recursive=True)
        outreach.kill()
        wait_until(lambda: not [process for process in started if process.is_running()
                                and process.status() != psutil.STATUS_ZOMBIE], within=40)


def test_a_second_start_is_quick(tmp_path):
    with running(tmp_path) as (outreach, _said):
        outreach.send_signal(signal.SIGTERM)
        outreach.wait(timeout=40)
    with running(tmp_path) as (_outreach, said):
        ready = re.search(r"ready \(([\d.]+) s\)", said)
        assert ready
        assert float(ready[1]) <= 6  # alone on the machine 2 s is the promise; here other tests run beside it


# What is installed

def test_every_locked_package_has_a_hash_and_no_lock_names_a_registry():
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text()
        assert not re.search(r"://|--(extra-)?index-url|--find-links", text), lock.name
        packages = re.split(r"\n(?=[a-z])", text.strip())
        assert all("--hash=sha256:" in package for package in packages), lock.name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_run_py_refuses_words_it_does_not_know_and_explains_itself():
    odd = run_py("setup", "--prot", "1")
    assert odd.returncode == 2
    assert "not known: --prot 1" in odd.stderr
    told = run_py("--help")
    assert "--port" in told.stdout
    assert "--data" in told.stdout


def python(code: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)


def run_py(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "run.py", *words], cwd=ROOT, capture_output=True, text=True)


def servers(data: Path) -> list[psutil.Process]:
    """The queue servers that listen in a data folder."""
    return [process for process in psutil.process_iter(["cmdline"])
            if any(str(data) in word for word in process.info["cmdline"] or [])
            and "valkey-server" in process.info["cmdline"][0]]


@contextmanager
def running(data: Path) -> Iterator[tuple[psutil.Popen, str]]:
    """Outreach started as run.py does, once it says that it is ready: its process and what it said."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["-m", "app.supervisor", "--port", str(port), "--data", str(data)]
    outreach = psutil.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    said = ""
    try:
        while "Ctrl-C" not in said:
            line = outreach.stdout.readline()
            assert line, said
            said += line
        yield outreach, said
    finally:
        if outreach.is_running():
            outreach.terminate()
            outreach.wait(timeout=40)
        outreach.stdout.close()


def one(outreach: psutil.Process, part: str, but: psutil.Process | None = None) -> psutil.Process | None:
    """The child that runs one part, other than a former one."""
    for child in outreach.children():
        try:
            words = child.cmdline()
        except psutil.NoSuchProcess:
            continue
        if child != but and any(word == part or word.split()[0].endswith(part) for word in words if word):
            return child
    return None


def wait_until(true: Callable[[], object], within: float = 15.0) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
