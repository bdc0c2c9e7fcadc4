"""What a check holds its subject to can be read without running it: `mjsim check client --rules`, or with --json."""

import json
import textwrap
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, NoReturn

from mjsim_contracts.commands.api import add_api_option
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.dialect.table import DIALECTS
from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import ExitCode

FLAG = "--rules"
_WIDTH = 100


class RuleText(NamedTuple):
    """A rule as its reader sees it; `severity` is the worst that breaking it means, `fail` or `warn`."""

    id: str
    severity: str
    rule: str
    why: str


class _Asked(ArgumentParser):
    """Says in one line what cannot be understood."""

    def error(self, message: str) -> NoReturn:
        listed = f"there are those of mjsim check {', mjsim check '.join(_LISTS)}"
        raise CheckError(f"{FLAG}: {message}; {listed}", ExitCode.USAGE)


def rules_text(arguments: Sequence[str]) -> str | None:
    """The list that a command line asks for; None where it asks for none, `CheckError` where there is none."""
    if FLAG not in arguments or arguments[0] != "check":
        return None
    parser = _Asked(add_help=False, allow_abbrev=False)
    parser.add_argument("check", choices=["check"])
    parser.add_argument("what", choices=tuple(_LISTS))
    parser.add_argument(FLAG, action="store_true")
    parser.add_argument("--json", action="store_true")
    add_api_option(parser, "the API whose rules are listed")
    given = parser.parse_args(arguments)
    found = list(_LISTS[given.what](given.api))
    if given.json:
        return json.dumps([rule._asdict() for rule in found], indent=2, ensure_ascii=False) + "\n"
    return "".join(map(_paragraph, found))


def _paragraph(rule: RuleText) -> str:
    head = f"{rule.id}  ({rule.severity})\n"
    texts = (text for text in (rule.rule, f"Why: {rule.why}" if rule.why else "") if text)
    return head + "".join(textwrap.indent(textwrap.fill(text, _WIDTH - 4), "    ") + "\n" for text in texts)


def _client(api: str) -> Iterator[RuleText]:
    from mjsim_contracts.client.cases import WHY
    from mjsim_contracts.client.oracle import SOFT

    yield from _audit(api)
    for tier, why in WHY.items():
        severity = "warn" if tier in SOFT else "fail"
        yield RuleText(f"variation/{tier.name.lower()}", severity, f"What is {tier} does not break the client.", why)


def _audit(api: str) -> Iterator[RuleText]:
    from mjsim_contracts.audit.judging import rules

    dialect = DIALECTS[api]
    for rule in rules(dialect):
        yield RuleText(rule.code, str(rule.severity), *rule.told(dialect))


def _server(api: str) -> Iterator[RuleText]:
    from mjsim_contracts.server.rules import RULES
    from mjsim_contracts.taskserver.rules import TASK_RULES

    for rule in {MIDJOURNEY.name: RULES, TASKS.name: TASK_RULES}[api].values():
        yield RuleText(rule.code, "warn" if rule.advice else "fail", rule.title, rule.why)


_LISTS: Mapping[str, Callable[[str], Iterator[RuleText]]] = {"client": _client, "server": _server, "traffic": _audit}
