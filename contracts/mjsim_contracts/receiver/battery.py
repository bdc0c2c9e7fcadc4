"""The exams in their order: the happy path, on which all else depends; what is counted, one at a time; then all others.

Whatever a receiver does, the whole is bounded in time: what there is no time left for is NOT EXERCISED.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.bench import Bench, NotExercised, Scheme, Trial
from mjsim_contracts.receiver.dialect import Dialect
from mjsim_contracts.receiver.exam import FAULTS, Exam
from mjsim_contracts.receiver.reproduction import curl
from mjsim_contracts.receiver.rule import Judgement
from mjsim_contracts.report.model import Case, Outcome

_AT_A_TIME = 5


@dataclass(slots=True)
class Battery:
    """Which exams a receiver sits, and under which conditions; `seconds` bounds the whole."""

    dialect: Dialect
    bench: Bench
    chosen: Sequence[Exam]
    scheme: Scheme | None = None
    progress: bool = True
    insecure: bool = False
    seconds: float = 150.0
    told: Callable[[Case], None] = lambda _case: None
    cases: list[Case] = field(default_factory=list)

    async def run(self) -> tuple[Case, ...]:
        """All cases, in the order of their ids. CheckError where not even the happy path could be tried."""
        syllabus = self.dialect.syllabus
        if self._of(syllabus.counted):
            await self.bench.effects.learn(self._happy)
        else:
            await self._happy()
        happy = self.cases[0]
        if happy.outcome is Outcome.NOT_EXERCISED:
            raise CheckError(happy.seen)
        if happy.outcome is Outcome.FAIL:
            for exam in self._of(syllabus.exams):
                self._add(_idle(exam, f"THE HAPPY PATH FAILED ({happy.seen}): nothing else can be judged"))
        else:
            self.bench.scheme = self.scheme or await self.dialect.detect(Trial(self.bench))
            await self.bench.effects.settled()
            for exam in self._of(syllabus.counted):
                await self._sit(exam)
            await self._side_by_side()
            for exam in self._of(syllabus.alone):
                await self._sit(exam)
        return tuple(sorted(self.cases, key=lambda case: case.id))

    def _of(self, exams: Sequence[Exam]) -> list[Exam]:
        return [exam for exam in exams if exam in self.chosen and exam is not self.dialect.syllabus.happy]

    async def _happy(self) -> bool:
        return (await self._sit(self.dialect.syllabus.happy)).outcome in {Outcome.PASS, Outcome.WARN}

    async def _side_by_side(self) -> None:
        places = asyncio.Semaphore(_AT_A_TIME)

        async def sit(exam: Exam) -> None:
            async with places:
                await self._sit(exam)

        async with asyncio.TaskGroup() as group:
            for exam in self._of(self.dialect.syllabus.side_by_side):
                group.create_task(sit(exam))

    async def _sit(self, exam: Exam) -> Case:
        excuse = exam.excuse(self.bench, progress=self.progress, insecure=self.insecure)
        return self._add(_idle(exam, excuse) if excuse else await self._case(exam))

    def _add(self, case: Case) -> Case:
        self.cases.append(case)
        self.told(case)
        return case

    async def _case(self, exam: Exam) -> Case:
        trial, start = Trial(self.bench), time.perf_counter()
        left = self.seconds - (start - self.bench.start)
        try:
            async with asyncio.timeout(max(0.0, left)):
                outcome, seen = await exam.run(trial)
        except (NotExercised, CheckError) as reason:
            outcome, seen = Judgement(Outcome.NOT_EXERCISED, str(reason))
        except TimeoutError:
            outcome, seen = Judgement(Outcome.NOT_EXERCISED, f"the check's {self.seconds:g} s were over")
        return Case(
            id=exam.id,
            title=exam.title,
            outcome=outcome,
            expected=exam.expected,
            seen=seen,
            why=exam.why,
            reproduce=_reproduction(exam, trial),
            place=FAULTS[exam.row],
            evidence=tuple(trial.evidence),
            seconds=round(time.perf_counter() - start, 3),
        )


def _idle(exam: Exam, reason: str) -> Case:
    place = FAULTS[exam.row]
    return Case(exam.id, exam.title, Outcome.NOT_EXERCISED, exam.expected, reason, exam.why, place=place)


def _reproduction(exam: Exam, trial: Trial) -> str:
    if trial.blamed is None:
        return ""
    command = curl(trial.blamed, trial.bench.wire.target.url)
    forms = {"twice": f"for n in 1 2; do {command}; done", "at once": f"for n in 1 2 3 4; do ({command}) & done; wait"}
    return forms.get(exam.again, command)
