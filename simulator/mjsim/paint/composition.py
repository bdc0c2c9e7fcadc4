"""A recipe's seed decides what its pictures show; each subject is a function that draws one tile of it."""

from collections.abc import Callable

from mjsim.core.artwork import Artwork
from mjsim.paint.botany import herbal
from mjsim.paint.canvas import Canvas
from mjsim.paint.fortune import Fortune
from mjsim.paint.heaven import aurora, orbits
from mjsim.paint.land import dunes, ridges
from mjsim.paint.ribbons import ribbons
from mjsim.paint.sea import seascape

SUBJECTS: tuple[Callable[[Canvas, Fortune], None], ...] = (
    ridges,
    dunes,
    seascape,
    aurora,
    orbits,
    ribbons,
    herbal,
)


def compose(artwork: Artwork, index: int) -> Canvas:
    """The tile `index` (1 to 4) of a recipe without sources."""
    fortune = Fortune(artwork, index)
    canvas = Canvas(artwork.size)
    SUBJECTS[fortune.shared("subject", len(SUBJECTS))](canvas, fortune)
    return canvas
