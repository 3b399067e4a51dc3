"""Documents: the PDFs that are shown with the instructions of campaigns."""

from __future__ import annotations

import hashlib

from nbannotate.errors import InvalidInput, NotAllowed
from nbannotate.model import Document
from nbannotate.model.attribute import check_name
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import documents

#: The largest file; a page reads it whole.
LARGEST = 25 << 20


@operation(writes=True)
def add(ctx: Context, name: str, body: bytes) -> Document:
    """Keep a PDF and return it; the same bytes are kept once."""
    check_name("Document name", name)
    if len(body) > LARGEST:
        raise InvalidInput(f"{name} has {len(body) / (1 << 20):.1f} MiB; a PDF may have {LARGEST >> 20} at most.")
    if b"%PDF-" not in body[:1024]:
        raise InvalidInput(f"{name} is not a PDF: it does not begin as one. Export the instructions as PDF.")
    if b"%%EOF" not in body.rstrip(b"\0\r\n\t ")[-1024:]:
        raise InvalidInput(f"{name} is only the beginning of a PDF; its end is missing. Save or download it again.")
    document = Document(name, hashlib.sha256(body).hexdigest())
    documents.add(ctx.tx, document.sha256, name, body, ctx.now)
    ctx.note(detail={"name": name, "sha256": document.sha256, "bytes": len(body)})
    return document


@operation()
def get(ctx: Context, sha256: str) -> bytes:
    """Return the bytes of a document, for those who manage and those who work in a campaign that shows it."""
    if ctx.actor.role not in DEVELOPERS and not documents.is_read_by(ctx.tx, sha256, ctx.actor.member_id):
        raise NotAllowed("You may read only the documents of campaigns that you work in.")
    body: bytes = found(documents.body(ctx.tx, sha256), f"document {sha256!r}")
    return body
