"""A filter as SQL: what people wrote travels as parameters, never in the text of a statement."""

from __future__ import annotations

import unicodedata
from typing import Any

from nbannotate.errors import InvalidInput, QueryFailed
from nbannotate.model import BUILT_IN_STATUSES, TASK_STATES, Filter
from nbannotate.model.filters import as_regex
from nbannotate.model.suggestions import unknown
from nbannotate.store import campaigns
from nbannotate.store.sql_guard import condition
from nbannotate.store.transaction import LISTED, Transaction

#: A key with more dots than this is the name of one field, or each of its parts is; not all ways are looked at.
MOST_DOTS = 4

_ASSETS = "data.version_assets v join data.assets a on a.asset_id = v.asset_id where v.version_id = $1"


class Conditions:
    """The conditions of a statement, with its parameters and the subqueries that it begins with.

    The statement has a row ``a`` for each asset, with ``asset_id, folder, metadata, place``. A condition is true or
    false, never null.

    Attributes
    ----------
    parameters
        The values for ``$1``, ``$2`` …
    among
        A condition on ``asset_id``: one of those that matter, if only some do.
    subqueries
        ``name as (…)`` for the statement's ``with``. ``latest`` has the latest annotation of each annotated asset.
    has_sql
        Whether people's SQL is in it.
    is_of_duckdb
        Whether only DuckDB understands it: SQL, and what looks into metadata or compares folders.
    """

    def __init__(self, tx: Transaction, version_id: int, only: str | None = None) -> None:
        self.tx = tx
        self.version_id = version_id
        self.parameters: list[Any] = []
        self.among = "true"
        if only is not None:
            self.among = f"asset_id in {LISTED.format(self.value(only))}"
        self.subqueries = [
            "latest as (select asset_id, annotation_id from data.version_heads "
            f"where version_id = {self.value(version_id)} and {self.among})"
        ]
        self.has_sql = self.is_of_duckdb = False

    def value(self, value: Any) -> str:
        """Return the placeholder of a new parameter."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def of(self, filter: Filter) -> str:
        """Return the condition that a filter stands for."""
        match filter.kind:
            case "and" | "or":
                return "(" + f" {filter.kind} ".join(self.of(p) for p in filter.parts) + ")"
            case "not":
                return f"(not {self.of(filter.parts[0])})"
            case "all":
                return "true"
            case "empty":
                return (
                    "(a.asset_id not in (select l.asset_id from latest l "
                    "join data.shapes s on s.annotation_id = l.annotation_id))"
                )
            case "label":
                return self._label(*filter.values)
            case "tag":
                return (
                    "(a.asset_id in (select l.asset_id from latest l "
                    "join data.annotations n on n.annotation_id = l.annotation_id "
                    f"where list_contains(from_json(n.tags, '[\"VARCHAR\"]'), {self.value(filter.values[0])})))"
                )
            case "folder":
                self.is_of_duckdb = True
                # a folder is meant in any Unicode form, and with either slash, as in files/names.py
                pattern = unicodedata.normalize("NFC", filter.values[0]).replace("\\", "/").removeprefix("./")
                pattern = pattern.rstrip("/") or pattern
                folder = "nfc_normalize(replace(a.folder, chr(92), '/'))"
                return f"regexp_full_match({folder}, {self.value(as_regex(pattern))})"
            case "metadata":
                return self._metadata(*filter.values)
            case "index":
                start, stop = filter.values
                return f"(a.place >= {self.value(start)}" + (
                    ")" if stop is None else f" and a.place < {self.value(stop)})"
                )
            case "status":
                return self._status(*filter.values)
            case "sql":
                return self._sql(*filter.values)
        raise AssertionError(filter.kind)

    def _label(self, name: str, confidence: tuple[Any, Any], count: tuple[int, int | None]) -> str:
        low, high = count
        if low == 0 and high is None:
            return "true"
        wanted = self.value(name)
        counted = f"(s.label = {wanted} or list_contains(from_json(coalesce(s.also, '[]'), '[\"VARCHAR\"]'), {wanted}))"
        if confidence[0] is not None:
            counted += f" and s.confidence >= cast({self.value(confidence[0])} as double)"
        if confidence[1] is not None:
            counted += f" and s.confidence <= cast({self.value(confidence[1])} as double)"
        # Assets without such a shape are in no group: a range that begins with 0 is all but those with too many.
        inside = f"count(*) > {self.value(high)}" if low == 0 else f"count(*) >= {self.value(low)}"
        if low > 0 and high is not None:
            inside += f" and count(*) <= {self.value(high)}"
        return (
            f"(a.asset_id {'not in' if low == 0 else 'in'} (select l.asset_id from latest l "
            f"join data.shapes s on s.annotation_id = l.annotation_id where {counted} group by 1 having {inside}))"
        )

    def _metadata(self, key: str, op: str, value: Any = None) -> str:
        self.is_of_duckdb = True
        found = self._found(key)
        if op == "exists":
            return f"(coalesce(json_type({found}), 'NULL') <> 'NULL')"
        if op == "in":
            test = " or ".join(self._compared(found, "=", v) for v in value)
        elif op == "contains":
            elements = f"from_json({found}, '[\"JSON\"]')"
            test = (
                f"(json_type({found}) = 'ARRAY' and "
                f"len(list_filter({elements}, lambda x: {self._compared('x', '=', value)})) > 0)"
            )
            if isinstance(value, str):
                text = f"json_extract_string({found}, '$')"
                test += f" or (json_type({found}) = 'VARCHAR' and contains({text}, {self.value(value)}))"
        elif op == "!=":
            test = f"json_type({found}) <> 'NULL' and not {self._compared(found, '=', value)}"
        else:
            test = self._compared(found, "=" if op == "==" else op, value)
        return f"coalesce({test}, false)"

    def _found(self, key: str) -> str:
        """Return the JSON that a key means: the field that is called so, dots and all, or else the field of a field."""
        pointers = [self.value(p) for p in _pointers(key)]
        found = [f"json_extract(a.metadata, {p})" for p in pointers]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    def _compared(self, found: str, op: str, value: Any) -> str:
        """Return a comparison of a JSON value with a value of ours: false if they are of different types."""
        text = f"json_extract_string({found}, '$')"
        kind = f"json_type({found})"
        if isinstance(value, str):
            test = f"{kind} = 'VARCHAR' and {text} {op} {self.value(value)}"
        elif isinstance(value, bool):
            test = f"{kind} = 'BOOLEAN' and ({text} = 'true') = {self.value(value)}"
        else:
            number = self.value(value)
            test = f"{kind} in ('BIGINT', 'UBIGINT', 'DOUBLE') and "
            real = f"try_cast({text} as double) {op} cast({number} as double)"
            if isinstance(value, int):  # whole numbers, such as ids, are compared to the last digit
                whole = f"try_cast({text} as hugeint) {op} cast({number} as hugeint)"
                test += f"case when {kind} = 'DOUBLE' then {real} else {whole} end"
            else:
                test += real
        return f"coalesce({test}, false)"

    def _status(self, name: str, status: str) -> str:
        known = {r["name"]: r["campaign_id"] for r in self.tx.all("select name, campaign_id from data.campaigns")}
        if name not in known:
            raise InvalidInput(f"status({name!r}, {status!r}): {unknown('campaign', name, sorted(known))}")
        campaign_id = known[name]
        custom = {s for step in campaigns.spec(self.tx, campaign_id).workflow.steps for s in step.statuses}
        before = self.tx.all(
            "select distinct status from data.tasks where campaign_id = $1 and status is not null and gold is null",
            campaign_id,
        )
        statuses = {*BUILT_IN_STATUSES, *TASK_STATES, *custom, *(r["status"] for r in before)}
        if status not in statuses:
            raise InvalidInput(f"status({name!r}, {status!r}): {unknown('status or state', status, sorted(statuses))}")
        given, where = self.value(status), self.value(campaign_id)
        found = (
            f"select asset_id from asset_states where campaign_id = {where} and (status = {given} or state = {given})"
        )
        if status in custom:  # whatever later steps called the asset
            found += (
                " union select asset_id from (select asset_id, step, max_by(status, task_id) as status from data.tasks "
                f"where campaign_id = {where} and closed is not null and status <> 'returned' and gold is null "
                "group by 1, 2) "
                f"where status = {given} and asset_id in (select asset_id from asset_states "
                f"where campaign_id = {where} and status is not null)"
            )
        return f"(a.asset_id in ({found}))"

    def _sql(self, expression: str) -> str:
        try:
            with self.tx.asked("") as asked:
                select = condition(asked, expression, self.version_id)
        except QueryFailed as error:
            raise InvalidInput(f"{Filter.sql(expression)}: {error}") from None
        # A subquery at the top cannot see the columns of the rest of the statement.
        name = f"sql_{len(self.subqueries)}"
        self.subqueries.append(f"{name} as ({select})")
        self.has_sql = self.is_of_duckdb = True
        return f"(a.asset_id in (select asset_id from {name}))"


def _pointers(key: str) -> list[str]:
    """Return where a key may lie, as JSON pointers: every way to read its dots, the longest names first."""
    parts = key.split(".")
    if len(parts) > MOST_DOTS + 1:
        ways = [[key], parts]
    else:
        ways = [[key]]
        for cuts in range(1, 2 ** (len(parts) - 1)):
            names = [parts[0]]
            for i, part in enumerate(parts[1:]):
                names = [*names, part] if cuts >> i & 1 else [*names[:-1], f"{names[-1]}.{part}"]
            ways.append(names)
        ways.sort(key=len)
    good = [names for names in ways if all(names)]
    return ["".join("/" + n.replace("~", "~0").replace("/", "~1") for n in names) for names in good]


def unknown_keys(tx: Transaction, version_id: int, filter: Filter) -> list[str]:
    """Return, one sentence each, which metadata a filter asks for that no asset of a version has."""
    missing = []
    for key in dict.fromkeys(_keys(filter)):
        pointers = _pointers(key)
        found = " or ".join(f"json_extract(a.metadata, ${i}) is not null" for i in range(2, len(pointers) + 2))
        with tx.asked(_ASSETS) as asked:
            if not asked.value(f"select count(*) from {_ASSETS} and ({found})", version_id, *pointers):
                missing.append(key)
    if not missing:
        return []
    with tx.asked(_ASSETS) as asked:
        rows = asked.all(f"select distinct unnest(json_keys(a.metadata)) as name from {_ASSETS}", version_id)
    names = sorted(r["name"] for r in rows)
    return [f"The filter asks for the metadata {key!r}, but {unknown('such field', key, names)}" for key in missing]


def _keys(filter: Filter) -> list[str]:
    """Return the keys of metadata that a filter asks for."""
    own = [str(filter.values[0])] if filter.kind == "metadata" else []
    return [*own, *(key for part in filter.parts for key in _keys(part))]
