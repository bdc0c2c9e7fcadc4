"""What the README tells its readers to type is typed here, against a server of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(<!-- not run: [^>]+ -->\n)?```(\w+)\n(.*?)```", re.DOTALL)


def blocks(language: str) -> list[str]:
    """The blocks of the README that are run, in their order."""
    return [text for skipped, kind, text in BLOCK.findall(README) if kind == language and not skipped]


@pytest.fixture
def server():
    command = [sys.executable, "-m", "mjsim", "serve", "--port", "0", "--seed", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        while "API" not in (line := process.stdout.readline()):
            assert line or process.poll() is None, "the server did not start"
        yield line.split()[1].removesuffix("/v1")
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_the_shell_commands_work_one_after_the_other(server, tmp_path):
    script = "\n".join(blocks("sh")).replace("http://127.0.0.1:8080", server)
    shell = ["bash", "-euo", "pipefail", "-c", script]
    run = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "grid.webp").read_bytes()[8:12] == b"WEBP"
    codes = re.findall(r'"code":"(\w+)"', run.stdout)
    assert codes == ["banned_prompt", "unauthorized"], run.stdout
    assert run.stdout.count('"status":"SUCCESS"') == 3
    assert '"status":"cancelled"' in run.stdout


def test_the_python_client_works(server, tmp_path):
    (program,) = blocks("python")
    code = program.replace("http://127.0.0.1:8080", server)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("completed ['http")


def test_every_block_is_run_or_says_why_not():
    kinds = {kind for _skipped, kind, _text in BLOCK.findall(README)}
    assert kinds <= {"sh", "python"}
    assert len(blocks("sh")) >= 5


def test_every_option_that_the_readme_names_exists():
    from mjsim.settings import OPTIONS

    judge = [sys.executable, "-m", "mjsim_contracts", "check", "server", "--help"]
    asked = subprocess.run(judge, capture_output=True, text=True, timeout=60, check=True).stdout
    known = {option.flag for option in OPTIONS} | {"--config", "--help"} | set(re.findall(r"--[a-z-]+", asked))
    prompt_flags = {"--ar", "--v", "--no"}
    docker = {"--rm"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) | set(re.findall(r"--[a-z]+(?= )", README))
    assert named - known - prompt_flags - docker == set()


def test_links_lead_to_files():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
