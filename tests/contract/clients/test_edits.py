"""Edits are pure, named, labelled by the contract itself, and packed so that none hides another."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjsim_contracts.client.catalogue import edits
from mjsim_contracts.client.packing import pack
from mjsim_contracts.client.surface import Surface
from mjsim_contracts.client.variation import Profile, Success, Tier, Variation
from mjsim_contracts.exchange import Operation
from mjsim_contracts.proxy.changes import Changes
from mjsim_contracts.proxy.edit import Edit, same_json
from mjsim_contracts.proxy.story import Stage, Story, Telling, at_stage
from mjsim_contracts.proxy.truth import encode
from mjsim_contracts.proxy.wire import MANNERS, Written
from mjsim_contracts.terms import Contract

OPENAPI = Path(__file__).parents[3] / "openapi"
CONTRACT = Contract(OPENAPI / "midjourney.json")
EXAMPLES = json.loads((OPENAPI / "midjourney.json").read_bytes())["paths"]["/v1/jobs/{jobId}"]["get"]["responses"][
    "200"
]
DONE = EXAMPLES["content"]["application/json"]["examples"]["imagine_completed"]["value"]
ANSWERS = {
    (Operation.IMAGINE, "200"): {"status": "SUCCESS", "message": "Accepted.", "data": {"job_id": DONE["id"]}},
    (Operation.GET, "pending"): at_stage(DONE, Stage("pending", 0)),
    (Operation.GET, "in_progress"): at_stage(DONE, Stage("in_progress", 46)),
    (Operation.GET, "completed"): DONE,
    (Operation.GET, "failed"): at_stage(DONE, Story.FAILS.last),
    (Operation.LIST, "200"): {"data": [DONE], "total": 1, "limit": 25, "offset": 0},
}
SURFACE = Surface(("createImagineJob", "getJobStatus", "listJobs"), ANSWERS, True, False, 25, 0.2)
EVERY = {variation.id: variation for variation in edits(SURFACE, CONTRACT)}


def edited(variation: Variation) -> dict:
    """The answer of which it is a variation, with its edit."""
    edit = variation.script.edits[0]
    return edit.apply(ANSWERS[edit.operation, edit.state])


def test_there_is_an_edit_for_every_freedom() -> None:
    """Each has an id of its own; their number falls by accident only."""
    assert len(EVERY) == len(list(edits(SURFACE, CONTRACT))) > 300
    freedoms = {edit.script.edits[0].kind for edit in EVERY.values() if edit.tier is Tier.FREEDOM}
    assert freedoms >= {"drop", "extra", "float", "long", "astral", "empty", "offset", "first", "webp", *MANNERS}


@pytest.mark.parametrize("variation", EVERY.values(), ids=lambda variation: variation.id)
def test_an_edit_changes_what_it_names_and_is_what_it_is_called(variation: Variation) -> None:
    """The label is the published contract's; the original is left as it was."""
    edit = variation.script.edits[0]
    original = ANSWERS[edit.operation, edit.state]
    before = json.dumps(original)
    changed = edited(variation)
    assert json.dumps(original) == before
    assert (edit.kind in MANNERS) is same_json(changed, original)
    permitted = CONTRACT.permits(edit.operation, 200, changed)
    assert permitted is (variation.tier is not Tier.EVOLUTION)
    if variation.success is Success.EXPECTED:
        assert CONTRACT.expects(edit.operation, 200, changed)


@pytest.mark.parametrize(
    ("identity", "tier", "success"),
    [
        ("getJobStatus/completed/drop/result", Tier.FREEDOM, Success.OPTIONAL),
        ("getJobStatus/completed/drop/prompt", Tier.FREEDOM, Success.EXPECTED),
        ("getJobStatus/completed/drop/width", None, None),
        ("getJobStatus/completed/drop/result.images.*.width", Tier.SPARSE, Success.OPTIONAL),
        ("getJobStatus/completed/float/progress", Tier.FREEDOM, Success.EXPECTED),
        ("getJobStatus/completed/text/progress", Tier.EVOLUTION, Success.OPTIONAL),
        ("getJobStatus/pending/unknown/status", Tier.EVOLUTION, Success.OPTIONAL),
        ("getJobStatus/completed/unknown/status", None, None),
        ("getJobStatus/failed/drop/error", Tier.FREEDOM, Success.IMPOSSIBLE),
        ("getJobStatus/completed/offset/created_at", Tier.FREEDOM, Success.EXPECTED),
        ("createImagineJob/200/drop/data.job_id", Tier.SPARSE, Success.OPTIONAL),
    ],
)
def test_what_is_asked_of_a_client(identity: str, tier: Tier | None, success: Success | None) -> None:
    """Some edits, by name."""
    found = EVERY.get(identity)
    assert (found and found.tier, found and found.success) == (tier, success)


@given(order=st.permutations(sorted(EVERY)), profile=st.sampled_from(Profile))
@settings(max_examples=15)
def test_every_edit_of_a_batch_is_seen(order: list[str], profile: Profile) -> None:
    """In whatever order they are packed: all of a batch change the answers, and no edit is left out."""
    chosen = [EVERY[identity] for identity in order if EVERY[identity].profile <= profile]
    batches = pack(chosen)
    assert sorted(each.id for batch in batches for each in batch) == sorted(each.id for each in chosen)
    for batch in batches:
        changes = Changes(each.script.edits[0] for each in batch)
        for (operation, _state), answer in ANSWERS.items():
            written = Written(200, (("Content-Type", "application/json; charset=utf-8"),), encode(answer))
            changes.apply(operation, written, {"accept-encoding": "gzip"})
        assert changes.made == {each.id for each in batch}


def test_a_healthy_client_costs_about_ten_runs_for_its_edits() -> None:
    """In the default profile, beside those that cannot share a run."""
    batches = pack(each for each in EVERY.values() if each.profile <= Profile.DEFAULT)
    assert len([batch for batch in batches if not batch[0].alone]) <= 14
    assert len([batch for batch in batches if batch[0].alone]) <= 16


def test_an_edit_without_anything_to_change_changes_nothing() -> None:
    """It is not reported, either."""
    changes = Changes([Edit(Operation.GET, "pending", "drop", "result.images.*.url")])
    written = Written(200, (), encode(ANSWERS[Operation.GET, "pending"]))
    assert changes.apply(Operation.GET, written, {}) == (written, [])
    assert not changes.made


@pytest.mark.parametrize("story", Story)
def test_a_story_is_told_the_same_way_to_the_end(story: Story) -> None:
    """Every stage obeys the contract; what has ended stays as it is."""
    telling = Telling(story)
    seen = [telling.show(DONE) for _ in range(6)]
    assert all(CONTRACT.expects(Operation.GET, 200, job) for job in seen)
    assert [job["status"] for job in seen[: len(story.value)]] == [stage.status for stage in story.value]
    assert seen[-1] == seen[-2]
    assert ("result" in seen[-1]) is story.ends_well


def test_cancelling_a_story() -> None:
    """In time it is cancelled for good; afterwards it is too late."""
    telling = Telling(Story.COMPLETES)
    telling.show(DONE)
    cancelled = telling.cancel(DONE)
    assert cancelled
    assert cancelled["status"] == "cancelled"
    assert telling.show(DONE)["status"] == "cancelled"
    assert telling.cancel(DONE) is None
    late = Telling(Story.AT_ONCE)
    late.show(DONE)
    assert late.cancel(DONE) is None
