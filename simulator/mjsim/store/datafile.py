"""A store in memory as a data file, and back: what is kept in the one kind of store goes on in the other."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from mjsim.core.job import Job
from mjsim.store.arrival import SHAPE, refuse_unreadable
from mjsim.store.codec import decode
from mjsim.store.jobrow import INSERT, row_of
from mjsim.store.mailroom import Mail
from mjsim.store.schema import PAGES, make_tables, refuse_unfit


class Contents(NamedTuple):
    """What a data file holds: `sources` and `accounts` as their rows, and jobs in order of acceptance."""

    facts: Mapping[str, str]
    sources: Sequence[tuple[str, int, bytes]]
    accounts: Sequence[tuple[str, int | None, int]]
    jobs: Iterable[Job]
    mail: Mail


def written(contents: Contents) -> bytes:
    """The bytes of a data file that holds this."""
    with TemporaryDirectory(prefix="mjsim-") as folder:
        file = Path(folder, "copy.db")
        connection = sqlite3.connect(file, isolation_level=None)
        try:
            # Nobody reads the file before it is complete.
            connection.execute(PAGES)
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            make_tables(connection)
            connection.execute("BEGIN")
            _write(connection, contents)
            connection.execute("COMMIT")
        finally:
            connection.close()
        return file.read_bytes()


def read(data: bytes, seed: str | None) -> Contents:
    """What a data file holds; `ClashingState` where it is none, is of another seed, or cannot be read to its end."""
    with TemporaryDirectory(prefix="mjsim-") as folder:
        file = Path(folder, "import.db")
        file.write_bytes(data)
        refuse_unfit(file, [] if seed is None else [(seed,)], lambda arrived: refuse_unreadable(arrived, _shape()))
        connection = sqlite3.connect(file)
        try:
            return _read(connection)
        finally:
            connection.close()


def _write(connection: sqlite3.Connection, contents: Contents) -> None:
    numbers = count(1)
    tenants: dict[str, int] = {}

    def placed(job: Job) -> int:
        if job.tenant not in tenants:
            tenants[job.tenant] = next(numbers)
        return tenants[job.tenant] if job.listed else -tenants[job.tenant]

    connection.executemany(INSERT, (row_of(job, placed(job)) for job in contents.jobs))
    tables = {
        "tenant": [(number, name) for name, number in tenants.items()],
        "fact": list(contents.facts.items()),
        "source": contents.sources,
        "account": contents.accounts,
        **contents.mail._asdict(),
    }
    for table, rows in tables.items():
        for row in rows:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def _read(connection: sqlite3.Connection) -> Contents:
    facts = dict(connection.execute("SELECT name, value FROM fact"))
    jobs = [decode(document) for (document,) in connection.execute("SELECT document FROM job ORDER BY sequence")]
    sources, accounts, *mail = (
        connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("source", "account", *Mail._fields)
    )
    return Contents(facts, sources, accounts, jobs, Mail(*mail))


def _shape() -> Sequence[tuple[object, ...]]:
    """The tables, indexes and triggers of a data file."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        make_tables(connection)
        return connection.execute(SHAPE).fetchall()
    finally:
        connection.close()
