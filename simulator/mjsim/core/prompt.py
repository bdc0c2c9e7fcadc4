"""A prompt is image URLs, then text, then flags; `parse_prompt` takes it apart and refuses what the service refuses.

The flags, their legal values and the ways in which they are malformed are facts of the service; the table below is the
only place that knows them.
"""

import re
from collections.abc import Callable, Mapping
from itertools import takewhile
from types import MappingProxyType
from typing import Final

from mjsim.core.directive import LEGAL, NONE, Directives, parse_directives
from mjsim.core.error import BannedPrompt, EmptyPrompt, InvalidParameter
from mjsim.core.ratio import parse_ratio
from mjsim.core.value import Frozen

Value = str | int | float | bool
Reader = Callable[[str, str], Value]
"""Reads a flag's text (name, text) or raises `InvalidParameter`."""

_FLAG = re.compile(r"--[0-9A-Za-z]", re.ASCII)
_SIM_FLAGS = re.compile(r"(?<!\S)--sim(?:\s+(?!--)\S+)+", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]{1,12}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{0,6}(\.[0-9]{1,6})?", re.ASCII)

VERSIONS: Final = ("5.2", "6.0", "6.1", "7.0")
MOST_IMAGES: Final = 5
"""How many image URLs may stand at the start of a prompt: as many as can be blended."""

QUALITIES: Final = (0.25, 0.5, 1.0, 2.0)


def _whole(low: int, high: int) -> Reader:
    def read(flag: str, text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise InvalidParameter(f"prompt: {flag} takes a whole number from {low} to {high}, not {_shown(text)}.")
        return int(text)

    return read


def _decimal(low: float, high: float) -> Reader:
    def read(flag: str, text: str) -> float:
        if not text or not _DECIMAL.fullmatch(text) or not low <= float(text) <= high:
            raise InvalidParameter(f"prompt: {flag} takes a number from {low:g} to {high:g}, not {_shown(text)}.")
        return float(text)

    return read


def _one_of(*values: str) -> Reader:
    def read(flag: str, text: str) -> str:
        if text.lower() not in values:
            raise InvalidParameter(f"prompt: {flag} takes one of {', '.join(values)}, not {_shown(text)}.")
        return text.lower()

    return read


def _ratio(flag: str, text: str) -> str:
    return str(parse_ratio(text, f"prompt: {flag}"))


def _version(flag: str, text: str) -> str:
    full = text if "." in text else f"{text}.0"
    if full not in VERSIONS:
        raise InvalidParameter(f"prompt: {flag} takes one of 5.2, 6, 6.0, 6.1, 7, 7.0, not {_shown(text)}.")
    return full


def _quality(flag: str, text: str) -> float:
    if not text or not _DECIMAL.fullmatch(text) or float(text) not in QUALITIES:
        raise InvalidParameter(f"prompt: {flag} takes one of .25, .5, 1, 2, not {_shown(text)}.")
    return float(text)


def _words(_flag: str, text: str) -> str:
    return text


class Flag(Frozen):
    """A flag by its canonical name; `read` makes its value. `words` says that it takes all words up to the next flag;
    without a `read` it stands alone and means `value`. `needs` is what to say of one that lacks its value.
    """

    name: str
    read: Reader | None = None
    words: bool = False
    value: Value = True
    needs: str = "needs a value."


_SIM = "sim"


_FLAGS: Mapping[str, Flag] = {
    **dict.fromkeys(("ar", "aspect"), Flag("aspect_ratio", _ratio)),
    **dict.fromkeys(("v", "version"), Flag("model_version", _version)),
    **dict.fromkeys(("q", "quality"), Flag("quality", _quality)),
    **dict.fromkeys(("s", "stylize"), Flag("stylize", _whole(0, 1000))),
    **dict.fromkeys(("c", "chaos"), Flag("chaos", _whole(0, 100))),
    **dict.fromkeys(("w", "weird"), Flag("weird", _whole(0, 3000))),
    "seed": Flag("seed", _whole(0, 4_294_967_295)),
    "no": Flag("no", _words, words=True),
    "iw": Flag("iw", _decimal(0, 3)),
    "sref": Flag("sref", _words, words=True),
    "sw": Flag("sw", _whole(0, 1000)),
    "oref": Flag("oref", _words, words=True),
    "ow": Flag("ow", _whole(1, 1000)),
    "cref": Flag("cref", _words, words=True),
    "cw": Flag("cw", _whole(0, 100)),
    "exp": Flag("exp", _whole(0, 100)),
    "stop": Flag("stop", _whole(10, 100)),
    "repeat": Flag("repeat", _whole(1, 40)),
    "r": Flag("repeat", _whole(1, 40)),
    "niji": Flag("niji", _whole(4, 7)),
    "style": Flag("style", _one_of("raw", "cute", "expressive", "original", "scenic")),
    "tile": Flag("tile"),
    "raw": Flag("style", value="raw"),
    "draft": Flag("draft"),
    "fast": Flag("process_mode", value="fast"),
    "turbo": Flag("process_mode", value="turbo"),
    "relax": Flag("process_mode", value="relax"),
    _SIM: Flag(_SIM, _words, words=True, needs=f"needs a directive. Legal are {LEGAL}."),
}

BLOCKED_WORDS: Final = frozenset(
    {"bannedword", "behead", "decapitate", "gore", "hentai", "naked", "nsfw", "nude", "porn", "suicide"}
)
"""Words that are refused at submission, whole and in any case. `bannedword` is for tests that would rather not swear."""

_BLOCKED = re.compile(rf"\b(?:{'|'.join(sorted(BLOCKED_WORDS))})\b", re.IGNORECASE)
_BLOCKED_LETTERS = re.compile("|".join(sorted(BLOCKED_WORDS)))


class Prompt(Frozen):
    """What was asked for: the text alone, the image URLs that stood before it, the flags by canonical name, and what
    `--sim` asks of the simulator, which is no setting of the picture.
    """

    text: str
    image_urls: tuple[str, ...] = ()
    flags: Mapping[str, Value] = MappingProxyType({})
    directives: Directives = NONE


def parse_prompt(prompt: str) -> Prompt:
    """Take a prompt apart; `InvalidParameter`, `EmptyPrompt` or `BannedPrompt` says why it is refused."""
    parsed = parse_flags(prompt)
    if not parsed.text:
        raise EmptyPrompt("prompt: holds no words; say what to draw before any flags.")
    return parsed


def parse_flags(prompt: str) -> Prompt:
    """Take a prompt apart that may be empty; `InvalidParameter` or `BannedPrompt` says why it is refused."""
    words = prompt.split()
    first = _first_flag(words) if "--" in prompt else len(words)
    urls = tuple(takewhile(_URL.fullmatch, words[:first])) if "://" in prompt else ()
    text = " ".join(words[len(urls) : first])
    if len(urls) > MOST_IMAGES:
        raise InvalidParameter(f"prompt: begins with {len(urls)} image URLs; at most {MOST_IMAGES} are allowed.")
    if blocked := _blocked_word(text):
        raise BannedPrompt(f"prompt: the word {blocked[0]!r} is not allowed.")
    flags = _read_flags(words[first:])
    asked = flags.pop(_SIM, None)
    return Prompt(text, urls, flags, NONE if asked is None else parse_directives(str(asked), "prompt: --sim"))


def with_sim_alone(prompt: str) -> str:
    """The prompt without its flags but for `--sim`: those of other models mean nothing here."""
    text = f" {prompt} ".partition(" --")[0]
    return " ".join([text, *_SIM_FLAGS.findall(prompt)])


def _blocked_word(text: str) -> re.Match[str] | None:
    """The first blocked word. To look for whole words in any case takes long, so plain letters are looked for first."""
    if text.isascii() and not _BLOCKED_LETTERS.search(text.lower()):
        return None
    return _BLOCKED.search(text)


def _first_flag(words: list[str]) -> int:
    return next((place for place, word in enumerate(words) if _FLAG.match(word)), len(words))


def _read_flags(words: list[str]) -> dict[str, Value]:
    flags: dict[str, Value] = {}
    while words:
        name, words = words[0], words[1:]
        flag = _FLAGS.get(name[2:].lower())
        if flag is None:
            raise InvalidParameter(f"prompt: {_shown(name)} is not a known flag.{_hint(name)}")
        length = _first_flag(words)
        arguments, words = words[:length], words[length:]
        value = _read(name, flag, arguments)
        # Of other flags the last one holds; this one may stand as often as there is something to ask for.
        flags[flag.name] = f"{flags[_SIM]} {value}" if flag.name == _SIM in flags else value
    return flags


def _read(name: str, flag: Flag, arguments: list[str]) -> Value:
    """The value of one flag out of the words that follow it."""
    expected = 0 if flag.read is None else 1
    if len(arguments) < expected:
        raise InvalidParameter(f"prompt: {name} {flag.needs}")
    if len(arguments) > expected and not flag.words:
        raise InvalidParameter(f"prompt: {_shown(arguments[expected])} follows {name}; flags come after all text.")
    return flag.value if flag.read is None else flag.read(name, " ".join(arguments))


def _hint(name: str) -> str:
    """What the writer probably meant: a known flag with its value glued on."""
    known = sorted((flag for flag in _FLAGS if name[2:].lower().startswith(flag)), key=len)
    rest = name[2 + len(known[-1]) :].lstrip("=:") if known else ""
    if not rest or rest.isalpha():
        return ""
    return f" Did you mean {f'--{known[-1]} {rest[:20]}'!r}?"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
