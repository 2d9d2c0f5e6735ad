"""The embedded queue server: found when it runs, started when it does not, gone with its last user."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app import embedded_redis, settings
from app.bench.serving import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def bare_environment(bare_settings: None) -> None:
    """Each test starts from a bare environment and an empty data folder."""


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


def test_a_web_server_told_to_stop_takes_its_queue_server_with_it(tmp_path):
    port = free_port()
    serve = ("from app import embedded_redis, web; from app.settings import settings; "
             f"embedded_redis.use(settings().data); web.serve('both', '127.0.0.1', {port}, 1)")
    server = python(serve)
    until = time.monotonic() + 30
    while not (embedded_redis.answers(tmp_path) and is_served(port)) and time.monotonic() < until:
        time.sleep(0.05)
    server.terminate()
    server.communicate(timeout=20)
    assert server.returncode == 0
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


def python(code: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)


def servers(data: Path) -> list[psutil.Process]:
    """The queue servers that listen in a data folder."""
    return [process for process in psutil.process_iter(["cmdline"])
            if any(str(data) in word for word in process.info["cmdline"] or [])
            and "valkey-server" in process.info["cmdline"][0]]


def is_served(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
