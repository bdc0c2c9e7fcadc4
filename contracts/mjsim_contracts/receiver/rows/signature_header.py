"""The signature header is text from anybody: a list that may hold what is not known yet, and anything else."""

from dataclasses import replace

from mjsim_contracts.receiver.bench import NotExercised, Trial
from mjsim_contracts.receiver.exam import Change, Exam, Make, accepts, refuses
from mjsim_contracts.receiver.rule import HANDLED, NEVER_BELIEVED, REFUSED, REFUSED_AT_BEST, Judgement

_CRASH = "an exception that any stranger can cause; a sender takes the 5xx for a fault and tries again for days"
_EVOLVES = "senders add versions of signatures; a receiver goes by the one that it knows"
_ROTATES = "while a secret is rotated, deliveries carry a signature of each; whoever looks at one loses events"

_MALFORMED = {
    "no-base64": ("a signature that is no base64", "!!!not-base64!!!"),
    "odd-base64": ("base64 that breaks off", "abcde"),
    "not-ascii": ("letters that are not ASCII", "\xff\xfe\xe9"),
}
"""What can stand in the place of a signature, by name."""

_MALFORMED_LISTS = {
    "no-comma": ("a token without a comma", "v1{good}"),
    "two-commas": ("a token with two commas", "v1,{other},{other}"),
    "only-comma": ("a comma alone", ","),
    "only-version": ("a version alone", "v1"),
}
"""Headers in which nothing is right, by name."""

_HEX_MALFORMED = {
    "hex-no-hex": ("a signature that is not hexadecimal", "zz not hex"),
    "hex-odd": ("an odd number of digits", "abc"),
    "hex-not-ascii": ("letters that are not ASCII", "\xff\xfe\xe9"),
}

_PARTLY = {
    "extra-token-behind": ("a malformed token behind the right one", "v1,{good} garbage"),
    "extra-token-in-front": ("a malformed token in front of the right one", "garbage v1,{good}"),
    "two-spaces": ("two spaces between tokens", "v1,{other}  v1,{good}"),
    "trailing-space": ("a space at the end", "v1,{good} "),
}
"""Headers with one right token, in which something is malformed."""


def _forged(standard: str, hexadecimal: str) -> Change:
    return lambda true, _: true.showing(webhook_signature=standard, x_midjourney_signature=hexadecimal)


def _true(text: str) -> Make:
    return lambda trial: trial.completed().showing(webhook_signature=text)


def _in_its_place(text: str) -> Change:
    return lambda true, _: true.putting(good=text, hex="{otherhex}")


MALFORMED: tuple[Exam, ...] = tuple(
    refuses(
        f"R10-{name}",
        title,
        _CRASH,
        _in_its_place(text),
        REFUSED if text.isascii() else NEVER_BELIEVED,
        signed=True,
        standard=True,
    )
    for name, (title, text) in _MALFORMED.items()
)

MALFORMED_LISTS: tuple[Exam, ...] = (
    *(
        refuses(f"R10-{name}", title, _CRASH, _forged(text, "{otherhex}"), signed=True, standard=True)
        for name, (title, text) in _MALFORMED_LISTS.items()
    ),
    *(
        refuses(
            f"R10-{name}",
            f"X-Midjourney-Signature: {title}",
            _CRASH,
            _forged("v1,{other}", text),
            REFUSED if text.isascii() else NEVER_BELIEVED,
            signed=True,
        )
        for name, (title, text) in _HEX_MALFORMED.items()
    ),
    *(
        accepts(
            f"R10-{name}",
            title,
            _CRASH,
            _true(text),
            HANDLED,
            signed=True,
            standard=True,
        )
        for name, (title, text) in _PARTLY.items()
    ),
    *(
        accepts(
            f"R10-unknown-version-{where}",
            f"a signature of an unknown version {place} the right one",
            _EVOLVES,
            _true(text),
            signed=True,
            standard=True,
        )
        for where, place, text in (
            ("first", "in front of", "v1a,{other}{other} v2,{other} v1,{good}"),
            ("last", "behind", "v1,{good} v2,{other}"),
        )
    ),
    refuses(
        "R10-unknown-version-alone",
        "the right signature under an unknown version",
        "a version says how to verify; what is not known cannot be verified",
        _forged("v9,{good}", "{otherhex}"),
        REFUSED_AT_BEST,
        signed=True,
        standard=True,
    ),
)


async def _former_secret(trial: Trial) -> Judgement:
    former = trial.bench.former_key
    if former is None:
        raise NotExercised("no --former-secret was given, so none can be tried")
    true = trial.completed()
    wire = replace(trial.bench.wire, key=former)
    found = REFUSED.judge(await trial.send(true, "signed with the former secret", wire=wire))
    control = await trial.send(true, "control: signed with the present one")
    if not control.accepted:
        raise NotExercised(f"signed with the present secret it got {control} too")
    return found


ROTATION: tuple[Exam, ...] = (
    *(
        accepts(
            f"R11-{name}",
            title,
            _ROTATES,
            _true(text),
            signed=True,
            standard=True,
        )
        for name, title, text in (
            ("known-secret-last", "signatures of another secret and of this one", "v1,{other} v1,{good}"),
            ("known-secret-first", "signatures of this secret and of another one", "v1,{good} v1,{other}"),
            ("three-secrets", "signatures of three secrets", "v1,{other} v1,{other} v1,{good}"),
        )
    ),
)

FORMER_SECRET = Exam(
    "R11-former-secret",
    "signed with the former secret alone, after the rotation",
    REFUSED.expected,
    "a secret is changed because somebody else may have it",
    _former_secret,
    signed=True,
)
