"""A picture's size follows from its recipe, a file's type from its format."""

import pytest

from mjsim.core.artwork import Artwork, Caption, ImageFormat, Picture, Step
from mjsim.core.ratio import Size

ART = Artwork(1, Size(1456, 816), steps=(Step(2, 7),))


@pytest.mark.parametrize("index", [1, 2, 3, 4])
def test_a_tile_has_the_size_of_the_recipe_and_an_upscale_twice_the_sides(index):
    assert Picture(ART, index).size == Size(1456, 816)
    assert Picture(ART, index, doubled=True).size == Size(2912, 1632)


def test_a_grid_is_two_tiles_by_two():
    assert Picture(ART, 0).size == Size(2912, 1632)


def test_a_format_is_its_extension_and_knows_its_content_type():
    types = {str(image_format): image_format.content_type for image_format in ImageFormat}
    assert types == {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}


def test_recipes_are_values():
    assert Artwork(1, Size(1456, 816), steps=(Step(2, 7),)) == ART
    assert len({ART, Artwork(1, Size(1456, 816), steps=(Step(2, 7),)), Artwork(1, Size(1456, 816))}) == 2
    assert Caption("j", "p", "") == Caption("j", "p", "")
