"""A grid's colours are one of a few families chosen by hand: whatever chance picks, they suit each other."""

from functools import lru_cache
from math import cos, radians, sin

from mjsim.core.artwork import Artwork
from mjsim.core.value import Frozen
from mjsim.paint.colour import Lab, along, lab, rgb
from mjsim.paint.fortune import Fortune

MAIN = 176
"""The palette's first entries are the main ramp from dark to light; the others are the accent's."""
ENTRIES = 256

PULL = 0.8
"""How much of their hue the colours of a reference take over."""
LIGHT_PULL = 0.25
"""How much of their lightness; little, or the order from dark to light would be lost."""


class Family(Frozen):
    """Stops from dark to light: of the main ramp, and of the accent that stands out from it."""

    name: str
    main: tuple[int, ...]
    accent: tuple[int, ...]


FAMILIES = (
    Family(
        "dusk",
        (0x1B1033, 0x3D1F5C, 0x7A2F6F, 0xC4506C, 0xF08A5D, 0xF9C784, 0xFFF1D6),
        (0x7A1F3D, 0xFF5D5D, 0xFFE3B3),
    ),
    Family("fjord", (0x0B1D2A, 0x14394D, 0x2B6777, 0x6AA5A9, 0xB9D6D0, 0xEEF4EA), (0x8A2B0F, 0xF2704A, 0xFFD9A8)),
    Family(
        "ember",
        (0x1A0F14, 0x4A1A22, 0x8F2F2A, 0xD0582F, 0xF29B4B, 0xFBD58C, 0xFFF4DC),
        (0x0C3B44, 0x2A9D8F, 0xC8F0E0),
    ),
    Family("moss", (0x0E1F26, 0x1F3D3A, 0x3F6B4A, 0x8FA860, 0xDCC886, 0xF8F0D6), (0x7A3014, 0xE0823D, 0xFFE0A3)),
    Family("iris", (0x140F2D, 0x2B2266, 0x5546A8, 0x8F83D8, 0xC9BFF0, 0xF6EFFF), (0x7A1450, 0xF2589B, 0xFFD3E4)),
    Family(
        "blossom",
        (0x2A1A2E, 0x5E3555, 0xA85C7D, 0xE493A0, 0xF7C9C4, 0xFFF3EC),
        (0x1D3B4A, 0x4F8FA3, 0xCFE8EA),
    ),
    Family(
        "north",
        (0x050B1C, 0x0D2140, 0x12496B, 0x1F8A8C, 0x6CC4A8, 0xCBE5C8, 0xFAF6E4),
        (0x4B1D6B, 0xA35BD1, 0xF0C9FF),
    ),
    Family("desert", (0x2B1410, 0x6B3020, 0xB15A35, 0xDC9159, 0xEFC48D, 0xFBEACB), (0x123C4C, 0x2F8AA0, 0xBFE6E6)),
    Family("ink", (0x121A2B, 0x2B3B5A, 0x5D7190, 0x9DAAB4, 0xDDD3BE, 0xFBF3E2), (0x6B0F12, 0xD63A2F, 0xFFC9B5)),
    Family("lagoon", (0x06223A, 0x0A4A66, 0x0F7F8F, 0x45B8AC, 0xA6E0C4, 0xF4FBE4), (0x7A2A1A, 0xFF7F5C, 0xFFE2C4)),
    Family(
        "plum",
        (0x1C0B24, 0x43174A, 0x7B2A5B, 0xB4545F, 0xDD9465, 0xF3CF8E, 0xFFF5DA),
        (0x0D2F4F, 0x3A78B5, 0xCFE3FF),
    ),
    Family("polar", (0x0C1A2E, 0x27456B, 0x5F86B0, 0xA3C0DC, 0xDBE7F1, 0xFCFAF4), (0x7C3A10, 0xF0A04B, 0xFFF0C2)),
    Family(
        "dawn",
        (0x0F1530, 0x2F2A63, 0x6D3F86, 0xB85F93, 0xEA8F8F, 0xFCC79B, 0xFFF3D0),
        (0x0F4A4A, 0x2FB5A0, 0xD5FBE6),
    ),
    Family("tea", (0x1A2430, 0x3B5560, 0x6F8A80, 0xC0AE7C, 0xE9D6A8, 0xFBF6E3), (0x3A1F4F, 0x8A5FB0, 0xE5D4F5)),
)


def palette(artwork: Artwork) -> bytes:
    """Red, green and blue of the 256 entries; the same for all four tiles, so that a grid needs no other."""
    family = FAMILIES[Fortune(artwork, 1).shared("palette", len(FAMILIES))]
    turn = sum(_turn(step.seed) for step in artwork.steps)
    return _entries(family, artwork.stylize, turn, artwork.tint)


def _turn(seed: int) -> float:
    """Degrees by which a variation turns the hues."""
    return (seed % 1009 / 1008 - 0.5) * 8


@lru_cache(maxsize=64)
def _entries(family: Family, stylize: int, turn: float, tint: tuple[int, ...]) -> bytes:
    # A long chain of variations comes back instead of wandering through all hues.
    angle = radians(14 * sin(turn / 14))
    richness = 0.9 + 0.3 * (stylize / 1000) ** 0.5
    found = bytearray()
    for stops, count in ((family.main, MAIN), (family.accent, ENTRIES - MAIN)):
        colours = [_turned(lab(stop), angle, richness) for stop in stops]
        drawn = [along(colours, entry / (count - 1)) for entry in range(count)]
        for colour in _tinted(drawn, tint) if tint else drawn:
            found += bytes(rgb(colour))
    return bytes(found)


def _turned(colour: Lab, angle: float, richness: float) -> Lab:
    light, a, b = colour
    light = 0.5 + (light - 0.5) * (0.97 + (richness - 0.9) * 0.2)
    return light, (a * cos(angle) - b * sin(angle)) * richness, (a * sin(angle) + b * cos(angle)) * richness


def _tinted(colours: list[Lab], tint: tuple[int, ...]) -> list[Lab]:
    """The ramp pulled towards the reference's colours, each part towards the one of nearest lightness."""
    wanted = sorted(lab(colour) for colour in tint)
    return [_pulled(colour, wanted) for colour in colours]


def _pulled(colour: Lab, wanted: list[Lab]) -> Lab:
    light, a, b = colour
    # Nearness in lightness weighs each wanted colour, so neighbours on the ramp never jump apart.
    weights = [1 / (0.02 + (light - other[0]) ** 2) for other in wanted]
    total = sum(weights)
    target = [sum(w * other[part] for w, other in zip(weights, wanted, strict=True)) / total for part in range(3)]
    # Very dark and very light colours can hold little hue.
    room = min(1.0, 4 * light * (1.05 - light))
    return (
        light + (target[0] - light) * LIGHT_PULL,
        a + (target[1] * room - a) * PULL,
        b + (target[2] * room - b) * PULL,
    )
