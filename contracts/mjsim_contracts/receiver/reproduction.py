"""Every delivery can be sent again by one pasted command: bash, openssl and curl; it signs anew, so it is never too old.

The secret stands in no report: the command reads it from the variable WEBHOOK_SECRET.
"""

from string import Formatter

from mjsim_contracts.receiver.delivery import Delivery, Framing
from mjsim_contracts.receiver.secret import OTHER_KEY
from mjsim_contracts.receiver.signing import VARIABLE

_SHELL = {
    "id": "$id",
    "ts": "$ts",
    "now": "$now",
    "good": "$good",
    "short": "${good:0:12}",
    "lower": "$(printf %s $good | tr A-Z a-z)",
    "other": "$other",
    "hex": "$hex",
    "shorthex": "${hex:0:12}",
    "otherhex": "$otherhex",
}
"""How the shell says what can stand in a template."""

_CURL = {
    Framing.CHUNKED: " -H 'Transfer-Encoding: chunked'",
    Framing.DRIP: " --limit-rate 200",
    Framing.EXPECT: " -H 'Expect: 100-continue'",
    Framing.SHORT: ' -H "Content-Length: $((${#body} + 100))"',
    Framing.STALL: ' -H "Content-Length: $((${#body} + 100))"',
    Framing.ABANDONED: " --max-time 0.05",
    Framing.CUT: ' -H "Content-Length: $((${#body} * 2))" --max-time 1',
}

_FLOOD = 500
"""So many times the same sign are poured."""

_POURED = frozenset(b"[{(9a")
"""Signs that neither quotes nor `tr` take for anything else."""


def curl(delivery: Delivery, url: str) -> str:
    """The command; what was signed and what is sent differ where the fault lies there."""
    arguments = "".join(f" -H {_template(f'{name}: {template}')}" for name, template in delivery.headers)
    steps = ["LC_ALL=C", *_variables(delivery)]
    framing = _CURL.get(delivery.framing, "")
    steps.append(
        f"curl -si -m 15 {_quoted(url.encode())} -H 'Content-Type: application/json'{arguments}{framing}"
        ' --data-binary "$body"'
    )
    return "; ".join(steps)


def _variables(delivery: Delivery) -> list[str]:
    used = {name for _, template in delivery.headers for _, name, _, _ in Formatter().parse(template) if name}
    stamp = f"$((now - {delivery.age}))" if delivery.stamp is None else _quoted(delivery.stamp.encode())
    signed = "body" if delivery.signed is None else "signed"
    content, whole = f'"$id.$ts{f".${signed}" if delivery.signing.signs_body else ""}"', f'"${signed}"'
    steps = [f"id={_quoted(delivery.id.encode())}", f"ts={stamp}", f"body={_quoted(delivery.body)}"]
    if delivery.stamp is None or "now" in used:
        # Asked for once: between two looks at the clock a second may end.
        steps.insert(0, "now=$(date +%s)")
    if delivery.signed is not None:
        steps.append(f"signed={_quoted(delivery.signed)}")
    if used & {"good", "short", "lower", "hex", "shorthex"}:
        steps.insert(0, f': "${{{VARIABLE}:?has to be the secret}}"')
        steps.append(f"key=$({delivery.signing.key_command} | od -An -vtx1 | tr -d ' \\n')")
    if used & {"good", "short", "lower"}:
        steps.append(f"good=$({_hmac(content, '$key')} -binary | openssl base64 -A)")
    if "other" in used:
        steps.append(f"other=$({_hmac(content, OTHER_KEY.hex())} -binary | openssl base64 -A)")
    if used & {"hex", "shorthex"}:
        steps.append(f"hex=$({_hmac(whole, '$key')} -r | cut -c1-64)")
    if "otherhex" in used:
        steps.append(f"otherhex=$({_hmac(whole, OTHER_KEY.hex())} -r | cut -c1-64)")
    return steps


def _hmac(content: str, key: str) -> str:
    return f"printf %s {content} | openssl dgst -sha256 -mac HMAC -macopt hexkey:{key}"


def _template(template: str) -> str:
    """A header as one word of the shell."""
    pieces = []
    for literal, name, _, _ in Formatter().parse(template):
        pieces.append(_quoted(literal.encode("latin-1")) if literal else "")
        pieces.append(f'"{_SHELL[name]}"' if name else "")
    return "".join(pieces)


def _quoted(content: bytes) -> str:
    """Bytes as one word of bash, in whatever encoding the terminal is; a flood of one sign is poured by the shell."""
    if len(content) >= _FLOOD and len(set(content)) == 1 and content[0] in _POURED:
        return f"\"$(printf '%{len(content)}s' '' | tr ' ' '{chr(content[0])}')\""
    if all(0x20 <= byte < 0x7F for byte in content) and b"'" not in content:
        return f"'{content.decode()}'"
    special = {0x27: "\\'", 0x5C: "\\\\", 0x0A: "\\n"}
    plain = (special.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}") for byte in content)
    return f"$'{''.join(plain)}'"
