"""Settings are resolved once, into one frozen value: flags over MJSIM_* variables over a scenario over a TOML file over
defaults.

Nothing else reads the environment.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mjsim.core.error import DocumentError, SettingsError
from mjsim.core.guess import nearest
from mjsim.core.instant import Instant, parse_rfc3339, rfc3339
from mjsim.core.limit import RateLimit, parse_rate_limit
from mjsim.core.pace import PACES, Pace
from mjsim.core.retry import RetryPolicy, parse_retries
from mjsim.core.slots import PLANS, SlotPlan
from mjsim.core.tenant import PREFIX, is_made_up
from mjsim.core.value import Frozen
from mjsim.core.webhook import DEVELOPMENT_SECRET, Secret, parse_secret
from mjsim.option import NONE, OPTIONS, TOKEN, Option

if TYPE_CHECKING:
    from mjsim.scenario import Scenario

MANUAL_START = parse_rfc3339("2026-01-01T00:00:00Z")
"""When time begins that is moved by hand, so that equal seeds give equal answers to the byte."""

DEMO_KEY = f"{PREFIX}local"

TOKEN_VARIABLE = "MIDJOURNEY_TOKEN"  # noqa: S105 - the name of a variable


class Settings(Frozen):
    """What a simulator is started with; the table of options says what each one means."""

    host: str = "127.0.0.1"
    port: int = 8080
    seed: int | None = None
    pace: str = "quick"
    data: Path | None = None
    api_key: tuple[str, ...] = ()
    plan: str = "unlimited"
    rate_limit: str | None = None
    failure_rate: float = 0.0
    max_jobs: int = 1_000_000
    public_base_url: str | None = None
    fetch: str = "loopback"
    clock: str = "real"
    rate: float = 1.0
    step: int = 0
    start: Instant | None = None
    control_token: str | None = None
    webhook_secret: tuple[str, ...] = ()
    webhook_retries: str = "standard"
    allow_public_targets: bool = False
    task_rules: str = "strict"
    task_errors: str = "envelope"
    task_webhook_key: str | None = None
    task_rate_limit: str = "20/10s"
    credits: int = 1_000_000
    log_format: str = "text"
    scenario: "Scenario | None" = None
    mcp_port: int | None = None
    no_mcp: bool = False
    token: str | None = None
    """The key that the environment names for clients; it is accepted too."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that are accepted beside those that begin with `sim-`."""
        return self.api_key if self.token is None else (*self.api_key, self.token)

    @property
    def ready_key(self) -> str:
        """A key that works and may be shown: never one that could be real."""
        return next((key for key in reversed(self.keys) if is_made_up(key)), DEMO_KEY)

    @property
    def reachable_host(self) -> str:
        """The host as a client on this machine writes it in a URL."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        return f"[{host}]" if ":" in host else host

    @property
    def public_host(self) -> str | None:
        """The name in the public base URL."""
        return urlsplit(self.public_base_url).hostname if self.public_base_url else None

    def shown(self) -> dict[str, Any]:
        """The settings by name, without secrets, each as a file would have it."""
        values = {option.name: getattr(self, option.name) for option in OPTIONS if not option.secret}
        if self.scenario is not None:
            values["scenario"] = self.scenario.path
        return {name: _written(name, value) for name, value in values.items() if value is not None}

    def world(self) -> dict[str, Any]:
        """Those of them that decide what is simulated, as a scenario file has them."""
        return {name: value for name, value in self.shown().items() if name in _OF_THE_WORLD}

    @property
    def time_rate(self) -> float:
        """Simulated seconds to a real one; 0 where time stands still."""
        return 0.0 if self.clock == "manual" else self.rate

    @property
    def time_start(self) -> Instant | None:
        """When simulated time begins; None for now. Where it stands still it begins at a round date, always the same."""
        return MANUAL_START if self.start is None and self.clock == "manual" else self.start

    @property
    def spans(self) -> Pace:
        """The durations of the chosen pace."""
        return PACES[self.pace]

    @property
    def slots(self) -> SlotPlan | None:
        """The slots of the chosen plan."""
        return PLANS[self.plan]

    @property
    def limit(self) -> RateLimit | None:
        """The rate limit on imagine."""
        return None if self.rate_limit is None else parse_rate_limit(self.rate_limit)

    @property
    def task_limit(self) -> RateLimit | None:
        """The rate limit on what the task API makes."""
        return None if self.task_rate_limit == NONE else parse_rate_limit(self.task_rate_limit)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What webhooks are signed with, the newest first."""
        return tuple(map(parse_secret, self.webhook_secret)) or (DEVELOPMENT_SECRET,)

    @property
    def retries(self) -> RetryPolicy:
        """When webhooks are sent again."""
        return parse_retries(self.webhook_retries)


_OF_THE_WORLD = frozenset(
    {"seed", "pace", "plan", "rate_limit", "failure_rate", "max_jobs", "fetch"}
    | {"clock", "rate", "step", "start", "webhook_retries"}
)


def _written(name: str, value: object) -> object:
    """A value as a settings file has it."""
    match value:
        case Path():
            return str(value)
        case int() if name == "start":
            return rfc3339(Instant(value))
        case int() if name == "step":
            return f"{value}ms"
        case _:
            return value


def resolve(flags: Mapping[str, str | list[str] | None], environment: Mapping[str, str], file: Path | None) -> Settings:
    """The settings that hold; `SettingsError` names the one that is unfit and where it came from."""
    table = _read_file(file) if file else {}
    values: dict[str, Any] = {}
    for option in OPTIONS:
        if (flag := flags.get(option.name)) is not None:
            values[option.name] = _read(option, flag, option.flag)
        elif text := environment.get(option.variable, "").strip():
            values[option.name] = _read(option, text.split(",") if option.repeated else text, option.variable)
        elif (scenario := values.get("scenario")) and (setting := scenario.settings.get(option.name)):
            source = f"scenario {scenario.path}, line {setting.line}: {option.name}"
            values[option.name] = _read(option, setting.value, source)
        elif option.name in table:
            values[option.name] = _read(option, table[option.name], f"{option.name} in {file}")
    if token := environment.get(TOKEN_VARIABLE, "").strip():
        values["token"] = _read(TOKEN, token, TOKEN_VARIABLE)
    return Settings(**values)


def misspelled(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that is no setting and looks like one: it would be passed over without a word."""
    known = ["MJSIM_CONFIG", "MJSIM_CONTROL_URL", *(option.variable for option in OPTIONS)]
    strange = sorted(name for name in environment if name.startswith("MJSIM_") and name not in known)
    close = {name: nearest(name, known, cutoff=0.85) for name in strange}
    return [f"{name} is no setting. Did you mean {meant}?" for name, meant in close.items() if meant]


def _read(option: Option, given: object, source: str) -> object:
    try:
        if option.repeated:
            return tuple(option.read(str(one)) for one in (given if isinstance(given, list) else [given]))
        return option.read(str(given))
    except DocumentError:
        raise
    except (SettingsError, ValueError) as error:
        shown = "" if option.secret else f", not {str(given)[:60]!r}"
        raise SettingsError(f"{source} {str(error).rstrip('.')}{shown}.") from error


def _read_file(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"settings file {file}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"settings file {file}: {error}.") from error
    known = {option.name.replace("_", "-"): option.name for option in OPTIONS}
    for name in table:
        if name.replace("_", "-") not in known:
            raise SettingsError(f"settings file {file}: {name!r} is no setting.{_nearest(name, known)}")
    return {known[name.replace("_", "-")]: value for name, value in table.items()}


def _nearest(name: str, known: Mapping[str, str]) -> str:
    close = nearest(name, known)
    return f" Did you mean {close!r}?" if close else ""
