"""How time goes is a setting: it stands still, runs at a rate, goes by steps, and never back, not even after kill -9."""

import signal
from datetime import datetime, timedelta

import pytest

TOKEN = "only for me"


def now_of(server):
    return datetime.fromisoformat(server.ask("GET", "/_sim/clock")[1]["now"])


def test_manual_time_stands_still_from_the_start_that_is_named(serve):
    server = serve("--clock", "manual", "--start", "2030-05-01T12:00:00+02:00")
    _, created = server.ask("POST", "/v1/imagine", {"prompt": "a"})
    path = f"/v1/jobs/{created['data']['job_id']}"
    job = server.ask("GET", path)[1]
    assert (job["status"], job["created_at"]) == ("pending", "2030-05-01T10:00:00.000Z")
    assert server.ask("POST", "/_sim/clock/advance", {"by": "1m"})[0] == 200
    assert server.ask("GET", path)[1]["status"] == "completed"
    assert server.ask("GET", "/_sim/clock")[1] == {"now": "2030-05-01T10:01:00.000Z", "rate": 0, "step": 0}


def test_manual_time_without_a_start_begins_always_at_the_same_date(serve):
    clocks = [serve("--clock=manual").ask("GET", "/_sim/clock")[1]["now"] for _ in range(2)]
    assert clocks == 2 * ["2026-01-01T00:00:00.000Z"]


def test_manual_time_stays_where_it_is_left_when_the_file_is_opened_again(serve, tmp_path):
    options = ("--clock=manual", "--data", str(tmp_path / "mjsim.db"))
    first = serve(*options)
    first.ask("POST", "/_sim/clock/advance", {"by": "2d"})
    left = now_of(first)
    first.stop(signal.SIGKILL)
    second = serve(*options)
    assert now_of(second) == left
    second.stop()
    assert now_of(serve(*options, "--start=2026-01-01T00:00:00Z")) == left, "a start that is past does not lead back"


def test_a_rate_lets_a_minute_pass_in_a_second(serve):
    server = serve("--rate", "60", "--start", "2030-01-01T00:00:00Z")
    _, clock = server.ask("GET", "/_sim/clock")
    assert clock["rate"] == 60
    assert now_of(server) >= datetime.fromisoformat("2030-01-01T00:00:00Z")
    _, created = server.ask("POST", "/v1/imagine", {"prompt": "a"})
    path = f"/v1/jobs/{created['data']['job_id']}"
    begun = now_of(server)
    while server.ask("GET", path)[1]["status"] != "completed":
        assert now_of(server) < begun + timedelta(hours=1), "it is never done"
    assert now_of(server) > begun + timedelta(seconds=1)


def test_a_step_passes_at_each_request_of_the_api_and_of_no_other(serve):
    server = serve("--clock=manual", "--step", "500ms")
    for _ in range(3):
        server.ask("GET", "/v1/jobs")
        server.ask("GET", "/_sim/health")
        server.ask("GET", "/openapi.json")
    assert server.ask("GET", "/_sim/clock")[1] == {"now": "2026-01-01T00:00:01.500Z", "rate": 0, "step": 500}


@pytest.mark.parametrize("given", [["--control-token", TOKEN], []], ids=["flag", "variable"])
def test_a_control_token_is_asked_for_and_never_shown(serve, given):
    server = serve(*given, **({} if given else {"MJSIM_CONTROL_TOKEN": TOKEN}))
    _, created = server.ask("POST", "/v1/imagine", {"prompt": "a"})
    assert created["status"] == "SUCCESS"
    for key in ("sim-local", "wrong", ""):
        server.key = key
        assert server.ask("GET", "/_sim/clock")[0] == 401
        assert server.ask("POST", "/_sim/reset")[0] == 401
    server.key = TOKEN
    assert server.ask("GET", "/_sim/jobs")[1]["data"][0]["job"]["id"] == created["data"]["job_id"]
    assert "control_token" not in server.ask("GET", "/_sim/info")[1]["settings"]
    server.stop()
    assert TOKEN not in server.out + server.err


def test_without_a_control_token_a_foreign_name_is_refused(serve):
    server = serve()
    connection = server.connect()
    connection.request("GET", "/_sim/clock", headers={"Host": "evil.example"})
    assert connection.getresponse().status == 403


@pytest.mark.parametrize("again", [["--rate", "60"], ["--rate", "1"], ["--clock", "manual"]], ids=" ".join)
def test_after_kill_9_time_at_a_rate_goes_on_and_never_back(serve, tmp_path, again):
    """The last instant that anybody was told before is not after the first one that is told afterwards."""
    data = ("--data", str(tmp_path / "mjsim.db"))
    server = serve(*data, "--rate", "60")
    seen = []
    for prompt in "abc":
        _, created = server.ask("POST", "/v1/imagine", {"prompt": prompt})
        seen.append(now_of(server))
    job = server.ask("GET", f"/v1/jobs/{created['data']['job_id']}")[1]
    last = now_of(server)
    server.stop(signal.SIGKILL)
    for _ in range(2):
        server = serve(*data, *again)
        first = now_of(server)
        assert first >= last
        found = server.ask("GET", f"/v1/jobs/{job['id']}")[1]
        assert found["created_at"] == job["created_at"]
        assert found["progress"] >= job["progress"]
        last = now_of(server)
        server.stop(signal.SIGKILL)
    assert seen == sorted(seen)


def test_after_an_import_and_kill_9_time_is_not_that_of_the_file(serve, run, tmp_path):
    state, options = str(tmp_path / "state.db"), ("--clock=manual", "--seed=7", "--data", str(tmp_path / "mjsim.db"))
    server = serve(*options)
    assert run("export", state, "--url", server.url).returncode == 0
    server.ask("POST", "/_sim/clock/advance", {"by": "2d"})
    assert run("import", state, "--url", server.url).returncode == 0
    last = now_of(server)
    server.stop(signal.SIGKILL)
    assert now_of(serve(*options)) == last
