"""Suites of other projects get a simulator, a tenant for each test, and a file when one fails."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from mjsim.cli import main

TWENTY = """
    import contracts, simulator
    import pytest
    from client import Client

    @pytest.mark.parametrize("number", range(20))
    def test_alone(mjsim_tenant, number):
        assert contracts.OURS and simulator.OURS
        client = Client(mjsim_tenant.base_url, mjsim_tenant.token)
        assert client.jobs() == []
        jobs = [client.imagine("the same for all") for _ in range(5)]
        mjsim_tenant.jobs.fail(jobs[0])
        assert [client.until_done(job) for job in jobs] == ["failed"] + 4 * ["completed"]
        assert sorted(client.jobs()) == sorted(jobs)
        assert len(mjsim_tenant.journal.find(method="POST")) == 5
        assert {entry["tenant"] for entry in mjsim_tenant.journal.find()} == {mjsim_tenant.token}
"""


@pytest.mark.parametrize("workers", [[], ["-n", "4"]], ids=["alone", "xdist"])
def test_twenty_tests_do_not_meet(project, workers):
    project.write(test_twenty=TWENTY)
    done = project.run("-q", *workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 passed" in done.stdout
    assert "warning" not in done.stdout


RED = """
    from client import Client

    def test_green(mjsim_tenant):
        Client(mjsim_tenant.base_url, mjsim_tenant.token).imagine("before")
        mjsim_tenant.clock.advance("90s")

    def test_red(mjsim_env):
        client = Client()
        job = client.imagine("a lighthouse")
        mjsim_env.jobs.hold(job)
        mjsim_env.clock.advance("60s")
        assert client.job(job)["status"] == "completed"
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_red_test_shows_its_journal_and_leaves_a_file_that_reproduces_it(project, workers, capsys):
    project.write(test_red=RED)
    done = project.run(*workers)
    assert done.returncode == 1, done.stdout
    section = done.stdout.partition("mjsim journal of sim-test-red-")[2]
    asked = [line.split()[2:5] for line in section.splitlines() if line.startswith("#")]
    assert [(method, status) for method, _, status in asked] == 3 * [("POST", "200")] + [("GET", "200")]
    assert "before" not in section
    file = Path(re.search(r"Ask it all again: mjsim replay (\S+)", section)[1])
    assert file.is_relative_to(project.folder / ".pytest_cache")
    assert [entry["method"] for entry in json.loads(file.read_text())["entries"]] == ["POST", "POST", "POST", "GET"]
    assert main(["replay", str(file)]) == 0, capsys.readouterr().out
    assert "4 requests asked again: every answer the same" in capsys.readouterr().out


def test_recordings_go_where_they_are_wanted(project):
    project.write(test_red=RED)
    done = project.run("-p", "no:cacheprovider", "--mjsim-recordings", "red")
    assert len(list((project.folder / "red").iterdir())) == 1, done.stdout
    done = project.run("-p", "no:cacheprovider", TMPDIR=str(project.folder))
    assert "Ask it all again" in done.stdout
    assert len(list((project.folder / "mjsim-recordings").iterdir())) == 1


def test_a_red_test_without_a_tenant_is_as_ever(project):
    project.write(test_plain="def test_red():\n    assert 0\n")
    done = project.run()
    assert done.returncode == 1
    assert "journal" not in done.stdout


IDLE = """
    import sys

    def test_nothing_is_loaded():
        loaded = {name for name in sys.modules if name.partition(".")[0] in ("mjsim", "aiohttp", "PIL", "msgspec")}
        assert loaded == {"mjsim", "mjsim.pytest_plugin"}
"""


def test_a_run_that_does_not_use_it_loads_nothing_but_the_plugin(project):
    project.write(test_idle=IDLE)
    done = project.run()
    assert done.returncode == 0, done.stdout


OPTIONS = """
    import pytest
    from client import Client

    def test_of_the_session(mjsim):
        settings = mjsim.control.info()["settings"]
        assert (settings["plan"], settings["seed"], mjsim.seed) == ("pro", 9, 9)

    def test_of_the_tenant(mjsim, mjsim_tenant):
        assert mjsim_tenant.base_url == mjsim.url

    @pytest.mark.mjsim("--plan=basic", "--pace", "instant")
    @pytest.mark.parametrize("again", [1, 2])
    def test_of_its_own(mjsim, mjsim_tenant, again):
        assert mjsim_tenant.base_url != mjsim.url
        client = Client(mjsim_tenant.base_url, mjsim_tenant.token)
        assert client.job(client.imagine("a"))["status"] == "completed"
"""


def test_options_come_from_the_file_the_command_line_and_the_test(project):
    with (project.folder / "pytest.ini").open("a") as file:
        file.write("mjsim_options = --plan=pro --seed 8\n")
    project.write(test_options=OPTIONS)
    done = project.run("--mjsim-options", "--seed 9")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("options", "reason"), [("--plan free", "--plan has to be one of"), ("--control-token x", "The control API asks")]
)
def test_options_that_are_unfit_are_told_in_one_line(project, options, reason):
    project.write(test_red=RED)
    done = project.run(f"--mjsim-options={options}")
    assert done.returncode == 1
    assert f"the simulator does not start: {reason}" in done.stdout
    assert "Traceback" not in done.stdout


CLOCK = """
    import asyncio
    import os
    import time
    from client import Client

    def test_it_is_changed(mjsim_tenant):
        mjsim_tenant.clock.run_at(5000)
        mjsim_tenant.clock.step("1h")

    def test_the_next_finds_it_as_ever(mjsim_tenant):
        state = mjsim_tenant.clock.show()
        assert (state["rate"], state["step"]) == (0, 1000)

    def test_frozen_it_is_moved_by_hand_alone(mjsim_tenant):
        mjsim_tenant.clock.freeze()
        client = Client(mjsim_tenant.base_url, mjsim_tenant.token)
        job = client.imagine("a")
        assert [client.job(job)["status"] for _ in range(9)] == 9 * ["pending"]
        walk = mjsim_tenant.clock.advance("10s")
        assert [change["status"] for change in walk["changes"]] == ["in_progress", "completed"]
        assert client.job(job)["status"] == "completed"

    def test_what_a_suite_does_to_time_does_not_reach_the_simulator(mjsim_tenant, monkeypatch):
        monkeypatch.setattr(time, "monotonic", lambda: 0.0)
        monkeypatch.setattr(time, "time", lambda: 0.0)
        client = Client(mjsim_tenant.base_url, mjsim_tenant.token)
        assert client.until_done(client.imagine("a")) == "completed"

    async def ask(tenant):
        client = Client(tenant.base_url, tenant.token)
        job = await asyncio.to_thread(client.imagine, "a")
        tenant.jobs.complete(job)
        return (await asyncio.to_thread(client.job, job))["status"]

    def test_event_loops_are_the_suites_own(mjsim_tenant):
        assert asyncio.run(ask(mjsim_tenant)) == "completed"
        assert asyncio.run(ask(mjsim_tenant)) == "completed"

    def test_variables_are_set(mjsim_env):
        assert os.environ["MIDJOURNEY_TOKEN"] == mjsim_env.token
        assert os.environ["MIDJOURNEY_BASE_URL"] == os.environ["MJSIM_CONTROL_URL"] == mjsim_env.base_url
        assert mjsim_env.headers == {"Authorization": f"Bearer {mjsim_env.token}"}

    def test_and_unset():
        assert not {"MIDJOURNEY_TOKEN", "MIDJOURNEY_BASE_URL", "MJSIM_CONTROL_URL"} & set(os.environ)
"""


def test_the_clock_and_the_surroundings_are_each_tests_own(project):
    project.write(test_clock=CLOCK)
    done = project.run()
    assert done.returncode == 0, done.stdout


def test_the_surroundings_do_not_steer_the_simulator(project):
    project.write(test_twenty=TWENTY)
    done = project.run("-k", "[7]", MJSIM_PORT="1", MJSIM_PLAN="free", MJSIM_CONTROL_TOKEN="x", PYTHONWARNINGS="error")
    assert done.returncode == 0, done.stdout


def test_the_same_test_sees_the_same_world_in_each_run(project):
    project.write(
        test_world="""
        from client import Client

        def test_world(mjsim_env):
            print("job", Client().imagine("a"))
        """
    )
    first, second = (re.search(r"job (\S+)", project.run("-s").stdout)[1] for _ in range(2))
    assert first == second


KILLED = """
    import os, signal

    def test_it(mjsim, mjsim_tenant):
        print("simulator", mjsim._launched._process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_simulator_is_left_behind_by_a_run_that_was_killed(project):
    project.write(test_killed=KILLED)
    done = project.run("-s")
    assert done.returncode == -9
    pid = re.search(r"simulator (\d+)", done.stdout)[1]
    assert subprocess.run(["timeout", "10", "tail", f"--pid={pid}", "-f", "/dev/null"], check=False).returncode == 0


def test_the_marker_is_described(project):
    assert "@pytest.mark.mjsim(*options)" in project.run("--markers").stdout
