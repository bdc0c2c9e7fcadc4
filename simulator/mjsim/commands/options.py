"""The settings of a simulator as flags, for the commands that start one or ask where one listens."""

import argparse
import os
from pathlib import Path
from typing import Any

from mjsim.commands.parser import Parser
from mjsim.option import OPTIONS
from mjsim.settings import Settings, resolve

URL_VARIABLE = "MJSIM_CONTROL_URL"
"""Where a running simulator is, for the commands that direct it."""


def add_config(parser: Parser) -> None:
    """Add the flag for a file of settings."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="read settings from this TOML file")


def add_settings(parser: Parser, **helps: str) -> None:
    """Add a flag for every setting; `helps` are by name, for those of which the command makes something else."""
    add_config(parser)
    for option in OPTIONS:
        kind: dict[str, Any] = {"action": "append"} if option.repeated else {}
        if option.switch:
            kind = {"nargs": "?", "const": "true"}
        parser.add_argument(
            option.flag, dest=option.name, metavar=option.metavar, help=helps.get(option.name, option.help), **kind
        )


def settings_of(given: argparse.Namespace) -> Settings:
    """The settings that flags, variables and the file make; `SettingsError` names the one that is unfit."""
    named = os.environ.get("MJSIM_CONFIG")
    return resolve(vars(given), os.environ, given.config or (Path(named) if named else None))
