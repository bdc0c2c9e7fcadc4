"""`mjsim jobs`: the jobs of all tenants, and what is to become of them."""

import argparse
from typing import TYPE_CHECKING

from mjsim.commands.connection import add_connection, connect
from mjsim.commands.parser import Parser
from mjsim.lines import print_json, print_table, printable, status_colour

if TYPE_CHECKING:
    from mjsim.client.jobs import Jobs
    from mjsim.client.shape import Moment, StagedJob

EXAMPLES = """examples:
  mjsim jobs                                   the latest jobs, newest first
  mjsim jobs list --tenant sim-alice           those of one key
  mjsim jobs show JOB_ID                       its past, and what is going to happen
  mjsim jobs hold JOB_ID                       it stops where it is; release lets it go on
  mjsim jobs release JOB_ID                    as if no time had passed meanwhile
  mjsim jobs step JOB_ID                       its next moment comes now
  mjsim jobs complete JOB_ID                   with all of its pictures
  mjsim jobs cancel JOB_ID                     its client finds it cancelled
  mjsim jobs fail JOB_ID --code moderation_blocked --message "The image filter stopped the job midway."
"""

_VERBS = {
    "show": "a job with its past and its plan",
    "hold": "stop a job where it is",
    "release": "let a held job go on",
    "step": "bring its next moment now",
    "complete": "complete it now",
    "cancel": "cancel it as another client of its key would",
    "fail": "let it fail now",
}


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    verbs = parser.verbs(usual="list")
    listing = verbs.add("list", "the latest jobs, newest first")
    listing.add_argument("--tenant", metavar="KEY", help="only those of this key")
    listing.add_argument("--limit", type=int, default=20, metavar="N", help="so many at most (default 20)")
    for verb, help_line in _VERBS.items():
        directed = verbs.add(verb, help_line)
        directed.add_argument("job_id", metavar="JOB_ID")
        if verb == "fail":
            directed.add_argument("--code", help="of its error (default internal_error)")
            directed.add_argument("--message", help="of its error")
    add_connection(verbs)


def run(given: argparse.Namespace) -> int:
    """Do what the verb says."""
    if given.verb == "list":
        found = connect(given, given.tenant).jobs.latest(given.limit)
        print_json({"data": found}) if given.json else _print_list(found)
        return 0
    staged = _direct(connect(given).jobs, given)
    print_json(staged) if given.json else _print_job(staged, whole=given.verb == "show")
    return 0


def _direct(jobs: "Jobs", given: argparse.Namespace) -> "StagedJob":
    if given.verb == "fail":
        code = given.code or ("internal_error" if given.message else None)
        return jobs.fail(given.job_id, code, given.message)
    verb = {
        "show": jobs.show,
        "hold": jobs.hold,
        "release": jobs.release,
        "step": jobs.step,
        "complete": jobs.complete,
        "cancel": jobs.cancel,
    }[given.verb]
    return verb(given.job_id)


def _print_list(found: list["StagedJob"]) -> None:
    if not found:
        print("no jobs")
        return
    print_table([_row(staged) for staged in found], [status_colour(staged["job"]["status"]) for staged in found])


def _row(staged: "StagedJob") -> list[str]:
    job = staged["job"]
    status = f"{job['status']}{', held' if staged['held'] else ''}"
    return [job["id"], job["type"], status, f"{job['progress']} %", staged["tenant"], job["created_at"], _prompt(job)]


def _prompt(job: dict[str, object]) -> str:
    prompt = printable(str(job.get("prompt", "")))
    return prompt if len(prompt) <= 40 else f"{prompt[:39]}…"


def _print_job(staged: "StagedJob", whole: bool) -> None:
    print_table([_row(staged)], [status_colour(staged["job"]["status"])])
    if whole:
        if "webhook" in staged:
            print(f"  webhook  {staged['webhook']['type']} to {printable(staged['webhook']['url'])}")
        rows = [["  was", *_moment(one)] for one in staged["past"]] + [
            ["  to be", *_moment(one)] for one in staged["plan"]
        ]
        print_table(rows)


def _moment(moment: "Moment") -> list[str]:
    error = moment.get("error")
    return [
        moment["at"],
        moment["status"],
        f"{moment['progress']} %",
        *([f"{error['code']}: {error['message']}"] if error else []),
    ]
