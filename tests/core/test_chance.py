"""The same key and label always give the same number, and nothing else has a say in it."""

import os
import re
import subprocess
import sys
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.chance import Key, digest

texts = st.text(st.characters(), max_size=6)
keys = st.builds(Key, st.integers(0, 2**63 - 1), texts, texts, st.integers(0, 9))
labels = st.sampled_from(["lead", "run", "outcome", "seed", ""]) | st.text(max_size=6)


@given(keys, st.lists(labels, max_size=8), st.permutations(["lead", "wait", "run", "outcome"]))
def test_drawing_more_labels_in_any_order_never_shifts_the_others(key, others, order):
    alone = {label: key.draw(label) for label in ("lead", "wait", "run", "outcome")}
    twin = Key(key.seed, key.tenant, key.fingerprint, key.repeat)
    for label in others:
        twin.draw(label)
        twin.uuid()
    assert {label: twin.draw(label) for label in order} == alone


@given(keys)
def test_no_two_labels_share_a_number_nor_does_the_id(key):
    numbers = {key.number(label) for label in ("lead", "wait", "run", "seed", "outcome", "variation", "another")}
    assert len(numbers) == 7
    halves = {uuid.UUID(key.uuid()).int >> 64, uuid.UUID(key.uuid()).int & (2**64 - 1)}
    assert all((one ^ half).bit_count() > 8 for one in numbers for half in halves)


@given(keys, labels, st.integers(1, 1 << 33))
def test_every_draw_lies_in_its_range(key, label, below):
    assert 0 <= key.draw(label) < 1
    assert 0 <= key.integer(label, below) < below


def parts(key):
    return key.seed, key.tenant, key.fingerprint, key.repeat


@given(keys, keys, labels, labels)
def test_chance_depends_on_the_whole_key_and_the_label(one, other, label, another):
    same = (parts(one), label) == (parts(other), another)
    assert (one.number(label) == other.number(another)) is same
    assert (one.uuid() == other.uuid()) is (parts(one) == parts(other))


def test_each_part_of_the_key_counts():
    keys = [Key(1, "t", "f", 0), Key(2, "t", "f", 0), Key(1, "u", "f", 0), Key(1, "t", "g", 0), Key(1, "t", "f", 1)]
    assert len({key.draw("x") for key in keys}) == 5


@given(keys)
def test_an_id_is_a_canonical_uuid_of_version_4(key):
    text = key.uuid()
    parsed = uuid.UUID(text)
    assert str(parsed) == text
    assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)


def test_every_free_bit_of_an_id_is_drawn():
    ids = [uuid.UUID(Key(0, "t", str(n), 0).uuid()).int for n in range(200)]
    fixed = 0xF << 76 | 0x3 << 62
    ever, always = 0, (1 << 128) - 1
    for number in ids:
        ever, always = ever | number, always & number
    assert (ever | fixed) == (1 << 128) - 1
    assert (always & ~fixed) == 0


@pytest.mark.parametrize("label", ["x", "lead", "wait", "run", "seed", "outcome", "variation"])
def test_draws_are_spread_evenly(label):
    draws = [Key(7, "t", str(n), 0).draw(label) for n in range(4_000)]
    tenths = [sum(low / 10 <= draw < (low + 1) / 10 for draw in draws) for low in range(10)]
    assert all(320 <= count <= 480 for count in tenths)
    whole = [Key(7, "t", str(n), 0).integer(label, below=4) for n in range(4_000)]
    assert all(880 <= whole.count(value) <= 1_120 for value in range(4))


@given(st.lists(texts, max_size=3), st.lists(texts, max_size=3))
def test_no_two_different_lists_of_parts_run_together(one, other):
    assert (digest(*one) == digest(*other)) is (one == other)


@pytest.mark.parametrize("size", [1, 8, 16, 64])
def test_a_digest_has_the_size_that_is_asked_for(size):
    assert len(digest("a", size=size)) == size


def test_chance_is_the_same_in_every_process():
    """Nothing of Python's own hashing, which differs from process to process, is in it."""
    program = "from mjsim.core.chance import Key; k = Key(5, 't', 'f', 2); print(k.uuid(), k.draw('run'))"
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    key = Key(5, "t", "f", 2)
    assert told == {f"{key.uuid()} {key.draw('run')}\n"}
    assert re.fullmatch(r"\S{36} 0\.\d+\n", told.pop())
