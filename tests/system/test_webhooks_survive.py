"""A webhook of an acknowledged job is delivered whatever happens to the process: at least once, again where it fails."""

import http.client
import json
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PATIENCE = 30


class Receiver(ThreadingHTTPServer):
    """Counts what it has taken, by job and event; every few it answers 500 the first time, or takes a moment."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        self.taken = Counter()
        self.refused = set()
        self.asked = 0
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def until_taken(self, wanted):
        """Wait until all of it has been taken; what is missing when patience ends."""
        with self.changed:
            self.changed.wait_for(lambda: wanted <= set(self.taken), PATIENCE)
            return wanted - set(self.taken)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        receiver = self.server
        with receiver.changed:
            receiver.asked += 1
            fails = receiver.asked % 7 == 0 and self.headers["webhook-id"] not in receiver.refused
            if fails:
                receiver.refused.add(self.headers["webhook-id"])
            else:
                receiver.taken[body["job_id"], body["event"]] += 1
            receiver.changed.notify_all()
        if receiver.asked % 5 == 0:
            time.sleep(0.005)  # the sender is killed now and then while it waits
        self.send_response(500 if fails else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def handle(self):
        with suppress(ConnectionError):  # the sender was killed
            super().handle()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found
        found.shutdown()


def create(server, url, jobs, over):
    """Create jobs until it is over or the server is gone; remember those that were acknowledged."""
    connection = server.connect()
    try:
        while not over.is_set():
            body = {"prompt": f"boat {len(jobs)}", "webhook_url": url, "webhook_type": "progress"}
            status, created = server.ask("POST", "/v1/imagine", body, connection)
            assert status == 200
            jobs.append(created["data"]["job_id"])
    except (OSError, http.client.HTTPException):
        return


def kill_at_random(serve, receiver, file, seed, kills):
    """Kill the process so many times while jobs are created and webhooks are sent; the jobs that were acknowledged."""
    chance, jobs = random.Random(seed), []
    for _ in range(kills):
        server = serve("--data", str(file), "--pace", "instant", "--webhook-retries", "50ms,50ms,50ms,50ms,50ms")
        over, before = threading.Event(), len(jobs)
        client = threading.Thread(target=create, args=[server, receiver.url, jobs, over])
        client.start()
        end, wanted = time.monotonic() + PATIENCE, chance.randrange(1, 60)
        while len(jobs) < before + wanted:
            assert time.monotonic() < end, "no jobs are created"
            time.sleep(0.001)
        server.process.send_signal(signal.SIGKILL)
        over.set()
        client.join(PATIENCE)
        assert server.process.wait(PATIENCE) == -signal.SIGKILL
    return jobs


def loses_nothing(serve, receiver, file, seed, kills):
    jobs = kill_at_random(serve, receiver, file, seed, kills)
    wanted = {(job_id, event) for job_id in jobs for event in ("job.progress", "job.completed")}
    assert jobs
    server = serve("--data", str(file), "--pace", "instant", "--webhook-retries", "50ms,50ms,50ms,50ms,50ms")
    lost = receiver.until_taken(wanted)
    assert not lost, [server.ask("GET", f"/_sim/webhooks/deliveries?job_id={job_id}") for job_id, _ in lost]
    assert server.stop() == 0
    assert "Traceback" not in server.err


def test_no_webhook_is_lost_when_the_process_is_killed_at_any_instant(serve, receiver, tmp_path):
    loses_nothing(serve, receiver, tmp_path / "mjsim.db", seed=1, kills=4)


@pytest.mark.hunt
@pytest.mark.parametrize("seed", range(10, 18))
def test_no_webhook_is_lost_in_hundreds_of_kills(serve, receiver, tmp_path, seed):
    loses_nothing(serve, receiver, tmp_path / "mjsim.db", seed, kills=40)


def watch(server, seen, over):
    """Ask what time it is until it is over or the server is gone; remember the last answer."""
    connection = server.connect()
    with suppress(OSError, http.client.HTTPException):
        while not over.is_set():
            seen.append(datetime.fromisoformat(server.ask("GET", "/_sim/clock", on=connection)[1]["now"]))


def advance(server):
    """Ask for more time than all jobs need, and get no answer where the server is killed meanwhile."""
    with suppress(OSError, http.client.HTTPException):
        server.ask("POST", "/_sim/clock/advance", {"by": "10m"})


def kill_while_time_moves(server, receiver, wanted):
    """Kill the process once the receiver has been asked so many times on the way; the instants that were told before."""
    seen, over = [], threading.Event()
    threads = [
        threading.Thread(target=watch, args=[server, seen, over]),
        threading.Thread(target=advance, args=[server]),
    ]
    for thread in threads:
        thread.start()
    with receiver.changed:
        assert receiver.changed.wait_for(lambda: receiver.asked >= wanted, PATIENCE), "time does not move"
    server.process.send_signal(signal.SIGKILL)
    over.set()
    for thread in threads:
        thread.join(PATIENCE)
    server.process.wait(PATIENCE)
    return seen


def happened(server, now):
    """The news that has happened by now and is not to be tried later, as the receiver counts it."""
    _, log = server.ask("GET", "/_sim/webhooks/deliveries?limit=1000")
    instants = [
        (one, [datetime.fromisoformat(one.get(name, one["happens_at"])) for name in ("happens_at", "due_at")])
        for one in log["deliveries"]
    ]
    return {(one["job_id"], one["event"]) for one, due in instants if max(due) <= now}


def survives_moved_time(serve, receiver, file, seed, kills):
    chance = random.Random(seed)
    given = ("--data", str(file), "--clock", "manual", "--webhook-retries", "50ms,50ms,50ms,50ms,50ms")
    server, jobs, last = serve(*given), [], datetime.min.replace(tzinfo=UTC)
    for number in range(kills):
        for place in range(20):
            body = {"prompt": f"boat {number} {place}", "webhook_url": receiver.url, "webhook_type": "progress"}
            jobs.append(server.ask("POST", "/v1/imagine", body)[1]["data"]["job_id"])
        last = max([last, *kill_while_time_moves(server, receiver, receiver.asked + chance.randrange(1, 35))])
        server = serve(*given)
        now = datetime.fromisoformat(server.ask("GET", "/_sim/clock")[1]["now"])
        assert now >= last, "time has gone back"
        last = now
        assert not receiver.until_taken(happened(server, now)), "what was due is not delivered"
    assert server.ask("POST", "/_sim/clock/advance", {"until": "quiet"})[1]["quiet"]
    assert {(job_id, event) for job_id in jobs for event in ("job.progress", "job.completed")} == set(receiver.taken)
    assert server.stop() == 0
    assert "Traceback" not in server.err


def test_no_webhook_is_lost_and_time_never_goes_back_when_the_process_is_killed_while_time_is_moved(
    serve, receiver, tmp_path
):
    survives_moved_time(serve, receiver, tmp_path / "mjsim.db", seed=1, kills=3)


@pytest.mark.hunt
@pytest.mark.parametrize("seed", range(20, 24))
def test_no_webhook_is_lost_in_many_kills_while_time_is_moved(serve, receiver, tmp_path, seed):
    survives_moved_time(serve, receiver, tmp_path / "mjsim.db", seed, kills=25)


def test_a_clean_end_leaves_what_is_unsent_for_the_next_start(serve, receiver, tmp_path):
    base = ("--data", str(tmp_path / "mjsim.db"), "--pace", "quick")
    server = serve(*base)
    body = {"prompt": "a boat", "webhook_url": receiver.url}
    _, created = server.ask("POST", "/v1/imagine", body)
    assert server.stop(signal.SIGINT) == 0
    assert not receiver.taken
    serve(*base)
    assert receiver.until_taken({(created["data"]["job_id"], "job.completed")}) == set()


def test_the_greeting_names_the_secret_for_development_and_never_one_that_was_given(serve, receiver):
    secret = "whsec_" + "QUJD" * 8
    told = serve().out
    assert "Webhooks   secret whsec_bWpzaW0tZGV2ZWxvcG1lbnQtc2VjcmV0" in told
    quiet = serve("--webhook-secret", secret, "--webhook-secret", "whsec_" + "REVG" * 8)
    assert "signed with the 2 secrets that were given" in quiet.out
    assert "QUJD" not in quiet.out + quiet.err
    as_json = serve("--log-format", "json", "--webhook-secret", secret)
    assert "QUJD" not in as_json.out + as_json.err
