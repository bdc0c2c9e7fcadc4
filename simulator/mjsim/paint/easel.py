"""One recipe, one picture: tiles are composed, lettered and coloured; a grid is its tiles, an upscale its tile enlarged."""

from PIL import Image

from mjsim.core.artwork import Artwork, Caption, ImageFormat, Picture
from mjsim.core.ratio import Size
from mjsim.paint.composition import compose
from mjsim.paint.file import encode
from mjsim.paint.lettering import letter
from mjsim.paint.palette import palette


def paint(picture: Picture, caption: Caption, image_format: ImageFormat, inputs: tuple[bytes, ...]) -> bytes:
    """The file of the picture; `inputs` are the thumbnails of the recipe's sources, in their order."""
    return encode(_image(picture, caption.prompt, inputs), caption, image_format)


def _image(picture: Picture, prompt: str, inputs: tuple[bytes, ...]) -> Image.Image:
    artwork = picture.artwork
    if picture.index:
        return _tile(artwork, picture.index, prompt, picture.doubled)
    tiles = [_tile(artwork, index, prompt, False) for index in (1, 2, 3, 4)]
    return _grid(tiles, artwork.size)


def _tile(artwork: Artwork, index: int, prompt: str, doubled: bool) -> Image.Image:
    canvas = compose(artwork, index)
    letter(canvas, index, prompt)
    if doubled:
        canvas.enlarge()
    return canvas.coloured(palette(artwork, index))


def _grid(tiles: list[Image.Image], size: Size) -> Image.Image:
    whole = Image.new(tiles[0].mode, (2 * size.width, 2 * size.height))
    if whole.mode == "P":
        whole.putpalette(tiles[0].getpalette())
    for place, tile in enumerate(tiles):
        whole.paste(tile, (place % 2 * size.width, place // 2 * size.height))
    return whole
