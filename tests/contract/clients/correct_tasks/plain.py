"""A short client that never tries again: whatever is not as it should be ends it with a message."""

import json
import os
import sys
import time
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

base, key = os.environ["MIDJOURNEY_BASE_URL"], os.environ["MIDJOURNEY_TOKEN"]


def ask(method, path, body=None):
    data = json.dumps(body).encode() if body else None
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urlopen(Request(f"{base}/api/v1/mj/{path}", data, headers, method=method), timeout=4) as answer:
        envelope = json.load(answer)
    if envelope["code"] != 200:
        sys.exit(f"{path}: {envelope['code']} {envelope['msg']}")
    return envelope["data"]


try:
    task = ask("POST", "generate", {"taskType": "mj_txt2img", "prompt": "a paper boat", "speed": "fast"})["taskId"]
    for _ in range(30):
        record = ask("GET", f"record-info?taskId={quote(task)}")
        if record["successFlag"] != 0:
            break
        time.sleep(0.1)
    if record["successFlag"] != 1:
        sys.exit(f"the task did not succeed: {record['errorMessage']}")
    urls = [each["resultUrl"] for each in record["resultInfoJson"]["resultUrls"]]
    if not urls:
        sys.exit("no pictures")
    print("\n".join(urls))
except (URLError, OSError, ValueError, LookupError, TypeError) as error:
    sys.exit(f"no luck: {error!r}")
