"""The name that was probably meant: a letter or two away, or the same words written in another style."""

from collections.abc import Iterable

_MOST = 2
"""So many letters may be wrong."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is closest; empty where none is close."""
    plain = _plain(name)
    ranked = sorted((distance(plain, _plain(each)), each) for each in known)
    if not ranked:
        return ""
    wrong, best = ranked[0]
    # In a short name two wrong letters make another name.
    return best if wrong <= min(_MOST, max(1, len(plain) // 3)) else ""


def distance(one: str, other: str) -> int:
    """How many letters have to be inserted, dropped, replaced or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
