"""What a client sends as a picture is read strictly, and where it may come from is a rule."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mjsim.core.error import ImageInaccessible, InvalidImage
from mjsim.core.image import (
    LIMIT,
    ImageInput,
    content_name,
    decode_base64,
    decode_data_url,
    host_of,
    is_loopback,
    is_stand_in,
    stand_in,
    stand_in_name,
)
from mjsim.core.ratio import Size

NO_BASE64 = r"^image: is no Base64 text"


@given(st.binary(min_size=1))
def test_base64_gives_its_bytes_back(data):
    text = base64.b64encode(data).decode()
    assert decode_base64(text, "image") == data
    assert decode_data_url(f"data:image/png;base64,{text}", "image") == data


@given(st.text(st.characters()) | st.text(st.sampled_from("QUJj=+/-_ \n"), max_size=12))
@example("YWJj====")
@example("YWJj=")
def test_any_text_is_base64_to_the_letter_or_is_refused(text):
    """Of what is taken, taking it again gives the same text but for the bits that no byte needs."""
    try:
        data = decode_base64(text, "image")
    except InvalidImage:
        return
    again = base64.b64encode(data).decode()
    assert len(again) == len(text)
    kept = len(text) - 1 if text.endswith("=") else len(text)
    assert again.rstrip("=")[:-1] == text.rstrip("=")[:-1]
    assert again[kept:] == text[kept:]


@pytest.mark.parametrize(
    "text",
    [
        *("Q", "QQ", "QQ=", "=", "====", "QQ==\n", " QQ==", "Q Q=", "QQ==QQ==", "Q=Q=", "YWJj=", "YWJj==", "YWJj===="),
        *("_-_-", "ü===", "\ud800AAA", "QUJD\r\nQUJD", "QUJDQ===", "QUJDQUJDQUJD="),
    ],
)
def test_what_is_not_strictly_base64_is_refused(text):
    with pytest.raises(InvalidImage, match=NO_BASE64):
        decode_base64(text, "image")


def test_an_empty_image_is_refused():
    with pytest.raises(InvalidImage, match=r"image: is empty"):
        decode_base64("", "image")


def test_a_data_url_where_base64_is_expected_is_named_as_such():
    with pytest.raises(InvalidImage, match=r"image: is a data: URL; send only the Base64 text after its comma"):
        decode_base64("data:image/png;base64,QQ==", "image")


@pytest.mark.parametrize("url", ["data:", "data:image/png,abc", "data:;base64", "data:image/png;base65,QQ==", "data:,"])
def test_a_data_url_without_base64_is_refused(url):
    with pytest.raises(InvalidImage, match=r"^image: a data: URL has to read data:<type>;base64,<data>\.$"):
        decode_data_url(url, "image")


@pytest.mark.parametrize("url", ["data:;base64,QQ==", "data:image/png;base64,QQ==", "DATA:image/png;BASE64,QQ=="])
def test_a_data_url_may_leave_out_its_type(url):
    assert decode_data_url(url, "image") == b"A"


def test_a_data_url_is_as_strict():
    with pytest.raises(InvalidImage, match=NO_BASE64):
        decode_data_url("data:image/png;base64,Q Q==", "image")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://a.example/x.png", "a.example"),
        ("HTTP://User:pass@A.Example.:8080/x?y#z", "a.example"),
        ("http://127.0.0.1:9000/", "127.0.0.1"),
        ("http://[::1]:9000/", "::1"),
        ("http://localhost", "localhost"),
        ("http://a.invalid.example/", "a.invalid.example"),
        ("http://notinvalid/", "notinvalid"),
    ],
)
def test_a_url_has_a_host_in_lower_case(url, host):
    assert host_of(url, "image_url") == host


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "/x", "//a.example/x", "ftp://a.example/x", "file:///etc/passwd", "data:,x", "http://", "http:///x"),
        *("http://:80/", "http://user@/", "http://./", "http://../", "javascript:1"),
    ],
)
def test_a_url_without_a_host_or_of_another_scheme_is_inaccessible(url):
    with pytest.raises(ImageInaccessible, match=r"^image_url: only http, https and data URLs can be read\.$"):
        host_of(url, "image_url")


@pytest.mark.parametrize("url", ["http://[::1/", "http://a:99999/", "http://a:x/", "http://a]b/", "http://\u2100/"])
def test_a_url_that_cannot_be_read_is_inaccessible(url):
    with pytest.raises(ImageInaccessible, match=r"^image_url: is no URL that can be read"):
        host_of(url, "image_url")


@pytest.mark.parametrize("host", ["invalid", "a.invalid", "A.B.INVALID", "a.invalid.", "invalid."])
def test_the_reserved_names_are_inaccessible(host):
    with pytest.raises(ImageInaccessible, match=r"^image_url: the image at 'http://.*' cannot be reached\.$"):
        host_of(f"http://{host}:80/x.png", "image_url")


def test_a_long_url_is_not_repeated_whole():
    with pytest.raises(ImageInaccessible) as refused:
        host_of(f"http://a.invalid/{'x' * 9_000}", "image_url")
    assert len(str(refused.value)) < 300


@given(
    st.text(st.characters())
    | st.builds("{}://{}{}{}".format, st.sampled_from(["http", "HTTPS", "ftp"]), *[st.text(max_size=5)] * 3)
)
def test_any_url_has_a_host_or_is_inaccessible_and_nothing_else(url):
    try:
        host = host_of(url, "image_url")
    except ImageInaccessible:
        return
    assert host
    assert not host.endswith(".")
    assert isinstance(is_loopback(host), bool)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "a.localhost"])
def test_this_machine_is_known_by_its_names(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["128.0.0.1", "0.0.0.0", "10.0.0.1", "::2", "localhost.example", "mylocalhost", "2130706433"]
)
def test_any_other_machine_is_not_this_one(host):
    assert not is_loopback(host)


@given(st.binary(max_size=4), st.binary(max_size=4))
def test_equal_bytes_have_equal_names_and_no_others(one, other):
    assert (content_name(one) == content_name(other)) is (one == other)


@given(st.text(st.characters()), st.text(st.characters()), st.binary())
def test_a_stand_in_is_known_by_its_name_which_is_that_of_its_url_alone(url, other, data):
    assert is_stand_in(stand_in_name(url))
    assert not is_stand_in(content_name(data))
    assert (stand_in_name(url) == stand_in_name(other)) is (url == other)


def test_a_stand_in_is_always_the_same_single_picture():
    name = stand_in_name("https://a.example/x.png")
    assert stand_in(name) == stand_in(name)
    assert stand_in(name) != stand_in(stand_in_name("https://a.example/y.png"))
    assert (stand_in(name).index, stand_in(name).size) == (1, Size(256, 256))


def test_an_input_names_where_it_stood():
    assert ImageInput("images.0.url", url="https://a.example/").data is None
    assert LIMIT == 33_554_432
