"""A delivery is a recipe: what was signed, what is shown and how it is put on the wire are said apart, so that each fault
is one change of a true delivery, and the same recipe gives the bytes and the command that sends them again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from string import Formatter

from mjsim_contracts.receiver.secret import OTHER_KEY
from mjsim_contracts.receiver.signing import (
    STANDARD_WEBHOOKS,
    TRUE_HEADERS,
    Signing,
    base64_signature,
    hex_signature,
)

_SIGNATURES = ("good", "hex")
"""The values that are true signatures."""


class Framing(StrEnum):
    """How the bytes of a body travel."""

    PLAIN = "with Content-Length"
    CHUNKED = "chunked"
    DRIP = "a few bytes at a time"
    EXPECT = "after 100 Continue"
    SHORT = "less than Content-Length says, then the end"
    STALL = "less than Content-Length says, then nothing"
    ABANDONED = "whole, and nobody waits for the answer"
    CUT = "half, then the connection is closed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver an event. `id` is the same in every attempt of the event.

    `age` is how many seconds ago it claims to be sent; `stamp`, where it is given, is shown and signed as it stands.
    `signed` is the body that was signed, where that is not the one sent. `headers` are names and templates of what is
    shown, whatever `signing` shows.
    """

    body: bytes
    id: str
    age: int = 0
    stamp: str | None = None
    signed: bytes | None = None
    signing: Signing = STANDARD_WEBHOOKS
    headers: tuple[tuple[str, str], ...] = TRUE_HEADERS
    framing: Framing = Framing.PLAIN

    def showing(self, **templates: str | None) -> "Delivery":
        """With other templates for some headers, by their names with `_` for `-`; None leaves the header out."""
        changed = {name.replace("_", "-").lower(): template for name, template in templates.items()}
        return self._with(lambda name, template: changed.get(name.lower(), template))

    def putting(self, **texts: str) -> "Delivery":
        """With something else in the place of a value, wherever a header holds it."""

        def changed(_name: str, template: str) -> str:
            for value, text in texts.items():
                template = template.replace(f"{{{value}}}", text)
            return template

        return self._with(changed)

    def without(self, *values: str) -> "Delivery":
        """Without the headers that hold one of the values."""
        return self._with(lambda _name, template: None if _named(template) & set(values) else template)

    def forged(self) -> "Delivery":
        """Signed with somebody else's secret."""
        return self.putting(good="{other}", hex="{otherhex}")

    def unsigned(self) -> "Delivery":
        """Without any signature."""
        return self.without(*_SIGNATURES)

    def blank(self) -> "Delivery":
        """With empty signatures."""
        return self._with(lambda _name, template: "" if _named(template) & set(_SIGNATURES) else template)

    def _with(self, change: Callable[[str, str], str | None]) -> "Delivery":
        changed = ((name, change(name, template)) for name, template in self.headers)
        return replace(self, headers=tuple((name, template) for name, template in changed if template is not None))

    def values(self, key: bytes, now: int) -> Mapping[str, str]:
        """What can stand in a template: `good` and `hex` are true signatures, `other` and `otherhex` somebody else's."""
        stamp = str(now - self.age) if self.stamp is None else self.stamp
        body = self.body if self.signed is None else self.signed
        content = self.signing.content(self.id, stamp, body)
        good = base64_signature(key, content)
        hexadecimal = hex_signature(key, body)
        return {
            "id": self.id,
            "ts": stamp,
            "now": str(now),
            "good": good,
            "short": good[:12],
            "lower": good.lower(),
            "other": base64_signature(OTHER_KEY, content),
            "hex": hexadecimal,
            "shorthex": hexadecimal[:12],
            "otherhex": hex_signature(OTHER_KEY, body),
        }

    def fields(self, key: bytes, now: int) -> list[tuple[str, str]]:
        """The headers that the recipe gives at this time, in seconds since 1970."""
        values = self.values(key, now)
        return [(name, template.format_map(values)) for name, template in self.headers]


def _named(template: str) -> set[str]:
    """The values that a template holds."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}
