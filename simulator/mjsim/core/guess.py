"""A name that is not known is most often one that is, misspelled."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The one of the known names that is probably meant; None where none is alike enough (0: anything is, 1: the same)."""
    # Only mistakes need it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)
