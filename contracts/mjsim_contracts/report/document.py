"""The report as JSON, for programs; its form is described by the JSON Schema that is shipped beside it."""

import json
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from mjsim_contracts.report.model import Outcome, Report

VERSION = 1
"""Raised whenever a program that reads the document would have to change."""


def document(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(_value(report), indent=2) + "\n"


def _value(report: Report) -> dict[str, Any]:
    counts = {outcome.name.lower(): report.counts[outcome] for outcome in Outcome}
    return {
        "version": VERSION,
        "check": report.check,
        "target": report.target,
        "outcome": report.outcome.value,
        "exit_code": int(report.exit_code),
        "seed": report.seed,
        "profile": report.profile,
        "seconds": round(report.seconds, 3),
        "counts": counts | {"known": len(report.known)},
        "headline": list(report.headline),
        "cases": [asdict(case) for case in report.cases],
        "matrices": [
            {"title": each.title, "columns": each.columns, "rows": [_row(*row) for row in each.rows]}
            for each in report.matrices
        ],
        "lanes": [asdict(lane) for lane in report.lanes],
        "stale": list(report.stale),
    }


def _row(label: str, cells: tuple[str, ...]) -> dict[str, Any]:
    return {"label": label, "cells": cells}


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the document, draft 2020-12."""
    found: dict[str, Any] = json.loads(files(__package__).joinpath("report.schema.json").read_bytes())
    return found
