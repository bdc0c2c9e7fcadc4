"""Writes that leave together at the end of a round are the bytes that were written, in their order, and bounded."""

import asyncio
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from mjsim.outgoing import Outgoing
from mjsim.web.gathering import GatheredTransport

MOST_HELD = 64 * 1024


class Told:
    """A transport that keeps what was written, and notes where among the bytes it was told to end."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.ends: list[tuple[str, int]] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def writelines(self, parts: list[bytes]) -> None:
        self.writes.append(b"".join(parts))

    def close(self) -> None:
        self.ends.append(("close", len(self.written)))

    def abort(self) -> None:
        self.ends.append(("abort", len(self.written)))

    def get_write_buffer_size(self) -> int:
        return 0

    get_extra_info = is_closing = pause_reading = resume_reading = lambda *_: None

    @property
    def written(self) -> bytes:
        return b"".join(self.writes)


def gathered(told: Told, outgoing: Outgoing) -> GatheredTransport:
    return GatheredTransport(cast("asyncio.Transport", told), outgoing)


async def end_of_round() -> None:
    await asyncio.sleep(0)


STEPS = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.integers(1, 3 * MOST_HELD).map(bytes),
        st.sampled_from(["round", "close", "abort", "lines"]),
    ),
    max_size=30,
)


@given(STEPS)
def test_everything_happens_in_the_order_in_which_it_was_asked_for(steps: list[bytes | str]) -> None:
    plain, held = Told(), Told()

    async def run() -> None:
        transport = gathered(held, Outgoing())
        for step in steps:
            if isinstance(step, bytes):
                plain.write(step)
                transport.write(step)
            elif step == "round":
                await end_of_round()
            elif step == "lines":
                plain.writelines([b"a", b"b"])
                transport.writelines([b"a", b"b"])
            else:
                getattr(plain, step)()
                getattr(transport, step)()
            assert transport.get_write_buffer_size() == len(plain.written) - len(held.written) < MOST_HELD
        await end_of_round()

    asyncio.run(run())
    assert held.written == plain.written
    assert held.ends == plain.ends


async def test_what_several_connections_wrote_in_a_round_leaves_at_its_end_once_for_each() -> None:
    one, other, outgoing = Told(), Told(), Outgoing()
    first, second = gathered(one, outgoing), gathered(other, outgoing)
    for transport in (first, second, first):
        transport.write(b"x")
    assert one.writes == other.writes == []
    await end_of_round()
    assert (one.writes, other.writes) == ([b"xx"], [b"x"])
    second.write(b"y")
    await end_of_round()
    assert other.writes == [b"x", b"y"]


async def test_a_write_that_fails_keeps_no_other_from_leaving() -> None:
    told: list[str] = []
    outgoing = Outgoing()
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context["exception"]))

    def fail() -> None:
        raise RuntimeError("closed")

    for write in (lambda: told.append("first"), fail, lambda: told.append("second"), lambda: told.append("third")):
        outgoing.add(write)
    await end_of_round()
    await end_of_round()
    assert told == ["first", "second", "third"]
    assert len(complaints) == 1
