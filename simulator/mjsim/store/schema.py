"""The tables of a data file. A job's row holds its instants, so that every question about status is a look-up in an index.

`started` is when a job leaves pending, `settled` when it reaches its terminal status; both may lie in the future. Jobs
that the published API does not list have the negative of their tenant's number, so its lists and counts never meet
them. `request` is what equal requests of a tenant have in common, NULL where `repeat` is 0: nearly all are, and an index
of them would cost more than the others together. `charge` is what a job costs that was made through the task API, NULL
for all others; an account's `spent` is what its forgotten jobs cost.

A delivery's row is one piece of news: `due` is when it is to be tried next, `claimed` the Unix time until which somebody
is at it, `resend` when that was asked for meanwhile. Deliveries go with their job, attempts with their delivery.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from mjsim.core.error import ClashingState, InternalError, SettingsError
from mjsim.core.job import RETENTION
from mjsim.core.status import Status
from mjsim.store.tally import OUTCOMES

APPLICATION_ID = 0x6D6A7369
VERSION = 5
PAGES = "PRAGMA page_size = 2048"
"""Has to be said before anything else is."""

TABLES = f"""
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tenant (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE source (name TEXT PRIMARY KEY, used INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX source_used ON source (used);
CREATE TABLE job (
    sequence INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE,
    tenant   INTEGER NOT NULL,
    type     TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    started  INTEGER NOT NULL,
    settled  INTEGER NOT NULL,
    outcome  INTEGER NOT NULL,
    request  BLOB,
    repeat   INTEGER NOT NULL,
    charge   INTEGER,
    document BLOB NOT NULL
);
CREATE INDEX job_order   ON job (tenant, sequence);
CREATE INDEX job_outcome ON job (tenant, outcome, sequence, settled);
CREATE INDEX job_started ON job (tenant, started);
CREATE INDEX job_settled ON job (tenant, settled);
CREATE INDEX job_request ON job (request, repeat) WHERE request IS NOT NULL;
CREATE INDEX job_task    ON job (tenant, accepted) WHERE charge IS NOT NULL;
CREATE INDEX job_charge  ON job (tenant, settled, outcome, charge) WHERE charge > 0;
CREATE TABLE account (tenant TEXT PRIMARY KEY NOT NULL, granted INTEGER, spent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TRIGGER charge_forgotten AFTER DELETE ON job
WHEN old.charge > 0 AND old.outcome = {OUTCOMES.index(Status.COMPLETED)} AND old.settled <= old.accepted + {RETENTION}
BEGIN
    INSERT INTO account (tenant, spent) SELECT name, old.charge FROM tenant WHERE number = abs(old.tenant)
    ON CONFLICT (tenant) DO UPDATE SET spent = spent + excluded.spent;
END;
CREATE TABLE delivery (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    tenant   TEXT NOT NULL,
    job      BLOB NOT NULL,
    status   TEXT NOT NULL,
    url      TEXT NOT NULL,
    host     TEXT NOT NULL,
    instant  INTEGER NOT NULL,
    due      INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    standing TEXT NOT NULL,
    claimed  REAL NOT NULL DEFAULT 0,
    resend   INTEGER
);
CREATE INDEX delivery_due    ON delivery (due, number, host, claimed) WHERE due IS NOT NULL;
CREATE INDEX delivery_job    ON delivery (job);
CREATE INDEX delivery_tenant ON delivery (tenant);
CREATE TABLE attempt (
    delivery INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (delivery, place)
) WITHOUT ROWID;
CREATE TABLE disabled (tenant TEXT NOT NULL, url TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (tenant, url));
CREATE TRIGGER job_forgotten AFTER DELETE ON job BEGIN
    DELETE FROM delivery WHERE job = old.id;
END;
CREATE TRIGGER delivery_forgotten AFTER DELETE ON delivery BEGIN
    DELETE FROM attempt WHERE delivery = old.number;
END;
"""


def make_tables(connection: sqlite3.Connection) -> None:
    """Make a new database a data file without rows."""
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
    connection.executescript(f"BEGIN; {TABLES} {marks} COMMIT;")


def connect(file: Path) -> sqlite3.Connection:
    """Open the data file, made where there is none; `SettingsError` says why it cannot be."""
    try:
        connection = sqlite3.connect(file, isolation_level=None, timeout=0, cached_statements=256)
    except sqlite3.Error as error:
        reason = "it is a folder." if file.is_dir() else f"{error}; its folder has to exist and be writable."
        raise SettingsError(f"data file {file}: {reason}") from error
    try:
        new = _is_new(connection)  # before anything is written: a file of another program stays as it is
        _claim(connection)
        if new:
            make_tables(connection)
    except sqlite3.Error as error:
        connection.close()
        raise SettingsError(f"data file {file}: {_explain(error)}") from error
    except SettingsError as error:
        connection.close()
        raise SettingsError(f"data file {file}: {error}") from error
    return connection


def _claim(connection: sqlite3.Connection) -> None:
    """Take the file for this process alone: an exclusive lock is held from the first write on."""
    # Ids are spread over their whole index, so each job dirties pages of its own: small ones, which are copied into the
    # file together once there are 16 MB of them, halve what keeping a job costs.
    connection.execute(PAGES)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 8192")
    # Commits reach the operating system at once, so a killed process loses nothing; only a power cut might.
    connection.execute("PRAGMA synchronous = NORMAL")
    # A statement that may have to be undone keeps what it changes; after a large one that would be a file, for good.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")


def _is_new(connection: sqlite3.Connection) -> bool:
    """Whether the tables are still to be made; `SettingsError` where the tables are those of somebody else."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        return True
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise SettingsError("it is a database of another program; name another file.")
    if version != VERSION:
        raise SettingsError(f"it has format {version}, this program reads format {VERSION}; name another file.")
    return False


Proof = Callable[[sqlite3.Connection], None]
"""Raises `ClashingState` where something is wrong with what a file holds."""


def refuse_unfit(file: Path, seed: list[tuple[str]], proof: Proof) -> None:
    """`ClashingState` where the file cannot be imported: it is no data file of this format and seed, is damaged, or fails
    the proof.
    """
    connection = sqlite3.connect(file)
    try:
        if _is_new(connection):
            raise ClashingState("The file that is imported is empty.")
        # An index that does not agree with its table would damage the rows of whoever takes them over.
        if (
            _size(connection) != file.stat().st_size
            or connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok"
        ):
            raise ClashingState("The file that is imported is damaged.")
        proof(connection)
        of_file = connection.execute("SELECT value FROM fact WHERE name = 'seed'").fetchall()
    except SettingsError as error:
        raise ClashingState(f"The file cannot be imported: {str(error).partition(';')[0]}.") from error
    except sqlite3.Error as error:
        raise ClashingState(f"The file that is imported is no data file of mjsim ({error}).") from error
    finally:
        connection.close()
    if of_file != seed:
        there = of_file[0][0] if of_file else "none"
        raise ClashingState(f"The file was made with seed {there}; start with --seed {there} to import it.")


def _size(connection: sqlite3.Connection) -> int:
    """How many bytes the database says that it has; one that was cut off has fewer."""
    (pages,), (page,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages * page)


def telling(error: Exception) -> Exception:
    """What those who wrote are told of an error: a disk that is full or fails is no riddle to be traced."""
    if isinstance(error, sqlite3.OperationalError):
        return InternalError(f"The data file cannot be written: {error}.")
    return error


def _explain(error: sqlite3.Error) -> str:
    match error.sqlite_errorname.split("_")[1] if hasattr(error, "sqlite_errorname") else "":
        case "BUSY" | "LOCKED":
            return "another process is using it; stop that one, or name another file."
        case "NOTADB":
            return "it is no data file of mjsim; name another file."
        case "CORRUPT":
            return "it is damaged, for a part is missing or overwritten; name another file, or a copy of before."
        case "READONLY" | "CANTOPEN" | "PERM":
            return "it cannot be written; check the file's and the folder's permissions."
        case _:
            return f"{error}."
