"""What a client takes for granted is found out, and named by the one change that shows it."""

import itertools

import pytest

from mjsim_contracts.inprocess.exploring import ClientBroke

from . import naive
from .careful import Careful, ClientError

ON = "getJobStatus/completed"
NAIVE = [
    (naive.ExpectsAResult, {"jobs fails", f"{ON}/drop/result"}, "KeyError: 'result'"),
    (naive.ExpectsFiveImages, {f"{ON}/{kind}/result.images" for kind in ("first", "second", "tiles")}, "IndexError"),
    (naive.ExpectsAPicture, {f"{ON}/empty/result.images", f"{ON}/drop/result.images"}, "IndexError"),
    (naive.DrawsABar, {"*/float/progress"}, "TypeError: can't multiply sequence"),
    (naive.ReadsProgressAsText, {"*/float/progress"}, "ValueError: invalid literal for int"),
    (naive.ReadsTimesWithoutOffsets, {f"*/{k}/created_at" for k in ("offset", "seconds", "nanoseconds")}, "ValueError"),
    (naive.KnowsEveryField, {"*/extra/x_new_field"}, "TypeError"),
    (naive.SumsUpTimes, {f"{ON}/drop/completed_at"}, "KeyError: 'completed_at'"),
    (naive.ReadsAMessage, {"createImagineJob/200/drop/message"}, "KeyError: 'message'"),
    (
        naive.FindsTheGridByIndex,
        {f"{ON}/tiles/result.images", f"{ON}/second/result.images", f"{ON}/drop/result.images.*.index"},
        "ValueError",
    ),
    (naive.ShowsASize, {f"{ON}/float/result.images.*.width"}, "ValueError: Unknown format code"),
    (naive.WaitsForCompletion, {"jobs fails", "jobs cancelled", "jobs fails-at-once"}, "made 100 calls, and goes on"),
]


def broken(conversations, client):
    with pytest.raises(ClientBroke) as raised:
        conversations.check(client)
    return raised.value


@pytest.mark.parametrize(("client", "changes", "error"), NAIVE, ids=lambda value: getattr(value, "__name__", None))
def test_a_naive_client_is_found_out_by_one_change(conversations, client, changes, error):
    broke = broken(conversations, lambda api: client(api).imagine())
    assert error in broke.found.failure
    stories = [] if broke.found.story == "completes" else [f"jobs {broke.found.story}"]
    [change] = [*broke.found.edits, *stories]
    general = f"*/{change.split('/', 2)[-1]}"
    assert {change, general} & changes, change
    again = conversations.replaying(*broke.found.edits, story=broke.found.story)
    assert broken(again, lambda api: client(api).imagine()).found == broke.found


def test_the_conversation_is_shown_with_the_one_change_marked(conversations):
    text = str(broken(conversations, lambda api: naive.SumsUpTimes(api).imagine()))
    lines = text.splitlines()
    assert lines[0] == "The client broke: KeyError: 'completed_at'"
    assert 'in finish: return images, job["completed_at"][:10]' in text
    assert "the change: getJobStatus, completed: completed_at is absent (permitted by the contract)" in lines
    [marked] = [line for line in lines if line.startswith(">")]
    assert marked.endswith("200 completed, 100 %   <-- completed_at: removed")
    assert [line.split()[3] for line in lines if line.startswith("   ")] == ["POST", "GET", "GET"]
    assert f'Again: mjsim_conversation.replaying("{ON}/drop/completed_at").check(...)' in lines


def made(api):
    return {edit.id for line in api._conversation.lines for edit in line.edits}


def planted(ids):
    """A client that breaks where these changes have all been made, and nowhere else."""

    def client(api):
        Careful(api).imagine() if not api._conversation.excused else None
        if ids <= made(api):
            raise KeyError("planted")

    def patient(api):
        try:
            client(api)
        except ClientError:
            if ids <= made(api):
                raise KeyError("planted") from None

    return patient


def test_whichever_change_breaks_a_client_is_the_one_that_is_named(conversations):
    every = sorted(conversations.check(lambda api: Careful(api).imagine()).edits)
    usual = [each for each in every if "/failed/" not in each and "/cancelled/" not in each]
    for one in itertools.islice(usual, 0, None, 12):
        found = broken(conversations, planted({one})).found
        assert (found.edits, found.story) == ((one,), "completes")


def test_two_changes_are_named_where_it_takes_two(conversations):
    two = {"createImagineJob/200/drop/message", "getJobStatus/pending/extra/x_new_field"}
    found = broken(conversations, planted(two)).found
    assert set(found.edits) == two


def test_a_client_that_fails_on_the_truth_is_told_so_first(conversations):
    text = str(broken(conversations, lambda api: naive.KnowsPngOnly(api).imagine()))
    assert text.startswith("The client fails on the truth, so nothing was changed.")
    assert "KeyError: 'image/webp'" in text
    assert "nothing was changed: this is the truth" in text


def test_failing_for_no_reason_is_failing(conversations):
    """What a client says of a server that has done all it promised is no excuse, however politely it is said."""

    class Strict(Careful):
        def look(self, job):
            if "x_new_field" in job:
                raise ClientError("what is that?")

    broke = broken(conversations, lambda api: Strict(api).imagine())
    assert broke.found.edits[0].endswith("/extra/x_new_field")


def test_a_client_that_hides_the_end_of_a_conversation_does_not_hide_it(conversations):
    def client(api):
        try:
            naive.WaitsForCompletion(api).imagine()
        except BaseException:
            return

    assert "goes on" in broken(conversations, client).found.failure


def test_a_client_that_does_not_do_the_same_twice_is_told_so(conversations):
    turns = itertools.count()

    def client(api):
        Careful(api).imagine()
        if next(turns) == 5:
            raise KeyError("now and then")

    with pytest.raises(ClientBroke, match="does not do the same each time"):
        conversations.check(lambda api: client(api) if not api._conversation.excused else None)


def test_a_story_that_nobody_tells_is_refused(conversations):
    with pytest.raises(ValueError, match="story: 'explodes' is none of completes, at-once"):
        conversations.replaying(story="explodes")
