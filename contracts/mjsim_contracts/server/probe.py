"""Single requests, each odd in one way that servers are known to stumble over, and what may be answered to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from json import dumps
from typing import TYPE_CHECKING, Any

from mjsim_contracts.server import sample
from mjsim_contracts.server.sample import NOBODY

if TYPE_CHECKING:
    from mjsim_contracts.server.conversation import Conversation, Said

_BUSY = 429
_REFUSED = frozenset({400})
_ODD = frozenset({200, 400})
_CLOSED = frozenset({401})
_ABSENT = frozenset({400, 404})


class Sender(StrEnum):
    """With which key a request is sent."""

    OWNER = "the key"
    NOBODY = "no key"
    STRANGER = "a wrong key"

    def key(self, key: str) -> str | None:
        """The key to send, where `key` is the right one."""
        return {Sender.OWNER: key, Sender.NOBODY: None, Sender.STRANGER: f"not-{key}"}[self]


@dataclass(frozen=True, slots=True)
class Probe:
    """A request, and the statuses that may answer it; `code` and `sentence` make a rule of it, where there is one."""

    code: str
    sentence: str
    path: str
    body: Any = None
    query: Mapping[str, Any] | None = None
    allowed: frozenset[int] = _REFUSED
    sender: Sender = Sender.OWNER

    @property
    def method(self) -> str:
        """What has a body is posted."""
        return "GET" if self.body is None else "POST"

    def __str__(self) -> str:
        query = "?" + "&".join(f"{name}={value}" for name, value in self.query.items()) if self.query else ""
        body = f" {dumps(self.body)}" if isinstance(self.body, dict) else ""
        return f"{self.method} /v1/{self.path}{query}{body} with {self.sender}"

    @property
    def expected(self) -> str:
        """The allowed statuses in words."""
        return " or ".join(map(str, sorted(self.allowed)))

    def put(self, conversation: "Conversation", key: str, path: str = "") -> "Said":
        """Send it, where it has none of its own to this path; a rule is judged where there is one."""
        spoken = conversation.say(self.method, path or self.path, self.sender.key(key), self.body, self.query)
        if self.code and spoken.status != _BUSY:
            conversation.expect(self.code, spoken, spoken.status in self.allowed, f"answered {spoken.status}")
        return spoken


def _imagine(**fields: Any) -> dict[str, Any]:
    return {"prompt": "a lighthouse"} | fields


def _images(number: int) -> dict[str, Any]:
    return {"images": [{"base64": sample.ORANGE}] * number}


PROBES = (
    Probe("refused-no-key", "Without a key the answer is 401.", "jobs", allowed=_CLOSED, sender=Sender.NOBODY),
    Probe("refused-wrong-key", "With a wrong key the answer is 401.", "jobs", allowed=_CLOSED, sender=Sender.STRANGER),
    Probe("refused-no-prompt", "imagine without a prompt is refused.", "imagine", {}),
    Probe("refused-empty-prompt", "An empty prompt is refused.", "imagine", {"prompt": ""}),
    Probe("refused-long-prompt", "A prompt of 4001 characters is refused.", "imagine", {"prompt": "a" * 4001}),
    Probe("refused-prompt-number", "A prompt that is a number is refused.", "imagine", {"prompt": 7}),
    Probe("refused-array-body", "A body that is an array is refused.", "imagine", [1]),
    Probe("refused-broken-json", "A body that is no JSON is refused.", "imagine", b'{"prompt": "a"'),
    Probe("refused-ratio", "An aspect ratio that is none is refused.", "imagine", _imagine(aspect_ratio="16x9")),
    Probe(
        "refused-version", "A model version that does not exist is refused.", "imagine", _imagine(model_version="0.1")
    ),
    Probe("refused-stylize", "A stylize of 1001 is refused.", "imagine", _imagine(stylize=1001)),
    Probe("refused-seed", "A seed of 4294967296 is refused.", "imagine", _imagine(seed=4294967296)),
    Probe("refused-index-0", "The index 0 is refused.", "upscale", sample.child(NOBODY, 0)),
    Probe("refused-index-5", "The index 5 is refused.", "variations", sample.child(NOBODY, 5)),
    Probe("refused-one-image", "A blend of one image is refused.", "blend", _images(1)),
    Probe("refused-six-images", "A blend of six images is refused.", "blend", _images(6)),
    Probe("refused-no-picture", "describe without a picture is refused.", "describe", {}),
    Probe("unknown-get", "A job that never was is not found.", f"jobs/{NOBODY}", allowed=frozenset({404})),
    Probe(
        "unknown-cancel",
        "A job that never was cannot be cancelled.",
        f"jobs/{NOBODY}/cancel",
        b"",
        allowed=frozenset({404}),
    ),
    Probe(
        "unknown-parent",
        "A job that never was has no children.",
        "upscale",
        sample.child(NOBODY, 1),
        allowed=frozenset({404}),
    ),
    Probe("odd-nul", "NUL in a prompt makes no server error.", "imagine", _imagine(prompt="a\0b"), allowed=_ODD),
    Probe(
        "odd-surrogate", "Half a surrogate makes no server error.", "imagine", b'{"prompt": "a \\ud800"}', allowed=_ODD
    ),
    Probe(
        "odd-utf8",
        "Bytes that are no UTF-8 make no server error.",
        "imagine",
        b'{"prompt": "\xff\xfe"}',
        allowed=_REFUSED,
    ),
    Probe("odd-emoji", "4000 emoji make no server error.", "imagine", {"prompt": "🦊" * 4000}, allowed=_ODD),
    Probe(
        "odd-ratio",
        "A ratio of 5000 digits makes no server error.",
        "imagine",
        _imagine(aspect_ratio="9" * 5000 + ":1"),
        allowed=_ODD,
    ),
    Probe(
        "odd-zero-ratio", "The ratio 0:0 makes no server error.", "imagine", _imagine(aspect_ratio="0:0"), allowed=_ODD
    ),
    Probe(
        "odd-number",
        "A number beyond all bounds makes no server error.",
        "imagine",
        b'{"prompt": "a", "seed": 1e400}',
        allowed=_ODD,
    ),
    Probe("odd-depth", "Deep nesting makes no server error.", "imagine", b"[" * 20000, allowed=_REFUSED),
    Probe(
        "odd-base64",
        "Base64 that is none makes no server error.",
        "describe",
        {"image_base64": "%%%"},
        allowed=_REFUSED,
    ),
    Probe("odd-id", "An id that is no UUID makes no server error.", "jobs/%00'--", allowed=_ABSENT),
    Probe(
        "odd-offset",
        "An offset beyond all jobs makes no server error.",
        "jobs",
        query={"offset": 2**63 - 1},
        allowed=_ODD,
    ),
    Probe("odd-limit", "A limit that is no number makes no server error.", "jobs", query={"limit": "१०"}, allowed=_ODD),
)
"""In the order in which they are sent."""
