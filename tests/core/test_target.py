"""Only addresses of this machine and of private networks may be contacted, however they are written."""

import pytest

from mjsim.core.target import host_and_port, is_public, public_refusal, refusal

PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.1.1",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "224.0.0.1"]


@pytest.mark.parametrize("address", [*PRIVATE, "::ffff:127.0.0.1", "localhost", "not an address", ""])
def test_private_addresses_and_names_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)
    assert address in public_refusal(address)
    assert "--allow-public-targets" in public_refusal(address)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://A.example/x", ("a.example", 80)),
        ("HTTPS://a.example", ("a.example", 443)),
        ("http://[::1]:8080/", ("::1", 8080)),
        ("https://u:p@a:1/", ("a", 1)),
    ],
)
def test_a_target_is_a_host_and_a_port(url, found):
    assert host_and_port(url) == found


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("javascript:alert(1)", "'javascript'"),
        ("ftp://a/", "'ftp'"),
        ("/only/a/path", "''"),
        ("http:///x", "no host"),
        ("http://a:0/", "port 0"),
        ("http://a:99999/", "ort"),
        ("http://[", "IPv6"),
    ],
)
def test_what_is_no_target_is_told_why(url, said):
    with pytest.raises(ValueError, match=said):
        host_and_port(url)


def test_a_url_is_refused_for_what_it_is_or_for_where_it_leads():
    assert refusal("http://127.0.0.1/", anywhere=False) is None
    assert refusal("http://example.com/", anywhere=False) is None, "its address has to be asked for"
    assert refusal("http://8.8.8.8/", anywhere=False) == public_refusal("8.8.8.8")
    assert refusal("http://8.8.8.8/", anywhere=True) is None
    assert refusal("mailto:a@b", anywhere=True).startswith("'mailto:a@b' is no target")
