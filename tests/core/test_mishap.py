"""Every mishap has a name of its own and makes the sender do something that no other one does."""

import pytest

from mjsim.core.mishap import SPANS, TIMES, Mishap, Wish, tampering
from mjsim.core.tampering import TRUTHFUL, Signing


def usual(mishap):
    return Wish(mishap, TIMES.get(mishap, SPANS.get(mishap, 0)))


def test_nothing_wished_for_is_the_truth():
    assert tampering(()) is TRUTHFUL


def test_no_two_mishaps_are_the_same():
    told = [tampering([usual(mishap)]) for mishap in Mishap]
    assert TRUTHFUL not in told
    assert all(one not in told[:place] for place, one in enumerate(told))


def test_several_mishaps_happen_together():
    told = tampering([Wish(Mishap.LATE, 60_000), Wish(Mishap.FORGED), Wish(Mishap.CHUNKED), Wish(Mishap.SLOW, 2_500)])
    assert (told.delay, told.signing, told.wire.chunked, told.wire.pause) == (60_000, Signing.FORGED, True, 2.5)


@pytest.mark.parametrize(
    ("mishap", "skew", "signed"),
    [(Mishap.STALE, -600, None), (Mishap.REPLAYED, 0, -600), (Mishap.SKEW, 120, None)],
)
def test_timestamps_are_wrong_by_seconds(mishap, skew, signed):
    told = tampering([usual(mishap)])
    assert (told.skew, told.signed_skew) == (skew, signed)


def test_a_job_that_never_was_has_one_id_throughout():
    assert len({content for _, content in tampering([Wish(Mishap.UNKNOWN_JOB)]).changes}) == 1


def test_the_wishes_are_added_to_what_was_told_before():
    assert len(tampering([Wish(Mishap.EXTRA_FIELD), Wish(Mishap.UNKNOWN_EVENT)]).changes) == 2
