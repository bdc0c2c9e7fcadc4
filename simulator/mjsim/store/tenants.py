"""A tenant with jobs has a number that stands for it in their rows, and its negative where a job is not listed."""

from collections.abc import Iterator

from mjsim.store.connection import Connection


class Tenants:
    """The rows of tenants, which are all at hand."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = dict(connection.rows("SELECT name, number FROM tenant"))

    def known(self, tenant: str) -> int:
        """The tenant's number; 0, which stands for none, where it has no jobs."""
        return self._numbers.get(tenant, 0)

    def number(self, tenant: str) -> int:
        """The tenant's number, from now on if there was none."""
        if (number := self._numbers.get(tenant)) is None:
            self._connection.write("INSERT INTO tenant (name) VALUES (?)", tenant)
            number = self._numbers[tenant] = self._connection.rows("SELECT last_insert_rowid()")[0][0]
        return number

    def places(self) -> Iterator[int]:
        """What may stand for a tenant in the rows of its jobs."""
        for number in self._numbers.values():
            yield from (number, -number)

    def forget(self, number: int) -> None:
        """The tenant has no jobs any more."""
        forget = "DELETE FROM tenant WHERE number = ? RETURNING name"
        for (name,) in self._connection.write_returning(forget, number):
            del self._numbers[name]
