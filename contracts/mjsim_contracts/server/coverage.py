"""What a check has covered: by operation the documented answers that were seen, and in a few sentences the rest."""

from collections import Counter
from collections.abc import Mapping

from mjsim_contracts.contract import PUBLISHED, documented_statuses
from mjsim_contracts.report.model import Event, Lane, Matrix

_MOST_LANES = 12
_UNDOCUMENTED = "·"


def status_matrix(seen: Counter[tuple[str, int]], contract: str = PUBLISHED) -> Matrix:
    """Operations by status: how often each documented answer was seen; a point where the contract documents none."""
    documented = documented_statuses(contract)
    extra = {str(status) for _, status in seen if status}
    columns = tuple(sorted({status for statuses in documented.values() for status in statuses} | extra))
    rows = tuple(
        (operation, tuple(_cell(seen[operation, int(status)], status in statuses) for status in columns))
        for operation, statuses in documented.items()
    )
    return Matrix("Answers by operation and status (· is not documented, hatched was never seen)", columns, rows)


def status_sentence(seen: Counter[tuple[str, int]], contract: str = PUBLISHED) -> str:
    """How many of the documented answers were seen."""
    cells = [(operation, int(status)) for operation, found in documented_statuses(contract).items() for status in found]
    return (
        f"{sum(seen[cell] > 0 for cell in cells)} of {len(cells)} documented answers (operation and status) were seen"
    )


def lanes(events: Mapping[str, list[Event]]) -> tuple[Lane, ...]:
    """The jobs that most was seen of, in the order in which they were created."""
    longest = sorted(events.items(), key=lambda item: len(item[1]), reverse=True)[:_MOST_LANES]
    inside = sorted(longest, key=lambda item: item[1][0].at)
    return tuple(Lane(f"{found[0].text.split()[0]} {job[:8]}", tuple(found)) for job, found in inside)


def _cell(number: int, documented: bool) -> str:
    if number:
        return str(number)
    return "" if documented else _UNDOCUMENTED
