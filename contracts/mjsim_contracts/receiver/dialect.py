"""All that differs between the APIs whose news receivers are told is one value, so that the check itself knows none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mjsim_contracts.receiver.asking import Asking
from mjsim_contracts.receiver.bench import Scheme, Trial
from mjsim_contracts.receiver.exam import Exam
from mjsim_contracts.receiver.news import News
from mjsim_contracts.receiver.passthrough import Refusals
from mjsim_contracts.receiver.stock import Maker


@dataclass(frozen=True, slots=True)
class Syllabus:
    """The exams of one API: `happy`, on which all else depends; those that are `counted`, one at a time; those that do not
    disturb each other; and those that have to be `alone`. `quick` are the ids of those that the quick profile has.
    """

    happy: Exam
    counted: tuple[Exam, ...]
    side_by_side: tuple[Exam, ...]
    alone: tuple[Exam, ...]
    quick: frozenset[str]

    @property
    def exams(self) -> tuple[Exam, ...]:
        """All of them, as they are told."""
        every = (self.happy, *self.counted, *self.side_by_side, *self.alone)
        return tuple(sorted(every, key=lambda exam: exam.id))

    def chosen(self, profile: str, only: tuple[str, ...]) -> tuple[Exam, ...]:
        """Those of a profile; those whose ids begin so, of whatever profile, where such beginnings are given."""
        if only:
            return tuple(exam for exam in self.exams if exam.id.startswith(only))
        return tuple(exam for exam in self.exams if profile != "quick" or exam.id in self.quick)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs. `make` makes jobs to be told of at an API, and `options` gives the flags of a simulator for that, which
    depend on whether jobs have to be seen at work. `detect` finds out which signature a receiver goes by. `webhook_types`
    and `schemes` are the values that the options of these names can have, if there are any. `caution` is a fact about its
    news that every report repeats.
    """

    name: str
    news: News
    syllabus: Syllabus
    make: Callable[[Asking], Maker]
    detect: Callable[[Trial], Awaitable[Scheme]]
    refusals: Refusals
    options: Callable[[bool], tuple[str, ...]]
    webhook_types: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    caution: str = ""
