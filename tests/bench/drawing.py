"""What pictures cost without a server around them: rendered and encoded in this process, one after the other.

Run as `python drawing.py NUMBER...` with the numbers of jobs of a data file of 100 jobs; the first picture of each is
drawn, the very first one without being counted, since Pillow loads with it. Writes the median seconds as JSON.
"""

import json
import sys
import time
from statistics import median

from filling import job

from mjsim.core.artwork import ImageFormat
from mjsim.core.instant import Instant
from mjsim.paint.easel import paint


def draw(number: int) -> tuple[float, float]:
    """Seconds on the clock and of the processor for one picture of 1024×1024."""
    drawn = job(number, 100, Instant(0))
    start, used = time.perf_counter(), time.process_time()
    paint(drawn.pictures[1], drawn.caption, ImageFormat.PNG, ())
    return time.perf_counter() - start, time.process_time() - used


if __name__ == "__main__":
    walls, costs = zip(*[draw(int(number)) for number in sys.argv[1:]][1:], strict=True)
    json.dump({"seconds": median(walls), "processor": median(costs)}, sys.stdout)
