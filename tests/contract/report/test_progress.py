"""Progress is one line on a terminal, and now and then a line in a log."""

import io

from mjsim_contracts.progress import LiveLine, SparseLines


def test_a_terminal_shows_one_line_and_is_left_clean():
    stream = io.StringIO()
    line = LiveLine(stream)
    line(1, 8, "first")
    line(0, 0, "second\x1b[2J\n")
    line.close()
    assert stream.getvalue() == "\r\x1b[2K1/8 first\r\x1b[2Ksecond\\x1b[2J\r\x1b[2K"


def test_a_log_gets_a_line_now_and_then():
    stream, now = io.StringIO(), [0.0]
    line = SparseLines(stream, clock=lambda: now[0])
    for second in range(25):
        now[0] = float(second)
        line(second, 100, "requests")
    line.close()
    assert stream.getvalue().splitlines() == ["0/100 requests", "10/100 requests", "20/100 requests"]
