"""Clients of the task API with one defect each, as in `defects.py`."""

from pathlib import Path

from .defects import WARN, Defect

CORRECT_TASKS = Path(__file__).with_name("correct_tasks")

MAKE, LOOK, DONE, FAILED = "generateTask", "getTask", "getTask/completed", "getTask/failed"
URLS = "data.resultInfoJson.resultUrls"
AT_ONCE = "job/course/at-once/*"

ASKED = 'prompt="a lighthouse"'
PASSING = "PASSING = (429, 455, 500)"
RECORD = 'record = call(client, "GET", "mj/record-info", params={"taskId": task})\n'
STRICT = (
    "record = (lambda taskId, taskType, paramJson, createTime, completeTime, resultInfoJson, successFlag, errorCode, "
    'errorMessage: locals())(**call(client, "GET", "mj/record-info", params={"taskId": task}))\n'
)
SUCCESS = "        if code == 200:"
RESULTS = "    if not urls:"
EACH = "        for url in wait(client, task):"
ENDED = "    if flag != SUCCEEDED:"
LOST = '            if method == "POST":'
FETCH = "httpx.get(url, timeout=3)"
LISTENER, TOLD, PLAIN = "listener.py", "Callback/completed", "data.resultUrls"
NOTED = '            NEWS.put((data["taskId"]'
UPSCALED = """            if "_txt2img" in str(data.get("promptJson")):
                call("POST", "generateUpscale", {"taskId": data["taskId"], "imageIndex": 2})
            NEWS.put((data["taskId"]"""
FOUR = '[news[2]["resultUrls"][n] for n in range(4 if path == "generate" else 1)]'
WAITS = "        return min("


def defect(name: str, line: str, instead: str, finds: str, base: str = "patient.py", **more) -> Defect:
    """A client of the task API with a defect."""
    return Defect(name, line, instead, finds, base=base, correct=CORRECT_TASKS, **more)


TASK_DEFECTS = (
    # What is asked for.
    defect("a_field_in_another_style", ASKED, f'{ASKED}, aspect_ratio="1:1"', f"C002/{MAKE}"),
    defect("a_number_as_text", ASKED, f'{ASKED}, stylization="100"', f"C001/{MAKE}"),
    defect("a_picture_counted_from_one", "imageIndex=0", "imageIndex=4", "C001/upscaleTask"),
    defect("a_route_that_is_almost_one", '"mj/record-info"', '"mj/recordInfo"', "C003/unknown"),
    defect("the_key_goes_to_the_pictures", FETCH, 'httpx.get(url, headers={"X-Key": KEY}, timeout=3)', "C010/image"),
    defect("the_address_is_made_up", FETCH, 'httpx.get(url.replace("_0_", "_1_"), timeout=3)', "C060/image"),
    # How answers are read.
    defect("there_are_four_pictures", EACH, "        for url in map(wait(client, task).__getitem__, range(4)):",
           f"{DONE}/first/{URLS}", varied=f"{DONE}/*/{URLS}"),
    defect("four_pictures_in_node", "resultUrls?.[0]?.resultUrl", "resultUrls[3].resultUrl", f"{DONE}/first/{URLS}",
           base="browser.mjs", varied=f"{DONE}/*/{URLS}"),
    defect("records_have_these_fields_and_no_others", RECORD, STRICT, f"{DONE}/extra/data.x_new_field",
           varied=f"{DONE}/extra/data.*"),
    defect("times_are_numbers", RESULTS, f'    print(record["completeTime"] // 1000)\n{RESULTS}',
           f"{DONE}/date/data.completeTime", outcome=WARN,
           varied=f"{DONE}/date/*"),
    defect("the_message_says_success", SUCCESS, '        if said == "success":', f"{MAKE}/200/empty/msg",
           varied=f"{MAKE}/200/*/msg"),
    defect("the_code_is_compared_as_text", 'int(envelope["code"])', '200 if str(envelope["code"]) == "200" else 400',
           f"{MAKE}/200/float/code", varied=f"{MAKE}/200/*/code"),
    defect("a_failure_has_a_reason", ENDED, f'{ENDED}\n        print(record["errorMessage"].upper())',
           f"{FAILED}/null/data.errorMessage", outcome=WARN,
           varied=f"{FAILED}/null/data.errorMessage"),
    # What is done about codes and flags.
    defect("whatever_is_over_is_done", "    1) echo done", "    [123]) echo done", "job/course/failed/all", base="script.sh",
           varied="job/course/failed/*"),
    defect("the_code_is_not_read", '" = 200 ] ||', '" != "" ] ||', f"C023/{LOOK}", base="script.sh",
           varied=f"{LOOK}/401/refused/*"),
    defect("a_task_that_was_not_created_is_waited_for", "        if flag != GENERATING:", "        if flag in (1, 3):",
           f"C031/{LOOK}", varied="job/course/not-created/*"),
    defect("stuck_tasks_are_waited_for", "        if time.monotonic() > end:", "        if not record:", f"C032/{LOOK}",
           outcome=WARN, varied="job/course/stuck/*"),
    defect("no_pause_between_looks", "        time.sleep(INTERVAL)", "        time.sleep(0)", f"C030/{LOOK}"),
    defect("credits_may_come_back", PASSING, "PASSING = (402, 429, 455, 500)", f"C023/{MAKE}", varied=f"{MAKE}/402/*"),
    defect("a_task_that_expired_is_asked_for_again", PASSING, "PASSING = (422, 429, 455, 500)", f"C023/{LOOK}",
           varied=f"{LOOK}/422/refused/*"),
    defect("retry_after_is_not_read", WAITS, "        return 0.1 + min(0, ", f"C020/{MAKE}",
           varied=f"{MAKE}/429/retry-after/*"),
    defect("maintenance_is_hammered", "return 0.15 * 2**attempt", "return 0.02", f"C021/{MAKE}",
           varied=f"{MAKE}/455/refused/*"),
    defect("a_lost_answer_means_another_task", LOST, "            if not method:", f"C024/{MAKE}", outcome=WARN,
           varied=f"{MAKE}/reset/after/*"),
    # How callbacks are taken.
    defect("callbacks_are_answered_by_an_error", "200 if good else 400", "500", "C033/callback", base=LISTENER),
    defect("nobody_listens_where_callbacks_go", '{port}/tasks', '9/tasks', "C033/callback", base=LISTENER),
    defect("callbacks_are_verified_by_another_key", 'os.environ.get("WEBHOOK_SECRET", "").encode()', 'b"another"',
           "C033/callback", base=LISTENER),
    defect("only_one_callback_is_taken", "200 if good else 400", "409 if NEWS.unfinished_tasks else 200", "C040/callback",
           base=LISTENER),
    defect("every_callback_is_acted_upon", NOTED, UPSCALED, "C040/callback", base=LISTENER,
           varied="callback/delivery/twice/all"),
    defect("callbacks_have_four_results", 'news[2].get("resultUrls") or []', FOUR, f"{TOLD}/first/{PLAIN}", base=LISTENER,
           varied=f"{TOLD}/first/{PLAIN}"),
)  # fmt: skip
