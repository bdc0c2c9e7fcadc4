"""Where everything is kept is decided here; SQLite is loaded where there is a file, or one is taken along."""

from collections.abc import Callable
from pathlib import Path

from mjsim.core.instant import Instant
from mjsim.store.embedded import EmbeddedStore


def open_store(file: Path | None, wall: Callable[[], Instant]) -> EmbeddedStore:
    """The store in this file, or (None) in memory, where it ends with the process; `SettingsError` says why a file is unfit.

    `wall` is the machine's own clock, by which the next process knows how far time has gone on.
    """
    if file is None:
        from mjsim.store.memory import MemoryLedger

        return EmbeddedStore(MemoryLedger(), wall)
    from mjsim.store.sqlite import SqliteStore

    return SqliteStore(file, wall)
