"""One connection kept open: a grid, an upscale and a variation of its tiles, and a job that is cancelled again."""

import json
import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

place = urlsplit(os.environ["MIDJOURNEY_BASE_URL"])
connection = HTTPConnection(place.hostname, place.port, timeout=5)


def ask(method, path, body=None):
    headers = {"Authorization": "Bearer " + os.environ["MIDJOURNEY_TOKEN"], "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path} was answered with {answer.status}")
    return json.loads(content)


def finished(kind, body):
    job_id = ask("POST", f"/v1/{kind}", body)["data"]["job_id"]
    for _ in range(30):
        job = ask("GET", f"/v1/jobs/{job_id}")
        if job["status"] in ("completed", "failed", "cancelled"):
            break
        time.sleep(0.1)
    if job["status"] != "completed":
        raise RuntimeError(f"{kind}: {job['status']}")
    return job


try:
    grid = finished("imagine", {"prompt": "a workbench", "chaos": 10, "process_mode": "turbo"})
    first = min((i["index"] for i in grid["result"]["images"] if i.get("index")), default=1)
    finished("upscale", {"job_id": grid["id"], "index": int(first)})
    finished("variations", {"job_id": grid["id"], "index": int(first)})
    spare = ask("POST", "/v1/imagine", {"prompt": "never mind"})["data"]["job_id"]
    print(ask("POST", f"/v1/jobs/{spare}/cancel")["status"])
except (OSError, HTTPException, RuntimeError, LookupError, TypeError, ValueError, AttributeError) as error:
    sys.exit(f"workshop: {error!r}")
