"""Those on record who might be the people of a victim list: looked up a few hundred rows at a time."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.rows import person_with
from outreach.casework.matching import BLOCK_LIMIT, Person

_COLUMNS = ("id", "title", "first_name", "last_name", "gender", "born_on", "email", "postcode",
            "address_line_1", "address_line_2", "town", "merged_into_id")


class Known:
    """The records that share a blocking key with a row. A key that a crowd shares is left out."""

    def __init__(self, condition: str = "", **bound: Any) -> None:
        self._condition, self._bound = condition, bound
        self._says_nothing: set[int] = set()

    def beside(self, session: Session, keyed: Sequence[Iterable[int]]) -> list[list[Person]]:
        """For each row's keys the people on record who share one of them; `ref` is the victim's id."""
        bulk = Bulk(session)
        wanted = {key for keys in keyed for key in keys} - self._says_nothing
        sharing: dict[int, list[int]] = {}
        for key, victim_id in bulk.select("key, victim_id", "match_key", "key", sorted(wanted),
                                          self._condition, **self._bound):
            sharing.setdefault(key, []).append(victim_id)
        self._leave_out_crowds(sharing)
        people = on_record(bulk, {victim for victims in sharing.values() for victim in victims})
        return [self._of_row(keys, sharing, people) for keys in keyed] if people else [[]] * len(keyed)

    def _leave_out_crowds(self, sharing: dict[int, list[int]]) -> None:
        crowds = [key for key, victims in sharing.items() if len(victims) >= BLOCK_LIMIT]
        self._says_nothing.update(crowds)
        for key in crowds:
            del sharing[key]

    def _of_row(self, keys: Iterable[int], sharing: dict[int, list[int]],
                people: dict[int, Person]) -> list[Person]:
        found = {victim for key in keys if key in sharing for victim in sharing[key]}
        return [people[victim] for victim in found if victim in people]


def on_record(bulk: Bulk, ids: Iterable[int]) -> dict[int, Person]:
    """Victims by id, ready to be compared; one who was merged away stands for the record that lives on."""
    wanted = sorted(ids)
    phones: dict[int, list[str]] = {}
    for victim_id, number in bulk.select("victim_id, number", "victim_phone", "victim_id", wanted):
        phones.setdefault(victim_id, []).append(number)
    found = bulk.select(", ".join(_COLUMNS), "victim", "id", wanted)
    return {victim.id: person_with(victim.merged_into_id or victim.id, victim._mapping,
                                   phones.get(victim.id, ())) for victim in found}
