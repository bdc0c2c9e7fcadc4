"""What there is to vary in the answers of an API: which fields matter to clients, and what else their values may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mjsim_contracts.exchange import Operation
from mjsim_contracts.sighting import TERMINAL

Kinds = tuple[str, ...]
"""Names of edits, as in `proxy.edit.KINDS`."""

_PROSE = ("long", "astral", "empty")
_NUMBER = ("float", "text")


@dataclass(frozen=True, slots=True)
class Wording:
    """The answers of one API, field by field; fields are told by their names wherever they stand."""

    essential: frozenset[str]
    """Without these no client can go on."""
    texts: Mapping[str, Kinds]
    """Those of a list stand under its name."""
    lists: Mapping[str, Kinds]
    numbers: Mapping[str, Kinds]
    failure: tuple[tuple[str, str], ...]
    """Kind and path of what is done to the answer that shows a failed job."""
    failed: str = ""
    """The object in that answer that is varied as a whole, if any."""
    conditional: frozenset[str] = frozenset()
    """What the published prose promises on conditions only."""
    prose: frozenset[tuple[str, str]] = frozenset()
    """Fields, and what is done to them that the schema permits though the prose promises otherwise."""
    additions: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """By operation and state, kind and path of what is added where there is nothing."""
    final: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Values that stay: an end that cannot be known for one keeps every client waiting."""

    def kinds(self, name: str, value: Any) -> Kinds:
        """What can be done to a field, by its name and the type of its value."""
        if isinstance(value, str):
            return () if value in self.final.get(name, ()) else self.texts.get(name, ())
        if isinstance(value, list):
            return self.lists.get(name, ("empty",))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ()
        return self.numbers.get(name, _NUMBER)


_LATER = tuple(("add-null", name) for name in ("result", "error", "completed_at"))
"""Fields of a job that are absent until there is something in them."""

MIDJOURNEY_WORDING = Wording(
    essential=frozenset({"id", "status", "data", "job_id", "result", "images", "url", "prompts"}),
    texts={
        **dict.fromkeys(("status", "type"), ("unknown",)),
        **dict.fromkeys(("message", "prompt", "prompts"), _PROSE),
        **dict.fromkeys(("created_at", "updated_at", "completed_at"), ("offset", "seconds", "nanoseconds")),
        "content_type": ("webp", "unknown"),
    },
    lists={"images": ("empty", "first", "second", "tiles", "reversed")},
    numbers={"seed": (*_NUMBER, "maximum"), "total": (*_NUMBER, "more")},
    failure=(("drop", "error"), ("null", "error"), ("add-null", "result"), ("add-null", "completed_at")),
    failed="error",
    conditional=frozenset({"result", "error", "completed_at", "index", "message", "images", "prompts", "parameters"}),
    additions={
        (Operation.GET, "pending"): _LATER,
        (Operation.GET, "in_progress"): _LATER,
        (Operation.GET, "completed"): (("add-null", "error"), ("add-null", "result.images.*.index")),
    },
    final={"status": TERMINAL},
)

TASKS_WORDING = Wording(
    essential=frozenset({"code", "data", "taskId", "successFlag", "resultInfoJson", "resultUrls", "resultUrl"}),
    texts={"msg": _PROSE, "taskType": ("unknown",), **dict.fromkeys(("paramJson", "promptJson"), ("empty",))},
    lists={"resultUrls": ("empty", "first", "reversed")},
    # A flag that is text is one that nobody waits for.
    numbers={"successFlag": ("float",), **dict.fromkeys(("createTime", "completeTime"), (*_NUMBER, "date"))},
    # Times are integers but by lenient rules; what has succeeded has results, what has failed a reason, and both an end;
    # and the callback of a longer video says whether that is so, and what it is.
    prose=frozenset(
        {
            *((name, kind) for name in ("createTime", "completeTime") for kind in ("text", "date")),
            *((name, "null") for name in ("completeTime", "resultInfoJson", "errorCode", "errorMessage")),
            ("resultUrls", "empty"),
            *((name, "drop") for name in ("taskType", "resultInfoJson")),
        }
    ),
    failure=tuple(
        (kind, f"data.{name}")
        for name, kinds in (
            ("errorCode", ("drop", "null", "float", "text")),
            ("errorMessage", ("drop", "null", *_PROSE)),
        )
        for kind in kinds
    ),
)
