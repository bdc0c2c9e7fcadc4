"""Two jobs side by side on aiohttp; a whole run has a time limit, and errors are said in one line."""

import asyncio
import os
import sys

import aiohttp


async def ask(session, method, path, **more):
    for attempt in range(4):
        try:
            async with session.request(method, path, **more) as answer:
                if answer.status == 429 or answer.status >= 500:
                    await asyncio.sleep(min(float(answer.headers.get("Retry-After") or 0.3 * 2**attempt), 5))
                    continue
                if answer.status != 200:
                    sys.exit(f"{method} {path}: {answer.status} {(await answer.text())[:200]}")
                return await answer.json(content_type=None)
        except aiohttp.ClientError as error:
            if method == "POST":
                sys.exit(f"{method} {path}: {error!r}; the job may exist, see the list")
            await asyncio.sleep(0.3 * 2**attempt)
    sys.exit(f"{method} {path}: no answer that helps")


async def paint(session, prompt):
    job_id = (await ask(session, "POST", "/v1/imagine", json={"prompt": prompt}))["data"]["job_id"]
    job = await ask(session, "GET", f"/v1/jobs/{job_id}")
    while job["status"] in {"pending", "in_progress"}:
        await asyncio.sleep(0.3)
        job = await ask(session, "GET", f"/v1/jobs/{job_id}")
    if job["status"] != "completed":
        sys.exit(f"{prompt}: {job['status']}")
    tiles = [image for image in job["result"]["images"] if image.get("index")]
    print(prompt, "gave", len(tiles), "tiles")


async def main():
    headers = {"Authorization": f"Bearer {os.environ['MIDJOURNEY_TOKEN']}"}
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(os.environ["MIDJOURNEY_BASE_URL"], headers=headers, timeout=timeout) as session:
        async with asyncio.timeout(8):
            await asyncio.gather(paint(session, "a red kite"), paint(session, "a blue kite"))


try:
    asyncio.run(main())
except (TimeoutError, ValueError, KeyError, TypeError) as error:
    sys.exit(f"that took too long, or made no sense: {error!r}")
