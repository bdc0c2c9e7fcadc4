"""Suites of other projects get the fixture, read what broke their client, and keep a test of it."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

CLIENT = '''
import time

class Failed(Exception):
    """There will be no picture."""

def imagine(session, url, key, prompt):
    headers = {"Authorization": f"Bearer {key}"}
    created = session.post(f"{url}/v1/imagine", json={"prompt": prompt}, headers=headers).json()
    if not created.get("data"):
        raise Failed("there is no job")
    while True:
        job = session.get(f"{url}/v1/jobs/{created['data']['job_id']}", headers=headers).json()
        if job["status"] not in ("pending", "in_progress"):
            break
        time.sleep(5)
    if job["status"] != "completed" or not job.get("result"):
        raise Failed("there is no picture")
    return job["completed_at"]
'''
TESTS = """
    import pytest
    from client import imagine

    def test_my_client(mjsim_conversation):
        mjsim_conversation.check(lambda api: imagine(api.requests_session(), api.url, api.key, "a fox"))

    class TestMany:
        @pytest.mark.parametrize("prompt", ["a hare"])
        def test_one(self, mjsim_conversation, prompt):
            mjsim_conversation.check(lambda api: imagine(api.httpx_client(), api.url, api.key, prompt))
"""
ENTRY_POINTS = "[pytest11]\nmjsim_contracts = mjsim_contracts.pytest_plugin\n"


class Project:
    """A project in whose environment the contracts are installed, as far as pytest can tell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        installed = folder / "installed" / "contracts_installed-0.dist-info"
        installed.mkdir(parents=True)
        (installed / "entry_points.txt").write_text(ENTRY_POINTS)
        (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: contracts-installed\nVersion: 0\n")
        (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\nfilterwarnings = error\n")
        (folder / "client.py").write_text(CLIENT)

    def run(self, *arguments: str, **tests: str) -> tuple[int, str]:
        """The exit code of its suite, and what that printed."""
        for name, text in tests.items():
            (self.folder / f"{name}.py").write_text(dedent(text))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MJSIM", "PYTEST"))}
        path = os.pathsep.join([*filter(None, [kept.get("PYTHONPATH")]), str(self.folder / "installed")])
        plugins = ("-p", "no:schemathesis", "-p", "no:cacheprovider", "-p", "no:mjsim")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *plugins, *arguments],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Somebody else's project."""
    return Project(tmp_path)


def test_what_breaks_a_client_becomes_a_test_that_fails_until_the_client_is_mended(project):
    code, said = project.run("--mjsim-regressions", "tests/regressions", test_mine=TESTS)
    assert code == 1, said
    assert "2 failed" in said
    files = sorted((project.folder / "tests" / "regressions").iterdir())
    ending = "getjobstatus_completed_drop_completed_at.py"
    assert [file.name for file in files] == [f"test_mine_my_client_{ending}", f"test_mine_one_{ending}"]
    for file in files:
        assert f"A test of it: {file}" in said
    text = files[0].read_text()
    assert '    mjsim_conversation = mjsim_conversation.replaying("getJobStatus/completed/drop/completed_at")' in text
    assert text.startswith(
        '"""The client broke on getJobStatus/completed/drop/completed_at: KeyError: \'completed_at\'."""'
    )
    code, said = project.run("tests/regressions")
    assert code == 1, said
    assert "2 failed" in said
    assert "<-- completed_at: removed" in said
    (project.folder / "client.py").write_text(CLIENT.replace('job["completed_at"]', 'job.get("completed_at")'))
    code, said = project.run("tests/regressions", "test_mine.py")
    assert code == 0, said
    assert "4 passed" in said


def test_a_client_of_tasks_has_a_fixture_of_its_own(project):
    """And what breaks it becomes a test that uses that."""
    tests = """
        import time

        def made(session, url, key):
            headers = {"Authorization": f"Bearer {key}"}
            wish = {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "fast"}
            made = session.post(f"{url}/api/v1/mj/generate", json=wish, headers=headers).json()
            return made["msg"][0]

        def test_tasks(mjsim_task_conversation):
            mjsim_task_conversation.check(lambda api: made(api.requests_session(), api.url, api.key))
    """
    code, said = project.run("--mjsim-regressions", "kept", test_mine=tests)
    assert code == 1, said
    [file] = (project.folder / "kept").iterdir()
    assert file.name == "test_mine_tasks_generatetask_200_empty_msg.py"
    text = file.read_text()
    assert '    mjsim_task_conversation = mjsim_task_conversation.replaying("generateTask/200/empty/msg")' in text
    code, said = project.run("kept")
    assert code == 1, said
    assert "<-- msg: emptied" in said


def test_a_failure_reads_well_and_shows_nothing_of_the_machinery(project):
    _code, said = project.run("-k", "test_my_client", test_mine=TESTS)
    assert "No test was written of it; --mjsim-regressions DIR names a folder for that." in said
    assert ">       mjsim_conversation.check(" in said
    for inside in ("exploring.py", "holding.py", "hypothesis", "Falsifying"):
        assert inside not in said


def test_what_cannot_be_written_down_is_said(project):
    tests = """
        import pytest
        from client import imagine

        @pytest.mark.parametrize("session", [object()])
        def test_it(mjsim_conversation, session):
            mjsim_conversation.check(lambda api: imagine(api.requests_session(), api.url, api.key, "a fox"))
    """
    _code, said = project.run("--mjsim-regressions", "kept", test_mine=tests)
    assert "No test was written of it: this one is given what has no literal." in said
    assert not (project.folder / "kept").exists()


@pytest.mark.parametrize("given", ["none", "0", "-3"])
def test_a_number_that_is_none_is_refused_in_one_line(project, given):
    code, said = project.run(f"--mjsim-conversations={given}", test_mine=TESTS)
    assert code == 1, said
    assert f"mjsim_conversations: '{given}' is no number of conversations" in said
    assert "Traceback" not in said


def test_a_suite_that_does_not_ask_for_it_imports_nothing(project):
    tests = """
        import sys

        def test_it():
            ours = {name for name in sys.modules if name.startswith("mjsim_contracts")}
            assert ours == {"mjsim_contracts", "mjsim_contracts.pytest_plugin"}
            assert "aiohttp" not in sys.modules
    """
    code, said = project.run(test_mine=tests)
    assert code == 0, said
