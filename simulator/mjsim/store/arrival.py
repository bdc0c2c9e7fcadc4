"""A data file that comes from outside is read from end to end before a row of one's own is given up for it."""

import sqlite3
from collections.abc import Sequence

import msgspec

from mjsim.core.error import ClashingState
from mjsim.core.instant import NEVER
from mjsim.store.codec import decode
from mjsim.store.jobrow import row_of
from mjsim.store.outbox import read_all

SHAPE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
"""Asks a data file for its tables, indexes and triggers."""

_LEAST = -(1 << 31)


def refuse_unreadable(arrived: sqlite3.Connection, shape: Sequence[tuple[object, ...]]) -> None:
    """`ClashingState` where the file has another shape than one's own, or a row that could not be read later."""
    if arrived.execute(SHAPE).fetchall() != shape:
        raise ClashingState("The file that is imported has other tables than a data file of mjsim.")
    for kind, table, *_ in shape:
        if kind == "table":
            _refuse_wrong_numbers(arrived, str(table))
    try:
        _read_jobs(arrived)
        read_all(arrived)
        _read_line(arrived)
    except (msgspec.MsgspecError, AttributeError, TypeError, ValueError) as error:
        raise ClashingState(f"The file that is imported has a row that cannot be read: {error}.") from None


def _refuse_wrong_numbers(arrived: sqlite3.Connection, table: str) -> None:
    """SQLite lets text stand where a column says that it holds integers, and instants have an end."""
    for _, column, kind, *_ in arrived.execute(f"PRAGMA table_info({table})").fetchall():
        strange = f"typeof({column}) NOT IN ('integer', 'null') OR {column} NOT BETWEEN {_LEAST} AND {NEVER}"
        if kind == "INTEGER" and arrived.execute(f"SELECT 1 FROM {table} WHERE {strange} LIMIT 1").fetchall():
            raise ClashingState(f"The file that is imported has a {table} whose {column} is no number in range.")


def _read_jobs(arrived: sqlite3.Connection) -> None:
    """What is kept in memory goes by the documents, what is kept in a file by the columns beside them."""
    columns = "name, tenant < 0, id, type, accepted, started, settled, outcome, request, repeat, charge"
    question = f"SELECT {columns}, document FROM job LEFT JOIN tenant ON number = abs(tenant)"
    for *told, document in arrived.execute(question):
        job = decode(document)
        job_id, _, *rest, _ = row_of(job, placed=0)
        if told != [job.tenant, not job.listed, job_id, *rest]:
            raise ValueError(f"job {job.id} is another one than its columns say")


def _read_line(arrived: sqlite3.Connection) -> None:
    for (line,) in arrived.execute("SELECT value FROM fact WHERE name = 'line'"):
        simulated, noted, rate = line.split()
        int(simulated), int(noted), float(rate)
