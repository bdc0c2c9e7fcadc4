"""What the pictures of one recipe have to do with each other."""

import itertools
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from mjsim.core.artwork import Artwork, Caption, ImageFormat, Picture, Step
from mjsim.core.ratio import Size
from mjsim.paint import composition
from mjsim.paint.easel import paint
from mjsim.paint.fortune import STRIDE, Fortune
from mjsim.paint.lettering import legible
from mjsim.paint.palette import FAMILIES, palette

SUBJECTS = composition.SUBJECTS
TILES = (1, 2, 3, 4)
FORMATS = (ImageFormat.PNG, ImageFormat.WEBP)


def mean(image):
    return ImageStat.Stat(image).mean


def solid(colour, size=(40, 30), mode="RGB"):
    file = BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


def subject_of(artwork):
    return Fortune(artwork, 1).shared("subject", len(SUBJECTS))


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("sources", [(), ("a", "b")])
def test_a_grid_is_its_four_tiles_pixel_for_pixel(pixels, recipe, image_format, sources):
    """In both formats, blended or not: top-left, top-right, bottom-left, bottom-right."""
    artwork = recipe(7, 160, 112, sources=sources)
    inputs = (solid("red"), solid("navy"))[: len(sources)]
    grid = pixels(artwork, 0, image_format=image_format, inputs=inputs)
    assert grid.size == (320, 224)
    for index, (top, left) in zip(TILES, itertools.product((0, 112), (0, 160)), strict=True):
        tile = pixels(artwork, index, image_format=image_format, inputs=inputs)
        assert grid.crop((left, top, left + 160, top + 112)).tobytes() == tile.tobytes()


def test_both_formats_show_the_same_pixels(pixels, recipe):
    """Neither loses anything."""
    first, second = (pixels(recipe(3), 2, image_format=each) for each in FORMATS)
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("subject", range(len(SUBJECTS)))
def test_an_upscale_reduced_by_two_is_nearly_its_tile(pixels, recipe, subject, distance):
    """The same picture, lettering included, at twice the side."""
    artwork = next(a for a in (recipe(seed, 320, 256) for seed in range(99)) if subject_of(a) == subject)
    tile, upscale = pixels(artwork, 3), pixels(artwork, 3, doubled=True)
    assert upscale.size == (640, 512)
    assert distance(upscale.reduce(2), tile) < 1.5
    assert distance(upscale.reduce(2), pixels(artwork, 4)) > 4


@pytest.mark.parametrize("subject", range(len(SUBJECTS)))
def test_the_four_tiles_share_palette_and_subject_and_differ_visibly(pixels, recipe, subject, distance):
    """Siblings: one palette, one subject, four compositions."""
    artwork = next(a for a in (recipe(seed) for seed in range(99)) if subject_of(a) == subject)
    colours = set(zip(*[iter(palette(artwork))] * 3, strict=True))
    tiles = [pixels(artwork, index) for index in TILES]
    for first, second in itertools.combinations(tiles, 2):
        assert distance(first, second) > 3
    for tile in tiles:
        assert {colour for _, colour in tile.getcolors(9999)} <= colours


def test_chance_finds_every_subject_and_every_palette(monkeypatch):
    """A newcomer sees many kinds of pictures, not one in many colours; the tiles of one grid are of one kind."""
    drawn = []
    stubs = [lambda *_, subject=subject: drawn.append(subject) for subject in range(len(SUBJECTS))]
    monkeypatch.setattr(composition, "SUBJECTS", tuple(stubs))
    artworks = [Artwork(seed, Size(64, 64)) for seed in range(300)]
    for artwork, index in itertools.product(artworks, TILES):
        composition.compose(artwork, index)
    assert all(len(set(drawn[at : at + 4])) == 1 for at in range(0, len(drawn), 4))
    assert set(drawn) == set(range(len(SUBJECTS)))
    assert len({palette(a) for a in artworks}) == len(FAMILIES)
    assert len(SUBJECTS) >= 5


def test_no_palette_is_grey_or_flat():
    """Every family runs from dark to light, and has colour."""
    for seed in range(60):
        entries = palette(Artwork(seed, Size(64, 64)))
        colours = [tuple(entries[at : at + 3]) for at in range(0, 768, 3)]
        assert max(max(c) - min(c) for c in colours) > 60
        assert sum(colours[0]) < 150
        assert sum(colours[175]) > 650


def test_chaos_sets_the_tiles_further_apart():
    """The numbers that tell tiles apart spread more at 100 than at 0, over many recipes."""

    def spread(chaos):
        numbers = [
            [Fortune(Artwork(s, Size(64, 64), chaos=chaos), i).between("x", 0, 1) for i in TILES] for s in range(80)
        ]
        return sum(max(row) - min(row) for row in numbers)

    assert spread(100) > 1.2 * spread(0)


def test_stylize_makes_colours_richer(pixels, recipe):
    """More of it, more colour; and it is gentle: the picture stays what it was."""

    def chroma(stylize):
        entries = palette(recipe(5, stylize=stylize))
        return sum(max(entries[at : at + 3]) - min(entries[at : at + 3]) for at in range(0, 768, 3))

    assert chroma(0) < chroma(100) < chroma(1000) < 2 * chroma(0)


@pytest.mark.parametrize("subject", range(len(SUBJECTS)))
def test_a_variation_is_near_its_parents_tile_and_not_equal_to_it(pixels, recipe, subject, distance):
    """Nearer than any other tile of the parent, in layout and colours; its own four tiles all differ."""
    artwork = next(a for a in (recipe(seed) for seed in range(99)) if subject_of(a) == subject)
    parent = pixels(artwork, 2)
    children = [pixels(recipe(artwork.seed, steps=(Step(2, 77),)), index) for index in TILES]
    others = [distance(parent, pixels(artwork, index)) for index in (1, 3, 4)]
    for child in children:
        assert 0.2 < distance(parent, child) < min(others)
        assert all(abs(a - b) < 16 for a, b in zip(mean(parent), mean(child), strict=True))
    # Compared above the lettering, where the tiles' numbers stand.
    layouts = [tile.crop((0, 0, 192, 150)) for tile in (parent, *children)]
    for first, second in itertools.combinations(layouts, 2):
        assert distance(first, second) > 0.5


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2**64 - 1)), max_size=60), st.integers(1, 4))
@settings(max_examples=50)
def test_a_chain_of_variations_takes_small_steps_and_stays_inside(steps, index):
    """Every number stays in [0, 1) and moves by at most half the stride from generation to generation."""
    chain = tuple(Step(*step) for step in steps)
    numbers = Fortune(Artwork(9, Size(64, 64), steps=chain), index).numbers("x", 20)
    assert all(0 <= number < 1 for number in numbers)
    if chain:
        parent = Fortune(Artwork(9, Size(64, 64), steps=chain[:-1]), chain[-1].index).numbers("x", 20)
        assert all(abs(a - b) <= STRIDE / 2 + 1e-6 for a, b in zip(numbers, parent, strict=True))


def test_a_long_chain_of_equal_steps_still_makes_pictures(pixels, recipe):
    """A hundred variations on, the picture has contrast and colours."""
    for seed in range(len(SUBJECTS)):
        tile = pixels(recipe(seed, steps=(Step(3, 5),) * 100), 1)
        assert max(ImageStat.Stat(tile.convert("L")).stddev) > 8


def test_a_tint_pulls_the_colours_towards_the_reference(pixels, recipe):
    """Whatever the palette, red tint is redder and blue tint bluer."""
    for seed in range(12):
        plain, red, blue = (mean(pixels(recipe(seed, tint=tint), 1)) for tint in ((), (0xE02020,), (0x2040E0,)))
        assert red[0] - red[2] > plain[0] - plain[2] + 5 or red[0] - red[2] > 60
        assert blue[2] - blue[0] > plain[2] - plain[0] + 5 or blue[2] - blue[0] > 60
        assert red[0] - red[2] > blue[0] - blue[2] + 60


def test_a_grey_tint_takes_the_colours_out(pixels, recipe):
    """A black and white reference gives a nearly black and white picture."""
    red, green, blue = pixels(recipe(5, tint=(0x000000, 0x808080, 0xFFFFFF)), 1).split()
    assert max(mean(ImageChops.difference(red, green)) + mean(ImageChops.difference(green, blue))) < 25


def test_red_and_blue_blend_into_both(pixels, recipe):
    """Neither input drowns the other, in the grid and in each of its tiles."""
    artwork = recipe(3, sources=("a", "b"))
    grid = pixels(artwork, 0, inputs=(solid("red"), solid("blue")))
    for index, box in zip(TILES, itertools.product((0, 192), repeat=2), strict=True):
        red, green, blue = mean(pixels(artwork, index, inputs=(solid("red"), solid("blue"))))
        assert red > 60
        assert blue > 60
        assert green < 15
        assert grid.crop((*box, box[0] + 192, box[1] + 192))


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_every_input_of_a_blend_has_its_part(pixels, recipe, count):
    """With each input white in turn and the others black, about its share of every tile is bright."""
    for white in range(count):
        inputs = tuple(solid("white" if each == white else "black") for each in range(count))
        for index in TILES:
            tile = pixels(recipe(8, sources=tuple("abcde"[:count])), index, inputs=inputs, prompt="").crop(
                (0, 0, 192, 150)
            )
            assert 0.25 / count < mean(tile)[0] / 255 < 2.2 / count


def test_the_tiles_of_a_blend_mix_differently(pixels, recipe, distance):
    """Four mixes, not one four times."""
    tiles = [pixels(recipe(8, sources=("a", "b")), i, inputs=(solid("red"), solid("blue"))) for i in TILES]
    for first, second in itertools.combinations(tiles, 2):
        assert distance(first, second) > 10


@pytest.mark.parametrize("size", [(1, 1), (1, 256), (256, 1), (3, 2)])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_blend_takes_inputs_of_any_size_and_mode(pixels, recipe, size, mode):
    """The smallest and narrowest pictures, in every mode that PNG has."""
    file = BytesIO()
    Image.new("RGB", size, "white").convert(mode).save(file, "PNG")
    tile = pixels(recipe(8, 96, 64, sources=("a", "b")), 1, inputs=(file.getvalue(), solid("white")))
    assert mean(tile.crop((0, 0, 96, 30)))[0] > 250


def test_the_lettering_says_index_prompt_and_size(pixels, recipe):
    """Each of the three changes the lower edge, and nothing above it; the grid has no lettering of its own."""
    artwork = recipe(4, 512, 256)
    first, second = (pixels(artwork, 1, prompt=prompt) for prompt in ("a quiet valley", "another thing"))
    changed = ImageChops.difference(first, second).getbbox()
    assert changed is not None
    assert changed[1] > 220
    empty = pixels(artwork, 1, prompt="")
    changed = ImageChops.difference(first, empty).getbbox()
    assert changed is not None
    assert changed[0] > 10
    assert changed[2] < 300


def test_an_upscale_says_its_own_size(pixels, recipe):
    """Its letters differ from the tile's at the right of the lower edge, where the size stands."""
    artwork = recipe(4, 512, 256)
    tile, upscale = pixels(artwork, 1, prompt=""), pixels(artwork, 1, prompt="", doubled=True)
    difference = ImageChops.difference(tile.convert("L"), upscale.convert("L").reduce(2))
    size, rest = (difference.crop(area).getextrema()[1] for area in ((400, 226, 512, 256), (30, 226, 380, 256)))
    assert size > 2 * rest
    assert size > 90


@pytest.mark.parametrize("seed", range(12))
def test_the_lettering_can_be_read_on_any_ground(pixels, recipe, seed):
    """Letters stand out from their ground by a good part of the whole range of lightness."""
    artwork = recipe(seed, 512, 512)
    first, second = (pixels(artwork, 1, prompt=prompt).convert("L") for prompt in ("HHHHHHHHHHHHHH", ""))
    difference = ImageChops.difference(first, second)
    assert difference.getextrema()[1] > 115


def test_unreadable_characters_are_replaced_and_controls_are_dropped():
    """What the font lacks becomes a dot, accents lose their marks, bidi marks and controls vanish, lines join."""
    assert legible("é—ñ\u202e\x00\nß\t字😀") == "e-n ss ··"
    assert legible("") == ""
    assert len(legible("a" * 4000)) <= 200


@given(st.text(max_size=60), st.integers(1, 4))
@settings(max_examples=40)
def test_any_prompt_can_be_lettered(prompt, index):
    """No Unicode stops the pen."""
    legible(prompt)
    file = paint(Picture(Artwork(1, Size(120, 80)), index), Caption("j", prompt, ""), ImageFormat.PNG, ())
    assert Image.open(BytesIO(file)).size == (120, 80)


def test_a_long_prompt_is_cut_before_the_size(pixels, recipe):
    """However long, it does not run into the size at the right: that stays as it is without a prompt."""
    artwork = recipe(4, 400, 400)
    long, empty = (pixels(artwork, 1, prompt=prompt).crop((334, 0, 400, 400)) for prompt in ("W" * 4000, ""))
    assert long.tobytes() == empty.tobytes()


@pytest.mark.parametrize(("width", "height"), [(16, 16), (16, 400), (400, 16), (272, 3824), (3824, 272), (97, 61)])
def test_every_subject_fits_every_size(monkeypatch, pixels, recipe, width, height):
    """From a few pixels to the most extreme ratios, with something to be seen in each."""
    for subject in SUBJECTS:
        monkeypatch.setattr(composition, "SUBJECTS", (subject,))
        tile = pixels(recipe(6, width, height), 2)
        assert tile.size == (width, height)
        assert len(tile.getcolors(width * height)) > 10


def test_a_tile_of_one_megapixel_is_a_small_file():
    """Few colours and smooth areas keep it under 400 kB, in each subject."""
    for seed in range(8):
        picture = Picture(Artwork(seed, Size(1024, 1024)), 1)
        assert len(paint(picture, Caption("j", "p", ""), ImageFormat.PNG, ())) < 400_000
