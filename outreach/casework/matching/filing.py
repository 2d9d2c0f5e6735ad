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
        if len(self._keys) > len(self._heads):
            self._spread()
        heads, following, filed, rows = self._heads, self._next, self._keys, self._rows
        last = len(heads) - 1
        found: set[int] = set()
        for key in keys:  # one flat loop: a list of 100,000 comes through here 750,000 times
            place = (key ^ key >> 29) & last
            at = first = heads[place]
            sharing = []
            while at >= 0:
                if filed[at] == key:
                    sharing.append(rows[at])
                at = following[at]
            if len(sharing) < BLOCK_LIMIT:
                found.update(sharing)
                heads[place] = len(filed)
                following.append(first)
                filed.append(key)
                rows.append(row)
        return found

    def _spread(self) -> None:
        """Four times the places, so that few keys share one."""
        last = 4 * len(self._heads) - 1
        self._heads = array("i", [-1]) * (last + 1)
        for at, key in enumerate(self._keys):
            place = (key ^ key >> 29) & last
            self._next[at] = self._heads[place]
            self._heads[place] = at
