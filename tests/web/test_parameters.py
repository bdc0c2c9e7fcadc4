"""What a request asks for is what its job says it does: flags, fields, defaults, and what is refused at the door."""

import pytest

DEFAULTS = {"aspect_ratio": "1:1", "model_version": "7.0", "process_mode": "fast", "quality": 1.0, "stylize": 100}


async def echoed(sim, prompt, **fields):
    """The settings that the job of this request says it has, without those that stand at their default."""
    job = await sim.job(await sim.imagine(prompt, **fields))
    assert job["prompt"] == prompt, "the prompt is shown as it was sent, flags and all"
    shown = job["parameters"]
    assert isinstance(shown["seed"], int)
    assert set(shown) >= {*DEFAULTS, "seed"}
    return {name: value for name, value in shown.items() if DEFAULTS.get(name) != value}


@pytest.mark.parametrize(
    ("flags", "shown"),
    [
        ("--ar 16:9", {"aspect_ratio": "16:9"}),
        ("--aspect 9:16", {"aspect_ratio": "9:16"}),
        ("--ar 1920:1080", {"aspect_ratio": "16:9"}),
        ("--v 6", {"model_version": "6.0"}),
        ("--version 5.2", {"model_version": "5.2"}),
        ("--q .5", {"quality": 0.5}),
        ("--quality 2", {"quality": 2.0}),
        ("--s 0", {"stylize": 0}),
        ("--stylize 1000", {"stylize": 1000}),
        ("--c 5", {"chaos": 5}),
        ("--chaos 100", {"chaos": 100}),
        ("--no people, cars --s 3", {"no": "people, cars", "stylize": 3}),
        ("--turbo", {"process_mode": "turbo"}),
        ("--relax", {"process_mode": "relax"}),
        ("--AR 4:3 --TURBO", {"aspect_ratio": "4:3", "process_mode": "turbo"}),
        ("--tile --weird 7 --raw --niji 6", {"tile": True, "weird": 7, "style": "raw", "niji": 6}),
        ("--sref https://example.com/a.png --sw 50", {"sref": "https://example.com/a.png", "sw": 50}),
    ],
)
async def test_flags_are_read_and_shown(live, flags, shown):
    async with live() as sim:
        found = await echoed(sim, f"a cat {flags}")
        found.pop("seed")
        assert found == shown


async def test_what_is_not_said_is_shown_at_its_default(live):
    async with live() as sim:
        assert set(await echoed(sim, "a cat")) == {"seed"}


@pytest.mark.parametrize(
    ("flags", "field", "value"),
    [
        ("--ar 16:9", "aspect_ratio", "3:2"),
        ("--v 6.1", "model_version", "5.2"),
        ("--relax", "process_mode", "turbo"),
        ("--q 2", "quality", 0.25),
        ("--s 1", "stylize", 999),
        ("--c 1", "chaos", 99),
        ("--seed 1", "seed", 4294967295),
        ("--no dogs", "no", "birds"),
    ],
)
async def test_an_explicit_field_wins_over_a_flag(live, flags, field, value):
    async with live() as sim:
        assert (await echoed(sim, f"a cat {flags}", **{field: value}))[field] == value


async def test_a_ratio_is_shown_in_lowest_terms_wherever_it_came_from(live, as_base64):
    async with live() as sim:
        assert (await echoed(sim, "a cat", aspect_ratio="4096:2304"))["aspect_ratio"] == "16:9"
        images = [{"base64": as_base64()}] * 2
        job = await sim.job(await sim.create("blend", images=images, aspect_ratio="100:50"))
        assert job["parameters"]["aspect_ratio"] == "2:1"


async def test_a_blend_reads_the_flags_of_its_prompt_which_may_be_empty(live, as_base64):
    images = [{"base64": as_base64()}] * 2
    async with live() as sim:
        job = await sim.job(await sim.create("blend", images=images, prompt="--ar 3:2 --s 7"))
        assert (job["parameters"]["aspect_ratio"], job["parameters"]["stylize"]) == ("3:2", 7)
        for fields in ({}, {"prompt": ""}):
            job = await sim.job(await sim.create("blend", images=images, **fields))
            assert "prompt" not in job


async def test_integers_written_as_4_point_0_are_integers(live):
    async with live(pace="instant") as sim:
        body = b'{"prompt": "a cat", "stylize": 250.0, "chaos": 1e1, "seed": 4294967295.0, "quality": 1}'
        answer = await sim.request("POST", "/v1/imagine", data=body)
        job_id = answer.json["data"]["job_id"]
        shown = (await sim.get(f"/v1/jobs/{job_id}")).body
        for text in (b'"stylize":250,', b'"chaos":10', b'"seed":4294967295', b'"quality":1.0'):
            assert text in shown
        answer = await sim.request("POST", "/v1/upscale", data=b'{"job_id": "%s", "index": 4.0}' % job_id.encode())
        assert answer.status == 200
        assert (await sim.refused("/v1/upscale", {"job_id": job_id, "index": 1.5}, 400, "invalid_request"))[
            :5
        ] == "index"


async def test_a_drawn_seed_stays_and_a_given_one_is_kept(live):
    async with live() as sim:
        job_id = await sim.imagine("a cat")
        seed = (await sim.job(job_id))["parameters"]["seed"]
        assert 0 <= seed < 1 << 32
        sim.clock.advance(60_000)
        assert (await sim.job(job_id))["parameters"]["seed"] == seed
        assert (await sim.jobs())["data"][0]["parameters"]["seed"] == seed
        assert (await sim.job(await sim.imagine("a cat")))["parameters"]["seed"] != seed
        assert (await sim.job(await sim.imagine("a cat", seed=0)))["parameters"]["seed"] == 0


async def test_an_upscale_keeps_its_parents_seed_and_a_variation_draws_one(live):
    async with live(pace="instant") as sim:
        parent = await sim.made("imagine", prompt="a cat", seed=77)
        upscale = await sim.made("upscale", job_id=parent["id"], index=1)
        assert upscale["parameters"] == parent["parameters"]
        variation = await sim.made("variations", job_id=parent["id"], index=1)
        assert variation["parameters"]["seed"] != 77
        assert {**variation["parameters"], "seed": 77} == parent["parameters"]


@pytest.mark.parametrize(
    "flags",
    [
        "--ar16:9",
        "--v5",
        "--niji",
        "--bogus",
        "--bogus 5",
        "--ar",
        "--ar 16.5:9",
        "--ar 0:1",
        "--ar 15:1",
        "--ar 1:15",
        "--ar 99999:99999",
        "--s 1001",
        "--s -1",
        "--s ten",
        "--s ٣",
        "--c 101",
        "--w 3001",
        "--seed 4294967296",
        "--seed -1",
        "--q 3",
        "--q 1e0",
        "--v 4",
        "--iw 3.5",
        "--stop 9",
        "--no",
        "--turbo now",
        "--ar 1:1 and then some text",
    ],
)
async def test_a_malformed_or_unknown_flag_is_refused_by_name(live, flags):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": f"a cat {flags}"}, 400, "invalid_parameter")
        assert message.startswith("prompt: ")
        assert flags.split()[0] in message or flags.split()[-1] in message
        assert (await sim.jobs())["total"] == 0


@pytest.mark.parametrize("ratio", ["15:1", "1:15", "9999:1"])
async def test_a_ratio_beyond_14_to_1_is_refused(live, ratio):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": "a", "aspect_ratio": ratio}, 400, "invalid_parameter")
        assert "aspect_ratio" in message
        assert "14:1" in message


@pytest.mark.parametrize("ratio", ["0:1", "1:0", "0:0", "01:1", "1", "a:b", "16/9", "1:1\n", "1:1 ", "9" * 5000 + ":1"])
async def test_a_degenerate_ratio_is_refused(live, ratio):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": "a", "aspect_ratio": ratio}, 400, "invalid_request")
        assert message.startswith("aspect_ratio: ")
        assert len(message) < 300


@pytest.mark.parametrize("prompt", ["--ar 1:1", " --tile", "https://example.com/a.png", "https://e.com/a.png --v 7"])
async def test_a_prompt_of_which_no_words_are_left_is_refused(live, prompt):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": prompt}, 400, "empty_prompt")
        assert message.startswith("prompt: ")


@pytest.mark.parametrize("prompt", ["a bannedword here", "BannedWord", "much GORE.", "(nsfw)", "nude, oil on canvas"])
async def test_a_blocked_word_is_refused_at_submission_and_named(live, prompt):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": prompt}, 400, "banned_prompt")
        assert any(word in message for word in ("bannedword", "BannedWord", "GORE", "nsfw", "nude"))


@pytest.mark.parametrize("prompt", ["gorecki conducts", "a denuded hill", "unbannedwords"])
async def test_a_blocked_word_within_another_word_is_no_blocked_word(live, prompt):
    async with live() as sim:
        assert await sim.imagine(prompt)


async def test_a_prompt_of_4000_characters_is_accepted_and_one_more_is_not(live):
    """Characters are counted, not bytes."""
    async with live() as sim:
        assert (await sim.job(await sim.imagine("🦊" * 4000)))["prompt"] == "🦊" * 4000
        message = await sim.refused("/v1/imagine", {"prompt": "x" * 4001}, 400, "invalid_request")
        assert "4001" in message
        assert "4000" in message


@pytest.mark.parametrize("prompt", ["\x00\x01 nul", "a\u202eb", "<script>", "é\u0301", '"; DROP TABLE job; --tile'])
async def test_any_text_is_a_prompt_and_comes_back_as_it_was(live, prompt):
    async with live(pace="instant") as sim:
        job_id = await sim.imagine(prompt)
        assert (await sim.job(job_id))["prompt"] == prompt
        assert (await sim.jobs())["data"][0]["prompt"] == prompt


async def test_fields_that_the_contract_does_not_know_are_passed_over(live):
    async with live() as sim:
        assert await sim.imagine("a", colour="red", parameters=None, webhook_type="progress")


@pytest.mark.parametrize("operation", ["upscale", "variations"])
@pytest.mark.parametrize("state", ["pending", "in_progress", "failed", "cancelled"])
async def test_a_parent_that_is_not_completed_is_refused(live, operation, state):
    async with live(failure_rate=float(state == "failed")) as sim:
        parent = await sim.imagine()
        sim.clock.advance({"pending": 0, "in_progress": 2000}.get(state, 60_000 if state == "failed" else 0))
        if state == "cancelled":
            await sim.cancel(parent)
        message = await sim.refused(f"/v1/{operation}", {"job_id": parent, "index": 1}, 400, "parent_not_completed")
        assert "job_id" in message
        assert state in message


@pytest.mark.parametrize("operation", ["upscale", "variations"])
async def test_a_parent_without_a_grid_is_refused(live, as_base64, operation):
    async with live(pace="instant") as sim:
        grid = await sim.made("imagine", prompt="a")
        upscale = await sim.create("upscale", job_id=grid["id"], index=1)
        described = await sim.create("describe", image_base64=as_base64())
        for parent, name in ((upscale, "upscale"), (described, "describe")):
            message = await sim.refused(f"/v1/{operation}", {"job_id": parent, "index": 1}, 400, "parent_not_grid")
            assert name in message


@pytest.mark.parametrize("operation", ["upscale", "variations"])
async def test_every_kind_of_grid_is_a_parent(live, as_base64, operation):
    async with live(pace="instant") as sim:
        grid = await sim.create("imagine", prompt="a")
        varied = await sim.create("variations", job_id=grid, index=1)
        blended = await sim.create("blend", images=[{"base64": as_base64()}] * 2)
        for parent in (grid, varied, blended, grid.upper()):
            assert await sim.create(operation, job_id=parent, index=2)


@pytest.mark.parametrize("operation", ["upscale", "variations"])
async def test_an_unknown_parent_is_404(live, operation):
    async with live() as sim:
        body = {"job_id": "00000000-0000-4000-8000-000000000000", "index": 1}
        assert "job_id" in await sim.refused(f"/v1/{operation}", body, 404, "job_not_found")


@pytest.mark.parametrize("index", [0, 5, -1, 1.5, "1", None, True])
async def test_an_index_beside_1_to_4_is_refused(live, index):
    async with live() as sim:
        body = {"job_id": "00000000-0000-4000-8000-000000000000", "index": index}
        assert (await sim.refused("/v1/upscale", body, 400, "invalid_request")).startswith("index: ")
