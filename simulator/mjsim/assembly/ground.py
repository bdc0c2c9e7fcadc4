"""What everybody may read without a key, put together: files, and the documents with their reference."""

from mjsim.assembly.parts import Parts
from mjsim.assembly.tasks import TaskParts
from mjsim.web.files import Files
from mjsim.web.reference import Reference
from mjsim.web.route import Route
from mjsim.web.tasks.videos import Videos


def open_routes(parts: Parts, tasks: TaskParts) -> list[Route]:
    """Videos come first: other files are whatever else is in their folder."""
    return [
        *Videos(tasks.tasks).routes(),
        *Files(parts.service).routes(),
        *Reference(parts.settings.ready_key).routes(),
    ]
