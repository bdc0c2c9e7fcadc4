"""Clients with one defect each: a correct client in which one line is replaced by one that real clients have.

Each defect names what finds it: the case, as a pattern of ids, and its outcome. `varied` are the variations that suffice.
"""

from dataclasses import dataclass
from pathlib import Path

from mjsim_contracts.report.model import Outcome

CORRECT = Path(__file__).with_name("correct")
FAIL, WARN = Outcome.FAIL, Outcome.WARN


@dataclass(frozen=True)
class Defect:
    """`line` becomes `instead` in the client `base`."""

    name: str
    line: str
    instead: str
    finds: str
    outcome: Outcome = FAIL
    varied: tuple[str, ...] = ()
    base: str = "careful.py"

    def write(self, folder: Path) -> Path:
        """The broken client as a file."""
        source = (CORRECT / self.base).read_text(encoding="utf-8")
        assert source.count(self.line) == 1, f"{self.name}: {source.count(self.line)} such lines"
        broken = folder / f"{self.name}{Path(self.base).suffix}"
        broken.write_text(source.replace(self.line, self.instead), encoding="utf-8")
        return broken


DONE, FAILED, CREATE, GET = "getJobStatus/completed", "getJobStatus/failed", "createImagineJob", "getJobStatus"
STATUSES = "if status not in (429, 500, 502, 503, 504):"
POLL = 'job = call("GET", f"/v1/jobs/{job_id}")\n        status'
ENDED = 'if status != "completed":'

DEFECTS = (
    # What answers may lack, or have more of.
    Defect("result_is_always_there", '(job.get("result") or {}).get("images") or []', 'job["result"]["images"]',
           f"{DONE}/drop/result", varied=(f"{DONE}/drop/*",)),
    Defect("there_are_five_images", "pictures = images(job)", "pictures = [images(job)[n] for n in range(5)]",
           f"{DONE}/first/result.images", varied=(f"{DONE}/*/result.images",)),
    Defect("the_grid_comes_first", "pictures = images(job)",
           'pictures = images(job)\n    assert "index" not in pictures[0], sys.exit("no grid")',
           f"{DONE}/reversed/result.images", varied=(f"{DONE}/*/result.images",)),
    Defect("every_image_has_an_index", 'image.get("index", "grid")', 'image["index"] if image["width"] < 1500 else "grid"',
           f"{DONE}/drop/result.images.*.index", varied=(f"{DONE}/drop/*",)),
    Defect("tiles_are_png", 'image.get("index", "grid")', '{"image/png": "tile"}[image["content_type"]] if "index" in image else 0',
           f"{DONE}/webp/result.images.*.content_type", varied=(f"{DONE}/webp/*",)),
    Defect("progress_is_an_int", 'return float(job.get("progress") or 0)', 'return {str(n): n for n in range(101)}[str(job["progress"])]',
           f"{GET}/*/float/progress", varied=(f"{GET}/*/float/*",)),
    Defect("dates_end_in_z", "        return datetime.fromisoformat(text)\n    except (TypeError, ValueError):",
           '        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")\n    except TypeError:',
           f"{DONE}/offset/c*_at", varied=(f"{DONE}/*/*_at",)),
    Defect("fields_are_these_and_no_others", POLL,
           POLL.replace('call("', '(lambda id, type, status, progress, parameters, created_at, updated_at, prompt="", result=None, '
                        'error=None, completed_at=None: locals())(**call("').replace("{job_id}\")", "{job_id}\"))"),
           f"{GET}/*/extra/x_new_field", varied=(f"{GET}/*/extra/*",)),
    Defect("the_prompt_is_ascii", "    return job\n\n\ndef progress", '    print(job.get("prompt", "").encode("ascii"))\n    return job\n\n\ndef progress',
           f"{DONE}/astral/prompt", varied=(f"{DONE}/astral/*",)),
    Defect("seeds_are_signed", "    return job\n\n\ndef progress",
           '    int(job["parameters"].get("seed") or 0) < 2**32 - 1 or bytes(-1)\n    return job\n\n\ndef progress',
           f"{DONE}/maximum/parameters.seed", varied=(f"{DONE}/*/parameters.seed",)),
    Defect("keys_have_an_order", "        document = json.loads(content)",
           '        document = json.loads(content)\n        assert list(document)[0] in ("status", "id", "data"), sys.exit("what is that?")',
           "*/key-order/body", varied=("*/body",)),
    Defect("the_type_is_compared_as_text", "            if status == 200:",
           '            if status == 200 and headers["Content-Type"] != "application/json; charset=utf-8":\n                sys.exit("no JSON")\n            if status == 200:',
           "*/bare-type/body", varied=("*/body",)),
    Defect("answers_tell_their_length", "            if status == 200:", '            if status == 200 and int(headers["Content-Length"]):',
           "*/chunked/body", varied=("*/body",)),
    Defect("gzip_is_asked_for_and_not_read", '{"User-Agent": "careful/1.0"}', '{"Accept-Encoding": "gzip"}',
           "*/gzip/body", varied=("getJobStatus/completed/gzip/body",)),
    Defect("a_failed_job_says_why", 'error = job.get("error") or {}', 'error = {"message": job["error"]["message"]}',
           f"{FAILED}/drop/error", varied=(f"{FAILED}/*",)),
    Defect("null_is_a_result", "        if status in TERMINAL:", '        len(job.get("result", ()))\n        if status in TERMINAL:',
           f"{GET}/pending/add-null/result", WARN, varied=(f"{GET}/pending/*",)),
    Defect("the_states_are_all_known", "        if status in TERMINAL:",
           '        {"pending": 0, "in_progress": 1, "completed": 2, "failed": 2, "cancelled": 2}[status]\n        if status in TERMINAL:',
           f"{GET}/pending/unknown/status", WARN, varied=(f"{GET}/pending/*",)),
    Defect("there_is_always_a_job_id", '(answer.get("data") or {}).get("job_id")', 'answer["data"]["job_id"]',
           f"{CREATE}/200/drop/data", WARN, varied=(f"{CREATE}/200/drop/*",)),
    # What jobs do.
    Defect("success_though_the_job_failed", "        raise GaveUp(f\"job {status}:", "        sys.exit()\n        raise GaveUp(f\"job {status}:",
           "job/course/failed/all", varied=("job/course/*",)),
    Defect("cancelled_is_no_end", 'TERMINAL = ("completed", "failed", "cancelled")', 'TERMINAL = ("completed", "failed")',
           "C031/getJobStatus", varied=("job/course/cancelled/*",)),
    Defect("jobs_begin_pending", "    end = time.monotonic() + PATIENCE",
           '    end = time.monotonic() + PATIENCE\n    assert call("GET", f"/v1/jobs/{job_id}")["status"] == "pending", sys.exit("not pending")',
           "job/course/at-once/all", varied=("job/course/at-once/*",)),
    Defect("waits_for_ever", "        if time.monotonic() > end:", "        if False:",
           "C032/getJobStatus", WARN, varied=("job/course/stuck/*",)),
    Defect("polls_without_a_pause", "        time.sleep(INTERVAL)", "        time.sleep(0)",
           "C030/getJobStatus", varied=("job/course/at-once/*",)),
    Defect("polls_on_after_the_end", ENDED, f'for _ in range(3):\n        call("GET", f"/v1/jobs/{{job_id}}")\n    {ENDED}',
           "C031/getJobStatus", varied=("job/course/at-once/*",)),
    # What is sent.
    Defect("a_field_is_misspelt", '"aspect_ratio": "1:1"', '"aspect_ration": "1:1"',
           "C002/createImagineJob", varied=("job/course/at-once/*",)),
    Defect("a_route_is_misspelt", 'job = call("GET", f"/v1/jobs/{job_id}")', 'job = call("GET", f"/v1/job/{job_id}")', "C003/unknown"),
    Defect("a_number_is_sent_as_text", '"aspect_ratio": "1:1"', '"chaos": "10"', "C001/createImagineJob"),
    Defect("no_key_is_sent_when_polling", "    if key:", '    if key and "/v1/jobs/" not in url:', "C010/getJobStatus"),
    Defect("the_key_stands_in_the_url", "exchange(method, BASE + path, body)", 'exchange(method, f"{BASE}{path}{chr(38) if chr(63) in path else chr(63)}api_key={KEY}", body)',
           "C010/*", varied=("job/course/at-once/*",)),
    Defect("the_key_goes_to_the_image_host", 'exchange("GET", image["url"], key=None)', 'exchange("GET", image["url"])',
           "C010/image", varied=("job/course/at-once/*",)),
    Defect("image_addresses_are_made_up", 'exchange("GET", image["url"], key=None)', 'exchange("GET", image["url"].replace("0_0", "0_9"), key=None)',
           "C060/image"),
    Defect("json_is_called_text", '"application/json"', '"text/plain"', "C070/createImagineJob"),
    # What happens when things go wrong.
    Defect("retry_after_is_ignored", '        return float(headers.get("Retry-After"))', "        return 0.3",
           "C020/createImagineJob", varied=(f"{CREATE}/429/retry-after/*",)),
    Defect("retries_never_end", "    for attempt in range(TRIES):\n        headers = {}", "    for attempt in iter(int, 1):\n        headers = {}",
           "C022/createImagineJob", varied=(f"{CREATE}/503/refused/*",)),
    Defect("retries_do_not_wait", "return 0.2 * 2**attempt + random.random() * 0.02", "return 0",
           "C021/createImagineJob", varied=(f"{CREATE}/503/refused/*",)),
    Defect("refusals_are_tried_again", STATUSES, "if False:",
           "C023/createImagineJob", varied=(f"{CREATE}/400/*",)),
    Defect("a_job_that_is_gone_is_polled_on", STATUSES, "if status not in (404, 429, 500, 502, 503, 504):",
           "C023/getJobStatus", varied=(f"{GET}/404/refused/*",)),
    Defect("a_lost_post_is_sent_again", '            if method == "POST":', "            if False:",
           "C024/createImagineJob", WARN, varied=(f"{CREATE}/reset/after/*",)),
    Defect("errors_are_json", 'return error.code, error.headers, b""', "return error.code, error.headers, json.load(error)",
           f"{GET}/500/html/once", varied=(f"{GET}/500/html/*",)),
    Defect("a_reset_is_not_expected", "except (OSError, http.client.HTTPException) as error:", "except TimeoutError as error:",
           f"{CREATE}/reset/*/once", varied=(f"{CREATE}/reset/*",)),
    Defect("answers_come_in_one_piece", "answer.headers, answer.read()", "answer.headers, answer.read1(65536)",
           f"{GET}/slow/drip/always", WARN, varied=(f"{GET}/slow/*",)),
    Defect("reading_never_times_out", "timeout=TIMEOUT", "timeout=None",
           f"{GET}/stall/amid/once", WARN, varied=(f"{GET}/stall/*",)),
    Defect("an_expired_key_is_no_reason_to_stop", STATUSES, "if status == 401:\n                time.sleep(600)\n            " + STATUSES,
           f"{GET}/401/refused/always", varied=(f"{GET}/401/*",)),
    Defect("an_error_page_is_a_picture", "        if status < 500:\n            raise GaveUp", "        if status < 500:\n            return b\"\"\n            raise GaveUp",
           "image/404/refused/always", varied=("image/404/*",)),
    Defect("half_a_picture_is_enough", 'status, headers, content = 599, {}, b""', "return b\"\"",
           "image/reset/amid/always", varied=("image/reset/*",)),
    # Lists.
    Defect("pages_overlap", "found = page(len(jobs))", "found = page(max(0, len(jobs) - 1))",
           "C050/listJobs", varied=("listJobs/200/pages/many",), base="gallery.py"),
    Defect("a_job_between_pages_is_lost", "found = page(len(jobs))", "found = page(len(jobs) + bool(jobs))",
           "C050/listJobs", varied=("listJobs/200/pages/many",), base="gallery.py"),
    Defect("the_first_page_is_all", "if not fresh or len(jobs) >= found[\"total\"]:", "if LIMIT:",
           "C050/listJobs", WARN, varied=("listJobs/200/pages/many",), base="gallery.py"),
    Defect("there_is_always_a_job", "    jobs = everything()", "    jobs = everything()\n    print(100 // len(jobs))",
           "listJobs/200/pages/none", varied=("listJobs/200/pages/none",), base="gallery.py"),
    Defect("javascript_reads_a_result", "job.result?.images ?? []", "job.result.images",
           f"{DONE}/drop/result", varied=(f"{DONE}/drop/result",), base="browser.mjs"),
    Defect("javascript_never_ends", "if (Date.now() > end)", "if (Date.now() > end + 1e9)",
           "C032/getJobStatus", WARN, varied=("job/course/stuck/*",), base="browser.mjs"),
)  # fmt: skip
