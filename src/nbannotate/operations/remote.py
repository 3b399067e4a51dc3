"""Images that lie elsewhere: what is at a URL, and how large the images are of which nobody knows."""

from __future__ import annotations

from nbannotate.errors import FetchFailed, InvalidInput
from nbannotate.model.remote import Listed, Looked, Unmeasured
from nbannotate.operations import remote_files
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.remote_files import Here, Needed
from nbannotate.operations.versions import draft
from nbannotate.remote import fetcher, urls
from nbannotate.store import data, image_sizes
from nbannotate.texts import Message

MOST = 500


@operation()
def listing(ctx: Context, version_id: int, url: str, after: str = "", prepared_here: Here | None = None) -> Listed:
    """Return a part of the objects below a URL, with their sizes in bytes; none of them is opened.

    ``after`` is where the part before said that it goes on.
    """
    draft(ctx, version_id)
    where = urls.checked(url)
    urls.check_allowed(where)
    if urls.is_web(where):
        raise InvalidInput(
            "The web has no folders that could be listed, and no patterns; give the URL of each image, in a list."
        )
    if prepared_here is None or prepared_here.listed is None:
        raise Needed(lambda: remote_files.listing(where, after))
    answer = prepared_here.listed
    if answer.why:
        raise FetchFailed(f"{where} cannot be listed: {fetcher.why_not(answer, where)}.")
    return Listed(answer.objects, answer.after)


@operation()
def look(ctx: Context, version_id: int, urls_of: list[str], prepared_here: Here | None = None) -> list[Looked]:
    """Return what the files at some URLs hold, which are to become assets: frames and their sizes, or why not."""
    draft(ctx, version_id)
    given = [urls.checked(url) for url in urls_of]
    for url in given:
        urls.check_allowed(url)
    if len(given) > MOST:
        raise InvalidInput(f"So many URLs are looked at in one call: {MOST}.")
    if prepared_here is None:
        raise Needed(lambda: remote_files.look(given))
    seen = [prepared_here.files[url] for url in given]
    return [Looked(one.bytes, one.sizes, one.reason) for one in seen]


@operation()
def unmeasured(ctx: Context, version_id: int) -> list[int]:
    """Return the assets of a version of which nobody knows the size yet."""
    found(data.version(ctx.tx, version_id), f"version {version_id}")
    return image_sizes.unknown(ctx.tx, version_id)


@operation()
def measure(ctx: Context, version_id: int, asset_ids: list[int], prepared_here: Here | None = None) -> list[Unmeasured]:
    """Have the sizes of some assets read of which nobody knows them; return those that cannot be opened, and why."""
    if len(asset_ids) > MOST:
        raise InvalidInput(f"So many assets are measured in one call: {MOST}.")
    rows = image_sizes.some(ctx.tx, version_id, asset_ids)
    remote_files.measured(rows, prepared_here)
    files = prepared_here.files if prepared_here is not None else {}
    left = [(row, files.get(urls.of_path(row.path).url)) for row in rows if remote_files.is_unmeasured(row)]
    return [Unmeasured(row.asset_id, row.name, its.reason if its else Message()) for row, its in left]
