"""Dealing the assets of a version into splits: what is asked of them, and splits that are given by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from nbannotate.errors import InvalidInput
from nbannotate.model import Splitting
from nbannotate.model.suggestions import meant as did_you_mean
from nbannotate.model.values import as_list, as_whole, is_missing, is_series, plain, shown
from nbannotate.rules.splits import Group, check_shares, deal
from nbannotate.workspace import asset_matching, frames
from nbannotate.workspace.metadata import NAMES, PREFIX

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.data_tables import Splits
    from nbannotate.workspace.version import Version

_decode = msgspec.json.decode


def split(
    self: Version,
    train: float = 0.8,
    val: float = 0.1,
    test: float = 0.1,
    *,
    by: str | None = "sequence",
    stratify: str | list[str] | None = None,
    seed: int = 0,
    keep: bool = False,
) -> Splits:
    """Deal the assets into a part for training, one for validation and one for tests; return the table of them.

    The split is kept with the version; ``version.assets.df()`` has it in the column ``split``, formats that know
    splits write it, and a child has it until it says otherwise. The same assets, what was said of them, and the
    same seed give the same split, in whatever order they came in.

    Assets that are by themselves are dealt exactly by largest remainder. What stays together is dealt whole, near
    the shares. With ``stratify`` the rarest label is dealt first, each of its assets where most of that label is
    wanted (iterative stratification: Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011).

    Parameters
    ----------
    train, val, test
        What part of the assets each has, from 0 to 1; 1 together.
    by
        What keeps assets together: ``"sequence"`` (of those that belong to one), ``"folder"``, a column of the
        metadata (a patient, for example), or None: each is by itself.
    stratify
        What each split has in its share: ``"label"``, ``"tag"``, ``"folder"``, a column of the metadata, or several
        of these. Assets without a label are spread like a label of their own.
    seed
        Another one gives another split.
    keep
        Whether assets that have a split keep it, so that only new ones are dealt, to their group if that has one.

    Raises
    ------
    InvalidInput
        The shares are not 1 together, or there is no such column.
    Refused
        The version is published.
    """
    how = asked({"train": train, "val": val, "test": test}, by, stratify, seed, keep)
    with self._fresh.filling():
        send(self, dealt(self, how), how)
    return self.splits


def set_split(self: Version, asset: Any, split: str | None = None) -> int:
    """Say by hand which split assets are in, and return how many have another one now; the others keep theirs.

    Parameters
    ----------
    asset
        Its name or its id, or a list of them. Or a mapping from names to splits; or a DataFrame with one row an
        asset, its name in the column ``asset`` or ``name``, or in the index, and a column ``split``.
    split
        The split of those that are named: ``"train"``, ``"val"``, ``"test"`` or another word; None for none.

    Raises
    ------
    NotFound, InvalidInput
        There is no such asset, two rows are of one, or a split is no word. Nothing is changed.
    Refused
        The version is published.
    """
    with self._fresh.filling():
        return send(self, by_hand(self, asset, split), None)


def asked(shares: Mapping[str, Any], by: Any, stratify: Any, seed: Any, keep: Any) -> Splitting:
    """Return what a person asks for, checked."""
    given = {}
    for name, value in shares.items():
        number = plain(value)
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise InvalidInput(f"{name} takes a share from 0 to 1, not {shown(value)}.")
        given[name] = float(number)
    check_shares(given)
    spread = () if stratify is None else tuple(plain(v) for v in as_list("stratify", stratify))
    by = plain(by)
    for what, name in (("by", by), *(("stratify", v) for v in spread)):
        if name is not None and not isinstance(name, str):
            raise InvalidInput(f"{what} takes the name of a column, not {shown(name)}.")
    keep = plain(keep)
    if not isinstance(keep, bool):
        raise InvalidInput(f"keep is True or False, not {shown(keep)}.")
    return Splitting(given, by, spread, as_whole("seed", seed), keep)


def dealt(version: Version, how: Splitting) -> dict[str, str | None]:
    """Return the split of each asset of a version, by its name; None for those that are put away."""
    rows = frames.records(version.assets._frame(history=True))
    out = {r["name"]: None for r in rows if not is_missing(r["archived"])}
    rows = [r for r in rows if r["name"] not in out]
    for row in rows:
        row["metadata"] = _decode(row["metadata"])
    groups: dict[tuple[str, str], list[int]] = {}
    for i, together in enumerate(_together(rows, how.by)):
        groups.setdefault(("one", rows[i]["name"]) if together is None else ("several", together), []).append(i)
    has = _to_spread(version, rows, how.stratify)
    units: list[Group] = []
    split_of: dict[str, str | None] = {}
    for key, its in groups.items():
        counted: Counter[Hashable] = Counter()
        for i in its:
            counted.update(has[i])
        there = Counter(r["split"] for r in (rows[i] for i in its) if how.keep and not is_missing(r["split"]))
        kept = min(there, key=lambda s: (-there[s], s)) if there else None
        units.append(Group("\0".join(key), len(its), counted, kept))
    for its, split in zip(groups.values(), deal(units, how.shares, how.seed), strict=True):
        split_of |= {rows[i]["name"]: split for i in its}
    return {**split_of, **out}


def _together(rows: list[dict[str, Any]], by: str | None) -> list[str | None]:
    """Return what keeps each asset with others; None for those that are by themselves."""
    if by is None:
        return [None] * len(rows)
    if by in ("sequence", "folder"):
        return [None if is_missing(r[by]) or r[by] == "" else str(r[by]) for r in rows]
    return [None if v is None else str(v) for v in _column("by", rows, by)]


def _to_spread(version: Version, rows: list[dict[str, Any]], stratify: tuple[str, ...]) -> list[set[Hashable]]:
    """Return, for each asset, what is to be spread over the splits."""
    found: list[set[Hashable]] = [set() for _ in rows]
    for name in stratify:
        if name in ("label", "tag"):
            its = _said(version, name)
            for has, row in zip(found, rows, strict=True):
                has |= {(name, v) for v in its.get(row["asset_id"], ("",))}  # those without any are spread, too
        else:
            values = [r["folder"] for r in rows] if name == "folder" else _column("stratify", rows, name)
            for has, value in zip(found, values, strict=True):
                has.add((name, "" if value is None else str(value)))
    return found


def _said(version: Version, what: str) -> dict[int, tuple[str, ...]]:
    if what == "label":
        query = "select distinct asset_id, label as name from shapes where version_id = $1 order by 1, 2"
    else:
        query = (
            "select asset_id, unnest(from_json(tags, '[\"VARCHAR\"]')) as name from annotations "
            "where version_id = $1 and is_latest order by 1, 2"
        )
    found: dict[int, tuple[str, ...]] = {}
    rows = version.workspace.sql(query, [version.version_id])
    for asset_id, name in zip(rows["asset_id"].tolist(), rows["name"].tolist(), strict=True):
        found[asset_id] = (*found.get(asset_id, ()), name)
    return found


def _column(what: str, rows: list[dict[str, Any]], name: str) -> list[Any]:
    """Return a column of the metadata; None where an asset has no such value."""
    key = name.removeprefix(PREFIX)
    known = {k: None for r in rows for k in r["metadata"]}
    if key not in known and rows:
        own = ("sequence", "folder") if what == "by" else ("label", "tag", "folder")
        there = ", ".join(map(repr, (*own, *known)))
        raise InvalidInput(f"{what}={name!r} is no column{did_you_mean(key, (*own, *known))}; there are {there}.")
    return [r["metadata"].get(key) for r in rows]


def by_hand(version: Version, asset: Any, split: Any) -> dict[str, str | None]:
    """Return splits that are given by hand, by the name of the asset."""
    if hasattr(asset, "columns") and hasattr(asset, "iloc"):
        given = _of_frame(asset)
    elif is_series(asset):
        given = _pairs(zip(asset.index, asset, strict=True))
    elif isinstance(asset, Mapping):
        given = _pairs(asset.items())
    else:
        asset, split = plain(asset), plain(split)
        several = [asset] if isinstance(asset, str | int) and not isinstance(asset, bool) else asset
        if not isinstance(several, list | tuple | set):
            raise InvalidInput(
                "set_split takes the name of an asset and its split, a mapping from names to splits, or a DataFrame "
                f"with the columns 'asset' and 'split', not {shown(asset)}."
            )
        given = _pairs((name, split) for name in several)
    numbers = [name for name in given if isinstance(name, int)]
    if numbers:
        ids = version.assets._frame(history=True).set_index("asset_id")["name"]
        given = {(ids.get(n, n) if isinstance(n, int) else n): s for n, s in given.items()}
    strange = next((n for n in given if not isinstance(n, str)), None)
    if strange is not None:
        raise InvalidInput(f"{shown(strange)} is no asset of this version; nothing was changed.")
    names = [str(n) for n in given]
    meant = asset_matching.meant(version, names)
    return {meant[name]: s for name, s in zip(names, given.values(), strict=True)}


def _of_frame(table: pd.DataFrame) -> dict[Any, str | None]:
    if "split" not in table.columns:
        raise InvalidInput(
            f"The table has no column 'split'{did_you_mean('split', map(str, table.columns))}; set_split takes one row "
            "an asset, its name in the column 'asset' or 'name', or in the index."
        )
    column = next((n for n in NAMES if n in table.columns), None)
    names = table.index if column is None else table[column]
    return _pairs(zip(names, table["split"], strict=True))


def _pairs(pairs: Any) -> dict[Any, str | None]:
    found: dict[Any, str | None] = {}
    for asset, split in pairs:
        name, value = plain(asset), plain(split)
        if isinstance(name, dict | list | set) or name is None:
            raise InvalidInput(f"{shown(name)} is no name of an asset; nothing was changed.")
        if name in found:
            raise InvalidInput(f"There are two rows for {name!r}; nothing was changed.")
        if value == "" or value != value:  # NaN stands for nothing among texts
            value = None
        if value is not None and not isinstance(value, str):
            raise InvalidInput(f"A split is a word such as 'train', not {shown(value)}; nothing was changed.")
        for text in (name, value):
            if isinstance(text, str) and not text.isprintable():
                raise InvalidInput(f"{text!r:.80} is no name; nothing was changed.")
        found[name] = value
    return found


def send(version: Version, splits: Mapping[str, str | None], how: Splitting | None) -> int:
    """Keep splits with a version; return how many assets have another one now."""
    import pandas as pd

    table = pd.DataFrame({"asset": list(splits), "split": list(splits.values())})
    table = table.astype({"asset": "str", "split": "string"})
    return version.workspace.client.upload(
        "splits.set", int, frames.to_parquet(table), version_id=version.version_id, how=how
    )
