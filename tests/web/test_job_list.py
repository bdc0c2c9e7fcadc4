"""The list is what one finds by looking at every job for itself: filtered, counted, sorted and cut into pages."""

import pytest

STATUSES = ["pending", "in_progress", "completed", "failed", "cancelled"]


async def crowd(sim, number=45):
    """Jobs of every age and end, in order of acceptance; several share an instant."""
    ids = []
    for place in range(number):
        ids.append(await sim.imagine(f"boat {place}"))
        if place % 3 == 0:
            sim.clock.advance(450)
        if place % 7 == 6:
            await sim.cancel(ids[-2])
    return ids


async def test_a_filter_gives_exactly_the_jobs_that_have_the_status_at_present(live):
    async with live(failure_rate=0.4) as sim:
        ids = await crowd(sim)
        for _ in range(4):
            found = {job_id: await sim.job(job_id) for job_id in ids}
            whole = await sim.jobs("?limit=100")
            assert whole["data"] == list(reversed(found.values()))
            assert whole["total"] == len(ids)
            for status in STATUSES:
                page = await sim.jobs(f"?status={status}&limit=100&sort=created_at_asc")
                assert page["data"] == [job for job in found.values() if job["status"] == status]
                assert page["total"] == len(page["data"])
            sim.clock.advance(1300)
        assert all([(await sim.jobs(f"?status={status}"))["total"] for status in ("failed", "cancelled", "completed")])


async def test_each_status_is_seen_in_the_crowd(live):
    """Else the test above would compare nothing with nothing."""
    async with live(failure_rate=0.4) as sim:
        await crowd(sim)
        assert all([(await sim.jobs(f"?status={status}"))["total"] for status in STATUSES])


@pytest.mark.parametrize("sort", ["created_at_asc", "created_at_desc"])
@pytest.mark.parametrize("limit", [1, 7, 25, 45, 100])
async def test_pages_partition_the_list_whatever_their_size(live, sort, limit):
    async with live() as sim:
        ids = await crowd(sim)
        expected = ids if sort == "created_at_asc" else ids[::-1]
        seen = []
        while True:
            page = await sim.jobs(f"?limit={limit}&offset={len(seen)}&sort={sort}")
            assert (page["total"], page["limit"], page["offset"]) == (45, limit, len(seen))
            if not page["data"]:
                break
            assert len(page["data"]) == min(limit, 45 - len(seen))
            seen += [job["id"] for job in page["data"]]
        assert seen == expected


async def test_pages_of_a_filtered_list_partition_it(live):
    async with live(failure_rate=0.4) as sim:
        await crowd(sim)
        for status in STATUSES:
            whole = await sim.jobs(f"?status={status}&limit=100")
            pages = [
                await sim.jobs(f"?status={status}&limit=3&offset={offset}") for offset in range(0, whole["total"], 3)
            ]
            assert [job for page in pages for job in page["data"]] == whole["data"]


async def test_jobs_of_one_instant_keep_the_order_in_which_they_were_accepted(live):
    async with live() as sim:
        ids = [await sim.imagine(f"boat {place}") for place in range(30)]
        assert [job["id"] for job in (await sim.jobs("?limit=100&sort=created_at_asc"))["data"]] == ids
        assert [job["id"] for job in (await sim.jobs("?limit=100"))["data"]] == ids[::-1]


async def test_by_default_the_25_newest_come_newest_first(live):
    async with live() as sim:
        ids = [await sim.imagine(f"boat {place}") for place in range(30)]
        page = await sim.jobs()
        assert [job["id"] for job in page["data"]] == ids[:4:-1]
        assert (page["total"], page["limit"], page["offset"]) == (30, 25, 0)


async def test_a_page_beyond_the_end_is_empty_and_counts_all_the_same(live):
    async with live() as sim:
        await sim.imagine()
        for offset in (1, 2, 1000, 10**18, 10**30, 10**300):
            assert await sim.jobs(f"?offset={offset}") == {"data": [], "total": 1, "limit": 25, "offset": offset}


async def test_unknown_parameters_are_passed_over(live):
    async with live() as sim:
        await sim.imagine()
        assert (await sim.jobs("?page=2&cursor=x&STATUS=done&%ff=%ff"))["total"] == 1


NUMBERS = ["", "abc", "1.5", "1e2", "+5", " 5", "5 ", "0x5", "1_0", "٣", "--1", "null", "%00", "%ff", "9" * 5000, "-"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", value) for value in [*NUMBERS, "0", "-1", "101", "1000000"]),
        *(("offset", value) for value in [*NUMBERS, "-1", "-" + "9" * 400]),
        *(("status", value) for value in ["", "done", "PENDING", "pending,failed", "pending ", "null", "%ff", "%00"]),
        *(("sort", value) for value in ["", "asc", "created_at", "CREATED_AT_ASC", "-created_at", "%ff"]),
    ],
)
async def test_a_bad_query_is_400_and_names_the_parameter_and_the_rule(live, name, value):
    async with live() as sim:
        answer = await sim.get(f"/v1/jobs?{name}={value}")
        assert (answer.status, answer.code) == (400, "invalid_request")
        assert answer.message.startswith(f"{name}: ")
        assert len(answer.message) < 200
        if value.removeprefix("-").isascii() and value.removeprefix("-").isdigit():
            assert "no whole number" not in answer.message


@pytest.mark.parametrize(
    "query", ["limit=5&limit=5", "offset=0&offset=1", "status=failed&status=failed", "sort=a&sort="]
)
async def test_a_parameter_that_is_given_twice_is_400(live, query):
    async with live() as sim:
        answer = await sim.get(f"/v1/jobs?{query}")
        assert (answer.status, answer.code) == (400, "invalid_request")
        assert answer.message.startswith(query.partition("=")[0])
