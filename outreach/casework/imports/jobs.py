"""What the worker does for a list: checks it, commits it, takes it back."""

from outreach.casework.imports.checking import check
from outreach.casework.imports.committing import run_commit
from outreach.casework.imports.steps import uploads_folder
from outreach.casework.imports.undoing import run_undo
from outreach.foundation import outbox
from outreach.foundation.db import Database
from outreach.foundation.outbox import OutboxMessage, Words


@outbox.runs("import.check", words=Words("Will check this victim list", "Checked this victim list",
                                         "Could not check this victim list"))
def check_list(database: Database, message: OutboxMessage) -> None:
    """The dry run."""
    check(database, message.payload["import_id"], uploads_folder())


@outbox.runs("import.commit", words=Words("Will commit this victim list", "Committed this victim list",
                                          "Could not commit this victim list"))
def commit_list(database: Database, message: OutboxMessage) -> None:
    """The commit, and the redo."""
    run_commit(database, message.payload["import_id"])


@outbox.runs("import.undo", words=Words("Will undo this victim list", "Undid this victim list",
                                        "Could not undo this victim list"))
def undo_list(database: Database, message: OutboxMessage) -> None:
    """The undo."""
    run_undo(database, message.payload["import_id"])
