"""What a request said explicitly is what its job shows, for as long as the job is shown."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mjsim_contracts.exchange import inside
from mjsim_contracts.server import sample
from mjsim_contracts.server.expectations import Expectation


class Echo(NamedTuple):
    """A rule that was judged, with what is wrong; empty where nothing is."""

    code: Expectation
    wrong: str


def echoes(body: Mapping[str, Any], job: Any) -> Iterator[Echo]:
    """Of an imagine request and the job that came of it. What the job does not show is not judged: it may leave it out."""
    prompt = inside(job, "prompt")
    if prompt is not None:
        wrong = (
            "" if prompt == body["prompt"] else f"the prompt was {_cut(body['prompt'])}, the job shows {_cut(prompt)}"
        )
        yield Echo(Expectation.PROMPT, wrong)
    yield from _settings(
        Expectation.PARAMETERS, {name: body[name] for name in body.keys() & sample.SETTINGS.keys()}, job
    )


def flag_echoes(job: Any) -> Iterator[Echo]:
    """Of a job that came of the sample with flags in its prompt."""
    yield from _settings(Expectation.FLAGS, sample.FLAGS, job)


def _settings(code: Expectation, asked: Mapping[str, Any], job: Any) -> Iterator[Echo]:
    for name in sorted(asked):
        value = inside(job, "parameters", name)
        if value is not None:
            wrong = "" if value == asked[name] else f"{name} {asked[name]!r} was asked for, the job shows {value!r}"
            yield Echo(code, wrong)


def _cut(value: Any) -> str:
    """A value as a sentence may show it; of a long text only its end, which is what gets lost."""
    text = repr(value)
    return text if len(text) <= 80 else f"…{text[-60:]} ({len(value)} characters)"
