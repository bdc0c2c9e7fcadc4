"""A client with httpx: upscales a picture, waits as it is told, and tells the code of an envelope from an HTTP status."""

import os
import sys
import time

import httpx

BASE = os.environ["MIDJOURNEY_BASE_URL"]
KEY = os.environ["MIDJOURNEY_TOKEN"]
INTERVAL = 0.06
PATIENCE = 3
TRIES = 4
PASSING = (429, 455, 500)
GENERATING, SUCCEEDED = 0, 1


class GaveUp(Exception):
    """The service, the network or the task let this client down."""


def pause(attempt, headers):
    """How many seconds to wait before the next try."""
    try:
        return min(float(headers.get("Retry-After")), 30)
    except (TypeError, ValueError):
        return 0.15 * 2**attempt


def call(client, method, path, **more):
    """What the envelope of a success holds."""
    for attempt in range(TRIES):
        headers = {}
        try:
            answer = client.request(method, f"/api/v1/{path}", **more)
            headers, status = answer.headers, answer.status_code
            code, said, data = opened(answer)
        except httpx.ConnectError as error:
            raise GaveUp(f"{path}: nobody there") from error
        except httpx.TransportError as error:
            if method == "POST":
                raise GaveUp(f"{path}: perhaps it was done, perhaps not: {error!r}") from error
            code = status = 599
        except ValueError as error:
            if status == 200 and method == "POST":
                raise GaveUp(f"{path}: an answer that is none") from error
            code = status if status != 200 else 599
        if code == 200:
            return data
        if code not in (*PASSING, 502, 503, 504, 599):
            raise GaveUp(f"{path}: code {code}: {said if status == 200 else 'no reason given'}")
        time.sleep(pause(attempt, headers))
    raise GaveUp(f"{path}: gave up after {TRIES} tries")


def opened(answer):
    """Code, message and data of an envelope; ValueError where there is none."""
    envelope = answer.json()
    if not isinstance(envelope, dict) or "code" not in envelope:
        raise ValueError("no envelope")
    return int(envelope["code"]), envelope.get("msg"), envelope.get("data")


def create(client, path, **body):
    """The id of a new task."""
    data = call(client, "POST", f"mj/{path}", json=body)
    task = data.get("taskId") if isinstance(data, dict) else None
    if not task:
        raise GaveUp(f"{path}: no task was created")
    return task


def wait(client, task):
    """The addresses of its results."""
    end = time.monotonic() + PATIENCE
    while True:
        record = call(client, "GET", "mj/record-info", params={"taskId": task})
        flag = record.get("successFlag") if isinstance(record, dict) else None
        if flag != GENERATING:
            break
        if time.monotonic() > end:
            raise GaveUp(f"task {task} goes on and on")
        time.sleep(INTERVAL)
    if flag != SUCCEEDED:
        raise GaveUp(f"task {task}: {record.get('errorMessage') if isinstance(record, dict) else 'no record'}")
    results = (record.get("resultInfoJson") or {}).get("resultUrls") or []
    urls = [each["resultUrl"] for each in results if isinstance(each, dict) and each.get("resultUrl")]
    if not urls:
        raise GaveUp(f"task {task} has no result")
    return urls


def download(url):
    """The bytes of a picture; only what looks like one."""
    for attempt in range(TRIES):
        try:
            answer = httpx.get(url, timeout=3)
        except httpx.TransportError:
            time.sleep(pause(attempt, {}))
            continue
        if answer.status_code >= 500:
            time.sleep(pause(attempt, answer.headers))
            continue
        if answer.status_code != 200 or answer.content[:3] != b"\xff\xd8\xff":
            raise GaveUp(f"{url}: status {answer.status_code}, and no JPEG")
        return answer.content
    raise GaveUp(f"{url}: gave up after {TRIES} tries")


def main():
    with httpx.Client(base_url=BASE, headers={"Authorization": f"Bearer {KEY}"}, timeout=3) as client:
        print("credits:", call(client, "GET", "chat/credit"))
        task = create(client, "generate", taskType="mj_txt2img", prompt="a lighthouse", speed="relaxed", version="7")
        for url in wait(client, task):
            print(url, len(download(url)))
        larger = create(client, "generateUpscale", taskId=task, imageIndex=0)
        print(*wait(client, larger))


if __name__ == "__main__":
    try:
        main()
    except GaveUp as error:
        sys.exit(f"patient: {error}")
