"""Where the simulator is that a command directs: `--url`, else `MJSIM_CONTROL_URL`, else where the settings say."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from mjsim.commands.options import URL_VARIABLE, settings_of
from mjsim.commands.parser import Parser, Verbs

if TYPE_CHECKING:
    from mjsim.client import Control

TOKEN_VARIABLE = "MJSIM_CONTROL_TOKEN"  # noqa: S105 - the name of a variable


class Address(NamedTuple):
    """Where a simulator is, and the token of its control API, if it has one."""

    url: str
    token: str | None


class _Flags(Protocol):
    def __call__(self, *flags: str, **kwargs: Any) -> object: ...


def add_connection(parser: Parser | Verbs) -> None:
    """Add the flags that say which simulator is meant and how its answer is shown."""
    add = parser.everywhere if isinstance(parser, Verbs) else parser.add_argument
    _add_address(add)
    add("--json", action="store_true", help="print what the control API answers, for machines")


def add_address(parser: Parser) -> None:
    """Add the flags that say which simulator is meant."""
    _add_address(parser.add_argument)


def _add_address(add: _Flags) -> None:
    add(
        "--url", help=f"the simulator's base URL (default: {URL_VARIABLE}, else where the settings say that it listens)"
    )
    add("--control-token", metavar="TOKEN", help=f"the token of its control API (default: {TOKEN_VARIABLE})")
    add("--config", type=Path, metavar="FILE", help="the TOML file that the simulator was started with")


def address_of(given: argparse.Namespace) -> Address:
    """Where the simulator is; `SettingsError` where a setting is unfit."""
    token = given.control_token or os.environ.get(TOKEN_VARIABLE, "").strip() or None
    if url := given.url or os.environ.get(URL_VARIABLE, "").strip():
        return Address(url.rstrip("/"), token)
    settings = settings_of(argparse.Namespace(config=given.config))
    return Address(f"http://{settings.reachable_host}:{settings.port}", token or settings.control_token)


def connect(given: argparse.Namespace, tenant: str | None = None) -> "Control":
    """The control API of the simulator that is meant, limited to a tenant where one is named."""
    from mjsim.client import Control

    address = address_of(given)
    return Control(address.url, address.token, tenant)
