"""Says which column of a list is which, and remembers it for the next list from the same source."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.imports import columns, steps
from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.record import SourceMapping, State, VictimImport
from outreach.casework.imports.steps import require
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May


class WrongColumns(Exception):
    """The columns will not do; `sentences` say why, each with what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(sentences[0])
        self.sentences = sentences


@operation("import.columns_mapped", needs=May.IMPORT)
def map_columns(session: Session, actor: Actor, found: VictimImport, mapping: Mapping[str, str]) -> None:
    """Say which column is which (field → column) and order the dry run. Raises `WrongColumns`, `NotNow`.

    A list that was checked already, and nothing of which is committed, is checked anew.
    """
    set_columns(session, found, mapping)
    Bulk(session).delete("import_row", "import_id", [found.id])
    steps.order(session, actor, found, State.CHECKING, "check", found.total)


def set_columns(session: Session, found: VictimImport, mapping: Mapping[str, str]) -> None:
    """Put the mapping on the import and remember it for its source. Raises as `map_columns` does."""
    require(found, State.UPLOADED, State.CHECKED,
            words="The columns of this list cannot be changed now: it is being worked on, or is committed")
    if wrong := columns.check_mapping(mapping, found.columns):
        raise WrongColumns(wrong)
    found.mapping, found.counts = dict(mapping), {}
    _remember(session, found)


def _remember(session: Session, found: VictimImport) -> None:
    signature = columns.signature(found.columns)
    kept = session.scalars(select(SourceMapping).where(
        SourceMapping.source == found.source, SourceMapping.signature == signature)).one_or_none()
    if kept is None:
        session.add(SourceMapping(source=found.source, signature=signature, mapping=found.mapping))
    else:
        kept.mapping = found.mapping
