"""Single requests of the task API, each odd in one way that servers are known to stumble over, and the codes that may answer
it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps
from typing import TYPE_CHECKING, Any

from mjsim_contracts.server.probe import Sender
from mjsim_contracts.task_operation import PATHS, READS, TaskOperation

if TYPE_CHECKING:
    from mjsim_contracts.taskserver.conversation import Said, TaskConversation

NOBODY = uuid.UUID(int=7).hex
"""An id that no server gives."""

NO_KEY, NO_TASK = "no-valid-key-no-success", "unknown-tasks-are-not-found"
"""The codes of rules that several probes test."""

_ELSEWHERE = frozenset({402, 429, 455})
"""Codes that say nothing of the request: the account is out of credits, or too fast, or the server is being repaired."""

_REFUSED = frozenset({400, 422})
_ODD = frozenset({200, 400, 422})
_CLOSED = frozenset({401})
_ABSENT = frozenset({400, 404, 422})
_OFF = 505


@dataclass(frozen=True, slots=True)
class TaskProbe:
    """A request, and the codes that may answer it; `code` and `sentence` make a rule of it, where it has one of its own."""

    code: str
    sentence: str
    operation: TaskOperation
    asked: Mapping[str, Any] | bytes | None = None
    allowed: frozenset[int] = _REFUSED
    sender: Sender = Sender.OWNER
    advice: bool = False
    """Whether only prose asks for it, so that a breach is a warning."""

    def __str__(self) -> str:
        reads, fields = self.operation in READS, self.asked if isinstance(self.asked, Mapping) else {}
        query = "?" + "&".join(f"{name}={value}" for name, value in fields.items()) if reads and fields else ""
        body = "" if reads else f" {dumps(fields)}"
        return f"{'GET' if reads else 'POST'} {PATHS[self.operation]}{query}{body} with {self.sender}"

    @property
    def expected(self) -> str:
        """The allowed codes in words."""
        return "code " + " or ".join(map(str, sorted(self.allowed)))

    def put(self, conversation: "TaskConversation", key: str) -> "Said":
        """Send it; a rule is judged where there is one."""
        said = conversation.say(self.operation, self.sender.key(key), self.asked)
        code = said.exchange.code
        if self.code and code not in _ELSEWHERE:
            conversation.expect(self.code, said, code in self.allowed, f"answered with code {code}")
        return said


def _made(**fields: Any) -> dict[str, Any]:
    return {"taskType": "mj_txt2img", "prompt": "a lighthouse", "speed": "fast"} | fields


_G = TaskOperation.GENERATE
_CHILD = {"taskId": NOBODY, "imageIndex": 0}
_LONGER = {"taskId": NOBODY, "taskType": "mj_video_extend_auto", "index": 0}

UNINVITED = (
    TaskProbe(NO_KEY, "", TaskOperation.CREDITS, allowed=_CLOSED, sender=Sender.NOBODY),
    TaskProbe(NO_KEY, "", TaskOperation.CREDITS, allowed=_CLOSED, sender=Sender.STRANGER),
    TaskProbe(NO_TASK, "", TaskOperation.GET, {"taskId": NOBODY}, _ABSENT),
)
"""Without a key that is known, and of a task that is not."""

FREE = (
    TaskProbe("refused-no-type", "generate without a taskType is refused.", _G, {}),
    TaskProbe(
        "refused-no-prompt", "generate without a prompt is refused.", _G, {"taskType": "mj_txt2img", "speed": "fast"}
    ),
    TaskProbe(
        "unknown-upscale", "Of a task that never was nothing is upscaled.", TaskOperation.UPSCALE, _CHILD, _ABSENT
    ),
    TaskProbe("unknown-vary", "Of a task that never was nothing is varied.", TaskOperation.VARY, _CHILD, _ABSENT),
    TaskProbe(
        "unknown-extend",
        "Of a task that never was no video is made longer.",
        TaskOperation.EXTEND,
        _LONGER,
        _ABSENT | {_OFF},
    ),
)
"""Those that no server can take for an order."""

ODD = (
    TaskProbe("refused-type", "A taskType that is none is refused.", _G, _made(taskType="txt2img")),
    TaskProbe("refused-empty-prompt", "An empty prompt is refused.", _G, _made(prompt="")),
    TaskProbe("refused-long-prompt", "A prompt of 2001 characters is refused.", _G, _made(prompt="a" * 2001)),
    TaskProbe("refused-prompt-number", "A prompt that is a number is refused.", _G, _made(prompt=7)),
    TaskProbe("refused-array-body", "A body that is an array is refused.", _G, b"[1]"),
    TaskProbe("refused-broken-json", "A body that is no JSON is refused.", _G, b'{"prompt": "a"'),
    TaskProbe("refused-stylization", "A stylization of 1001 is refused.", _G, _made(stylization=1001)),
    TaskProbe(
        "refused-no-picture", "mj_img2img without a picture is refused.", _G, _made(taskType="mj_img2img"), advice=True
    ),
    TaskProbe("odd-nul", "NUL in a prompt makes no server error.", _G, _made(prompt="a\0b"), _ODD),
    TaskProbe(
        "odd-surrogate",
        "Half a surrogate makes no server error.",
        _G,
        b'{"taskType": "mj_txt2img", "speed": "fast", "prompt": "a \\ud800"}',
        _ODD,
    ),
    TaskProbe("odd-utf8", "Bytes that are no UTF-8 make no server error.", _G, b'{"prompt": "\xff\xfe"}'),
    TaskProbe("odd-emoji", "2000 emoji make no server error.", _G, _made(prompt="🦊" * 2000), _ODD),
    TaskProbe("odd-depth", "Deep nesting makes no server error.", _G, b"[" * 20000),
    TaskProbe("odd-id", "An id that is none makes no server error.", TaskOperation.GET, {"taskId": "%00'--"}, _ABSENT),
)
"""Those that some server might take for one."""
