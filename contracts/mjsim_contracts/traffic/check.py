"""Recorded traffic is judged by the same rules as a client that runs: the report of a HAR file, or of a proxy's record."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mjsim_contracts.audit.coverage import Coverage
from mjsim_contracts.audit.judging import audit, by_curl
from mjsim_contracts.audit.lanes import lanes
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect import Dialect
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.dialect.table import DIALECTS
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import Report
from mjsim_contracts.terms import Contract, read_contract
from mjsim_contracts.traffic.call import Call
from mjsim_contracts.traffic.har import read_har


@dataclass(frozen=True, slots=True)
class TrafficCheck:
    """What is judged: an archive (HAR 1.2) of a client's requests to the API."""

    file: Path
    contract: Path
    dialect: Dialect = MIDJOURNEY

    def run(self) -> Report:
        """The report; `CheckError` where the file is no archive, or holds no request to the API."""
        start = time.monotonic()
        contract = read_contract(self.contract, self.dialect)
        calls = read_har(self.file, self.dialect)
        if not calls:
            terms = next(iter(contract.terms.values()))
            example = f"{terms.method} {terms.path}"
            other = next((f"; try --api {name}" for name, one in DIALECTS.items() if read_har(self.file, one)), "")
            raise CheckError(f"{self.file} holds no request to an operation of this API, such as {example}{other}")
        return traffic_report(str(self.file), calls, contract, time.monotonic() - start)


def traffic_report(target: str, calls: Sequence[Call], contract: Contract, seconds: float) -> Report:
    """The report on a record of calls."""
    scene = Scene(target, tuple(calls), max((call.ended for call in calls), default=0.0))
    coverage = Coverage(contract, [scene])
    return Report(
        check="traffic",
        target=target,
        cases=audit([scene], contract, by_curl),
        seconds=round(seconds, 3),
        headline=(f"{len(calls)} requests within {scene.seconds:.1f} s", *coverage.headline()),
        matrices=coverage.matrices(),
        lanes=lanes(scene, contract.dialect),
    )
