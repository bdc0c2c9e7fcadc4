"""A run that was written down is run again, byte for byte; whatever is answered otherwise is found."""

import base64
import http.client
import json
import subprocess
import sysconfig
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from mjsim.cli import main
from mjsim.client import Control
from mjsim.launch import Launched
from mjsim.replay.recording import record

MJSIM = str(Path(sysconfig.get_path("scripts")) / "mjsim")
PATIENCE = 60


class Client:
    """Asks as one tenant, whatever comes of it."""

    def __init__(self, url, key):
        self.url, self.key = url, key

    def ask(self, method, path, body=None, **headers):
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            return error.read()

    def imagine(self, prompt, **more):
        return json.loads(self.ask("POST", "/v1/imagine", {"prompt": prompt, **more}))["data"]["job_id"]

    def job(self, job):
        return json.loads(self.ask("GET", f"/v1/jobs/{job}"))


def rehearse(url):
    """A run with several tenants, jobs of each kind, everything that a director does, and what goes wrong."""
    control = Control(url)
    first, second, third = (Client(url, f"sim-{name}") for name in ("anna", "bert", "böse".encode().decode("latin-1")))
    held, failed = first.imagine("a lighthouse --ar 16:9"), first.imagine("a storm")
    control.clock.advance("1500ms")
    control.jobs.hold(held)
    cancelled = second.imagine("never mind")
    second.ask("POST", f"/v1/jobs/{cancelled}/cancel")
    second.ask("POST", f"/v1/jobs/{cancelled}/cancel")
    control.clock.advance("20s")
    control.jobs.release(held)
    control.jobs.fail(second.imagine("doomed"), "moderation_blocked", "Blocked midway.")
    control.clock.advance_until_quiet()
    for job in (held, failed, cancelled):
        for client in (first, second):
            client.job(job)
    grid = first.job(held)["result"]["images"][0]["url"]
    first.ask("GET", grid.removeprefix(url))
    first.ask("HEAD", grid.removeprefix(url))
    first.ask("GET", grid.removeprefix(url), Range="bytes=0-99")
    for path, body in (
        ("/v1/upscale", {"job_id": held, "index": 2}),
        ("/v1/variations", {"job_id": held, "index": 3}),
        ("/v1/describe", {"image_url": grid}),
        ("/v1/blend", {"images": [{"url": grid}, {"url": "https://elsewhere.example/b.png"}]}),
        ("/v1/imagine", {"prompt": ""}),
        ("/v1/imagine", {"prompt": "é 漢字 \u0000"}),
        ("/v1/imagine", b"{no json"),
    ):
        first.ask("POST", path, body)
    for number in range(15):
        second.ask("POST", "/v1/imagine", {"prompt": f"picture {number % 3}"})
    control.clock.advance("5s")
    for path in ("/v1/jobs?limit=3", "/v1/jobs?status=completed", "/v1/jobs?limit=x", "/v1/nothing", "/docs?a=%2Fb"):
        second.ask("GET", path)
    second.ask("DELETE", "/v1/jobs")
    third.ask("GET", "/v1/jobs")
    Client(url, "not-a-key").ask("GET", "/v1/jobs")
    control.of("sim-nobody").reset()
    second.ask("GET", "/v1/jobs")


OPTIONS = ["--clock=manual", "--seed=12", "--plan=basic", "--failure-rate=0.3", "--rate-limit=30/60s"]
"""Of the world of this seed the run needs that the job which it holds is completed in the end."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The file of such a run."""
    with Launched(["--port=0", *OPTIONS]) as simulator:
        rehearse(simulator.url)
        file = tmp_path_factory.mktemp("run") / "run.json"
        assert main(["journal", "export", str(file), "--url", simulator.url]) == 0
    return file


def test_a_run_of_several_tenants_is_answered_the_same_byte_for_byte(recorded, capsys):
    assert main(["replay", str(recorded)]) == 0, capsys.readouterr().out
    number = len(json.loads(recorded.read_text())["entries"])
    assert number > 40
    assert capsys.readouterr().out == f"{number} requests asked again: every answer the same, byte for byte\n"


def entry_where(run, path):
    return next(entry for entry in run["entries"] if entry["target"].startswith(path))


def change_body(run):
    entry = next(entry for entry in run["entries"] if '"prompt":"a' in entry["body"].get("text", ""))
    entry["body"]["text"] = entry["body"]["text"].replace('"prompt":"a', '"prompt":"b', 1)
    return entry, "body"


def change_picture(run):
    entry = entry_where(run, "/files/")
    data = bytearray(base64.b64decode(entry["body"]["base64"]))
    data[-1] ^= 1
    entry["body"]["base64"] = base64.b64encode(data).decode()
    return entry, "body"


def change_status(run):
    entry = entry_where(run, "/v1/describe")
    entry["status"] = 202
    return entry, "status"


def change_header(run):
    entry = next(entry for entry in run["entries"] if entry["status"] == 429)
    entry["headers"] = [[name, "9999" if name == "Retry-After" else value] for name, value in entry["headers"]]
    return entry, "retry-after"


def drop_header(run):
    entry = next(entry for entry in run["entries"] if entry["status"] == 405)
    entry["headers"] = [pair for pair in entry["headers"] if pair[0] != "Allow"]
    return entry, "allow"


def change_verb(run):
    entry = entry_where(run, "/_sim/clock/advance")
    entry["body"]["text"] = entry["body"]["text"].replace('"changed":', '"changed":1', 1)
    return entry, "body"


CHANGES = [change_body, change_picture, change_status, change_header, drop_header, change_verb]


def test_answers_that_differ_are_found_each_by_what_it_is(recorded, tmp_path, capsys):
    run = json.loads(recorded.read_text())
    changed = [change(run) for change in CHANGES]
    (tmp_path / "changed.json").write_text(json.dumps(run))
    assert main(["replay", str(tmp_path / "changed.json"), "--json"]) == 1
    verdict = json.loads(capsys.readouterr().out)
    found = {one["number"]: [part["what"] for part in one["differences"]] for one in verdict["differences"]}
    assert found == {entry["number"]: [what] for entry, what in changed}
    assert (verdict["equal"], verdict["different"]) == (False, len(CHANGES))


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    """The file of a run in which faults of every origin have fired, some of them at the connection."""
    with Launched(["--port=0", "--clock=manual", "--seed=3"]) as simulator:
        client, control = Client(simulator.url, "sim-a"), Control(simulator.url)
        client.imagine("a fox --sim fail@46 webhook-double", webhook_url=f"{simulator.url}/_sim/inbox/hook")
        control.faults.add(
            {"id": "busy", "match": {"operations": ["listJobs"]}, "effect": {"response": {"status": 502}}}
        )
        client.ask("GET", "/v1/jobs")
        client.ask("GET", "/v1/jobs", Prefer="code=503, drift=1, cod=1")
        for preference in ("reset", "reset-after", "empty", "truncate=0.5", "malformed"):
            with suppress(OSError, http.client.HTTPException):
                client.ask("POST", "/v1/imagine", {"prompt": preference}, Prefer=preference)
        control.clock.advance_until_quiet()
        file = tmp_path_factory.mktemp("run") / "troubled.json"
        assert main(["journal", "export", str(file), "--url", simulator.url]) == 0
    return file


def test_a_run_in_which_faults_have_fired_is_answered_the_same_byte_for_byte(troubled, capsys):
    assert sum(bool(entry["faults"]) for entry in json.loads(troubled.read_text())["entries"]) == 8
    assert main(["replay", str(troubled)]) == 0, capsys.readouterr().out


def test_an_answer_that_is_cut_off_where_none_was_is_a_difference(troubled, tmp_path, capsys):
    run = json.loads(troubled.read_text())
    entry = next(one for one in run["entries"] if "reset-after" in one["request_body"].get("text", ""))
    entry["faults"][0]["parts"] = ["sim"]
    (tmp_path / "changed.json").write_text(json.dumps(run))
    assert main(["replay", str(tmp_path / "changed.json"), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert (found["number"], found["differences"][0]["what"]) == (entry["number"], "answer")


@pytest.fixture
def short(tmp_path):
    """The file of a run of two requests."""
    with Launched(["--port=0", "--clock=manual", "--seed=3", "--pace=instant"]) as simulator:
        client = Client(simulator.url, "sim-a")
        client.job(client.imagine("a"))
        file = tmp_path / "short.json"
        file.write_text(record(Control(simulator.url)).dump())
    return file


def test_a_difference_is_shown_with_what_was_and_what_is(short, capsys):
    run = json.loads(short.read_text())
    entry, _ = change_body(run)
    short.write_text(json.dumps(run))
    assert main(["replay", str(short)]) == 1
    first, was, now, verdict = capsys.readouterr().out.splitlines()
    assert first.startswith(f"#{entry['number']}  ")
    assert '"prompt":"b' in was
    assert '"prompt":"a' in now
    assert verdict == "2 requests asked again: 1 answered otherwise"


@pytest.mark.parametrize(("name", "value"), [("seed", 12), ("settings", {"clock": "manual"})])
def test_another_seed_or_setting_is_found(short, name, value):
    short.write_text(json.dumps(json.loads(short.read_text()) | {name: value}))
    assert main(["replay", str(short)]) == 1


def test_one_tenant_alone_can_be_exported_and_replayed(tmp_path, capsys):
    """Its world is its own: what others asked is not missed."""
    with Launched(["--port=0", "--clock=manual", "--seed=3", "--step=700ms"]) as simulator:
        control = Control(simulator.url)
        for _ in range(3):
            for key in ("sim-a", "sim-b"):
                client = Client(simulator.url, key)
                client.job(client.imagine("the same"))
            control.clock.advance("800ms")
        control.clock.step("100ms")
        client.job(client.imagine("another"))
        control.jobs.complete(client.imagine("a third"))
        client.ask("GET", "/v1/jobs")
        (tmp_path / "run.json").write_text(record(control, "sim-b").dump())
    run = json.loads((tmp_path / "run.json").read_text())
    assert {entry.get("tenant") for entry in run["entries"]} == {None, "sim-b"}
    assert main(["replay", str(tmp_path / "run.json")]) == 0, capsys.readouterr().out


def test_what_was_asked_while_time_was_moved_is_asked_when_it_has_been(tmp_path, capsys):
    """A journal notes the instant at which a request came in; a walk that had begun goes further meanwhile."""
    with Launched(["--port=0", "--clock=manual", "--seed=3"]) as simulator:
        client, control = Client(simulator.url, "sim-a"), Control(simulator.url)
        job = client.imagine("a")
        control.clock.advance("8s")
        client.job(job)
        run = json.loads(record(control).dump())
    run["entries"][-1]["at"] = "2026-01-01T00:00:02.000Z"
    (tmp_path / "run.json").write_text(json.dumps(run))
    assert main(["replay", str(tmp_path / "run.json")]) == 0, capsys.readouterr()


@pytest.mark.parametrize("free", [True, False])
def test_an_inbox_answers_as_it_did_where_its_port_is_free_and_else_it_is_told_why_not(tmp_path, capsys, free):
    file = tmp_path / "run.json"
    with Launched(["--port=0", "--clock=manual", "--seed=3"]) as simulator:
        control = Control(simulator.url)
        control.webhooks.inbox("mine").answer(500, 500, 200)
        Client(simulator.url, "sim-a").imagine("a", webhook_url=f"{simulator.url}/_sim/inbox/mine")
        control.clock.advance("1h")
        file.write_text(record(control).dump())
        code = None if free else main(["replay", str(file)])
    code = main(["replay", str(file)]) if free else code
    said = capsys.readouterr().out
    assert (code, "note: webhooks were sent where" in said) == ((0, False) if free else (1, True)), said


def test_a_recording_of_nothing_but_waits_compares_nothing(short, capsys):
    run = json.loads(short.read_text())
    for entry in run["entries"]:
        entry |= {"surface": "control", "method": "POST", "target": "/_sim/journal/wait"}
    short.write_text(json.dumps(run))
    assert main(["replay", str(short)]) == 2
    assert capsys.readouterr().err == "mjsim: the recording holds nothing that can be asked again.\n"


def test_the_control_token_of_the_other_simulator_is_shown_to_its_control_api_alone(tmp_path, capsys):
    options = ["--port=0", "--clock=manual", "--seed=3"]
    with Launched(options) as simulator:
        job = Client(simulator.url, "sim-a").imagine("a")
        Control(simulator.url).jobs.complete(job)
        Client(simulator.url, "sim-a").job(job)
        (tmp_path / "run.json").write_text(record(Control(simulator.url)).dump())
    with Launched([*options, "--control-token=secret"]) as simulator:
        replay = ["replay", str(tmp_path / "run.json"), "--to", simulator.url]
        assert main(replay) == 1
        assert "The control API asks for" in capsys.readouterr().err
        assert main([*replay, "--control-token", "secret"]) == 0, capsys.readouterr().out
        assert Control(simulator.url, "secret").jobs.latest()[0]["tenant"] == "sim-a"


def test_a_key_that_is_not_in_the_file_is_replaced_and_told(tmp_path, capsys):
    with Launched(["--port=0", "--clock=manual", "--seed=3", "--api-key=a-real-key"]) as simulator:
        client = Client(simulator.url, "a-real-key")
        client.ask("GET", "/v1/jobs")
        client.ask("GET", "/v1/jobs/12345678-1234-4234-8234-123456789abc")
        Client(simulator.url, "wrong").ask("GET", "/v1/jobs")
        text = record(Control(simulator.url)).dump()
    assert "a-real-key" not in text
    (tmp_path / "run.json").write_text(text)
    assert main(["replay", str(tmp_path / "run.json")]) == 0
    assert "2 requests came with keys that a recording does not show" in capsys.readouterr().out


def test_it_can_be_played_to_a_simulator_that_runs_already(recorded, capsys):
    with Launched(["--port=0", *OPTIONS]) as simulator:
        assert main(["replay", str(recorded), "--to", simulator.url]) == 0, capsys.readouterr().out
    assert main(["replay", str(recorded), "--to", simulator.url]) == 1
    assert "mjsim serve starts one" in capsys.readouterr().err


def test_what_was_reset_is_not_in_the_recording_which_is_told(tmp_path, capsys):
    with Launched(["--port=0", "--clock=manual", "--seed=3"]) as simulator:
        control = Control(simulator.url)
        control.jobs.hold(Client(simulator.url, "sim-a").imagine("a"))
        control.of("sim-a").reset()
        (tmp_path / "run.json").write_text(record(control).dump())
    assert main(["replay", str(tmp_path / "run.json")]) == 1
    assert "note: a reset forgets what its tenant had asked" in capsys.readouterr().out


def test_what_ran_on_real_time_is_told_to_differ_for_that(tmp_path, capsys):
    with Launched(["--port=0", "--seed=3", "--rate=1000"]) as simulator:
        client = Client(simulator.url, "sim-a")
        job = client.imagine("a")
        Control(simulator.url).journal.clear()
        client.job(job)
        (tmp_path / "run.json").write_text(record(Control(simulator.url)).dump())
    assert main(["replay", str(tmp_path / "run.json")]) == 1
    said = capsys.readouterr().out
    assert "note: time ran while this was recorded" in said
    assert "note: the recording begins with exchange #" in said


def test_with_keep_the_simulator_stays_until_ctrl_c(started, short):
    with started([MJSIM, "replay", str(short), "--keep"], stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline(), process.stdout.readline()]
        url = lines[1].split()[4].rstrip(";")
        assert len(Control(url).jobs.latest()) == 1
        process.send_signal(2)
        assert process.wait(PATIENCE) == 130
    with pytest.raises(Exception, match="no simulator answers"):
        Control(url).info()


WHOLE = {"number": 1, "at": "2026-01-01T00:00:00Z", "surface": "midjourney", "method": "GET", "target": "/v1/jobs"}
WHOLE |= {"request_headers": [], "request_body": {}, "status": 401, "headers": [], "body": {}, "faults": []}
HEAD = {"format": "mjsim-recording-1", "version": "0.1.0", "seed": 1, "settings": {}, "entries": [WHOLE]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        "\ud800",
        json.dumps({"format": "another"}),
        *(
            json.dumps(HEAD | {name: value})
            for name in ("seed", "settings", "entries")
            for value in (None, "x", -1, [])
        ),
        json.dumps(HEAD | {"settings": {"unknown": 1}}),
        json.dumps(HEAD | {"settings": {"plan": "free"}}),
        json.dumps(HEAD | {"faults": [1]}),
        json.dumps(HEAD | {"faults": 1}),
        json.dumps(HEAD | {"entries": [1]}),
        *(json.dumps(HEAD | {"entries": [{**WHOLE, name: None}]}) for name in WHOLE if name != "faults"),
        json.dumps(HEAD | {"entries": [WHOLE | {"at": "yesterday"}]}),
        json.dumps(HEAD | {"entries": [WHOLE | {"request_headers": [1]}]}),
        json.dumps(HEAD | {"entries": [WHOLE | {"request_headers": [["a", 1]]}]}),
        json.dumps(HEAD | {"entries": [WHOLE | {"body": {"base64": "?"}}]}),
        json.dumps(HEAD | {"entries": [WHOLE | {"request_body": {"text": 1}}]}),
    ],
)
def test_a_file_that_is_no_recording_is_told_in_one_line(tmp_path, capsys, text):
    file = tmp_path / "run.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert main(["replay", str(file)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert len(line) < 300


def test_a_file_that_is_not_there_is_told(tmp_path, capsys):
    assert main(["replay", str(tmp_path / "nothing")]) == 2
    assert "nothing" in capsys.readouterr().err
