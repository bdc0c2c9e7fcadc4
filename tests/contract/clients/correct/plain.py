"""A short client that never tries again: whatever is not as it should be ends it with a message."""

import json
import os
import sys
import time
from urllib.error import URLError
from urllib.request import Request, urlopen

base, key = os.environ["MIDJOURNEY_BASE_URL"], os.environ["MIDJOURNEY_TOKEN"]


def ask(method, path, body=None):
    data = json.dumps(body).encode() if body else None
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urlopen(Request(base + path, data, headers, method=method), timeout=4) as answer:
        return json.load(answer)


try:
    job_id = ask("POST", "/v1/imagine", {"prompt": "a paper boat", "stylize": 250})["data"]["job_id"]
    for _ in range(40):
        job = ask("GET", f"/v1/jobs/{job_id}")
        if job["status"] not in ("pending", "in_progress"):
            break
        time.sleep(0.1)
    if job["status"] != "completed":
        sys.exit(f"the job is {job['status']}")
    urls = [image["url"] for image in job["result"]["images"]]
    if not urls:
        sys.exit("no images")
    print("\n".join(urls))
except (URLError, OSError, ValueError, LookupError, TypeError) as error:
    sys.exit(f"no luck: {error!r}")
