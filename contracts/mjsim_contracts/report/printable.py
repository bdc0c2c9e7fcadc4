"""Text from outside moves no cursor, hides nothing and ends no line, wherever it is shown."""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control and format characters, halves of surrogates, and what no font knows."""


def printable(text: str) -> str:
    """The text with its lines kept and every character that is not seen written as its code point."""
    return "".join(map(_shown, text.expandtabs(4)))


def one_line(text: str, width: int | None = None) -> str:
    """The text on one line, at most so many characters of it."""
    line = printable(" ".join(text.split()))
    return line if width is None or len(line) <= width else line[: max(width - 1, 0)] + "…"


def shortened(text: str, most: int) -> str:
    """The beginning of a text, with word of how much was left out."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most} more characters)"


def _shown(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in _HIDDEN:
        return character
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
