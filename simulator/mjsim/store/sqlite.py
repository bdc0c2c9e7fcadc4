"""The store in a file: SQLite. What a turn has changed survives the end of the process when the turn is over."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from mjsim.core.error import SettingsError
from mjsim.core.instant import BEGINNING, Instant
from mjsim.store.embedded import EmbeddedStore
from mjsim.store.table import SqliteLedger


class SqliteStore(EmbeddedStore):
    """Keeps everything in one file; `SettingsError` says why it is unfit."""

    def __init__(self, file: Path, wall: Callable[[], Instant] = lambda: BEGINNING) -> None:
        try:
            ledger = SqliteLedger(file)
        except sqlite3.DatabaseError as error:
            raise SettingsError(f"data file {file}: it is damaged ({error}); name another file.") from error
        super().__init__(ledger, wall)
