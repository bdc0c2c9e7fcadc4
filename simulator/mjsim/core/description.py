"""Describing is looking: four different prompts, made of the colours, light and shape that were seen in a picture."""

from collections.abc import Sequence
from contextlib import suppress

from mjsim.core.artwork import Observation
from mjsim.core.chance import Key
from mjsim.core.error import Refused
from mjsim.core.prompt import parse_prompt
from mjsim.core.ratio import nearest_ratio

_NAMES: dict[str, int] = {
    "black": 0x101010,
    "charcoal": 0x3A3F44,
    "grey": 0x808080,
    "silver": 0xC0C4C8,
    "white": 0xFAFAFA,
    "cream": 0xF5EBD2,
    "beige": 0xD9C3A0,
    "brown": 0x7B4A26,
    "rust": 0xA8472A,
    "red": 0xD62828,
    "crimson": 0x8E1232,
    "coral": 0xF2765A,
    "orange": 0xF28C1E,
    "amber": 0xE0A030,
    "yellow": 0xF5DC3C,
    "olive": 0x76782C,
    "lime": 0xA0D838,
    "green": 0x2E9E4A,
    "forest green": 0x1E4D32,
    "teal": 0x1F7F80,
    "turquoise": 0x40C8C0,
    "sky blue": 0x78B8E8,
    "blue": 0x2A5CC8,
    "navy": 0x142850,
    "indigo": 0x3C2C84,
    "violet": 0x7C4CC0,
    "purple": 0x6A2A7A,
    "magenta": 0xC82C9C,
    "pink": 0xF2A0B8,
}

_TRADES = (
    ("a photograph of", "35mm film, natural light"),
    ("an oil painting of", "visible brush strokes, gallery lighting"),
    ("a minimalist poster of", "flat shapes, generous empty space"),
    ("a cinematic still of", "shallow depth of field, fine grain"),
    ("a watercolour of", "soft edges, textured paper"),
    ("a matte painting of", "atmospheric perspective, epic scale"),
    ("a risograph print of", "layered inks, slight misregistration"),
    ("a digital illustration of", "clean lines, subtle gradients"),
)


def colour_name(colour: int) -> str:
    """The everyday name of the nearest known colour (0xRRGGBB); nearness weighs green and dark reds as an eye does."""

    def distance(other: int) -> float:
        red, green, blue = ((colour >> s & 255) - (other >> s & 255) for s in (16, 8, 0))
        mean = ((colour >> 16 & 255) + (other >> 16 & 255)) / 2
        return (2 + mean / 256) * red * red + 4 * green * green + (2 + (255 - mean) / 256) * blue * blue

    return min(_NAMES, key=lambda name: distance(_NAMES[name]))


def describe(seen: Observation, key: Key) -> tuple[str, ...]:
    """Four suggestions, no two equal, each ending in `--ar W:H` of the picture."""
    start = key.integer("trade", below=len(_TRADES))
    trades = [_TRADES[(start + 3 * number) % len(_TRADES)] for number in range(4)]
    subject, palette, mood = _subject(seen), _palette(seen.colours), _mood(seen)
    shape = _shape(seen)
    details = (f"{palette}, {mood}", f"{mood}, {shape}", f"{palette}, {shape}", f"{shape}, {mood}, {palette}")
    return tuple(
        f"{trade} {subject}, {detail}, {manner} --ar {nearest_ratio(seen.size)}"
        for (trade, manner), detail in zip(trades, details, strict=True)
    )


def _subject(seen: Observation) -> str:
    """What our own pictures say they show; of others only colour and form can be said."""
    if seen.prompt:
        with suppress(Refused):
            # What is cut off may leave a word that is blocked, so the rest is asked about once more.
            return parse_prompt(parse_prompt(seen.prompt).text[:300]).text
    first = colour_name(seen.colours[0][0])
    return f"{'an' if first[0] in 'aeiou' else 'a'} {first} abstract composition"


def _palette(colours: Sequence[tuple[int, float]]) -> str:
    names = list(dict.fromkeys(colour_name(colour) for colour, _share in colours))[:3]
    if len(names) == 1:
        return f"monochrome {names[0]}"
    return f"{', '.join(names[:-1])} and {names[-1]} palette"


def _mood(seen: Observation) -> str:
    light = ("dark and moody", "dim light", "balanced light", "bright and airy", "high-key light")
    contrast = "strong contrast" if seen.contrast > 0.5 else "soft contrast" if seen.contrast < 0.2 else ""
    colour = "vivid colours" if seen.saturation > 0.6 else "muted colours" if seen.saturation < 0.25 else ""
    words = [light[min(int(seen.brightness * 5), 4)], contrast, colour]
    return ", ".join(word for word in words if word)


def _shape(seen: Observation) -> str:
    width, height = seen.size.width, seen.size.height
    if width > 2 * height:
        return "panoramic view"
    if height > 2 * width:
        return "tall vertical view"
    return (
        "square framing"
        if abs(width - height) * 20 <= width
        else ("landscape format" if width > height else "portrait format")
    )
