"""The command `outreach`: everything that is done from a terminal. Each command loads only what it needs."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from app.settings import settings

app = typer.Typer(help="Outreach: keeps the victims of fraud safe and warns everybody else.",
                  no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
account = typer.Typer(help="The people who may sign in.", no_args_is_help=True)
imports = typer.Typer(help="Lists brought in from elsewhere.", no_args_is_help=True)
matching = typer.Typer(help="Who is the same person as whom.", no_args_is_help=True)
outbox = typer.Typer(help="What the system has promised to do.", no_args_is_help=True)
app.add_typer(account, name="account")
app.add_typer(imports, name="import")
app.add_typer(matching, name="matching")
app.add_typer(outbox, name="outbox")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class Stop(Exception):
    """The command cannot go on; its text is the one line for stderr."""


def main() -> int:
    """Run one command; a failure is one clear line on stderr and an exit status that is not zero."""
    try:
        app(standalone_mode=False)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 130
    except Exception as trouble:
        return _failed(trouble)
    return 0


def _failed(trouble: Exception) -> int:
    from click import ClickException
    if isinstance(trouble, ClickException):
        print(f"{trouble.format_message()} (outreach --help shows the commands)", file=sys.stderr)
        return 2
    if os.environ.get("OUTREACH_TRACEBACK"):
        raise trouble
    ours = type(trouble).__module__.startswith(("app.", "outreach."))
    known = ours or isinstance(trouble, OSError | ValueError)
    print(str(trouble) if known else f"{type(trouble).__name__}: {trouble}".splitlines()[0], file=sys.stderr)
    return 1


@contextmanager
def _database() -> Iterator[Any]:
    from outreach.foundation.db import Database
    database = Database(settings().database_url)
    try:
        yield database
    finally:
        database.close()


def _say(words: str, facts: dict[str, Any], as_json: bool) -> None:
    print(json.dumps(facts) if as_json else words)


@app.command()
def serve(face: Annotated[str, typer.Option(help="desk, public or both.")] = "both",
          host: Annotated[str, typer.Option(help="Which network address listens.")] = "127.0.0.1",
          port: Annotated[int, typer.Option(help="Which port listens.")] = 8000,
          workers: Annotated[int, typer.Option(help="How many processes.")] = 1) -> None:
    """Serve the pages."""
    os.environ.setdefault("OUTREACH_PUBLIC_URL", f"http://127.0.0.1:{port}")
    from app import web
    web.serve(face, host, port, workers)


@app.command()
def worker(processes: Annotated[int, typer.Option(help="How many processes.")] = 1,
           once: Annotated[bool, typer.Option("--once", help="Do what is due, then stop.")] = False) -> None:
    """Keep the promises: queue follow-ups, send the day's list, run imports."""
    from app import worker as keeper
    if once:
        with _database() as database:
            done = keeper.run_once(database)
        print(f"{done} promises kept.")
        return
    keeper.run(processes)


@app.command()
def demo(victims: Annotated[int, typer.Option(help="How many victims besides the cast.")] = 0,
         seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1) -> None:
    """Load the fictional cast into an empty database."""
    from app import data_folder
    from outreach import demo as cast
    if settings().is_production:
        raise Stop("OUTREACH_ENV is production: the fictional cast stays out of it.")
    uploads = settings().data / "uploads"
    with _database() as database:
        loaded = cast.load(database, password=data_folder.demo_password(settings().data), uploads=uploads)
        if victims:
            loaded += _more_victims(database, victims, seed, uploads)
    print(f"{loaded} victims loaded." if loaded else "Somebody is in the database already: nothing loaded.")


def _more_victims(database: Any, how_many: int, seed: int, uploads: Path) -> int:
    """A made-up list of any size, brought in as any list is."""
    import tempfile

    from app.bench import victim_lists
    from outreach.casework import imports as lists
    from outreach.foundation.permissions import COMMAND_LINE
    with tempfile.TemporaryDirectory() as folder:
        file, _truth = victim_lists.write(Path(folder), how_many, seed=seed)
        found = lists.import_file(database, COMMAND_LINE, file, "Made-up list", uploads=uploads)
    return int(found["new"])


@app.command()
def migrate() -> None:
    """Bring the database to the newest shape."""
    from outreach import migrations
    from outreach.foundation.db import Database
    address = os.environ.get("OUTREACH_MIGRATION_DATABASE_URL") or settings().database_url
    database = Database(address)
    migrations.upgrade(database)
    database.close()


@account.command("add")
def add_account(email: str, name: Annotated[str, typer.Option(help="Their name.")],
                role: Annotated[str, typer.Option(help="officer, ambassador, volunteer, communicator, "
                                                       "supervisor or administrator.")],
                from_stdin: Annotated[bool, typer.Option("--password-stdin", help="From stdin.")] = False,
                ) -> None:
    """Give somebody an account."""
    from outreach.foundation import accounts, passwords
    from outreach.foundation.permissions import COMMAND_LINE, Role
    if role not in [known for known in Role if known not in (Role.SYSTEM, Role.LAPSED)]:
        raise Stop(f"There is no role {role}. Use one of: officer, ambassador, volunteer, communicator, "
                   "supervisor, administrator.")
    password = sys.stdin.readline().rstrip("\n") if from_stdin else typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True)
    with _database() as database, database.transaction() as session:
        try:
            accounts.open_account(session, COMMAND_LINE, email=email, name=name, role=Role(role),
                                  password=password)
        except (accounts.AccountExists, passwords.TooWeak) as refused:
            raise Stop(f"{refused}.") from None
    print(f"{name} may sign in as {email}.")


@imports.command("victims")
def import_victims(file: Path, source: Annotated[str, typer.Option(help="Where the list comes from.")],
                   dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
                   mapping: Annotated[Path | None, typer.Option(help="JSON: field → column.")] = None,
                   as_json: AsJson = False) -> None:
    """Import a victim list (CSV or XLSX). Clean rows are committed; the others wait on the import's page."""
    from app import terminal
    from outreach.casework import imports as lists
    from outreach.foundation.permissions import COMMAND_LINE
    columns = json.loads(mapping.read_text(encoding="utf-8")) if mapping else None
    with _database() as database, terminal.progress(file.name, quiet=as_json) as tell:
        found = lists.import_file(database, COMMAND_LINE, file, source, mapping=columns, dry_run=dry_run,
                                  uploads=settings().data / "uploads", progress=tell)
    _say(f"Import {found['import_id']}: {found['rows']} rows, {found['new']} new, "
         f"{found['updated']} updated, {found['to_review']} to review, "
         f"{found['errors']} with errors, {found['seconds']:.1f} s.",
         found, as_json)


@imports.command("undo")
def undo_import(import_id: int, as_json: AsJson = False) -> None:
    """Undo a whole import: everything is as it was before."""
    from outreach.casework import imports as lists
    from outreach.foundation.permissions import COMMAND_LINE
    with _database() as database:
        found = lists.undo(database, COMMAND_LINE, import_id)
    _say(f"Import {import_id} undone.", found, as_json)


@matching.command("report")
def report_matching(file: Path, as_json: AsJson = False) -> None:
    """Which rows of a list are one person, and which a person should decide; no database needed."""
    from outreach.casework import imports as lists
    found = lists.matching_report(file)
    _say(f"{len(found['join'])} pairs to join, {len(found['ask'])} to ask about.", found, as_json)


@outbox.command("status")
def status_of_outbox(as_json: AsJson = False) -> None:
    """What waits, what failed, and how old the oldest is."""
    from outreach.foundation import outbox as ledger
    with _database() as database:
        found = ledger.status(database)
    _say("\n".join(f"{name}: {value}" for name, value in found.items()), found, as_json)


@app.command("settings")
def list_settings() -> None:
    """Every setting, its default, and what it does."""
    from app.settings import listed
    for name, words in listed():
        print(f"{name}\n    {words}")


@app.command()
def bench(name: Annotated[str, typer.Argument(help="pages, search, import, queue, start, "
                                                         "letters, calls, visit-logs or all.")],
          as_json: AsJson = False,
          size: Annotated[str, typer.Option(help="10k, 100k or 1m.")] = "10k",
          database: Annotated[str | None, typer.Option(help="Where; else a throwaway one.")] = None) -> None:
    """Measure, each figure beside its ceiling and its peer in the same run."""
    from app import bench as measuring
    found = measuring.run(name, size, database)
    print(json.dumps(found, indent=None if as_json else 2))
