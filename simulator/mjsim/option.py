"""Every setting is a row of one table: its name, how its text is read, and what it is for.

The command line, the variables and the files all come from it.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mjsim.core.error import SettingsError
from mjsim.core.instant import DAY, HORIZON, Instant, parse_duration, parse_rfc3339, rfc3339
from mjsim.core.limit import parse_rate_limit
from mjsim.core.pace import PACES
from mjsim.core.retry import parse_retries
from mjsim.core.slots import PLANS
from mjsim.core.tenant import PREFIX
from mjsim.core.value import Frozen
from mjsim.core.webhook import parse_secret

if TYPE_CHECKING:
    from mjsim.scenario import Scenario

MOST_RATE = 100_000
"""The fastest that time may run: over a simulated day in a real second."""

_LATEST_START = Instant(HORIZON - 3_650 * DAY)
NONE = "none"

Reader = Callable[[str], Any]


class Option(Frozen):
    """One setting: how its text is read (`SettingsError` or ValueError where it is unfit) and what it is for."""

    name: str
    read: Reader
    metavar: str
    help: str
    repeated: bool = False
    switch: bool = False
    """The flag alone, without a value, turns it on."""
    secret: bool = False
    """Its value is never shown."""

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"MJSIM_{self.name.upper()}"


def _whole(least: int, most: int) -> Reader:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,20}", text, re.ASCII) or not least <= int(text) <= most:
            raise SettingsError(f"has to be a whole number from {least} to {most}")
        return int(text)

    return read


def _one_of(*choices: str) -> Reader:
    def read(text: str) -> str:
        if text not in choices:
            raise SettingsError(f"has to be one of {', '.join(choices)}")
        return text

    return read


def _switch(text: str) -> bool:
    if text.lower() not in (meanings := {"true": True, "1": True, "false": False, "0": False}):
        raise SettingsError("has to be true or false")
    return meanings[text.lower()]


def _share(text: str) -> float:
    if not re.fullmatch(r"[0-9]*\.?[0-9]+", text, re.ASCII) or not 0 <= float(text) <= 1:
        raise SettingsError("has to be a number from 0 to 1")
    return float(text)


def _rate(text: str) -> float:
    if not re.fullmatch(r"[0-9]*\.?[0-9]+", text, re.ASCII) or not 0 < float(text) <= MOST_RATE:
        raise SettingsError(f"has to be a number above 0 and at most {MOST_RATE} (--clock manual stops time)")
    return float(text)


def _start(text: str) -> Instant:
    instant = parse_rfc3339(text)
    if instant > _LATEST_START:
        raise SettingsError(f"has to be before {rfc3339(_LATEST_START)}")
    return instant


def _step(text: str) -> int:
    milliseconds = parse_duration(text)
    if milliseconds > DAY:
        raise SettingsError("has to be at most a day")
    return milliseconds


def _checked(parse: Callable[[str], object]) -> Reader:
    """The text itself, once it is known that it can be read."""

    def read(text: str) -> str:
        parse(text.strip())
        return text.strip()

    return read


def _rate_limit(text: str) -> str:
    try:
        parse_rate_limit(text)
    except SettingsError as error:
        raise SettingsError("has to be of the form COUNT/WINDOW, such as 10/60s, 30/m or 500/h") from error
    return text


def _task_rate_limit(text: str) -> str:
    return text if text == NONE else _rate_limit(text)


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fit = False
    if not fit or not re.fullmatch(r"[!-~]+", text) or set(text) & set('?#"<>\\'):
        raise SettingsError("has to be an http or https URL, such as https://mj.example.test")
    return text


def _path(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise SettingsError("has to be the path of a file")
    return Path(text)


def _key(text: str) -> str:
    if not text.strip() or not text.isascii() or not text.isprintable():
        raise SettingsError("has to be printable ASCII text")
    return text.strip()


def _host(text: str) -> str:
    if not text.strip():
        raise SettingsError("has to be a host name or an address")
    return text.strip()


def _scenario(text: str) -> "Scenario":
    from mjsim.scenario import read_scenario

    return read_scenario(_path(text), [option.name for option in OPTIONS if option.name != "scenario"])


OPTIONS = (
    Option(
        "scenario",
        _scenario,
        "FILE",
        "settings and faults from this YAML file; flags and variables win over its settings",
    ),
    Option("host", _host, "HOST", "address to listen on (default 127.0.0.1; 0.0.0.0 for every interface)"),
    Option("port", _whole(0, 65_535), "PORT", "port to listen on (default 8080; 0 takes a free one and prints it)"),
    Option(
        "seed", _whole(0, 2**63 - 1), "N", "root of all chance: the same seed gives the same world (default: random)"
    ),
    Option(
        "pace", _one_of(*PACES), "NAME", "realistic (about a minute a job), quick (about 5 s, the default), instant"
    ),
    Option("data", _path, "FILE", "keep everything in this file; it survives any crash (default: in memory)"),
    Option(
        "api_key",
        _key,
        "KEY",
        f"accept this key beside every {PREFIX}<anything>; may be repeated",
        repeated=True,
        secret=True,
    ),
    Option("plan", _one_of(*PLANS), "NAME", "slots and queue: unlimited (default), basic (3 + 10), pro (12 + 3 + 10)"),
    Option("rate_limit", _rate_limit, "N/WINDOW", "limit on imagine for each key, such as 10/60s (default: none)"),
    Option("failure_rate", _share, "SHARE", "share of jobs that fail, from 0 to 1 (default 0)"),
    Option("max_jobs", _whole(1, 100_000_000), "N", "jobs to keep; beyond, old ones expire early (default 1000000)"),
    Option("public_base_url", _origin, "URL", "origin of image URLs (default: the one that the client used)"),
    Option(
        "fetch", _one_of("loopback", "any"), "WHERE", "hosts that image URLs are read from: loopback (default), any"
    ),
    Option(
        "clock", _one_of("real", "manual"), "KIND", "real (default): time runs; manual: it stands still until moved"
    ),
    Option("rate", _rate, "N", "simulated seconds to a real one (default 1)"),
    Option("step", _step, "DURATION", "let so much time pass at each API request, such as 500ms (default: none)"),
    Option("start", _start, "TIME", "when simulated time begins, such as 2026-01-31T12:00:00Z (default: now)"),
    Option(
        "control_token", _key, "TOKEN", "ask for this token on /_sim, and let other hosts in that have it", secret=True
    ),
    Option(
        "webhook_secret",
        _checked(parse_secret),
        "SECRET",
        "whsec_<Base64> to sign webhooks with; repeated, all sign, the newest first (default: one for development)",
        repeated=True,
        secret=True,
    ),
    Option(
        "webhook_retries",
        _checked(parse_retries),
        "POLICY",
        "standard (default), terminal-only, none, or the pauses between attempts, such as 5s,1m,10m",
    ),
    Option(
        "allow_public_targets",
        _switch,
        "BOOL",
        "send webhooks to public addresses, too (default: only to this machine and private networks)",
        switch=True,
    ),
    Option(
        "task_rules",
        _one_of("strict", "lenient"),
        "RULES",
        "task API: strict (default) as the service is, lenient as its documents and older clients have it",
    ),
    Option(
        "task_errors",
        _one_of("envelope", "http"),
        "WHERE",
        "task API: tell errors in the envelope alone (default), or by the HTTP status too",
    ),
    Option(
        "task_webhook_key", _key, "KEY", "task API: sign callbacks with this key (default: not signed)", secret=True
    ),
    Option(
        "task_rate_limit",
        _task_rate_limit,
        "N/WINDOW",
        "task API: limit on tasks for each key (default 20/10s), or none",
    ),
    Option("credits", _whole(0, 10**12), "N", "task API: what each key may spend (default 1000000)"),
    Option("log_format", _one_of("text", "json"), "FORMAT", "form of the log: text (default) or json"),
    Option("mcp_port", _whole(0, 65_535), "PORT", "port of the MCP tools (default 9090, where the extra is installed)"),
    Option("no_mcp", _switch, "BOOL", "serve no MCP tools", switch=True),
)
"""Every setting."""

TOKEN = Option("api_key", _key, "KEY", "the key that clients are given by the environment", secret=True)
"""The key that the environment names."""
