"""A receiver that is built in: each inbox keeps what it gets, says whether it was signed, and answers as it was told.

All of them together are bounded: by how many there are, by messages, and by bytes.
"""

from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence

from mjsim.bell import Bell
from mjsim.core.tenant import owns_inbox
from mjsim.core.value import Frozen, Record, field
from mjsim.core.webhook import Secret, Verdict, verify, verify_plain

MOST_INBOXES = 256
"""Beyond, the inbox that was not used for longest is forgotten."""

MOST_MESSAGES = 1_000
"""How many messages an inbox keeps; the oldest make room."""

LARGEST_BODY = 64 * 1024
"""How much of a body is kept; signatures are those of the whole."""

MOST_BYTES = 32 * 1024 * 1024
"""How much all inboxes keep together; the oldest messages of the one that holds most make room."""


class Answer(Frozen):
    """What an inbox answers; `delay` is in real seconds; one that hangs answers nothing."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    delay: float = 0.0
    hang: bool = False


class Received(Frozen):
    """A message as it came in: names of headers in lower case, `at` in Unix seconds, `number` from 1 on in its inbox."""

    number: int
    at: float
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    signature: Verdict
    plain_signature: Verdict
    answer: Answer

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        return 2_000 + len(self.body) + sum(len(name) + len(value) for name, value in self.headers.items())


class Inbox(Record):
    """What has come in, and what is going to be answered: `answers` in turn, then `final` each time."""

    messages: deque[Received] = field(default_factory=deque)
    received: int = 0
    bytes: int = 0
    answers: deque[Answer] = field(default_factory=deque)
    final: Answer = field(default_factory=Answer)

    def keep(self, message: Received) -> None:
        """Keep one more; of too many the oldest makes room."""
        self.messages.append(message)
        self.bytes += message.size
        if len(self.messages) > MOST_MESSAGES:
            self.drop()

    def drop(self) -> None:
        """Let go of the oldest."""
        self.bytes -= self.messages.popleft().size


class Inboxes:
    """Inboxes by name; one exists as soon as it is spoken of. `secrets` are those that messages should be signed with."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = secrets
        self.bell = Bell()
        """Rung whenever something has come in."""
        self._inboxes: OrderedDict[str, Inbox] = OrderedDict()

    def names(self) -> Mapping[str, Inbox]:
        """All of them, the one used last at the end."""
        return self._inboxes

    def open(self, name: str) -> Inbox:
        """The inbox of this name."""
        inbox = self._inboxes.setdefault(name, Inbox())
        self._inboxes.move_to_end(name)
        if len(self._inboxes) > MOST_INBOXES:
            self._inboxes.popitem(last=False)
        return inbox

    def receive(self, name: str, headers: Mapping[str, str], body: bytes, now: float) -> Answer:
        """Keep a message; what to answer. Names of headers in lower case, `now` in Unix seconds."""
        inbox = self.open(name)
        answer = inbox.answers.popleft() if inbox.answers else inbox.final
        inbox.received += 1
        message = Received(
            number=inbox.received,
            at=now,
            headers=headers,
            body=body[:LARGEST_BODY],
            cut=len(body) > LARGEST_BODY,
            signature=verify(self._secrets, headers, body, now),
            plain_signature=verify_plain(self._secrets, headers, body),
            answer=answer,
        )
        inbox.keep(message)
        self._make_room()
        self.bell.ring()
        return answer

    def _make_room(self) -> None:
        while sum(inbox.bytes for inbox in self._inboxes.values()) > MOST_BYTES:
            max(self._inboxes.values(), key=lambda inbox: inbox.bytes).drop()

    def instruct(self, name: str, answers: Sequence[Answer], final: Answer | None) -> None:
        """Give these answers in turn, then `final`, or where that is None the last of them again."""
        inbox = self.open(name)
        inbox.answers = deque(answers)
        inbox.final = final or answers[-1]

    def forget_tenant(self, tenant: str | None) -> None:
        """Forget the inboxes that belong to one tenant alone, or all."""
        for name in [name for name in self._inboxes if tenant is None or owns_inbox(tenant, name)]:
            del self._inboxes[name]

    def forget(self, name: str) -> bool:
        """Forget an inbox, its messages and its answers; whether there was one."""
        return self._inboxes.pop(name, None) is not None
