"""The PDF of the instructions, page by page, as pictures that are made here: nothing is fetched from anywhere else."""

from __future__ import annotations

import base64
import importlib.util
import threading

from msgspec.structs import replace
from traitlets.log import get_logger as log

from nbannotate.errors import NbannotateError, NotFound, ReadFailed
from nbannotate.imaging import pdf_page
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Id
from nbannotate.pages.work.state import Paper
from nbannotate.texts import t

#: Width of a page's picture (px): sharp in the panel and in the large view.
WIDTH = 1400
TALLEST = 4000

_ONE_AT_A_TIME = threading.Lock()  # a person's clicks start no more than one process


class TurnPaper(Action, frozen=True, tag="paper"):
    """Show a page of the PDF, from 0."""

    page: Id


def turn(desk: Desk, action: TurnPaper) -> None:
    """Show a page of the PDF."""
    opened = desk.store.open
    document = opened.view.pdf
    if document is None:
        raise NotFound(t("There is no PDF with these instructions."))
    task_id, before = opened.task.task_id, opened.paper
    if before is not None and before.image and before.page == action.page:
        return
    try:
        body = desk.document(document.sha256)
        made = page(document.name, body, action.page)
    except NbannotateError as error:
        made = Paper(document.name, error=error.message)
    if before is not None and made.error and before.pages:
        made = replace(before, error=made.error)
    desk.store.update_task(task_id, paper=made)


def page(name: str, body: bytes, number: int) -> Paper:
    """Return one page of a PDF as a picture.

    Parameters
    ----------
    name, body
        The file.
    number
        Of the page, from 0; beyond the last one it is the last one.

    Raises
    ------
    ReadFailed
        If the file is not a PDF that can be read, or the library for it is missing.
    """
    if importlib.util.find_spec("pypdfium2") is None:
        raise ReadFailed(t("PDFs cannot be shown here: the package pypdfium2 is not installed."))
    try:
        with _ONE_AT_A_TIME:
            drawn, picture = pdf_page.drawn(body, number, WIDTH, TALLEST)
    except ReadFailed as error:
        log().warning("The PDF %r could not be shown: %s", name, error)
        raise ReadFailed(
            t("{name} cannot be shown: {why+}. Ask a manager for another copy.", name=name, why=error.message)
        ) from error
    url = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
    return Paper(name, drawn.pages, drawn.number, url, drawn.width, drawn.height)
