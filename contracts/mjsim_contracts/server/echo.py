"""What a request said explicitly is what its job shows, for as long as the job is shown."""

from collections.abc import Iterator, Mapping
from typing import Any

from mjsim_contracts.exchange import inside
from mjsim_contracts.server import sample
from mjsim_contracts.server.docket import Verdict
from mjsim_contracts.server.expectations import Expectation

_MOST_SHOWN = 60


def echoes(body: Mapping[str, Any], job: Any) -> Iterator[Verdict]:
    """Of an imagine request and the job that came of it. What the job does not show is not judged: it may leave it out."""
    asked, shown = body["prompt"], inside(job, "prompt")
    if shown is not None:
        wrong = "" if shown == asked else f"the prompt was {_cut(asked)}, the job shows {_cut(shown)}"
        yield Verdict(Expectation.PROMPT, wrong)
    explicit = {name: body[name] for name in body.keys() & sample.SETTINGS.keys()}
    yield from _settings(Expectation.PARAMETERS, explicit, job)


def flag_echoes(job: Any) -> Iterator[Verdict]:
    """Of a job that came of the sample with flags in its prompt."""
    yield from _settings(Expectation.FLAGS, sample.FLAGS, job)


def _settings(code: Expectation, asked: Mapping[str, Any], job: Any) -> Iterator[Verdict]:
    for name in sorted(asked):
        value = inside(job, "parameters", name)
        if value is not None:
            wrong = "" if value == asked[name] else f"{name} {asked[name]!r} was asked for, the job shows {value!r}"
            yield Verdict(code, wrong)


def _cut(value: Any) -> str:
    """A value as a sentence may show it; of a long text only its end, which is what gets lost."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"…{text[-_MOST_SHOWN:]} ({len(text)} characters)"
