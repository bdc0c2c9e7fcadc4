"""With --data, what was acknowledged is there after anything that can happen to a process."""

import http.client
import json
import random
import signal
import threading
import time

import pytest

KEPT = ("id", "type", "prompt", "parameters", "created_at")


class Crowd:
    """Clients that create jobs, look at them and cancel some, and remember what was acknowledged."""

    def __init__(self, server, size=4):
        self.jobs = {}
        self.cancelled = set()
        self._server = server
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=[place]) for place in range(size)]
        for thread in self._threads:
            thread.start()

    def _work(self, place):
        connection = self._server.connect()
        try:
            for number in range(100_000):
                if self._over.is_set():
                    return
                _, created = self._server.ask("POST", "/v1/imagine", {"prompt": f"boat {place} {number}"}, connection)
                job_id = created["data"]["job_id"]
                self.jobs[job_id] = {"id": job_id}
                if number % 3 == 0:
                    _, self.jobs[job_id] = self._server.ask("GET", f"/v1/jobs/{job_id}", on=connection)
                if number % 5 == 0:
                    status, _ = self._server.ask("POST", f"/v1/jobs/{job_id}/cancel", on=connection)
                    if status == 200:
                        self.cancelled.add(job_id)
        except (OSError, http.client.HTTPException):
            pass

    def until(self, number):
        """Wait until so many jobs have been acknowledged."""
        end = time.monotonic() + 30
        while len(self.jobs) < number:
            assert time.monotonic() < end, "no jobs are created"
            time.sleep(0.001)

    def join(self):
        self._over.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="files of any size are limited on POSIX alone")
def test_a_full_disk_is_told_in_one_line_to_the_client_and_in_the_log(tmp_path, serve):
    """And who asks only for what is there is answered as ever."""
    import resource

    server = serve("--data", str(tmp_path / "mjsim.db"), "--pace", "instant")
    _, created = server.ask("POST", "/v1/imagine", {"prompt": "the last one"})
    hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, hard))
    status, refusal = server.ask("POST", "/v1/imagine", {"prompt": "one too many"})
    assert (status, refusal["code"]) == (500, "internal_error")
    assert refusal["message"].startswith("The data file cannot be written: ")
    assert server.ask("GET", f"/v1/jobs/{created['data']['job_id']}")[0] == 200
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


def test_everything_that_was_acknowledged_survives_kill_9_and_goes_on(serve, tmp_path):
    file = tmp_path / "mjsim.db"
    chance = random.Random(5)
    known, cancelled, seed = {}, set(), None
    for _ in range(4):
        server = serve("--data", str(file), "--pace", "quick")
        assert seed in (None, server.seed), "the world keeps its seed"
        seed = server.seed
        crowd = Crowd(server)
        crowd.until(chance.randrange(3, 120))
        server.process.send_signal(signal.SIGKILL)
        crowd.join()
        assert server.process.wait(30) == -signal.SIGKILL
        assert not set(known) & set(crowd.jobs), "no id is given twice"
        known |= crowd.jobs
        cancelled |= crowd.cancelled
    assert cancelled
    server = serve("--data", str(file), "--pace", "quick")
    end = time.monotonic() + 30
    connection = server.connect()
    for job_id, told in known.items():
        status, job = server.ask("GET", f"/v1/jobs/{job_id}", on=connection)
        assert status == 200
        assert {name: job[name] for name in KEPT if name in told} == {name: told[name] for name in KEPT if name in told}
        while job["status"] not in ("completed", "cancelled"):
            assert time.monotonic() < end, "it does not go on"
            time.sleep(0.05)
            _, job = server.ask("GET", f"/v1/jobs/{job_id}", on=connection)
        if job_id in cancelled:
            assert job["status"] == "cancelled"
    _, page = server.ask("GET", "/v1/jobs?limit=100", on=connection)
    assert page["total"] >= len(known)
    # What was under way when the process was killed may be there or not: at most one job for each client and kill.
    assert page["total"] <= len(known) + 4 * 4
    assert server.stop() == 0


def test_a_clean_end_keeps_everything_and_the_addresses_of_pictures(serve, tmp_path):
    file = tmp_path / "mjsim.db"
    base = ("--data", str(file), "--pace", "instant", "--public-base-url", "http://mj.example")
    server = serve(*base)
    _, created = server.ask("POST", "/v1/imagine", {"prompt": "a boat"})
    _, job = server.ask("GET", f"/v1/jobs/{created['data']['job_id']}")
    path = job["result"]["images"][1]["url"].removeprefix("http://mj.example")
    picture = server.ask("GET", path)
    assert picture[0] == 200
    assert server.stop(signal.SIGINT) == 0
    again = serve(*base)
    assert server.seed == again.seed
    assert again.ask("GET", f"/v1/jobs/{job['id']}") == (200, job)
    assert again.ask("GET", path) == picture
    assert again.ask("POST", "/v1/upscale", {"job_id": job["id"], "index": 1})[0] == 200


def test_the_greeting_tells_what_the_file_holds_and_what_of_it_has_expired(serve, tmp_path):
    file = tmp_path / "mjsim.db"
    manual = ("--data", str(file), "--clock", "manual")
    first = serve(*manual)
    assert f"  Data       {file}   (0 jobs)\n" in first.out
    for prompt in "ab":
        first.ask("POST", "/v1/imagine", {"prompt": prompt})
    first.ask("POST", "/_sim/clock/advance", {"by": "15d"})
    first.ask("POST", "/_sim/clock/advance", {"by": "0s"})
    first.stop()
    second = serve(*manual)
    told = "2 jobs; 2 of them expired: they were accepted more than 15 days ago"
    assert f"  Data       {file}   ({told})\n" in second.out
    second.stop()
    ready = json.loads(serve(*manual, "--log-format", "json").out.splitlines()[0])
    assert (ready["data"], ready["jobs"], ready["expired"]) == (str(file), 2, 2)
    assert "Data" not in serve().out


def test_a_second_process_on_the_same_file_is_refused_and_the_first_goes_on(serve, spawn, tmp_path):
    file = tmp_path / "mjsim.db"
    server = serve("--data", str(file))
    _, created = server.ask("POST", "/v1/imagine", {"prompt": "a"})
    second = spawn("--data", str(file))
    assert second.process.wait(30) == 2
    (line,) = second.err.splitlines()
    assert line.startswith(f"mjsim: data file {file}: another process is using it")
    assert server.ask("GET", f"/v1/jobs/{created['data']['job_id']}")[0] == 200
    assert server.ask("POST", "/v1/imagine", {"prompt": "b"})[0] == 200
    assert server.stop() == 0
    assert serve("--data", str(file)).ask("GET", "/v1/jobs")[1]["total"] == 2


def test_another_seed_than_that_of_the_file_is_refused(serve, spawn, tmp_path):
    file = tmp_path / "mjsim.db"
    assert serve("--data", str(file), "--seed", "5").stop() == 0
    second = spawn("--data", str(file), "--seed", "6")
    assert second.process.wait(30) == 2
    (line,) = second.err.splitlines()
    assert "seed 5" in line
    assert "6" in line
    assert serve("--data", str(file), "--seed", "5").stop() == 0
    assert serve("--data", str(file)).seed == 5


@pytest.mark.parametrize(
    "content", [b"this is no database, and longer than a header has to be" * 9, b"SQLite format 3\x00" + b"x" * 200]
)
def test_a_file_of_another_kind_is_refused_and_left_alone(spawn, tmp_path, content):
    file = tmp_path / "mjsim.db"
    file.write_bytes(content)
    server = spawn("--data", str(file))
    assert server.process.wait(30) == 2
    (line,) = server.err.splitlines()
    assert line.startswith(f"mjsim: data file {file}: ")
    assert file.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_alone(spawn, tmp_path):
    import sqlite3

    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE precious (x)")
    other.close()
    server = spawn("--data", str(file))
    assert server.process.wait(30) == 2
    (line,) = server.err.splitlines()
    assert "another program" in line
    with sqlite3.connect(file) as other:
        assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["precious"]
    other.close()
