"""What people may write in several ways, and what becomes of it: Markdown or a file, a day, a PDF, instructions."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate import model
from nbannotate.errors import FileMissing, InvalidInput
from nbannotate.files.text import read_text
from nbannotate.model import deprecations
from nbannotate.model.suggestions import meant, one_of
from nbannotate.model.values import as_day, as_list, plain, shown

if TYPE_CHECKING:
    from nbannotate.owner.client import Client

#: A text, the path of a ``.md`` or ``.pdf`` file, or a list of these.
Instructions = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def markdown(value: str | os.PathLike[str]) -> str:
    """Return Markdown that is given as text, or as the path of a ``.md`` file."""
    value = plain(value)
    if not isinstance(value, str | os.PathLike):
        raise InvalidInput(f"This takes Markdown, or the path of a file, not {shown(value)}.")
    text = os.fspath(value)
    if is_path(value, ".md"):
        return read_text(_file(text))
    return text


def is_path(value: str | os.PathLike[str], *endings: str) -> bool:
    """Return whether what may be a text or a path is a path: by its ending; with blanks in it only if there is a file.

    ``"guide.md"`` is a file that is missing if it is not there; ``"Read guide.md"`` is a text then.
    """
    if isinstance(value, os.PathLike):
        return True
    if "\n" in value or not value.lower().endswith(endings):
        return False
    return not re.search(r"\s", value) or os.path.isfile(os.path.expanduser(value))  # noqa: PTH111, PTH113


def annotation(where: object, value: Any, labels: Any = None, *, nothing: bool) -> model.Annotation:
    """Return what was said of an image: an annotation, or shapes; ``nothing``: no shapes say *nothing to label*.

    ``labels`` names those that are numbers.

    Raises
    ------
    InvalidInput
        It is neither; the message begins with ``where``.
    """
    from nbannotate.workspace import intake

    return intake.of_one(where, value, labels, nothing=nothing)


def checked(
    missing: model.Missing, on_conflict: model.OnConflict, overwrite: bool | None = None
) -> tuple[model.Missing, model.OnConflict]:
    """Return how an import treats what is missing and what people have worked on; ``overwrite`` is an old name."""
    missing, on_conflict = plain(missing), plain(on_conflict)
    one_of("missing", missing, ("error", "skip"))
    one_of("on_conflict", on_conflict, ("error", "skip", "replace"))
    if overwrite is None:
        return missing, on_conflict
    deprecations.say(f"overwrite={overwrite}", f"on_conflict={'replace' if overwrite else 'skip'!r}")
    return missing, "replace" if overwrite else "skip"


class Pdf:
    """A PDF file that is to be kept in the workspace.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        file = _file(os.fspath(path))
        self.body = file.read_bytes()
        self.document = model.Document(file.name, hashlib.sha256(self.body).hexdigest())

    def send(self, client: Client) -> model.Document:
        """Put the file into the workspace."""
        return client.call("documents.add", model.Document, name=self.document.name, body=self.body)


def fields(**given: Any) -> tuple[dict[str, Any], Pdf | None]:
    """Return fields of a spec from what a person wrote, and the PDF that is still to be sent, if one is given.

    Parameters
    ----------
    **given
        Fields of :class:`CampaignSpec`, where ``instructions`` may be text, the path of a ``.md`` or ``.pdf`` file or a
        list of these, ``pdf`` a path, and ``due`` a text.
    """
    known = model.CampaignSpec.__struct_fields__
    for name in given:
        if name not in known:
            raise InvalidInput(f"A campaign has no field {name!r}{meant(name, known)}; it has {', '.join(known)}.")
    values = dict(given)
    pdfs: list[Pdf | model.Document] = []
    if "instructions" in values:
        values["instructions"], found = _instructions(values["instructions"])
        pdfs += found
    if "pdf" in values and values["pdf"] is not None:
        pdf = values["pdf"]
        pdfs.append(pdf if isinstance(pdf, model.Document) else Pdf(pdf))
    if len(pdfs) > 1:
        raise InvalidInput("A campaign shows one PDF; put the others into it.")
    if pdfs:
        values["pdf"] = pdfs[0].document if isinstance(pdfs[0], Pdf) else pdfs[0]
    if "due" in values:
        values["due"] = as_day("due", values["due"])
    if values.get("filter", "") is None:
        values["filter"] = "all()"
    return values, next((p for p in pdfs if isinstance(p, Pdf)), None)


def _instructions(value: Instructions) -> tuple[str, list[Pdf]]:
    """Return the Markdown and the PDFs that instructions are made of."""
    parts = as_list("instructions", value)
    texts, pdfs = [], []
    for part in parts:
        if not isinstance(part, str | os.PathLike):
            raise InvalidInput(f"instructions takes Markdown, or paths of .md or .pdf files, not {shown(part)}.")
        name = os.fspath(part)
        if name.lower().endswith(".pdf") and is_path(part, ".pdf"):
            pdfs.append(Pdf(part))
        else:
            texts.append(markdown(part))
    return "\n\n".join(t for t in texts if t), pdfs


def _file(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        raise FileMissing(f"There is no file {path} (looked in {Path.cwd()}).")
    return path
