"""What there is from the start, and all that is put together later is made of."""

from collections.abc import Callable

from mjsim.admission import Admission
from mjsim.core.faultbook import FaultBook
from mjsim.core.value import Frozen
from mjsim.core.world import World
from mjsim.ports import Clock
from mjsim.service import Service
from mjsim.settings import Settings
from mjsim.sight import Sight
from mjsim.store.embedded import EmbeddedStore
from mjsim.web.journal import Journal
from mjsim.web.origin import Origin
from mjsim.web.view import View


class Parts(Frozen):
    """The parts of a simulator that work from the start.

    `resets` is what parts that are made late want called when a tenant, or (None) everybody, starts over.
    """

    settings: Settings
    world: World
    clock: Clock
    store: EmbeddedStore
    faults: FaultBook
    journal: Journal
    origin: Origin
    view: View
    admission: Admission
    sight: Sight
    service: Service
    resets: list[Callable[[str | None], None]]
