"""The card index: which earlier entries are filed under the same key, kept small enough for whole lists."""

from array import array
from collections.abc import Iterable

# A key that so many share (a care home's telephone, a force's own number typed in) says nothing of anybody.
BLOCK_LIMIT = 60


class CardIndex:
    """Keys to row positions, in flat arrays: about 40 bytes an entry where a dict of lists takes 200."""

    def __init__(self) -> None:
        self._heads = array("i", [-1]) * (1 << 14)
        self._next = array("i")
        self._keys = array("q")
        self._rows = array("i")

    def find_and_file(self, keys: Iterable[int], row: int) -> set[int]:
        """The rows filed earlier under any of these keys; this row is filed under them too."""
        found: set[int] = set()
        for key in keys:
            sharing = self._sharing(key)
            if len(sharing) < BLOCK_LIMIT:
                found.update(sharing)
                self._file(key, row)
        return found

    def _sharing(self, key: int) -> list[int]:
        following, keys, rows = self._next, self._keys, self._rows
        at = self._heads[_place(key, len(self._heads))]
        sharing = []
        while at >= 0:
            if keys[at] == key:
                sharing.append(rows[at])
            at = following[at]
        return sharing

    def _file(self, key: int, row: int) -> None:
        if len(self._keys) > len(self._heads):
            self._spread()
        place = _place(key, len(self._heads))
        self._next.append(self._heads[place])
        self._heads[place] = len(self._keys)
        self._keys.append(key)
        self._rows.append(row)

    def _spread(self) -> None:
        """Four times the places, so that few keys share one."""
        size = 4 * len(self._heads)
        self._heads = array("i", [-1]) * size
        for at, key in enumerate(self._keys):
            place = _place(key, size)
            self._next[at] = self._heads[place]
            self._heads[place] = at


def _place(key: int, size: int) -> int:
    return (key ^ (key >> 29)) & (size - 1)
