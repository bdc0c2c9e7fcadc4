"""The wheel is what users get: built, installed into a clean environment, started from elsewhere as somebody else."""

import os
import pwd
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[2]


def run(*command, **options):
    """Run to the end; what it printed. A failure shows what it said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def other_user():
    """Another user where we may become one, else ourselves."""
    return {"user": pwd.getpwnam("nobody").pw_uid, "group": 65534} if os.getuid() == 0 else {}


def interpreter():
    """A Python that the other user can run: ours may live in a private folder."""
    for candidate in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        check = [candidate, "-c", "import sys, sqlite3; sys.exit(sys.version_info < (3, 11))"]
        with suppress(OSError):
            if subprocess.run(check, cwd="/", capture_output=True, check=False, **other_user()).returncode == 0:
                return candidate
    pytest.fail("no Python of 3.11 or newer can be run by another user")


@pytest.fixture(scope="module")
def installed():
    """The folder of commands of an environment that holds the wheel and its dependencies, readable by anybody."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", ROOT)
        run(interpreter(), "-m", "venv", "--without-pip", folder / "env")
        (wheel,) = (folder / "dist").glob("*.whl")
        pip = [sys.executable, "-m", "pip", "--python", folder / "env" / "bin" / "python", "install", "--quiet"]
        run(*pip, "--disable-pip-version-check", "--constraint", ROOT / "constraints.txt", wheel)
        yield folder / "env" / "bin"


def test_the_installed_command_serves_from_another_folder_as_another_user(installed):
    options = {"cwd": "/", "env": {"PATH": "/usr/bin:/bin"}, **other_user()}
    command = [installed / "mjsim", "serve", "--port", "0", "--host", "0.0.0.0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    try:
        lines = []
        while "API" not in "".join(lines[-1:]):
            lines.append(server.stdout.readline())
            assert lines[-1], "".join(lines)
        assert "pip install 'mjsim[mcp]'" in server.stdout.readline(), "there is no MCP without its extra"
        url = lines[-1].split()[1].removesuffix("/v1")
        assert '"status":"ok"' in run(installed / "mjsim", "health", "--url", url, **options)
        for path in ("/openapi.json", "/docs", "/docs/swagger-ui-bundle.js"):
            assert len(run("curl", "-sf", url + path)) > 500
        made = run("curl", "-sf", url + "/v1/imagine", "-H", "Authorization: Bearer sim-x", "--json", '{"prompt":"x"}')
        assert "SUCCESS" in made
    finally:
        server.terminate()
        server.communicate(timeout=10)
    assert server.returncode == 0


def test_the_extra_is_named_to_who_asks_for_mcp_without_it(installed):
    done = subprocess.run([installed / "mjsim", "mcp"], capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'mjsim[mcp]'" in done.stderr


def test_health_says_no_when_nothing_listens(installed):
    done = subprocess.run(
        [installed / "mjsim", "health", "--url", "http://127.0.0.1:9"],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 1
    assert "is not healthy" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_wheel_holds_both_packages_and_the_contracts_and_no_tests(installed):
    site = next((installed.parent / "lib").glob("python*")) / "site-packages"
    assert (site / "mjsim" / "openapi" / "midjourney.json").is_file()
    assert (site / "mjsim_contracts" / "__init__.py").is_file()
    for name in ("midjourney.json", "midjourney.published.json", "midjourney.yaml"):
        assert (site / "mjsim_contracts" / "openapi" / name).is_file()
    for name in ("report.schema.json", "page.css", "page.js"):
        assert (site / "mjsim_contracts" / "report" / name).is_file()
    assert (site / "mjsim" / "py.typed").is_file()
    assert not (site / "tests").exists()
    (described,) = site.glob("mjsim-*.dist-info/entry_points.txt")
    plugins = "[pytest11]\nmjsim = mjsim.pytest_plugin\nmjsim_contracts = mjsim_contracts.pytest_plugin\n"
    assert plugins in described.read_text()


def test_without_the_extra_a_check_says_in_one_line_what_to_install(installed):
    done = subprocess.run(
        [installed / "mjsim", "check", "server", "http://127.0.0.1:9"],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert "pip install 'mjsim[contracts]'" in line


def test_the_dockerfile_copies_what_the_build_needs():
    text = (ROOT / "Dockerfile").read_text()
    for line in text.splitlines():
        if line.startswith("COPY"):
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
    assert "USER mjsim" in text
    assert "EXPOSE 8080 9090" in text
    assert "HEALTHCHECK" in text
