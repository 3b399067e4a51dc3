"""The metadata of many assets at once, and the types of their columns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbannotate.errors import Conflict, InvalidInput, NotFound
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules.metadata import check_metadata
from nbannotate.store import asset_metadata, data


def _prepare(ctx: Context, version_id: int, file: Path, **_: Any) -> dict[str, Callable[[], bool]]:
    """Check the metadata of a file before the transaction."""
    check = check_file(ctx, version_id, file)

    def checked() -> bool:
        check()
        return True

    return {"prepared_check": checked}


def check_file(ctx: Context, version_id: int, file: Path) -> Callable[[], None]:
    """Read the metadata of a file, and return what raises if they cannot be set."""
    version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    known, rows = data.asset_ids(ctx.tx, version_id), asset_metadata.rows(ctx.tx, file)

    def check() -> None:
        strange = [row.asset for row in rows if row.asset not in known]
        if strange:
            some = ", ".join(map(repr, strange[:5])) + (" …" if len(strange) > 5 else "")
            raise NotFound(
                f"{len(strange)} of {len(rows)} images are no assets of the version {version.name!r}: {some}. "
                "Nothing was changed."
            )
        name, times = Counter(row.asset for row in rows).most_common(1)[0] if rows else ("", 0)
        if times > 1:
            raise InvalidInput(f"There are {times} rows for {name!r}; nothing was changed.")
        for row in rows:
            check_text(row.asset, row.metadata)

    return check


def check_text(asset: str, text: str) -> None:
    """Raise InvalidInput if a text is no metadata of an asset."""
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise InvalidInput(f"{asset}: metadata is a JSON object, not {text!r:.80}. Nothing was changed.")
    try:
        check_metadata(values)
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: {error} Nothing was changed.") from None


@operation(writes=True, prepare=_prepare)
def set_(ctx: Context, version_id: int, file: Path, types: dict[str, str], prepared_check: bool = False) -> int:
    """Replace the metadata of the assets of a Parquet file, in all versions that they are in; return how many changed.

    Columns: asset (name), metadata (JSON text), and old: the JSON text that a change was made from, or null; if one is
    not that any more, nothing is changed. ``types`` says what columns are that JSON has no type for.
    """
    assert prepared_check, "the file is checked before the transaction"
    return take(ctx, version_id, file, types)


def take(ctx: Context, version_id: int, file: Path, types: dict[str, str]) -> int:
    """Replace the metadata of the assets of a file that was checked, and return how many changed."""
    version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    if late := asset_metadata.changed(ctx.tx, version_id, file):
        some = ", ".join(map(repr, late[:5])) + (" …" if len(late) > 5 else "")
        raise Conflict(f"The metadata of {some} were changed by somebody else meanwhile; look at them again.")
    changed = asset_metadata.describe(ctx.tx, version_id, file)
    asset_metadata.set_types(ctx.tx, version.dataset_id, types)
    ctx.note(detail={"version_id": version_id, "assets": changed})
    return changed


@operation()
def types(ctx: Context, version_id: int) -> dict[str, str]:
    """Return the types of columns of metadata, by name, that were given with one; a version that is gone has none."""
    version = data.version(ctx.tx, version_id)
    return asset_metadata.types(ctx.tx, version.dataset_id) if version is not None else {}
