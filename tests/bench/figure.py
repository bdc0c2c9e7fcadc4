"""A figure is what was measured beside what it is measured against, and the goal that it has to meet."""

from dataclasses import dataclass

from race import Outcome


@dataclass(frozen=True)
class Goal:
    """`limit` is the least (`at_least`) or the most that is wanted; `unit` is `×` for ratios."""

    limit: float
    at_least: bool
    unit: str = "×"

    def met(self, value: float) -> bool:
        """Whether the value, rounded as it is shown, will do."""
        shown = round(value, 2)
        return shown >= self.limit if self.at_least else shown <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:,g} {self.unit}"


@dataclass(frozen=True)
class Figure:
    """One line of the table. `value` is what the goal is about; `by_processor` is the same ratio by processor time."""

    name: str
    ours: str
    against: str
    value: float
    goal: Goal
    by_processor: float | None = None

    @property
    def met(self) -> bool:
        """Whether the goal is met, by the clock and by processor time: on a busy machine the clock alone flatters."""
        return self.goal.met(self.value) and (self.by_processor is None or self.goal.met(self.by_processor))

    @property
    def ratio(self) -> str:
        """The value where it is a ratio."""
        return f"{self.value:.2f}" if self.goal.unit == "×" else ""


def faster(name: str, outcome: Outcome, least: float) -> Figure:
    """A figure about answers a second."""
    goal = Goal(least, at_least=True)
    return Figure(name, outcome.ours.shown, outcome.theirs.shown, outcome.ratio, goal, outcome.cost_ratio)


def slower(name: str, ours: float, theirs: float, most: float) -> Figure:
    """A figure about seconds."""
    goal = Goal(most, at_least=False)
    return Figure(name, f"{ours * 1e3:,.1f} ms", f"{theirs * 1e3:,.1f} ms", ours / theirs, goal)


def slower_by(name: str, outcome: Outcome, most: float) -> Figure:
    """A figure about the time that an answer takes, out of a race."""
    by_processor = None if outcome.cost_ratio is None else 1 / outcome.cost_ratio
    goal = Goal(most, at_least=False)
    return Figure(name, outcome.ours.shown, outcome.theirs.shown, 1 / outcome.ratio, goal, by_processor)


def bounded(name: str, value: float, most: float, unit: str, against: str = "") -> Figure:
    """A figure that stands for itself."""
    digits = 0 if unit == "B" else 1
    return Figure(name, f"{value:,.{digits}f} {unit}", against, value, Goal(most, at_least=False, unit=unit))
