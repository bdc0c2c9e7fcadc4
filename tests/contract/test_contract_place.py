"""A place of the contract is found in the text that people read."""

from pathlib import Path

import pytest

from mjsim_contracts.contract import documented_statuses, line_of, source_of

LINES = (Path(__file__).parents[2] / "openapi" / "midjourney.yaml").read_text().splitlines()


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("createImagineJob", "operationId: createImagineJob"),
        ("Job", "Job:"),
        ("#/components/schemas/ImagineRequest/properties/no", "'no':"),
        ("#/paths/~1v1~1jobs~1{jobId}~1cancel/post", "post:"),
    ],
)
def test_an_operation_a_schema_and_a_pointer_have_their_line(place, text):
    assert LINES[line_of(place) - 1].strip() == text


@pytest.mark.parametrize(
    "place", ["nothing", "#/components/nothing", "#/components/schemas/Job/properties/nothing", "a\nb", ""]
)
def test_what_is_not_there_has_none(place):
    assert line_of(place) is None


def test_a_name_of_another_branch_is_not_taken_for_one_of_this():
    """`index` belongs to other schemas, and not to Job."""
    assert line_of("#/components/schemas/UpscaleRequest/properties/index")
    assert line_of("#/components/schemas/Job/properties/index") is None


@pytest.mark.parametrize(
    ("place", "source"),
    [("listJobs", "midjourney.yaml"), ("generateTask", "tasks.yaml"), ("client", "midjourney.yaml")],
)
def test_a_place_is_looked_for_in_each_document(place, source):
    """What none of them states belongs to the published one, and has no line."""
    found, line = source_of(place)
    assert (found, line is None) == (source, place == "client")


def test_the_contract_documents_27_answers():
    assert len(documented_statuses()) == 8
    assert sum(map(len, documented_statuses().values())) == 27
