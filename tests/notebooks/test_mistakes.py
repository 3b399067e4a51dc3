"""Thirty mistakes: each ends in a sentence that says what to do, shown in a few lines, and the next cell goes on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from nbannotate import errors
from nbannotate.demo import end_owner

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "04_thirty_mistakes.ipynb"
MARK = "raises-exception"

#: What the sentence of each mistake says, by its heading.
SAYS = {
    "A name with a typo": ("did you mean 'smears'?",),
    "A column that is none": ("tasks have no column 'assigned'", "did you mean 'assignee'?"),
    "A step with a typo": ("'drwa'", "did you mean 'draw'?", "'check'"),
    "A keyword with a typo": ("Label takes no argument 'colour'", "did you mean 'color'?"),
    "A person whom nobody knows": ("'draw'", "did you mean 'ana'?", "add the member first"),
    "A typo in SQL": ("There is no column 'lable'", "did you mean 'label'?"),
    "Points of another form": ("Shape.polygon", "(n, 2)", "(3, 3)"),
    "A coordinate that is no number": ("Shape.rectangle", "width", "nan"),
    "A value that is too large": ("confidence", "from 0 to 1", "87"),
    "A label that the recipe does not have": ("'lymphocyte'", "'WBC', 'RBC'"),
    "A shape of a kind that the label does not take": ("'WBC' is for 'rectangle'", "polygon"),
    "Shapes of an image of another size": ("outside of the image (100 x 80)",),
    "A pattern that matches nothing": ("smear/*.png", "looked in"),
    "A file that is no image": ("notes.txt", "bad='keep'", "nothing was added"),
    "Metadata that fit no image": ("'a.tif'", "column 'name'", "missing='skip'"),
    "A table where a list is meant": ("Recipe.labels takes a list", "table['label']"),
    "A COCO file of other images": ("'z.png'", "Add the images first"),
    "A file that broke off": ("half.json", "breaks off"),
    "A cell that runs a second time": ("'smears'", "exist_ok=True"),
    "A launch without people": ("Step.assignees of 'draw'", "at least one member"),
    "Something that this role may not do": ("Your role is annotator", "owner, manager, developer"),
    "A version that is published": ("'v2' is published", "create a child"),
    "Something that was deleted meanwhile": ("'August'", "deleted"),
    "A time zone with a typo": ("did you mean 'Europe/Zurich'?",),
    "The folder was moved": ("b.png", "smears/b.png"),
    "A file was removed": ("b.png", "archive/b.png"),
    "A file that is no workspace": ("notes.txt", "Open another file name"),
    "A workspace that another program has open": ("plain.duckdb", "close it there and try again"),
    "A folder where nothing can be written": ("/proc", "where you may write"),
    "A wrong password": ("login or the password is wrong",),
}

#: Words of decoders, databases and Python that nobody should have to know.
FOREIGN = re.compile(
    r"msgspec|duckdb\.|Expected `|(IO|Binder|Parser|Catalog|Conversion|Constraint) Error|Traceback|Errno|NoneType"
    r"|object at 0x|\bchar \d|<class|__\w+__|nbannotate/"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The notebook, executed: by heading, what the cells below it gave."""
    home = tmp_path_factory.mktemp("mistakes")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(home))
        patch.setenv("NBANNOTATE_OWNER_IDLE", "60")
        try:
            NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(home)}}).execute()
        finally:
            for database in home.glob("*/*.duckdb"):
                end_owner(database)
    found: dict[str, Any] = {}
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = re.sub(r"^#+ (\d+\. )?", "", cell.source.splitlines()[0])
        else:
            found.setdefault(heading, []).append(cell)
    return found


def error_of(cell: Any) -> Any:
    (error,) = [output for output in cell.outputs if output.output_type == "error"]
    return error


@pytest.mark.slow
def test_there_are_thirty_and_each_is_followed_by_a_cell_that_goes_on(made: dict[str, Any]) -> None:
    mistakes = {heading: cells for heading, cells in made.items() if MARK in cells[0].metadata.get("tags", ())}
    assert list(mistakes) == list(SAYS)
    assert len(SAYS) == 30
    for wrong, right in mistakes.values():
        assert error_of(wrong)
        assert MARK not in right.metadata.get("tags", ())
        assert not [output for output in right.outputs if output.output_type == "error"]


@pytest.mark.slow
@pytest.mark.parametrize("heading", SAYS)
def test_a_mistake_ends_in_a_sentence_that_says_what_to_do(heading: str, made: dict[str, Any]) -> None:
    error = error_of(made[heading][0])
    kind = getattr(errors, error.ename)
    assert issubclass(kind, errors.NbannotateError)
    assert [piece for piece in SAYS[heading] if piece not in error.evalue] == []
    assert FOREIGN.findall(error.evalue) == []
    assert error.evalue.endswith((".", "?")), error.evalue


@pytest.mark.slow
@pytest.mark.parametrize("heading", SAYS)
def test_it_is_shown_in_a_few_lines_with_the_one_where_it_happened(heading: str, made: dict[str, Any]) -> None:
    wrong = made[heading][0]
    place, line, _, sentence = "\n".join(error_of(wrong).traceback).split("\n", 3)
    assert re.fullmatch(r"Cell In\[\d+\], line \d+", place)
    assert line.strip() in [part.strip() for part in wrong.source.splitlines()]
    assert sentence == f"{error_of(wrong).ename}: {error_of(wrong).evalue}"


@pytest.mark.slow
def test_a_second_notebook_a_killed_kernel_and_a_killed_owner_are_no_mistakes(made: dict[str, Any]) -> None:
    second, owner = made["What is no mistake"]
    assert second.outputs[-1].data["text/plain"] == "True"
    assert owner.outputs[-1].data["text/plain"] == "6"
