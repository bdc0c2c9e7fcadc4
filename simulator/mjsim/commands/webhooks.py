"""`mjsim webhooks`: what was delivered, what came back, sending again, and the receivers that are built in."""

import argparse
import re
from typing import TYPE_CHECKING, Any

from mjsim.commands.connection import add_connection, connect
from mjsim.commands.parser import Parser
from mjsim.core.error import SettingsError
from mjsim.lines import Colour, clock_time, counted, print_json, print_table, printable

if TYPE_CHECKING:
    from mjsim.client.webhooks import Inbox, Webhooks

EXAMPLES = """examples:
  mjsim webhooks                               the deliveries, the last planned first
  mjsim webhooks show DELIVERY_ID              every attempt, and what came back
  mjsim webhooks resend DELIVERY_ID            send one again, at once
  mjsim webhooks resend --since 2026-01-01T00:00:00Z
  mjsim webhooks wait --count 3                until three are delivered
  mjsim webhooks inbox orders                  what the receiver /_sim/inbox/orders got
  mjsim webhooks inbox orders --answer 500,500,200
"""

_STANDINGS = {"delivered": Colour.GOOD, "given_up": Colour.BAD, "refused": Colour.BAD, "disabled": Colour.BAD}


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    verbs = parser.verbs(usual="list")
    listing = verbs.add("list", "the deliveries, the last planned first")
    listing.add_argument("--limit", type=int, default=50, metavar="N", help="so many at most (default 50)")
    verbs.add("show", "a delivery with all its attempts").add_argument("delivery_id", metavar="DELIVERY_ID")
    resend = verbs.add("resend", "send one again, or whatever matches")
    resend.add_argument("delivery_id", nargs="?", metavar="DELIVERY_ID")
    resend.add_argument("--since", metavar="TIME", help="all whose news is from this instant on, and were sent before")
    wait = verbs.add("wait", "return as soon as so many are delivered; exit code 1 where they are not in time")
    wait.add_argument("--count", type=int, default=1, metavar="N", help="how many (default 1)")
    wait.add_argument("--timeout", type=float, default=10.0, metavar="SECONDS", help="how long (default 10)")
    for matching in (listing, resend, wait):
        matching.add_argument("--tenant", metavar="KEY", help="only those of this key")
        matching.add_argument("--job", metavar="JOB_ID", help="only those about this job")
    for standing in (listing, resend):
        standing.add_argument("--standing", help="only those that have come so far, such as delivered or given_up")
    inbox = verbs.add("inbox", "what a built-in receiver got, or what it is to answer")
    inbox.add_argument("name", metavar="NAME")
    inbox.add_argument(
        "--answer", metavar="CODES", help="statuses to answer in turn, such as 500,500,200; the last goes on"
    )
    add_connection(verbs)


def run(given: argparse.Namespace) -> int:
    """Do what the verb says."""
    webhooks = connect(given, getattr(given, "tenant", None)).webhooks
    match given.verb:
        case "show":
            found = webhooks.show(given.delivery_id)
            print_json(found) if given.json else _print_delivery(found)
        case "resend":
            _resend(webhooks, given)
        case "inbox":
            _inbox(webhooks.inbox(given.name), given)
        case "wait":
            _print_list(webhooks.wait(given.count, given.job, seconds=given.timeout), given)
        case _:
            _print_list(webhooks.latest(given.job, given.standing, given.limit), given)
    return 0


def _resend(webhooks: "Webhooks", given: argparse.Namespace) -> None:
    matching = [one for one in (given.since, given.job, given.standing, given.tenant) if one is not None]
    if bool(given.delivery_id) == bool(matching):
        raise SettingsError(
            "webhooks resend takes a DELIVERY_ID, or at least one of --since, --job, --standing, --tenant."
        )
    if given.delivery_id:
        _print_list([webhooks.resend(given.delivery_id)], given)
        return
    number = webhooks.resend_all(given.since, given.job, given.standing)
    print_json({"resent": number}) if given.json else print(f"{counted(number, 'delivery', 'deliveries')} due again")


def _inbox(inbox: "Inbox", given: argparse.Namespace) -> None:
    if given.answer is not None:
        if not re.fullmatch(r"[0-9]{3}(,[0-9]{3})*", given.answer, re.ASCII):
            raise SettingsError(f"--answer takes statuses such as 500,500,200, not {given.answer[:60]!r}.")
        inbox.answer(*map(int, given.answer.split(",")))
        print_json({"url": inbox.url}) if given.json else print(f"{inbox.url} answers {given.answer} in turn")
        return
    messages = inbox.messages()
    if given.json:
        print_json({"messages": messages})
        return
    print(f"{counted(len(messages), 'message')} at {inbox.url}")
    print_table([_message(one) for one in messages])


def _message(message: dict[str, Any]) -> list[str]:
    body = message.get("json")
    news = _news(body) if isinstance(body, dict) else message["body"][:60]
    signed = f"signature {message['webhook_signature']}"
    return [f"  <-- #{message['number']}", printable(news), signed, f"answered {message['answered']}"]


def _news(body: dict[str, Any]) -> str:
    """What a webhook or, where it has a code, a callback of the task API tells of."""
    if "code" in body and isinstance(task := body.get("data"), dict):
        return f"code {body['code']} {task.get('taskId', '')}"
    return f"{body.get('event', '')} {body.get('job_id', '')}"


def _print_list(found: list[dict[str, Any]], given: argparse.Namespace) -> None:
    if given.json:
        print_json({"deliveries": found})
        return
    print_table([_row(one) for one in found], [_STANDINGS.get(one["standing"]) for one in found])
    if not found:
        print("no deliveries")


def _row(delivery: dict[str, Any]) -> list[str]:
    tried = counted(delivery["attempt_count"], "attempt")
    due = f"next {clock_time(delivery['due_at'])}" if "due_at" in delivery else ""
    news = [delivery["id"], clock_time(delivery["happens_at"]), delivery["event"], delivery["standing"], tried]
    return [*news, printable(delivery["url"]), due]


def _print_delivery(delivery: dict[str, Any]) -> None:
    print_table([_row(delivery)], [_STANDINGS.get(delivery["standing"])])
    print(f"  job {delivery['job_id']} of {delivery['tenant']}")
    for attempt in delivery["attempts"]:
        print(f"  --> #{attempt['number']}  {clock_time(attempt['at'])}  {attempt['duration_seconds'] * 1000:.0f} ms")
        if fault := attempt.get("fault"):
            print(f"      fault {fault['id']}: {printable(fault['reason'])}")
        _print_headers(attempt["request"]["headers"])
        if answer := attempt.get("response"):
            print(f"  <-- [{answer['status']}]  {printable(answer['body'])[:200]}".rstrip())
        if error := attempt.get("error"):
            print(f"      {error['class']}: {printable(error['message'])}")
        if "next_at" in attempt:
            print(f"      next attempt {attempt['next_at']}")


def _print_headers(headers: dict[str, str]) -> None:
    for name, value in headers.items():
        print(f"      {name}: {printable(value)}")
