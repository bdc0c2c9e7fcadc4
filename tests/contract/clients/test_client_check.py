"""Whatever the command is or does, the check ends, says in one line what stood in its way, and leaves nothing behind."""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mjsim_contracts.client.check import ClientCheck
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import ExitCode, Outcome

from .defects import CORRECT

CAREFUL = (sys.executable, str(CORRECT / "careful.py"))


@pytest.fixture
def check(instant: str, openapi: Path) -> ClientCheck:
    """A check that is over soon, to be given a command."""
    return ClientCheck(CAREFUL, openapi / "midjourney.json", only=("",), server=instant, seconds=20)


def python(code: str) -> tuple[str, ...]:
    """A command that runs this program."""
    return sys.executable, "-c", code


def alive(process: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process}/stat").read_text(encoding="utf-8").split(") ")[1][:1]


def test_a_pattern_that_fits_no_variation_is_no_pass(check: ClientCheck) -> None:
    """It is named, and an id is shown as an example."""
    with pytest.raises(
        CheckError, match=r"^no variation for this client has an id like 'getJob/\*'; the first is create"
    ):
        replace(check, only=("getJobStatus/*", "getJob/*")).run()


def test_a_command_that_does_not_exist(check: ClientCheck) -> None:
    """It is named, with the reason."""
    with pytest.raises(CheckError, match=r"^the command 'no-such-client' cannot be started: No such file"):
        replace(check, command=("no-such-client",)).run()


def test_no_command_at_all(check: ClientCheck) -> None:
    """It is asked for."""
    with pytest.raises(CheckError, match="name it after --"):
        replace(check, command=()).run()


def test_a_command_that_asks_nothing(check: ClientCheck) -> None:
    """It is no pass, and the variables to read are named."""
    with pytest.raises(CheckError, match=r"asked the server nothing.*MIDJOURNEY_BASE_URL.*MIDJOURNEY_TOKEN") as caught:
        replace(check, command=python("print('all is well')")).run()
    assert "| all is well" in str(caught.value)


def test_a_command_that_never_ends(check: ClientCheck) -> None:
    """It is ended after the time that a truthful run may take."""
    code = "import sys, time; print('waiting', flush=True); time.sleep(600)"
    with pytest.raises(CheckError, match=r"had not ended after 0\.5 s on a truthful server\n  \| waiting"):
        replace(check, command=python(code), seconds=0.5).run()


def test_children_that_outlive_the_command_are_ended(check: ClientCheck, tmp_path: Path) -> None:
    """Even those that turn a deaf ear to being asked."""
    note = tmp_path / "child"
    code = (
        "import os, signal, sys, time\n"
        "read, write = os.pipe()\n"
        "if os.fork():\n"
        "    os.read(read, 1)\n"
        "    sys.exit('gone')\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(note)!r}, 'w').write(str(os.getpid()))\n"
        "os.write(write, b'x')\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(CheckError, match="asked the server nothing"):
        replace(check, command=python(code)).run()
    assert not alive(int(note.read_text(encoding="utf-8")))


def test_a_client_that_fails_on_the_truth_and_nobody_knows_why(check: ClientCheck) -> None:
    """There is no verdict, but what it printed."""
    code = (
        "import os, sys, urllib.request as u\n"
        "u.urlopen(u.Request(os.environ['MIDJOURNEY_BASE_URL'] + '/v1/jobs', "
        "headers={'Authorization': 'Bearer ' + os.environ['MIDJOURNEY_TOKEN']})).read()\n"
        "sys.exit('I do not like this')"
    )
    with pytest.raises(CheckError, match=r"exit code 1 on a truthful server\n  \| I do not like this"):
        replace(check, command=python(code)).run()


def test_a_contract_that_cannot_be_read(check: ClientCheck, tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(CheckError, match=r"^the contract .*nothing\.json cannot be read"):
        replace(check, contract=tmp_path / "nothing.json").run()


def test_a_sign_of_a_crash_that_is_no_pattern(check: ClientCheck) -> None:
    """It is named."""
    with pytest.raises(CheckError, match=r"'\(' is no regular expression"):
        replace(check, crashes=("(",)).run()


def test_the_variables_are_templates(check: ClientCheck) -> None:
    """A client with names of its own is given what it reads."""
    code = (
        "import os, urllib.request as u\n"
        "u.urlopen(u.Request('http://%s:%s/v1/jobs' % (os.environ['MJ_HOST'], os.environ['MJ_PORT']), "
        "headers={'Authorization': os.environ['MJ_AUTH']})).read()"
    )
    variables = {"MJ_HOST": "{host}", "MJ_PORT": "{port}", "MJ_AUTH": "Bearer {key}"}
    report = replace(check, command=python(code), variables=variables).run()
    assert report.exit_code == ExitCode.PASS
    assert next(case for case in report.cases if case.id == "C010/listJobs").outcome is Outcome.PASS
    again = replace(check, command=("x",), variables={"MJ": "{url}"}, seed=3).subject.again("V-001")
    assert again == "mjsim check client --env 'MJ={url}' --seed 3 --replay V-001 -- x"


def test_what_was_not_met_is_not_passed(check: ClientCheck) -> None:
    """A client that never looks at its job has met no edit of a job, and no rule about polling."""
    code = (
        "import json, os, urllib.request as u\n"
        "u.urlopen(u.Request(os.environ['MIDJOURNEY_BASE_URL'] + '/v1/imagine', b'{\"prompt\": \"a cat\"}', "
        "{'Authorization': 'Bearer ' + os.environ['MIDJOURNEY_TOKEN'], 'Content-Type': 'application/json'})).read()"
    )
    report = replace(check, command=python(code), only=("createImagineJob/200/gzip/*",)).run()
    outcomes = {case.id: case.outcome for case in report.cases}
    assert outcomes["createImagineJob/200/gzip/body"] is Outcome.NOT_EXERCISED
    assert outcomes["C031"] is Outcome.NOT_EXERCISED
    assert outcomes["C001/createImagineJob"] is Outcome.PASS
    assert not [each for each in outcomes if each.startswith("getJobStatus/")]


def test_other_exit_codes_can_mean_success(check: ClientCheck) -> None:
    """`ok_exits` says which."""
    code = f"import runpy, sys\nrunpy.run_path({CAREFUL[1]!r}, run_name='__main__')\nsys.exit(3)"
    report = replace(check, command=python(code), ok_exits=frozenset({3}), only=("job/course/failed/*",)).run()
    assert report.exit_code == ExitCode.PASS


def test_other_signs_can_mean_a_crash(check: ClientCheck) -> None:
    """`crashes` says which; what is printed on the truth, too, is none."""
    found = replace(
        check, crashes=("took", "gave up after"), only=("createImagineJob/503/refused/*",), patience=5
    ).run()
    case = next(case for case in found.cases if case.id.startswith("createImagineJob/503"))
    assert case.outcome is Outcome.FAIL
    assert case.seen.startswith("CRASHED: gave up after")
    assert case.reproduce.startswith("mjsim check client --replay V-0")


def test_what_is_printed_on_the_truth_is_no_sign_of_a_crash(check: ClientCheck) -> None:
    """Else every run of a client that says "pending" would be one."""
    report = replace(check, crashes=("pending",), only=("job/course/failed/*",)).run()
    assert report.exit_code == ExitCode.PASS


def test_settings_of_the_machine_do_not_reach_the_simulator(openapi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that makes a developer's own simulator fail every job makes no client fail."""
    monkeypatch.setenv("MJSIM_FAILURE_RATE", "1")
    monkeypatch.setenv("MIDJOURNEY_BASE_URL", "http://127.0.0.1:1")
    report = ClientCheck(CAREFUL, openapi / "midjourney.json", only=("",)).run()
    assert report.exit_code == ExitCode.PASS


def test_the_same_seed_gives_the_same_report(openapi: Path) -> None:
    """By a simulator of its own: the same cases, outcomes and evidence but for the times."""
    check = ClientCheck(CAREFUL, openapi / "midjourney.json", only=("getJobStatus/pending/*",), seed=7)
    one, other = check.run(), check.run()
    assert [(case.id, case.outcome) for case in one.cases] == [(case.id, case.outcome) for case in other.cases]
    assert len({case.id for case in one.cases}) == len(one.cases)


def test_the_report_says_what_was_covered(check: ClientCheck) -> None:
    """Sentences, three tables, and the life of the job."""
    report = replace(check, only=("createImagineJob/401/*",)).run()
    answers, sent, seen = report.matrices
    rows = dict(answers.rows)
    assert rows["createImagineJob"][answers.columns.index("401")] == "1"
    assert dict(sent.rows)["createImagineJob prompt"][0]
    assert dict(seen.rows)["getJobStatus result"] == ("2", "4")
    kinds = [event.kind for lane in report.lanes for event in lane.events]
    assert kinds.count("poll") == 3
    assert "created" in kinds
    assert "download" in kinds
    assert "createImagineJob: 2 of 12 fields were sent" in report.headline


def test_keys_are_not_shown(check: ClientCheck) -> None:
    """Neither in evidence nor in commands."""
    report = replace(check, only=("createImagineJob/40*/*", "job/course/*")).run()
    assert "sim-check-" not in repr(report)


def test_being_interrupted_leaves_no_process(check: ClientCheck, tmp_path: Path) -> None:
    """The command that runs at that moment is ended."""
    asyncio.run(interrupted(check, tmp_path))


async def interrupted(check: ClientCheck, tmp_path: Path) -> None:
    """Cancel a check while its command runs."""
    note = tmp_path / "client"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    task = asyncio.ensure_future(replace(check, command=python(code)).judge())
    async with asyncio.timeout(10):
        while not (note.exists() and note.read_text(encoding="utf-8")):
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(int(note.read_text(encoding="utf-8")))


def test_edits_of_a_failed_job_are_not_tried_on_a_client_that_cannot_bear_a_failed_job(check: ClientCheck) -> None:
    """Each would only say the same again."""
    blind = f"import runpy\ntry:\n    runpy.run_path({CAREFUL[1]!r}, run_name='__main__')\nexcept SystemExit:\n    pass"
    report = replace(check, command=python(blind), only=("job/course/failed/*", "getJobStatus/failed/*")).run()
    cases = {case.id: case for case in report.cases}
    assert cases["job/course/failed/all"].outcome is Outcome.FAIL
    assert cases["getJobStatus/failed/drop/error"].outcome is Outcome.NOT_EXERCISED
    assert "job/course/failed/all" in cases["getJobStatus/failed/drop/error"].seen


def test_edits_of_a_failed_job_are_tried_on_a_client_that_can(check: ClientCheck) -> None:
    """They are left out for that reason alone."""
    report = replace(check, only=("job/course/failed/*", "getJobStatus/failed/*")).run()
    assert {case.outcome for case in report.cases if "/failed/" in case.id} == {Outcome.PASS}
