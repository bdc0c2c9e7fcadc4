"""What broke a client becomes a test of its own, which holds the conversation again with that one change."""

import ast
import inspect
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TEXT = '''"""{summary}"""

from pathlib import Path
from runpy import run_path

TESTS = run_path(str(Path(__file__).parent / {path}))


def test_{name}({parameters}):
    {fixture} = {fixture}.{replaying}
    TESTS{function}({arguments})
'''


@dataclass(frozen=True, slots=True)
class Origin:
    """The test that found it: its file, the class it is in, its function, and what it was parametrized with."""

    path: Path
    owner: str
    function: Callable[..., Any]
    given: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Found:
    """What broke the client. `edits` and `story` hold the conversation again, `failure` is how it ended."""

    edits: tuple[str, ...]
    story: str
    failure: str

    @property
    def replaying(self) -> str:
        """The call that chooses the same again."""
        story = () if self.story == "completes" else (f"story={_quoted(self.story)}",)
        return f"replaying({', '.join([*map(_quoted, self.edits), *story])})"

    @property
    def slug(self) -> str:
        """Its name, for files and functions."""
        story = () if self.story == "completes" else ("jobs", self.story)
        return re.sub(r"[^a-z0-9]+", "_", "_".join([*self.edits, *story]).lower()).strip("_")


def written(found: Found, origin: Origin, folder: Path, fixture: str) -> Path | None:
    """The file of the test; None where its parameters have no literals. `OSError` where it cannot be stored."""
    names = [name for name in inspect.signature(origin.function).parameters if name != "self"]
    if not all(_is_literal(value) for value in origin.given.values()):
        return None
    name = "_".join(
        [*(each.removeprefix("test_") for each in (origin.path.stem, origin.function.__name__)), found.slug]
    )
    file = folder / f"test_{name}.py"
    folder.mkdir(parents=True, exist_ok=True)
    called = origin.function.__name__
    file.write_text(
        _TEXT.format(
            summary=_summary(found),
            path=_quoted(Path(os.path.relpath(origin.path, folder)).as_posix()),
            name=name,
            fixture=fixture,
            replaying=found.replaying,
            function=f"[{_quoted(origin.owner)}]().{called}" if origin.owner else f"[{_quoted(called)}]",
            parameters=", ".join(each for each in names if each not in origin.given),
            arguments=", ".join(f"{each}={origin.given[each]!r}" if each in origin.given else each for each in names),
        ),
        encoding="utf-8",
    )
    return file


def _summary(found: Found) -> str:
    what = " and ".join([*found.edits, *([] if found.story == "completes" else [f"the story {found.story}"])])
    failure = found.failure.replace("\\", "/").replace('"', "'")
    return f"The client broke on {what}: {failure}."


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _is_literal(value: object) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False
