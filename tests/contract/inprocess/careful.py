"""A client that stands all that the contract allows, in three libraries."""

import asyncio
import time


class ClientError(Exception):
    """What the client says when it cannot go on."""


class Careful:
    """Makes a picture and returns where its files are; with requests or httpx."""

    over = ("completed", "failed", "cancelled")
    looks = 100

    def __init__(self, api, session=None):
        self.url, self.session = api.url, session or api.requests_session()
        self.headers = {"Authorization": f"Bearer {api.key}"}

    def imagine(self, prompt="a fox"):
        job_id = self.created(self._ask("POST", "/v1/imagine", json={"prompt": prompt}))
        for _ in range(self.looks):
            job = self._ask("GET", f"/v1/jobs/{job_id}")
            self.look(job)
            if job.get("status") in self.over:
                return self.finish(job)
            time.sleep(2)
        raise ClientError("it takes too long")

    def created(self, answer):
        job_id = (answer.get("data") or {}).get("job_id")
        if not job_id:
            raise ClientError("there is no job")
        return job_id

    def look(self, job):
        """See a job on its way."""

    def finish(self, job):
        images = (job.get("result") or {}).get("images")
        if job["status"] != "completed" or not images:
            raise ClientError("it has no pictures")
        return images

    def _ask(self, method, path, **more):
        answer = self.session.request(method, self.url + path, headers=self.headers, **more)
        if answer.status_code != 200:
            raise ClientError(answer.text)
        return answer.json()


async def careful(api, wait=2.0):
    """The same as a coroutine, with httpx."""
    headers = {"Authorization": f"Bearer {api.key}"}
    async with api.httpx_async_client(base_url=api.url, headers=headers) as session:
        created = (await session.post("/v1/imagine", json={"prompt": "a fox"})).json()
        job_id = (created.get("data") or {}).get("job_id")
        while job_id:
            job = (await session.get(f"/v1/jobs/{job_id}")).json()
            if job.get("status") in Careful.over:
                images = (job.get("result") or {}).get("images")
                if job["status"] != "completed" or not images:
                    raise ClientError("it has no pictures")
                return [image.get("url") for image in images]
            await asyncio.sleep(wait)
    raise ClientError("there is no job")
