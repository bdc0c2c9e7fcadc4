"""One recipe, one picture: a tile is composed and lettered, a grid is its tiles, an upscale a larger tile, a video a tile
over which the view moves.
"""

from PIL import Image

from mjsim.core.artwork import Caption, ImageFormat, Picture
from mjsim.core.film import Clip
from mjsim.paint.composition import compose
from mjsim.paint.file import encode
from mjsim.paint.lettering import letter
from mjsim.paint.mixture import mixed
from mjsim.paint.palette import palette
from mjsim.paint.sight import picture_of
from mjsim.paint.watermark import stamp

_TILES = (1, 2, 3, 4)


def paint(picture: Picture, caption: Caption, image_format: ImageFormat, inputs: tuple[bytes, ...]) -> bytes:
    """The file of the picture; `inputs` are the thumbnails of the recipe's sources, in their order."""
    return encode(_drawn(picture, caption, inputs), caption, image_format)


def project(clip: Clip, caption: Caption, inputs: tuple[bytes, ...]) -> bytes:
    """The file of the video; `inputs` are the thumbnails that its picture is made of, in their order."""
    from mjsim.paint.film import film

    return film(clip, _drawn(clip.frame, caption, inputs))


def _drawn(picture: Picture, caption: Caption, inputs: tuple[bytes, ...]) -> Image.Image:
    pictures = [picture_of(file) for file in inputs]
    draw = _mixed if pictures else _composed
    indexes = (picture.index,) if picture.index else _TILES
    tiles = [draw(picture, index, caption, pictures) for index in indexes]
    return tiles[0] if picture.index else _grid(tiles)


def _composed(picture: Picture, index: int, caption: Caption, _: list[Image.Image]) -> Image.Image:
    canvas = compose(picture.artwork, index)
    stamp(canvas.tone, caption.watermark)
    letter(canvas.tone, index, caption.prompt, _scale(picture))
    if picture.doubled:
        canvas.enlarge()
    return canvas.coloured(palette(picture.artwork))


def _mixed(picture: Picture, index: int, caption: Caption, pictures: list[Image.Image]) -> Image.Image:
    image = mixed(picture.artwork, index, pictures)
    stamp(image, caption.watermark)
    letter(image, index, caption.prompt, _scale(picture))
    if picture.doubled:
        image = image.resize((2 * image.width, 2 * image.height), Image.Resampling.BICUBIC)
    return image


def _scale(picture: Picture) -> int:
    """How many times the side of the tile that of the picture is."""
    return 2 if picture.doubled else 1


def _grid(tiles: list[Image.Image]) -> Image.Image:
    """The tiles side by side, top-left first; where they have a palette, it is the same."""
    width, height = tiles[0].size
    whole = Image.new(tiles[0].mode, (2 * width, 2 * height))
    if whole.mode == "P":
        whole.putpalette(tiles[0].getpalette() or [])
    for place, tile in enumerate(tiles):
        whole.paste(tile, (place % 2 * width, place // 2 * height))
    return whole
