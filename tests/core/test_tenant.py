"""A key stands for a tenant: made-up ones by name, others by a hash."""

import pytest

from mjsim.core.tenant import inbox_of, is_made_up, owns_inbox, tenant_named, tenant_of


def test_a_made_up_key_names_its_tenant():
    assert is_made_up("sim-alice")
    assert tenant_of("sim-alice") == "sim-alice"


@pytest.mark.parametrize("key", ["sim-", "mj-123", "SIM-x", "", "a sim-x"])
def test_any_other_key_is_not_made_up(key):
    assert not is_made_up(key)


@pytest.mark.parametrize("key", ["mj-secret", "sim-", "sim-" + "x" * 61, "sim-é", "sim-\x07"])
def test_of_other_and_unwieldy_keys_only_a_hash_is_kept(key):
    name = tenant_of(key)
    assert name.startswith("key-")
    assert len(name) == 20
    assert key not in name
    assert tenant_of(key) == name


def test_different_keys_are_different_tenants():
    assert len({tenant_of(key) for key in ("sim-a", "sim-b", "a", "b", "sim-" + "x" * 80, "sim-" + "x" * 81)}) == 6


def test_a_tenant_is_named_by_its_key_or_by_what_stands_for_it():
    assert tenant_named("sim-a") == "sim-a"
    assert tenant_named("secret") == tenant_named(tenant_of("secret")) == tenant_of("secret")


def test_an_inbox_of_a_tenant_is_its_own_and_no_others():
    name = inbox_of("sim-a", "news")
    assert name.startswith("news-")
    assert owns_inbox("sim-a", name)
    assert not owns_inbox("sim-b", name)
    assert not owns_inbox("sim-a", "news")
