"""Clients with one defect each: a correct client in which one line is replaced by one that real clients have.

Each defect names what finds it: the case, as a pattern of ids, and its outcome. `varied` are the variations that suffice.
"""

from dataclasses import dataclass
from pathlib import Path

from mjsim_contracts.report.model import Outcome

CORRECT = Path(__file__).with_name("correct")
WARN = Outcome.WARN


@dataclass(frozen=True)
class Defect:
    """`line` becomes `instead` in the client `base`."""

    name: str
    line: str
    instead: str
    finds: str
    outcome: Outcome = Outcome.FAIL
    varied: str = ""
    base: str = "careful.py"
    correct: Path = CORRECT

    def write(self, folder: Path) -> Path:
        """The broken client as a file."""
        source = (self.correct / self.base).read_text(encoding="utf-8")
        assert source.count(self.line) == 1, f"{self.name}: {source.count(self.line)} such lines"
        broken = folder / f"{self.name}{Path(self.base).suffix}"
        broken.write_text(source.replace(self.line, self.instead), encoding="utf-8")
        return broken


DONE, FAILED, CREATE, GET = "getJobStatus/completed", "getJobStatus/failed", "createImagineJob", "getJobStatus"
FIRST_LOOK = "job/course/at-once/*"
MANY = "listJobs/200/pages/many"

STATUSES = "if status not in (429, 500, 502, 503, 504):"
LOOK = 'job = call("GET", f"/v1/jobs/{job_id}")\n'
STRICT = (
    "job = (lambda id, type, status, progress, parameters, created_at, updated_at, "
    'prompt="", result=None, error=None, completed_at=None: locals())(**call("GET", f"/v1/jobs/{job_id}"))\n'
)
TERMINAL = "        if status in TERMINAL:"
ENDED = 'if status != "completed":'
OK = "            if status == 200:"
PICTURES = "pictures = images(job)"
PLACE = 'image.get("index", "grid")'
FETCH = 'exchange("GET", image["url"], key=None)'
CALL = "exchange(method, BASE + path, body)"
RETURN = "    return job\n\n\ndef progress"
DATE = "        return datetime.fromisoformat(text)\n    except (TypeError, ValueError):"
Z_ONLY = '        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")\n    except TypeError:'
RATIO = '"aspect_ratio": "1:1"'
TRIES = "    for attempt in range(TRIES):\n        headers = {}"
REFUSED = "        if status < 500:\n            raise GaveUp"
DEADLINE = "    end = time.monotonic() + PATIENCE"
SAID = '        raise GaveUp(f"job {status}:'

WORDING = (
    Defect(
        "result_is_always_there",
        '(job.get("result") or {}).get("images") or []',
        'job["result"]["images"]',
        f"{DONE}/drop/result",
        varied=f"{DONE}/drop/result",
    ),
    Defect(
        "there_are_five_images",
        PICTURES,
        "pictures = [images(job)[n] for n in range(5)]",
        f"{DONE}/first/result.images",
        varied=f"{DONE}/*/result.images",
    ),
    Defect(
        "the_grid_comes_first",
        PICTURES,
        f'{PICTURES}\n    assert "index" not in pictures[0], sys.exit("no grid")',
        f"{DONE}/reversed/result.images",
        varied=f"{DONE}/*/result.images",
    ),
    Defect(
        "every_tile_has_an_index",
        PLACE,
        'image["index"] if image["width"] < 1500 else "grid"',
        f"{DONE}/drop/result.images.*.index",
        varied=f"{DONE}/drop/*.index",
    ),
    Defect(
        "tiles_are_png",
        PLACE,
        '{"image/png": "tile"}[image["content_type"]] if "index" in image else 0',
        f"{DONE}/webp/result.images.*.content_type",
        varied=f"{DONE}/webp/*",
    ),
    Defect(
        "progress_is_an_int",
        'return float(job.get("progress") or 0)',
        'return {str(n): n for n in range(101)}[str(job["progress"])]',
        f"{GET}/*/float/progress",
        varied=f"{GET}/*/float/*",
    ),
    Defect("dates_end_in_z", DATE, Z_ONLY, f"{DONE}/offset/c*_at", varied=f"{DONE}/*/*_at"),
    Defect("fields_are_these_and_no_others", LOOK, STRICT, f"{GET}/*/extra/x_new_field", varied=f"{GET}/*/extra/*"),
    Defect(
        "the_prompt_is_ascii",
        RETURN,
        f'    print(job.get("prompt", "").encode("ascii"))\n{RETURN}',
        f"{DONE}/astral/prompt",
        varied=f"{DONE}/astral/*",
    ),
    Defect(
        "seeds_have_31_bits",
        RETURN,
        f'    assert int(job["parameters"].get("seed") or 0) < 2**32 - 1, sys.exit("overflow")\n{RETURN}',
        f"{DONE}/maximum/parameters.seed",
        varied=f"{DONE}/*/parameters.seed",
    ),
    Defect(
        "keys_have_an_order",
        "        document = json.loads(content)",
        "        document = json.loads(content)\n"
        '        assert list(document)[0] in ("status", "id", "data"), sys.exit("what is that?")',
        "*/key-order/body",
        varied="*/key-order/body",
    ),
    Defect(
        "the_type_is_compared_as_text",
        OK,
        f'{OK[:-1]} and headers["Content-Type"] != "application/json; charset=utf-8":\n'
        f'                sys.exit("no JSON")\n{OK}',
        "*/bare-type/body",
        varied="*/bare-type/body",
    ),
    Defect(
        "answers_tell_their_length",
        OK,
        f'{OK[:-1]} and int(headers["Content-Length"]):',
        "*/chunked/body",
        varied="*/chunked/body",
    ),
    Defect(
        "gzip_is_asked_for_and_not_read",
        '{"User-Agent": "careful/1.0"}',
        '{"Accept-Encoding": "gzip"}',
        "*/gzip/body",
        varied=f"{DONE}/gzip/body",
    ),
    Defect(
        "a_failed_job_says_why",
        'error = job.get("error") or {}',
        'error = {"message": job["error"]["message"]}',
        f"{FAILED}/drop/error",
        varied=f"{FAILED}/*",
    ),
    Defect(
        "null_is_a_result",
        TERMINAL,
        f'        len(job.get("result", ()))\n{TERMINAL}',
        f"{GET}/pending/add-null/result",
        WARN,
        f"{GET}/pending/*",
    ),
    Defect(
        "the_states_are_all_known",
        TERMINAL,
        '        {"pending": 0, "in_progress": 1, "completed": 2, "failed": 2, "cancelled": 2}[status]\n' + TERMINAL,
        f"{GET}/pending/unknown/status",
        WARN,
        f"{GET}/pending/*",
    ),
    Defect(
        "there_is_always_a_job_id",
        '(answer.get("data") or {}).get("job_id")',
        'answer["data"]["job_id"]',
        f"{CREATE}/200/drop/data",
        WARN,
        f"{CREATE}/200/drop/*",
    ),
    Defect(
        "javascript_reads_a_result",
        "job.result?.images ?? []",
        "job.result.images",
        f"{DONE}/drop/result",
        varied=f"{DONE}/drop/result",
        base="browser.mjs",
    ),
)
"""What answers may lack, hold more of, or be written like."""

COURSE = (
    Defect(
        "success_though_the_job_failed",
        SAID,
        f"        sys.exit()\n{SAID}",
        "job/course/failed/all",
        varied="job/course/*",
    ),
    Defect(
        "cancelled_is_no_end",
        '("completed", "failed", "cancelled")',
        '("completed", "failed")',
        "C031/getJobStatus",
        varied="job/course/cancelled/*",
    ),
    Defect(
        "jobs_begin_pending",
        DEADLINE,
        f'{DEADLINE}\n    assert call("GET", f"/v1/jobs/{{job_id}}")["status"] == "pending", sys.exit("not pending")',
        "job/course/at-once/all",
        varied=FIRST_LOOK,
    ),
    Defect(
        "waits_for_ever",
        "        if time.monotonic() > end:",
        "        if False:",
        "C032/getJobStatus",
        WARN,
        "job/course/stuck/*",
    ),
    Defect(
        "javascript_waits_for_ever",
        "if (Date.now() > end)",
        "if (Date.now() > end + 1e9)",
        "C032/getJobStatus",
        WARN,
        "job/course/stuck/*",
        "browser.mjs",
    ),
    Defect(
        "every_job_is_created_twice",
        '        answer = call("POST", path, body)',
        '        call("POST", path, body)\n        answer = call("POST", path, body)',
        "C024/createImagineJob",
        WARN,
    ),
    Defect(
        "the_key_is_printed", "    job = wait(job_id)", "    print(KEY)\n    job = wait(job_id)", "C011/output", WARN
    ),
    Defect(
        "a_hundred_per_cent_is_the_end",
        TERMINAL,
        f'        if job.get("progress") == 100:\n            return job\n{TERMINAL}',
        "job/course/full/all",
        varied="job/course/full/*",
    ),
    Defect("polls_without_a_pause", "        time.sleep(INTERVAL)", "        time.sleep(0)", "C030/getJobStatus"),
    Defect(
        "polls_on_after_the_end",
        ENDED,
        f'for _ in range(3):\n        call("GET", f"/v1/jobs/{{job_id}}")\n    {ENDED}',
        "C031/getJobStatus",
    ),
)
"""How jobs are followed."""

SENT = (
    Defect("a_field_is_misspelt", RATIO, '"aspect_ration": "1:1"', "C002/createImagineJob"),
    Defect("a_route_is_misspelt", LOOK, LOOK.replace("/jobs/", "/job/"), "C003/unknown"),
    Defect("a_number_is_sent_as_text", RATIO, '"chaos": "10"', "C001/createImagineJob"),
    Defect("polls_without_a_key", "    if key:", '    if key and "/v1/jobs/" not in url:', "C010/getJobStatus"),
    Defect("the_key_stands_in_the_url", CALL, CALL.replace("path", 'path.split("?")[0] + "?key=" + KEY'), "C010/*"),
    Defect("the_key_goes_to_the_image_host", FETCH, FETCH.replace(", key=None", ""), "C010/image"),
    Defect("image_addresses_are_made_up", FETCH, FETCH.replace(", k", '.replace("0_0", "0_9"), k'), "C060/image"),
    Defect("json_is_called_text", '"application/json"', '"text/plain"', "C070/createImagineJob"),
)
"""What every request may get wrong."""

TROUBLE = (
    Defect(
        "retry_after_is_ignored",
        '        return float(headers.get("Retry-After"))',
        "        return 0.3",
        "C020/createImagineJob",
        varied=f"{CREATE}/429/retry-after/*",
    ),
    Defect(
        "retries_never_end",
        TRIES,
        TRIES.replace("range(TRIES)", "iter(int, 1)"),
        "C022/createImagineJob",
        varied=f"{CREATE}/503/refused/*",
    ),
    Defect(
        "retries_do_not_wait",
        "return 0.2 * 2**attempt + random.random() * 0.02",
        "return 0",
        "C021/createImagineJob",
        varied=f"{CREATE}/503/refused/*",
    ),
    Defect(
        "retry_after_is_a_number",
        '        return float(headers.get("Retry-After"))\n    except (TypeError, ValueError):',
        '        return int(headers.get("Retry-After"))\n    except TypeError:',
        f"{CREATE}/429/retry-after-date/once",
        varied=f"{CREATE}/429/retry-after-date/*",
    ),
    Defect("refusals_are_tried_again", STATUSES, "if False:", "C023/createImagineJob", varied=f"{CREATE}/400/*"),
    Defect(
        "a_job_that_is_gone_is_polled_on",
        STATUSES,
        STATUSES.replace("(429", "(404, 429"),
        "C023/getJobStatus",
        varied=f"{GET}/404/refused/*",
    ),
    Defect(
        "a_lost_post_is_sent_again",
        '            if method == "POST":',
        "            if False:",
        "C024/createImagineJob",
        WARN,
        f"{CREATE}/reset/after/*",
    ),
    Defect(
        "giving_up_is_success",
        "except (GaveUp, Lost) as error:\n        sys.exit(f",
        "except (GaveUp, Lost) as error:\n        print(f",
        f"{GET}/500/refused/always",
        varied=f"{GET}/500/refused/*",
    ),
    Defect(
        "one_reset_ends_it_well",
        '            if method == "POST":',
        '            if method == "GET":\n                sys.exit()\n            if method == "POST":',
        f"{GET}/reset/before/once",
        varied=f"{GET}/reset/before/*",
    ),
    Defect(
        "errors_are_json",
        'error.headers, b""',
        "error.headers, json.load(error)",
        f"{GET}/500/html/once",
        varied=f"{GET}/500/html/*",
    ),
    Defect(
        "a_reset_is_not_expected",
        "except (OSError, http.client.HTTPException) as error:",
        "except TimeoutError as error:",
        f"{CREATE}/reset/*/once",
        varied=f"{CREATE}/reset/*",
    ),
    Defect(
        "answers_come_in_one_piece",
        "answer.headers, answer.read()",
        "answer.headers, answer.read1(65536)",
        f"{GET}/slow/drip/always",
        WARN,
        f"{GET}/slow/*",
    ),
    Defect(
        "reading_never_times_out",
        "timeout=TIMEOUT",
        "timeout=None",
        f"{GET}/stall/amid/once",
        WARN,
        f"{GET}/stall/*",
    ),
    Defect(
        "an_expired_key_is_no_reason_to_stop",
        STATUSES,
        f"if status == 401:\n                time.sleep(600)\n            {STATUSES}",
        f"{GET}/401/refused/always",
        varied=f"{GET}/401/*",
    ),
    Defect(
        "an_error_page_is_a_picture",
        REFUSED,
        REFUSED.replace("raise GaveUp", 'return b""\n            raise GaveUp'),
        "image/404/refused/always",
        varied="image/404/*",
    ),
    Defect(
        "half_a_picture_is_enough",
        'status, headers, content = 599, {}, b""',
        'return b""',
        "image/reset/amid/always",
        varied="image/reset/*",
    ),
)
"""What a client does when something goes wrong."""

LISTS = (
    Defect(
        "pages_overlap",
        "page(len(jobs))",
        "page(max(0, len(jobs) - 1))",
        "C050/listJobs",
        varied=MANY,
        base="gallery.py",
    ),
    Defect(
        "a_job_between_pages_is_lost",
        "page(len(jobs))",
        "page(len(jobs) + bool(jobs))",
        "C050/listJobs",
        varied=MANY,
        base="gallery.py",
    ),
    Defect(
        "the_first_page_is_all",
        'if not fresh or len(jobs) >= found["total"]:',
        "if LIMIT:",
        "C050/listJobs",
        WARN,
        MANY,
        "gallery.py",
    ),
    Defect(
        "the_total_is_waited_for",
        'if not fresh or len(jobs) >= found["total"]:',
        'if len(jobs) >= found["total"]:',
        "C050/listJobs",
        varied="listJobs/200/more/total",
        base="gallery.py",
    ),
    Defect(
        "there_is_always_a_job",
        "    jobs = everything()",
        "    jobs = everything()\n    print(100 // len(jobs))",
        "listJobs/200/pages/none",
        varied="listJobs/200/pages/none",
        base="gallery.py",
    ),
)
"""How lists are read."""

NEWS = (
    Defect(
        "webhooks_are_answered_by_an_error",
        "204 if isinstance(job, dict) else 400",
        "500",
        "C033/webhook",
        base="listener.py",
    ),
    Defect(
        "nobody_listens_where_webhooks_go",
        'body |= {"webhook_url": f"http://127.0.0.1:{port}/jobs"',
        'body |= {"webhook_url": "http://127.0.0.1:9/jobs"',
        "C033/webhook",
        base="listener.py",
    ),
    Defect(
        "the_first_webhook_is_taken_for_the_last",
        """job.get("status") not in ("completed", "failed", "cancelled"):
            continue
        if job["status"] != "completed":""",
        """"status" not in job:
            continue
        if job["status"] in ("failed", "cancelled"):""",
        "C033/webhook",
        base="listener.py",
    ),
    Defect(
        "every_webhook_is_acted_upon",
        "        if isinstance(job, dict):\n            NEWS.put(job)",
        """        if isinstance(job, dict) and job.get("type") == "imagine" and job.get("status") == "completed":
            try:
                call("POST", "/v1/upscale", {"job_id": job.get("job_id"), "index": 1})
            except GaveUp:
                pass
        if isinstance(job, dict):
            NEWS.put(job)""",
        "C040/webhook",
        varied="webhook/delivery/twice/all",
        base="listener.py",
    ),
    Defect(
        "the_news_that_comes_last_is_the_latest",
        "            job = NEWS.get(timeout=SILENCE)",
        """            job = NEWS.get(timeout=SILENCE)
            while True:
                try:
                    job = NEWS.get(timeout=0.3)
                except queue.Empty:
                    break
            if job.get("status") == "in_progress":
                raise GaveUp("it never ended")""",
        "webhook/delivery/reversed/all",
        varied="webhook/delivery/reversed/*",
        base="listener.py",
    ),
    Defect(
        "a_webhook_always_has_a_result",
        '(job.get("result") or {}).get("images") or []',
        'job["result"]["images"]',
        f"{DONE}/drop/result",
        varied=f"{DONE}/drop/result",
        base="listener.py",
    ),
)
"""How a client of its own receiver hears of its jobs."""

DEFECTS = (*WORDING, *COURSE, *SENT, *TROUBLE, *LISTS, *NEWS)
