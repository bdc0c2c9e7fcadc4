"""Fixtures for suites that test a client: one simulator for each session or worker, one tenant for each test.

A run that asks for none of them imports nothing of mjsim but this. The simulator is a process of its own: nothing that a
suite does to its own process (warnings that are errors, frozen time, event loops) reaches it.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pluggy import Result

    from mjsim.rehearsal import Stage, Stages, Tenant

_TENANT: "pytest.StashKey[Tenant]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("mjsim", "mjsim, the simulator of the Midjourney API")
    group.addoption(
        "--mjsim-options", default="", metavar="OPTIONS", help="of mjsim serve, such as '--seed 7 --plan basic'"
    )
    group.addoption("--mjsim-recordings", metavar="DIR", help="where failed tests leave their recordings")
    parser.addini("mjsim_options", "options of mjsim serve for the simulator of this suite", type="args", default=[])
    parser.addini("mjsim_recordings", "where failed tests leave their recordings", default="")


def pytest_configure(config: pytest.Config) -> None:
    """The marker of the plugin."""
    config.addinivalue_line(
        "markers",
        "mjsim(*options): give this test a simulator with these options of mjsim serve, such as '--plan=basic'",
    )


@pytest.fixture(scope="session")
def mjsim_stages(pytestconfig: pytest.Config) -> "Iterator[Stages]":
    """The simulators of this session by their options; most suites need one and never see this."""
    import shlex

    from mjsim.rehearsal import Stages

    given = [*pytestconfig.getini("mjsim_options"), *shlex.split(pytestconfig.getoption("--mjsim-options"))]
    stages = Stages(given)
    yield stages
    stages.stop()


@pytest.fixture(scope="session")
def mjsim(mjsim_stages: "Stages") -> "Stage":
    """The simulator of this session (under xdist: of this worker): its `url`, and `control` of all tenants."""
    return _stage(mjsim_stages, ())


@pytest.fixture
def mjsim_tenant(request: pytest.FixtureRequest, mjsim_stages: "Stages") -> "Iterator[Tenant]":
    """A tenant of this test's own: base_url, token, headers, clock, jobs, journal, webhooks."""
    marker = request.node.get_closest_marker("mjsim")
    tenant = _stage(mjsim_stages, marker.args if marker else ()).tenant(request.node.nodeid)
    request.node.stash[_TENANT] = tenant
    yield tenant
    del request.node.stash[_TENANT]
    tenant.forget()


@pytest.fixture
def mjsim_env(mjsim_tenant: "Tenant", monkeypatch: pytest.MonkeyPatch) -> "Tenant":
    """The same, named by MIDJOURNEY_BASE_URL, MIDJOURNEY_TOKEN and MJSIM_CONTROL_URL while the test runs."""
    for name, value in mjsim_tenant.environment.items():
        monkeypatch.setenv(name, value)
    return mjsim_tenant


def _stage(stages: "Stages", options: Sequence[str]) -> "Stage":
    """The simulator with these options; a test that asks for what there is not fails in one line."""
    from mjsim.core.error import ControlError, SettingsError

    try:
        return stages.get(options)
    except (SettingsError, ControlError) as error:
        pytest.fail(f"the simulator does not start: {error}", pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, "Result[pytest.TestReport]", None]:
    """A failed test shows what its tenant was asked, and leaves a recording."""
    outcome = yield
    report = outcome.get_result()
    tenant = item.stash.get(_TENANT, None)
    if report.failed and tenant is not None:
        report.sections += _sections(item, tenant)


def _sections(item: pytest.Item, tenant: "Tenant") -> list[tuple[str, str]]:
    import shlex

    from mjsim.core.error import ControlError
    from mjsim.rehearsal import recording_name, told

    title = f"mjsim journal of {tenant.token}"
    try:
        file = _folder(item.config) / recording_name(item.nodeid)
        recording = tenant.recording()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(recording.dump(), encoding="utf-8")
    except (ControlError, OSError) as error:
        return [(title, f"It is lost: {error}")]
    return [(title, f"{told(recording)}\n\nAsk it all again: mjsim replay {shlex.quote(str(file))}")]


def _folder(config: pytest.Config) -> "Path":
    """Where recordings go: as told, else into pytest's cache, else to the other temporary files."""
    import tempfile
    from pathlib import Path

    if named := config.getoption("--mjsim-recordings") or config.getini("mjsim_recordings"):
        return config.rootpath / str(named)
    cache = getattr(config, "cache", None)
    return Path(cache.mkdir("mjsim")) if cache else Path(tempfile.gettempdir()) / "mjsim-recordings"
