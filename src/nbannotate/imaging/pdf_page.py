"""The program that draws a page of a PDF: ``python -m nbannotate.imaging.pdf_page NUMBER WIDTH TALLEST``.

The PDF comes on its input; on its output comes a line of JSON, and the picture as JPEG. It is a process of its own,
because some PDFs take minutes or all memory, and what draws them is written in C++.
"""

from __future__ import annotations

import importlib
import io
import subprocess
import sys
from typing import Any

import msgspec

from nbannotate.errors import ReadFailed
from nbannotate.imaging import sandbox
from nbannotate.texts import Message, from_json, t, to_json

CPU_S, PATIENCE_S, SPACE = 15, 20.0, 2 << 30


class Sheet(msgspec.Struct, frozen=True):
    """A page that was drawn.

    Parameters
    ----------
    pages, number
        How many there are, and which one it is, from 0.
    width, height
        Of the picture, in pixels.
    reason
        Why there is none, or empty.
    """

    pages: int = 0
    number: int = 0
    width: int = 0
    height: int = 0
    reason: Message = Message()


def drawn(body: bytes, number: int, width: int, tallest: int) -> tuple[Sheet, bytes]:
    """Return a page of a PDF, drawn by a process of its own, as JPEG.

    Raises
    ------
    ReadFailed
        The file is not a PDF, needs a password, or takes too long; the message is the end of a sentence.
    """
    command = [sys.executable, "-m", "nbannotate.imaging.pdf_page", str(number), str(width), str(tallest)]
    try:
        done = subprocess.run(
            command, input=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE_S, check=False,
            env=sandbox.environment(), cwd="/", start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ReadFailed(t("drawing this page takes too long")) from None
    line, _, picture = done.stdout.partition(b"\n")
    if done.returncode or not line:
        raise ReadFailed(t("drawing this page takes too long or too much memory"))
    sheet = msgspec.json.decode(line, type=Sheet, dec_hook=from_json)
    if sheet.reason:
        raise ReadFailed(sheet.reason)
    return sheet, picture


def _draw(body: bytes, number: int, width: int, tallest: int) -> tuple[Sheet, bytes]:
    pdfium: Any = importlib.import_module("pypdfium2")
    try:
        document = pdfium.PdfDocument(body)
        pages = len(document)
        number = max(0, min(number, pages - 1))
        sheet = document[number]
        wide, high = sheet.get_size()
        picture = sheet.render(scale=min(width / wide, tallest / high)).to_pil().convert("RGB")
    except Exception as error:  # noqa: BLE001  PDFium and broken files raise of every kind
        locked = "password" in str(error).lower()
        return Sheet(reason=t("it asks for a password") if locked else t("it is damaged, or not a PDF")), b""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85, subsampling=0)
    return Sheet(pages, number, picture.width, picture.height), out.getvalue()


def main() -> None:
    """Draw what comes on the input."""
    sandbox.limit(space=SPACE, cpu_s=CPU_S)
    sheet, picture = _draw(sys.stdin.buffer.read(), *map(int, sys.argv[1:]))
    sys.stdout.buffer.write(msgspec.json.encode(sheet, enc_hook=to_json) + b"\n" + picture)


if __name__ == "__main__":
    main()
