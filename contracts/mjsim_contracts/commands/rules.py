"""What a check holds its subject to can be read without running it: `mjsim check client --rules`, or with --json."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

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


def rules_text(arguments: Sequence[str]) -> str | None:
    """The list that a command line asks for; None where it asks for none, `CheckError` where there is none."""
    if FLAG not in arguments:
        return None
    what = next((word for word in arguments if word in _LISTS), "")
    if not what:
        raise CheckError(f"{FLAG} lists the rules of: mjsim check {', mjsim check '.join(_LISTS)}", ExitCode.USAGE)
    found = list(_LISTS[what]())
    if "--json" in arguments:
        return json.dumps([rule._asdict() for rule in found], indent=2, ensure_ascii=False) + "\n"
    return "".join(map(_paragraph, found))


def _paragraph(rule: RuleText) -> str:
    head = f"{rule.id}  ({rule.severity})\n"
    texts = (text for text in (rule.rule, f"Why: {rule.why}" if rule.why else "") if text)
    return head + "".join(textwrap.indent(textwrap.fill(text, _WIDTH - 4), "    ") + "\n" for text in texts)


def _client() -> Iterator[RuleText]:
    from mjsim_contracts.client.cases import WHY
    from mjsim_contracts.client.oracle import SOFT

    yield from _audit()
    for tier, why in WHY.items():
        severity = "warn" if tier in SOFT else "fail"
        yield RuleText(f"variation/{tier.name.lower()}", severity, f"What is {tier} does not break the client.", why)


def _audit() -> Iterator[RuleText]:
    from mjsim_contracts.audit.judging import rules

    for rule in rules():
        yield RuleText(rule.code, str(rule.severity), rule.sentence, rule.why)


def _server() -> Iterator[RuleText]:
    from mjsim_contracts.server.rules import RULES

    for rule in RULES.values():
        yield RuleText(rule.code, "warn" if rule.advice else "fail", rule.title, rule.why)


_LISTS: Mapping[str, Callable[[], Iterator[RuleText]]] = {"client": _client, "server": _server, "traffic": _audit}
