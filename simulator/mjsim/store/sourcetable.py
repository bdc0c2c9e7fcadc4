"""The thumbnails of a data file."""

from mjsim.core.instant import Instant
from mjsim.store import sources
from mjsim.store.connection import Connection


class SqliteSources:
    """Implements `ledger.Sources`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, name: str) -> bytes | None:
        """See `ledger.Sources`."""
        found = self._connection.rows("SELECT data FROM source WHERE name = ?", name)
        return bytes(found[0][0]) if found else None

    def keep(self, name: str, data: bytes, now: Instant) -> None:
        """See `ledger.Sources`."""
        if not self._connection.write("UPDATE source SET used = ? WHERE name = ?", now, name):
            self._connection.write("INSERT INTO source (name, used, data) VALUES (?, ?, ?)", name, now, data)
            newest = "SELECT name FROM source ORDER BY used DESC LIMIT -1 OFFSET ?"
            self._connection.write(f"DELETE FROM source WHERE name IN ({newest})", sources.MOST_SOURCES)

    def use(self, name: str, now: Instant) -> None:
        """See `ledger.Sources`."""
        self._connection.write("UPDATE source SET used = ? WHERE name = ?", now, name)

    def forget_until(self, instant: Instant) -> None:
        """See `ledger.Sources`."""
        self._connection.write("DELETE FROM source WHERE used <= ?", instant)

    def clear(self) -> None:
        """Forget them all."""
        self._connection.write("DELETE FROM source")
