"""Reads the whole list of jobs, page by page, and fetches the newest picture there is."""

import os
import sys

import requests

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['MIDJOURNEY_TOKEN']}"
base = os.environ["MIDJOURNEY_BASE_URL"]
LIMIT = 30


def page(offset):
    answer = session.get(f"{base}/v1/jobs", params={"limit": LIMIT, "offset": offset}, timeout=5)
    answer.raise_for_status()
    return answer.json()


def everything():
    jobs, seen = [], set()
    while True:
        found = page(len(jobs))
        fresh = [job for job in found["data"] if job.get("id") not in seen]
        seen.update(job.get("id") for job in fresh)
        jobs += found["data"]
        if not fresh or len(jobs) >= found["total"]:
            return jobs


try:
    jobs = everything()
    urls = [image["url"] for job in jobs for image in (job.get("result") or {}).get("images", []) if image.get("url")]
    print(len(jobs), "jobs,", len(urls), "pictures")
    if urls:
        picture = requests.get(urls[0], timeout=5)
        picture.raise_for_status()
        if not picture.headers["Content-Type"].startswith("image/"):
            sys.exit("that is no picture")
        print(len(picture.content), "bytes")
except (requests.RequestException, LookupError, TypeError, ValueError, AttributeError) as error:
    sys.exit(f"gallery: {error!r}")
