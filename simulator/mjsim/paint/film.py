"""A video is its picture, over which the view moves: slowly, from where the last scene left it, always inside the picture.

It is H.264 in MP4, from one thread without marks of the encoder, so that the same recipe gives the same bytes.
"""

from fractions import Fraction
from io import BytesIO
from math import cos, pi
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageOps

from mjsim.core.chance import Key
from mjsim.core.film import FIRST_SECONDS, MORE_SECONDS, Clip, Motion
from mjsim.core.ratio import Size

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

RATE = 24
"""Pictures a second."""

_CLOSEST = {Motion.HIGH: 1.9, Motion.LOW: 1.18}
"""How close the view comes at the most, as a factor."""

_BT601 = 6
"""The colours of Pillow's planes, as H.264 numbers them."""

_ENCODER = {"preset": "superfast", "crf": "23", "x264-params": "threads=1:bframes=0"}


class View(NamedTuple):
    """The part of a picture that is shown: how close, and where its middle is, from 0 to 1 of what closeness leaves free."""

    zoom: float
    x: float
    y: float


_WHOLE = View(1, 0.5, 0.5)


def film(clip: Clip, picture: Image.Image) -> bytes:
    """The file of a clip of the picture, which may have any size."""
    import av

    planes = _planes(clip, picture)
    file = BytesIO()
    with av.open(file, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = _stream(container, clip)
        for place, view in enumerate(_views(clip)):
            frame = av.VideoFrame(clip.size.width, clip.size.height, "yuv420p")
            frame.pts = place
            for plane, ground in zip(frame.planes, planes, strict=True):
                plane.update(_shown(ground, view, Size(plane.width, plane.height), plane.line_size))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _stream(container: "OutputContainer", clip: Clip) -> "VideoStream":
    stream = container.add_stream("libx264", rate=RATE, options=_ENCODER)
    stream.width, stream.height, stream.pix_fmt = clip.size.width, clip.size.height, "yuv420p"
    stream.time_base = Fraction(1, RATE)
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = _BT601
    return stream


def _planes(clip: Clip, picture: Image.Image) -> list[Image.Image]:
    """The picture in the ratio of the clip, as many pixels as the closest view needs, in the encoder's own planes: it is
    converted once, where converting each frame would take longer than all the rest.
    """
    closest = _CLOSEST[clip.motion]
    size = (round(clip.size.width * closest), round(clip.size.height * closest))
    fitting = ImageOps.fit(picture.convert("RGB"), size, Image.Resampling.BICUBIC).convert("YCbCr")
    light, *colours = fitting.split()
    half = (size[0] // 2, size[1] // 2)
    return [
        light.point([16 + tone * 219 // 255 for tone in range(256)]),
        *(plane.resize(half).point([128 + (tone - 128) * 224 // 255 for tone in range(256)]) for plane in colours),
    ]


def _shown(ground: Image.Image, view: View, size: Size, line: int) -> bytes:
    """The rows of what the view shows of a plane, each of them `line` bytes long."""
    width, height = ground.width / view.zoom, ground.height / view.zoom
    left, top = (ground.width - width) * view.x, (ground.height - height) * view.y
    box = (left, top, left + width, top + height)
    shown = ground.resize((size.width, size.height), Image.Resampling.BILINEAR, box=box)
    return shown.tobytes() if line == size.width else shown.crop((0, 0, line, size.height)).tobytes()


def _views(clip: Clip) -> list[View]:
    """The view of every frame. The first one is the whole picture; each scene starts from rest where the one before has
    come to rest, comes close in turn, and goes away again.
    """
    start, views = _WHOLE, []
    for place, seed in enumerate(clip.scenes):
        key = Key(seed, "film", "scene", place)
        share = 0.15 * key.draw("zoom") + (0.05 if place % 2 else 0.85)
        end = View(1 + (_CLOSEST[clip.motion] - 1) * share, key.draw("x"), key.draw("y"))
        frames = RATE * (MORE_SECONDS if place else FIRST_SECONDS)
        views += [_between(start, end, (1 - cos(pi * frame / (frames - 1))) / 2) for frame in range(frames)]
        start = end
    return views


def _between(start: View, end: View, share: float) -> View:
    return View(*(a + (b - a) * share for a, b in zip(start, end, strict=True)))
