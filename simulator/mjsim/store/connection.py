"""Everything that is written in one round of the event loop shares one commit, and nobody who wrote is answered before it.
Rows that nobody has asked for yet are written together, before anything else is asked or written.

A look-up or an insert costs a few microseconds and a hop to another thread ten times that, so all of it runs in the
thread of the event loop.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mjsim.store.schema import Proof, connect, refuse_unfit, telling

Row = tuple[Any, ...]

_MOST_COMING = 64
"""How many rows of a kind may wait for others to be written with them."""


class Connection:
    """SQLite in a file."""

    def __init__(self, file: Path, when_lost: Callable[[], None]) -> None:
        self._sqlite = connect(file)
        self._waiting: list[asyncio.Future[None]] = []
        self._commit_soon: asyncio.Handle | None = None
        self._coming: dict[str, list[Callable[[], Row]]] = {}
        self._when_lost = when_lost

    def rows(self, question: str, *arguments: object) -> list[Row]:
        """What a question gives."""
        self._settle()
        return self._sqlite.execute(question, arguments).fetchall()

    def named_rows(self, question: str, arguments: Mapping[str, object]) -> list[Row]:
        """What a question with named parameters gives."""
        self._settle()
        return self._sqlite.execute(question, arguments).fetchall()

    def write(self, statement: str, *arguments: object) -> int:
        """Run a statement that changes something; how many rows it changed."""
        return self._change(statement, arguments).rowcount

    def write_soon(self, statement: str, row: Callable[[], Row]) -> None:
        """Run a statement that changes something, with others of its kind and before any statement that cannot wait.

        The row is made when it is written: making many in a row costs half as much as making them one by one. Kinds may
        overtake each other.
        """
        self._begin()
        rows = self._coming.setdefault(statement, [])
        rows.append(row)
        if len(rows) >= _MOST_COMING:
            self._settle()

    def write_now(self, statement: str, *arguments: object) -> None:
        """Run a statement that stands at once; for use while nothing else is going on."""
        self._settle()
        self._sqlite.execute(statement, arguments)

    def write_returning(self, statement: str, *arguments: object) -> list[Row]:
        """Run a statement that changes something and tells what."""
        return self._change(statement, arguments).fetchall()

    @property
    def dirty(self) -> bool:
        """Whether something that was written could still be lost."""
        return self._sqlite.in_transaction

    async def durable(self) -> None:
        """Return when everything written so far survives the end of the process; raise what kept it from that."""
        if self._sqlite.in_transaction:
            waiter = self._loop.create_future()
            self._waiting.append(waiter)
            await waiter

    def copy(self) -> bytes:
        """Everything that has been written, as the bytes of a data file."""
        self._commit()
        with TemporaryDirectory(prefix="mjsim-") as folder:
            file = Path(folder, "copy.db")
            self._sqlite.execute("VACUUM INTO ?", (str(file),))
            return file.read_bytes()

    def replace(self, data: bytes, proof: Proof) -> None:
        """Take the rows of a data file instead of one's own; `ClashingState` where it is none, is of another seed, or fails
        the proof: nothing has changed then.
        """
        self._commit()
        with TemporaryDirectory(prefix="mjsim-") as folder:
            file = Path(folder, "import.db")
            file.write_bytes(data)
            refuse_unfit(file, self.rows("SELECT value FROM fact WHERE name = 'seed'"), proof)
            self._sqlite.execute("ATTACH ? AS imported", (str(file),))
            try:
                self._take_over()
            finally:
                if self._sqlite.in_transaction:
                    self._sqlite.execute("ROLLBACK")
                self._sqlite.execute("DETACH imported")

    def _take_over(self) -> None:
        """Put the rows of the database that is attached in place of one's own."""
        self._sqlite.execute("BEGIN")
        for (table,) in self.rows("SELECT name FROM main.sqlite_master WHERE type = 'table'"):
            self._sqlite.execute(f"DELETE FROM main.{table}")
            self._sqlite.execute(f"INSERT INTO main.{table} SELECT * FROM imported.{table}")
        self._sqlite.execute("COMMIT")

    def close(self) -> None:
        """Commit what is open and let go of the file."""
        if self._commit_soon is not None:
            self._commit_soon.cancel()
        self._commit()
        self._sqlite.close()

    def _begin(self) -> None:
        if not self._sqlite.in_transaction:
            self._sqlite.execute("BEGIN")
            # On Python 3.11 asking for it is a call of the system; all who wait for this commit need it.
            self._loop = asyncio.get_running_loop()
            self._commit_soon = self._loop.call_soon(self._commit)

    def _write_coming(self) -> None:
        """Write the rows that wait."""
        if not self._coming:
            return
        coming, self._coming = self._coming, {}
        for statement, rows in coming.items():
            self._sqlite.executemany(statement, [row() for row in rows])

    def _settle(self) -> None:
        """Write the rows that wait, so that they are there for the statement that follows."""
        try:
            self._write_coming()
        except Exception as error:
            raise self._lose(error) from error

    def _change(self, statement: str, arguments: tuple[object, ...]) -> sqlite3.Cursor:
        self._begin()
        try:
            self._write_coming()
            return self._sqlite.execute(statement, arguments)
        except Exception as error:
            # Half of a turn may be written by now, and nobody can tell whose statements are still to be committed.
            raise self._lose(error) from error

    def _commit(self) -> None:
        """End the shared transaction and tell everybody who waits for it how it ended."""
        try:
            self._write_coming()
            if self._sqlite.in_transaction:
                self._sqlite.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - those who wait are told, whatever it is
            self._lose(error)
        else:
            for waiter in self._waiters():
                waiter.set_result(None)

    def _lose(self, error: Exception) -> Exception:
        """Undo the shared transaction and tell everybody who waits for it why; what they are told."""
        told = telling(error)
        for waiter in self._waiters():
            waiter.set_exception(told)
        # After some errors, such as that of a failing disk, SQLite has rolled back by itself.
        if self._sqlite.in_transaction:
            self._sqlite.execute("ROLLBACK")
        self._when_lost()
        return told

    def _waiters(self) -> list[asyncio.Future[None]]:
        waiting, self._waiting = self._waiting, []
        return [waiter for waiter in waiting if not waiter.done()]
