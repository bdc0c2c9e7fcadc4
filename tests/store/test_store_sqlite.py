"""The embedded store: durable when it says so, alone with its file, and honest when the disk is not."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mjsim.core.artwork import Artwork
from mjsim.core.chance import Key, number_of
from mjsim.core.delivery import Standing
from mjsim.core.error import InternalError, SettingsError
from mjsim.core.instant import Instant
from mjsim.core.job import Job, Work
from mjsim.core.pace import PACES, JobType
from mjsim.core.plan import plan
from mjsim.core.prompt import parse_prompt
from mjsim.core.request import Webhook, settings
from mjsim.core.retry import Outcome
from mjsim.core.status import Status
from mjsim.core.value import changed
from mjsim.ports import DeliveryQuery, Query
from mjsim.store.codec import encode
from mjsim.store.sqlite import SqliteStore

ALL = Query(None, 100, 0, newest_first=False)


async def everything(store, tenant="alice"):
    page = await store.page(tenant, ALL, Instant(50))
    return list(page.jobs)


def refusal(file):
    """What is said against a data file: one line that names it."""
    with pytest.raises(SettingsError) as refused:
        SqliteStore(file)
    said = str(refused.value)
    assert said.startswith(f"data file {file}: ")
    assert "\n" not in said
    return said.removeprefix(f"data file {file}: ")


# Durability


def test_no_news_is_handed_out_before_its_job_is_safe(tmp_path, make_job, keep):
    file = tmp_path / "mjsim.db"
    told = changed(make_job(0), webhook=Webhook("http://a/", "progress"))

    async def story():
        store = SqliteStore(file)
        keeping = asyncio.create_task(keep(store, told))
        while not await store.count():
            await asyncio.sleep(0)
        claimed = await store.outbox.claim(Instant(1), 0.0, 9, ())
        survives = shutil.copytree(tmp_path, tmp_path / "survives") / file.name
        with closing(sqlite3.connect(survives)) as later:
            assert later.execute("SELECT count(*) FROM job").fetchone() == (1,)
        assert {one.job for one in claimed} == {told}
        await keeping
        await store.close()

    asyncio.run(story())


def test_everything_is_there_when_the_file_is_opened_again(tmp_path, make_job, keep, repeats):
    file = tmp_path / "mjsim.db"

    async def before():
        store = SqliteStore(file)
        jobs = [make_job(number, fingerprint=str(number)) for number in range(5)]
        await keep(store, *jobs, make_job(4, tenant="bob"))
        jobs[1] = jobs[1].living(jobs[1].timeline.cancel(Instant(5)))
        async with store.turn("alice") as turn:
            turn.amend(jobs[1])
        await store.forget_accepted_until(Instant(0))
        await store.keep_source("data:1", b"one", Instant(1))
        assert store.fact("seed", "17") == "17"
        await store.close()
        return jobs[1:]

    async def after(jobs):
        store = SqliteStore(file)
        assert await everything(store) == jobs
        assert await store.count() == 5
        assert [await store.find(job.id) for job in jobs] == jobs
        cancelled = await store.page("alice", Query(Status.CANCELLED, 9, 0, newest_first=True), Instant(5))
        assert cancelled.jobs == [jobs[0]]
        assert await store.source("data:1") == b"one"
        assert store.fact("seed", "18") == "17"
        assert store.reached(Instant(0)) == 4
        async with store.turn("alice") as turn:
            assert await repeats(turn, "3") == 1
        new = make_job(9, fingerprint="new")
        await keep(store, new)
        assert await everything(store) == [*jobs, new]
        await store.close()

    asyncio.run(after(asyncio.run(before())))


def test_a_new_store_knows_no_time_and_keeps_the_first_value_of_a_fact(in_file):
    async def run():
        store = in_file()
        assert store.reached(Instant(1_000)) == 0
        assert (store.fact("seed", "1"), store.fact("seed", "2"), store.fact("other", "3")) == ("1", "1", "3")
        await store.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("noted", "rate", "accepted", "reached"),
    [(50, 0.0, 20, 50), (60, 0.0, 90, 90), (50, 1.0, 20, 150), (50, 60.0, 20, 6_050), (50, 1.0, 900, 900)],
)
def test_time_goes_on_as_it_did_when_it_was_noted(tmp_path, make_job, keep, noted, rate, accepted, reached):
    """At a wall clock 100 ms later; no acceptance lies in the future."""
    file = tmp_path / "mjsim.db"

    async def run():
        store = SqliteStore(file, lambda: Instant(7_000))
        await keep(store, make_job(accepted))
        await store.note_line(Instant(noted), rate)
        await store.close()
        store = SqliteStore(file)
        assert store.reached(Instant(7_100)) == reached
        assert store.reached(Instant(6_000)) == max(noted, accepted)  # the machine's clock was set back
        await store.close()

    asyncio.run(run())


def test_a_turn_that_is_over_survives_the_sudden_end_of_the_process(tmp_path, make_job):
    """What was acknowledged is in the files at once, not when the store is closed."""

    async def run():
        store = SqliteStore(tmp_path / "mjsim.db")
        job, unfinished = make_job(), make_job(fingerprint="unfinished")
        async with store.turn("alice") as turn:
            turn.add(job)
        async with store.turn("alice") as turn:
            turn.add(unfinished)
            crashed = tmp_path / "crashed"
            crashed.mkdir()
            for file in tmp_path.glob("mjsim.db*"):
                shutil.copy(file, crashed)
        await store.close()
        found = SqliteStore(crashed / "mjsim.db")
        assert await everything(found) == [job]
        await found.close()

    asyncio.run(run())


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from mjsim.core.instant import Instant
from mjsim.core.job import Job, Work
from mjsim.core.pace import JobType
from mjsim.core.status import Status
from mjsim.core.timeline import Moment, Timeline
from mjsim.store.sqlite import SqliteStore

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    life = Timeline((Moment(Instant(1), Status.PENDING, 0),))
    async with store.turn("alice") as turn:
        turn.add(Job("00000000-0000-4000-8000-000000000001", "alice", JobType.IMAGINE, "f", 0, life, Work("a fox")))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_a_process_that_is_killed_leaves_what_it_acknowledged_and_no_lock(tmp_path):
    file = tmp_path / "mjsim.db"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    assert killed.returncode == -signal.SIGKILL

    async def run():
        store = SqliteStore(file)
        assert [job.work.prompt for job in await everything(store)] == ["a fox"]
        await store.close()

    asyncio.run(run())


def test_turns_at_once_share_one_commit_and_all_of_them_are_durable(tmp_path, make_job, sqlite_of):
    async def run():
        store = SqliteStore(tmp_path / "mjsim.db")
        statements = []
        sqlite_of(store).set_trace_callback(statements.append)
        jobs = [make_job(fingerprint=str(number)) for number in range(10)]

        async def accept(job):
            async with store.turn("alice") as turn:
                turn.add(job)
            assert not sqlite_of(store).in_transaction

        await asyncio.gather(*(accept(job) for job in jobs))
        assert statements.count("COMMIT") == 1
        await accept(make_job(tenant="bob"))
        assert statements.count("COMMIT") == 2
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for file in tmp_path.glob("mjsim.db*"):
            shutil.copy(file, crashed)
        await store.close()
        found = SqliteStore(crashed / "mjsim.db")
        assert await everything(found) == jobs
        await found.close()

    asyncio.run(run())


@pytest.mark.parametrize("rounds", range(4))
def test_a_waiter_that_gives_up_keeps_nobody_else_from_being_told(tmp_path, make_job, rounds):
    async def run():
        store = SqliteStore(tmp_path / "mjsim.db")
        one, other = make_job(fingerprint="one"), make_job(fingerprint="other")

        async def accept(job):
            async with store.turn("alice") as turn:
                turn.add(job)

        tasks = [asyncio.ensure_future(accept(job)) for job in (one, other)]
        for _ in range(rounds):
            await asyncio.sleep(0)
        tasks[0].cancel()
        done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), timeout=10)
        assert done[1] is None
        assert other in await everything(store)
        await store.close()

    asyncio.run(run())


def test_closing_commits_what_nobody_waits_for(tmp_path):
    file = tmp_path / "mjsim.db"

    async def run():
        complaints = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
        store = SqliteStore(file)
        await store.keep_source("data:1", b"one", Instant(1))
        await store.close()
        await asyncio.sleep(0)
        assert complaints == []
        store = SqliteStore(file)
        assert await store.source("data:1") == b"one"
        await store.close()

    asyncio.run(run())


# When the disk fails


@contextmanager
def files_end_where_they_are(file, _sqlite):
    """No file may grow beyond the present size of the log, so that the next commit cannot be written."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.with_name(file.name + "-wal").stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def the_database_may_not_grow(_file, sqlite):
    """A few pages are left, so that a statement fails in the middle of everything."""
    pages = sqlite.execute("PRAGMA page_count").fetchone()[0]
    sqlite.execute(f"PRAGMA max_page_count = {pages + 40}")
    try:
        yield
    finally:
        sqlite.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.parametrize("full", [files_end_where_they_are, the_database_may_not_grow])
def test_when_the_disk_is_full_everybody_is_told_and_nothing_of_it_is_kept(
    tmp_path, make_job, keep, sqlite_of, full, repeats
):
    """Nobody waits for ever, no turn is half kept, and the store goes on with what it had."""
    file = tmp_path / "mjsim.db"

    async def run():
        store = SqliteStore(file)
        first = make_job(fingerprint="first", run=30)
        await keep(store, first)
        assert await everything(store) == [first]

        async def turn_of(tenant):
            async with store.turn(tenant) as turn:
                for number in range(20 if tenant == "alice" else 400):
                    turn.add(make_job(fingerprint=str(number), tenant=tenant))
                if tenant == "alice":
                    turn.amend(first.living(first.timeline.cancel(Instant(5))))

        with full(file, sqlite_of(store)):
            turns = [turn_of(tenant) for tenant in ("alice", "bob", "carol")]
            told = await asyncio.wait_for(asyncio.gather(*turns, return_exceptions=True), timeout=60)
        assert all(isinstance(error, InternalError) for error in told), told
        assert all(str(error).startswith("The data file cannot be written: ") for error in told), told
        assert await everything(store) == [first]
        assert await store.count() == 1
        assert await store.find(first.id) == first
        assert await everything(store, "bob") == []
        async with store.turn("bob") as turn:
            assert await repeats(turn, "0", "bob") == 0
        again = [make_job(fingerprint="0"), make_job(fingerprint="0", tenant="bob")]
        await keep(store, *again)
        cancelled = first.living(first.timeline.cancel(Instant(6)))
        async with store.turn("alice") as turn:
            turn.amend(cancelled)
        await store.close()

        store = SqliteStore(file)
        assert await everything(store) == [cancelled, again[0]]
        assert await everything(store, "bob") == [again[1]]
        assert await store.count() == 3
        await store.close()

    asyncio.run(run())


def test_a_turn_that_cannot_be_written_is_not_half_kept(tmp_path, make_job, keep):
    async def run():
        store = SqliteStore(tmp_path / "mjsim.db")
        known, new = make_job(fingerprint="known"), make_job(fingerprint="new")
        await keep(store, known)
        with pytest.raises(sqlite3.IntegrityError):
            await keep_together(store, new, known)
        assert await everything(store) == [known]
        assert await store.count() == 1
        await keep(store, new)
        assert await everything(store) == [known, new]
        await store.close()

    asyncio.run(run())


async def keep_together(store, *jobs):
    async with store.turn("alice") as turn:
        for job in jobs:
            turn.add(job)


# One file, one process


OPENS = """
import sys
from pathlib import Path
from mjsim.core.error import SettingsError
from mjsim.store.sqlite import SqliteStore
try:
    SqliteStore(Path(sys.argv[1]))
except SettingsError as error:
    sys.exit(str(error))
"""

IN_USE = "another process is using it; stop that one, or name another file."


@pytest.mark.parametrize("state", ["new", "written to", "opened again"])
def test_a_second_store_on_the_same_file_is_refused(tmp_path, make_job, keep, state):
    """From the moment it is open, not only once it has been written to; in this process and in any other."""
    file = tmp_path / "mjsim.db"

    async def run():
        store = SqliteStore(file)
        if state == "written to":
            await keep(store, make_job())
        elif state == "opened again":
            await store.close()
            store = SqliteStore(file)
        assert refusal(file) == IN_USE
        other = subprocess.run([sys.executable, "-c", OPENS, str(file)], check=False, capture_output=True, text=True)
        assert other.stderr == f"data file {file}: {IN_USE}\n"
        assert other.returncode == 1
        await keep(store, make_job(fingerprint="still the only one"))
        await store.close()
        after = subprocess.run([sys.executable, "-c", OPENS, str(file)], check=False, capture_output=True, text=True)
        assert (after.stderr, after.returncode) == ("", 0)

    asyncio.run(run())


# Files that are unfit


@pytest.mark.parametrize("content", [b"hello", b"hello " * 1_000, b"SQLite format 3\x00" + b"\xff" * 5_000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, content):
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    assert refusal(file) == "it is no data file of mjsim; name another file."
    assert file.read_bytes() == content


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9])
def test_a_data_file_that_was_cut_off_is_refused_as_damaged_and_left_alone(tmp_path, make_job, keep, share):
    file = tmp_path / "mjsim.db"

    async def story():
        store = SqliteStore(file)
        await keep(store, *(make_job(number, fingerprint=str(number)) for number in range(50)))
        await store.close()

    asyncio.run(story())
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    assert refusal(file).startswith("it is damaged, for a part is missing or overwritten; ")
    assert file.read_bytes() == content[: int(len(content) * share)]


@pytest.mark.parametrize("application", [0, 0x0F055112])
def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path, application):
    file = tmp_path / "other.db"
    other = sqlite3.connect(file)
    other.executescript(f"PRAGMA application_id = {application}; CREATE TABLE job (a);")
    other.close()
    content = file.read_bytes()
    assert refusal(file) == "it is a database of another program; name another file."
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_of_another_format_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "mjsim.db"
    asyncio.run(SqliteStore(file).close())
    later = sqlite3.connect(file)
    later.execute("PRAGMA user_version = 99")
    later.close()
    content = file.read_bytes()
    assert refusal(file).startswith("it has format 99, this program reads format ")
    assert file.read_bytes() == content


def test_an_empty_file_becomes_a_data_file(tmp_path):
    file = tmp_path / "mjsim.db"
    file.touch()
    asyncio.run(SqliteStore(file).close())
    asyncio.run(SqliteStore(file).close())


def test_a_folder_is_refused(tmp_path):
    assert refusal(tmp_path) == "it is a folder."


def test_a_file_in_a_folder_that_is_missing_is_refused(tmp_path):
    assert refusal(tmp_path / "missing" / "mjsim.db").endswith("its folder has to exist and be writable.")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no disk that is always full")
def test_any_other_reason_is_told_in_the_words_of_sqlite():
    assert refusal(Path("/dev/full")) == "disk I/O error."


@pytest.fixture
def closed_folder():
    """A folder with a data file, in which nobody may write, for a user to whom that applies."""
    folder = Path(tempfile.mkdtemp())
    asyncio.run(SqliteStore(folder / "old.db").close())
    (folder / "old.db").chmod(0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    yield folder
    if root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_file_that_cannot_be_written_is_refused(closed_folder):
    assert "its folder has to exist and be writable." in refusal(closed_folder / "new.db")
    assert refusal(closed_folder / "old.db") == "it cannot be written; check the file's and the folder's permissions."


# What a job costs


def realistic_jobs(number):
    """Jobs as an ordinary client makes them, every one with a webhook and a prompt of some length."""
    for place in range(number):
        prompt = (
            f"a small red fox in deep snow, morning light, seen from afar, take {place} --ar 16:9 --v 7 --style raw"
        )
        parsed = parse_prompt(prompt)
        chosen = settings({"quality": 1.0}, parsed.flags)
        asked = number_of(parsed.text)
        equal = chosen.fingerprint(asked, "imagine")
        key = Key(1, "alice", equal, 0)
        now = Instant(1_800_000_000_000 + place)
        life = plan(
            job_type=JobType.IMAGINE,
            mode=chosen.mode,
            key=key,
            pace=PACES["realistic"],
            failure_rate=0.1,
            now=now,
            start=now,
        )
        parameters = chosen.parameters(key)
        work = Work(prompt, parameters, Artwork(chosen.root(asked, parameters.seed), chosen.size))
        webhook = Webhook("https://client.example/webhooks/midjourney", "progress")
        yield Job(key.uuid(), "alice", JobType.IMAGINE, equal, 0, life, work, webhook)


def test_a_job_costs_two_kilobytes_at_most(sqlite_of, in_file):
    async def run():
        store = in_file()
        sqlite = sqlite_of(store)
        empty = sqlite.execute("PRAGMA page_count").fetchone()[0]
        async with store.turn("alice") as turn:
            for job in realistic_jobs(5_000):
                assert len(encode(job)) < 1_000
                turn.add(job)
        pages = sqlite.execute("PRAGMA page_count").fetchone()[0] - empty
        assert pages * sqlite.execute("PRAGMA page_size").fetchone()[0] / 5_000 < 2_000
        await store.close()

    asyncio.run(run())


def test_what_is_forgotten_makes_room(sqlite_of, in_file):
    """The file does not grow while as much is forgotten as is accepted."""

    async def run():
        store = in_file()
        sqlite = sqlite_of(store)
        sizes = []
        jobs = list(realistic_jobs(2_000))
        for start in range(0, 2_000, 500):
            await store.forget_accepted_until(Instant(1_800_000_000_000 + start - 1))
            async with store.turn("alice") as turn:
                for job in jobs[start : start + 500]:
                    turn.add(job)
            sizes.append(sqlite.execute("PRAGMA page_count").fetchone()[0])
        assert await store.count() == 500
        assert max(sizes[1:]) <= 1.2 * sizes[0]
        await store.close()

    asyncio.run(run())


def test_a_file_that_is_damaged_inside_is_refused_in_one_line(tmp_path, make_job):
    file = tmp_path / "mjsim.db"

    async def fill():
        store = SqliteStore(file)
        async with store.turn("alice") as turn:
            for place in range(200):
                turn.add(make_job(place, fingerprint=str(place)))
        await store.close()

    asyncio.run(fill())
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(SettingsError, match=r"mjsim\.db: .*(damaged|no data file)"):
        SqliteStore(file)


# News


def test_news_outlives_the_process_and_claims_do_not(tmp_path, make_job, keep):
    file = tmp_path / "mjsim.db"
    job = changed(make_job(), webhook=Webhook("http://a/", "progress"))

    async def before():
        store = SqliteStore(file)
        await keep(store, job)
        claimed = await store.outbox.claim(Instant(50), 1_000.0, 10, ())
        await store.outbox.disable("alice", "http://b/", Instant(5))
        await store.close()
        return claimed

    async def after(claimed):
        store = SqliteStore(file)
        assert await store.outbox.claim(Instant(50), 1_000.0, 10, ()) == claimed
        assert await store.outbox.is_disabled("alice", "http://b/")
        await store.close()

    claimed = asyncio.run(before())
    assert len(claimed) == 2
    asyncio.run(after(claimed))


def test_an_attempt_that_is_recorded_survives_the_sudden_end_of_the_process(tmp_path, make_job, keep):
    crashed = tmp_path / "crashed"
    crashed.mkdir()

    async def run():
        store = SqliteStore(tmp_path / "mjsim.db")
        await keep(store, changed(make_job(), webhook=Webhook("http://a/", "result")))
        ((only, _),) = await store.outbox.claim(Instant(50), 0.0, 10, ())
        await store.outbox.record(only, [], Outcome(Standing.GIVEN_UP))
        for file in tmp_path.glob("mjsim.db*"):
            shutil.copy(file, crashed)
        await store.close()
        found = SqliteStore(crashed / "mjsim.db")
        (kept,) = await found.outbox.deliveries(DeliveryQuery(), 10)
        assert (kept.attempts, kept.standing) == (1, Standing.GIVEN_UP)
        await found.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "damage",
    ["UPDATE job SET document = x'00' WHERE sequence = 2", "UPDATE delivery SET standing = '?' WHERE number = 2"],
)
def test_news_that_cannot_be_read_keeps_no_other_from_being_claimed_and_is_logged_in_one_line(
    sqlite_of, make_job, keep, caplog, damage, in_file
):
    async def run():
        store = in_file()
        webhook = Webhook("http://a/", "result")
        await keep(store, *(changed(make_job(fingerprint=f"{number}"), webhook=webhook) for number in range(3)))
        ids = [message for (message,) in sqlite_of(store).execute("SELECT id FROM delivery ORDER BY number")]
        sqlite_of(store).execute(damage)
        claimed = await store.outbox.claim(Instant(50), 1_000.0, 10, ())
        assert [one.delivery.id for one in claimed] == [ids[0], ids[2]]
        (line,) = caplog.messages
        assert line.startswith(f"webhook {ids[1]} is not delivered: ")
        assert "\n" not in line
        assert await store.outbox.claim(Instant(50), 1_000.0, 10, ()) == [], "its claim holds as any other"
        await store.close()

    asyncio.run(run())


def test_a_job_that_cannot_be_read_hides_no_other_that_has_changed(sqlite_of, make_job, keep, caplog, in_file):
    async def run():
        store = in_file()
        jobs = [make_job(fingerprint=f"{number}") for number in range(3)]
        await keep(store, *jobs)
        sqlite_of(store).execute("UPDATE job SET document = x'00' WHERE sequence = 2")
        assert await store.changed(Instant(0), Instant(50)) == [jobs[0], jobs[2]]
        (line,) = caplog.messages
        assert line.startswith("job number 2 ")
        await store.close()

    asyncio.run(run())


def test_looking_for_what_is_due_reads_no_delivery_that_is_not(sqlite_of, tmp_path, in_file):
    with_index = "USING INDEX delivery_due", "USING COVERING INDEX delivery_due"
    store = in_file()
    claim = (
        "SELECT number FROM delivery WHERE due <= ? AND claimed <= ? AND host NOT IN () ORDER BY due, number LIMIT 16"
    )
    due = "SELECT min(due) FROM delivery WHERE due IS NOT NULL AND claimed <= ? AND host NOT IN ()"
    for question, number in ((claim, 2), (due, 1)):
        plan = sqlite_of(store).execute(f"EXPLAIN QUERY PLAN {question}", [5] * number).fetchall()
        assert any(words in row[3] for row in plan for words in with_index), plan
        assert not any("TEMP B-TREE" in row[3] for row in plan), plan
    store.release()
