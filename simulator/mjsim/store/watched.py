"""Whoever waits for deliveries is told when they may stand otherwise, so nobody has to look again and again."""

from collections.abc import Callable


class Watched:
    """The part of `ports.Outbox` by which others are told of changes, and what counts them."""

    def __init__(self) -> None:
        self._watchers: list[Callable[[], None]] = []
        self.changes = 0
        """See `ports.Outbox`."""

    def watch(self, stirred: Callable[[], None]) -> None:
        """See `ports.Outbox`."""
        self._watchers.append(stirred)

    def stir(self, *, sooner: bool = True) -> None:
        """Tell those who watch that something stands otherwise; and that it may be `sooner` due than anybody knows."""
        self.changes += sooner
        for stirred in self._watchers:
            stirred()
