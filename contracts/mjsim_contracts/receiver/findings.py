"""What a battery found becomes one report: its cases, what was covered, and what the receiver asked of the API."""

from collections.abc import Iterator

from mjsim_contracts.receiver.bench import Bench, Scheme
from mjsim_contracts.receiver.exam import FAULTS
from mjsim_contracts.report.model import Case, Event, Lane, Matrix, Outcome, Report

_MOST_SHOWN = 500
"""Requests of the receiver that are told."""


def report_on(bench: Bench, cases: tuple[Case, ...], seed: int, seconds: float, *, insecure: bool) -> Report:
    """The report; whatever kept the check from looking closely is said first."""
    return Report(
        check="receiver",
        target=bench.wire.target.url,
        cases=cases,
        seconds=seconds,
        seed=seed,
        headline=(*_warnings(bench, cases, insecure=insecure), *_facts(bench, cases)),
        matrices=(_matrix(cases),),
        lanes=(_lane(bench),) if bench.passing.follow_ups else (),
    )


def _warnings(bench: Bench, cases: tuple[Case, ...], *, insecure: bool) -> Iterator[str]:
    if insecure:
        yield "INSECURE: signatures were not put to the test, and anybody can send this receiver anything."
    elif bench.scheme is Scheme.NONE:
        yield "IT BELIEVES ANYBODY: this receiver checks no signature (if that is meant to be, say --insecure)."
    if bench.effects.looked and not bench.effects.each:
        yield "SIDE EFFECTS WERE NOT SEEN: double work and lost work stay undetected; give a --probe."
    if 0 < len(bench.wire.key) < (least := bench.news.signing.least_bytes):
        yield f"The secret has {len(bench.wire.key)} bytes; Standard Webhooks asks for {least} or more."
    if len(cases) > 1 and all(case.outcome is not Outcome.PASS for case in cases):
        yield "The happy path failed. Is this the secret, and the path, that the receiver has?"


def _facts(bench: Bench, cases: tuple[Case, ...]) -> Iterator[str]:
    yield f"{bench.sent} deliveries in {len(cases)} cases; signature scheme: {bench.scheme}."
    yield f"{len(bench.passing.follow_ups)} requests of the receiver to the API were seen."


def _lane(bench: Bench) -> Lane:
    """What the receiver asked of the API, and when."""
    seen = bench.passing.follow_ups[:_MOST_SHOWN]
    events = (Event(round(one.at - bench.start, 3), one.method, f"{one.path}: {one.status}") for one in seen)
    return Lane("the receiver's requests to the API", tuple(events))


def _matrix(cases: tuple[Case, ...]) -> Matrix:
    """By kind of fault, how many cases ended in each way."""
    rows = []
    for fault in FAULTS.values():
        ended = [case.outcome for case in cases if case.place == fault]
        if ended:
            rows.append((fault, tuple(str(ended.count(outcome) or "") for outcome in Outcome)))
    return Matrix("Faults", tuple(Outcome), tuple(rows))
