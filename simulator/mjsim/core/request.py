"""What a client asks for, once the contract has been checked: plain values, and one fingerprint for equal requests."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mjsim.core.chance import Key, digest, number_of
from mjsim.core.mishap import Wish
from mjsim.core.pace import Mode
from mjsim.core.prompt import Value
from mjsim.core.ratio import Size, parse_ratio
from mjsim.core.value import Frozen, changed

_WORD = (1 << 64) - 1
_ODD = 0x9E3779B97F4A7C15
"""Times this, neighbouring seeds differ in all of their 64 bits."""

_Named = tuple[tuple[str, Value], ...]


class Webhook(Frozen):
    """Where a job's news goes; `type` is `progress` (every change), `result` (completed and failed), or `end` (cancelled,
    too). `wishes` are what its own request asked to be done wrong.
    """

    url: str
    type: str
    wishes: tuple[Wish, ...] = ()


class Parameters(Frozen):
    """The effective settings of a job. `extras` are flags that are carried along, as (name, value)."""

    aspect_ratio: str
    model_version: str
    process_mode: Mode
    quality: float
    stylize: int
    seed: int
    chaos: int = 0
    no: str | None = None
    extras: _Named = ()

    def flags(self) -> str:
        """The settings as the flags of a prompt; what stands at its default is left out, the seed never is."""
        parts = [f"--ar {self.aspect_ratio}", f"--v {self.model_version}", f"--{self.process_mode}"]
        for flag, value, default in (
            ("q", self.quality, 1.0),
            ("s", self.stylize, 100),
            ("c", self.chaos, 0),
            ("no", self.no, None),
        ):
            if value != default:
                parts.append(f"--{flag} {_written(value)}")
        parts += [f"--{name}" if value is True else f"--{name} {_written(value)}" for name, value in self.extras]
        return " ".join([*parts, f"--seed {self.seed}"])


def _written(value: Value | None) -> str:
    """The value of a flag as a prompt writes it: without an exponent, without zeros that say nothing."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value}"


_DEFAULTS: Mapping[str, Value] = {
    "aspect_ratio": "1:1",
    "model_version": "7.0",
    "process_mode": "fast",
    "quality": 1.0,
    "stylize": 100,
    "chaos": 0,
}
"""What holds where neither a field nor a flag says otherwise. The contract names no default version: the newest."""

_NUMBERS: Mapping[str, type] = {"quality": float, "stylize": int, "chaos": int, "seed": int}

_NAMES = tuple(name for name in Parameters.__struct_fields__ if name != "extras")


class Settings(Frozen):
    """The settings of a request before the seed is drawn: explicit fields win over flags, flags over defaults.

    `known` holds them all, with a seed of 0 where it is still to be drawn; `size` is that of a single picture. `meaning`
    stands for all that they mean, `look` for what they make of palette and composition; `asked` is the number of the words
    and pictures that were given. Each has 64 bits.
    """

    known: Parameters
    seed_is_given: bool
    size: Size
    meaning: int
    look: int

    @property
    def mode(self) -> Mode:
        """The process mode."""
        return self.known.process_mode

    def fingerprint(self, asked: int, *kind: str) -> str:
        """The same 16 hexadecimal digits for requests of a kind that ask for the same, by settings that mean the same."""
        return f"{asked ^ self.meaning ^ _kind(*kind):016x}"

    def root(self, asked: int, seed: int) -> int:
        """The root of a picture's palette and composition: the same words, pictures, settings and seed give the same one."""
        return asked ^ self.look ^ (seed * _ODD & _WORD)

    def parameters(self, key: Key) -> Parameters:
        """The effective settings; a seed that was not given is drawn."""
        return self.known if self.seed_is_given else changed(self.known, seed=key.integer("seed", below=1 << 32))


def settings(explicit: Mapping[str, Value], flags: Mapping[str, Value]) -> Settings:
    """Merge the fields of a request with the flags of its prompt; `InvalidParameter` names a ratio that is unfit.

    Of numbers only the value counts: `4.0` is the integer that it equals.
    """
    return _merged(tuple(explicit.items()), tuple(flags.items()))


@lru_cache(maxsize=256)
def _merged(explicit: _Named, flags: _Named) -> Settings:
    """Most requests of a client differ in their prompt alone, so what was merged lately is remembered."""
    own = {name: value for name, value in flags if name in _NAMES}
    values: dict[str, Any] = {**_DEFAULTS, **own, **dict(explicit)}
    ratio = parse_ratio(str(values["aspect_ratio"]), "aspect_ratio")
    values["aspect_ratio"] = str(ratio)
    values |= {name: kind(values[name]) for name, kind in _NUMBERS.items() if name in values}
    extras = tuple(sorted((name, value) for name, value in flags if name not in _NAMES))
    meaning = number_of("meaning", repr(([values.get(name) for name in _NAMES], extras)))
    known = Parameters(**{"seed": 0, **values, "process_mode": Mode(values["process_mode"]), "extras": extras})
    look = number_of("look", repr((known.model_version, known.quality, known.no, extras)))
    return Settings(known, "seed" in values, ratio.size, meaning, look)


@lru_cache(maxsize=256)
def _kind(*parts: str) -> int:
    """There are a few kinds of requests, and many of each."""
    return number_of("kind", *parts)


def fingerprint(*parts: str | int) -> str:
    """The same 16 hexadecimal digits for requests that ask for the same; where news goes is no part of it."""
    return digest(*map(str, parts)).hex()
