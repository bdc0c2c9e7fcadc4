"""The APIs whose news receivers can be judged by, by name; another one is another line here."""

from collections.abc import Mapping

from mjsim_contracts.receiver.dialect import Dialect
from mjsim_contracts.receiver.midjourney import MIDJOURNEY
from mjsim_contracts.receiver.tasks import TASKS

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (MIDJOURNEY, TASKS)}
