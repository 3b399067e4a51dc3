"""Which assets a campaign takes and in which order, compared with a plain Python evaluation of the same filter."""

from __future__ import annotations

import datetime
import hashlib
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.model import CampaignSpec
from nbannotate.store import asset_selection as choices
from nbannotate.store import campaigns, layers
from nbannotate.store.asset_selection import Choice, chosen
from nbannotate.store.duckdb.engine import MEMORY, Engine
from nbannotate.store.transaction import Transaction, id_list

F = nb.Filter
NOW = datetime.datetime(2026, 7, 1)
DATASET, VERSION, OTHER_VERSION, ANA = 1, 2, 3, 4
FIRST_ASSET = 100


@dataclass
class Asset:
    """One asset, with its revisions: ``(tags, [(label, confidence)])``."""

    name: str
    folder: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    sequence: str | None = None
    moment: float | None = None
    revisions: list[tuple[list[str], list[tuple[str, float | None]]]] = field(default_factory=list)
    elsewhere: bool = False  # another version has an annotation of it
    july: str | None = None  # its state in the campaign of July


STATES = {"done": "approved", "skipped": "skipped", "in_progress": None, "to_rework": None}


def spec(filter: nb.Filter | str = "all()", **options: Any) -> CampaignSpec:
    kind = options.pop("kind", "annotation")
    if kind == "review":
        options["existing"] = "review"
    return CampaignSpec(
        name=options.pop("name", "August"),
        recipe=nb.Recipe(labels=["car"]),
        workflow=nb.Workflow([nb.Step("First", kind, ["ana"], statuses=["for the expert"])]),
        filter=filter,  # type: ignore[arg-type]
        **options,
    )


def fill(tx: Transaction, assets: list[Asset]) -> None:
    """Write assets in the order of the version, their annotations and their tasks in the campaign of July."""
    ids = itertools.count(10_000)
    tx.run("insert into data.members values ($1, 'ana', 'owner', null, true, $2, null)", ANA, NOW)
    tx.run("insert into data.datasets values ($1, 'scans', '', $2, null)", DATASET, NOW)
    july = campaigns.add_campaign(tx, VERSION, spec(name="July"), {"ana": ANA}, NOW)
    rows: dict[str, list[tuple[Any, ...]]] = {}

    def add(table: str, *row: Any) -> None:
        rows.setdefault(table, []).append(row)

    heads: dict[tuple[int, int], int] = {}
    for version in (VERSION, OTHER_VERSION):
        layers.begin(tx, version)

    for i, a in enumerate(assets):
        key = FIRST_ASSET + (i * 7) % 101  # ids are in another order than positions
        add(
            "assets", key, DATASET, a.name, f"/{a.name}", a.folder, 100 + i, 50, 9, json.dumps(a.metadata), NOW,
            a.sequence, a.moment,
        )  # fmt: skip
        add("layer_assets", VERSION, key, i * 3, None, 1, NOW)
        add("layer_assets", OTHER_VERSION, key, -i, None, 1, NOW)
        said = [(VERSION, r) for r in a.revisions]
        if a.elsewhere:
            said.append((OTHER_VERSION, (["elsewhere", "t"], [("car", 1.0)] * 3)))
        for version, (tags, shapes) in said:
            new = next(ids)
            heads[version, key] = new
            add(
                "annotations", new, version, key, None, None, ANA, "x", False, json.dumps(tags), NOW, None, "answer",
                len(shapes),
            )  # fmt: skip
            for j, (label, confidence) in enumerate(shapes):
                add(
                    "shapes", new, j, f"s{j}", label, "rectangle", "[]", "{}", confidence, 1, 1, 1, 1, 1,
                    None, None, None, None, None, None, None, False, None,
                )  # fmt: skip
        if a.july:
            status = STATES[a.july]
            closed = NOW if status else None
            add(
                "tasks", next(ids), july, key, 0, 1, a.july, None, ANA, i, True, 0, NOW, NOW, NOW, closed, status,
                None, None, 0, 0, None, None,
            )  # fmt: skip
    for (version, key), new in heads.items():
        add("layer_heads", version, key, new)
    for table, values in rows.items():
        width = len(values[0])
        marks = (f"({', '.join(f'${n * width + i + 1}' for i in range(width))})" for n in range(len(values)))
        tx.run(f"insert into data.{table} values {', '.join(marks)}", *itertools.chain(*values))


class _Undo(Exception):
    pass


ENGINE: list[Engine] = []


@pytest.fixture(scope="module", autouse=True)
def engine() -> Iterator[Engine]:
    engine = Engine(MEMORY)
    ENGINE.append(engine)
    yield engine
    ENGINE.clear()
    engine.close()


@contextmanager
def version(assets: list[Asset]) -> Iterator[Transaction]:
    """Give a transaction with a version of these assets, and undo it."""
    try:
        with ENGINE[0].write() as tx:
            fill(tx, assets)
            yield tx
            raise _Undo
    except _Undo:
        pass


def names(tx: Transaction) -> list[str]:
    """Return the names of the assets in the table, by rank; ranks have no gap."""
    rows = tx.all("select a.name, c.rank from chosen c join data.assets a on a.asset_id = c.asset_id order by c.rank")
    assert [r["rank"] for r in rows] == list(range(len(rows)))
    return [r["name"] for r in rows]


def choose(assets: list[Asset], given: nb.Filter | str = "all()", **options: Any) -> list[str]:
    with version(assets) as tx, chosen(tx, VERSION, spec(given, **options)):
        return names(tx)


# The same in plain Python -------------------------------------------------------------------------------------------


def in_order(assets: list[Asset]) -> list[Asset]:
    """Sort as the version does: by position, each sequence together at its first position, by moment."""
    first: dict[str, int] = {}
    for i, a in enumerate(assets):
        if a.sequence is not None:
            first.setdefault(a.sequence, i)
    at = {id(a): i for i, a in enumerate(assets)}

    def key(a: Asset) -> tuple[Any, ...]:
        if a.sequence is None:
            return (at[id(a)], False, 0.0, 0)
        return (first[a.sequence], a.moment is None, a.moment or 0.0, at[id(a)])

    return sorted(assets, key=key)


def look_up(data: Any, key: str) -> Any:
    if isinstance(data, dict) and key in data:  # as it is written, dots and all
        return data[key]
    for part in key.split("."):
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and part in map(str, range(len(data))):
            data = data[int(part)]
        else:
            return None
    return data


def kind_of(value: Any) -> str:
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, int | float) else type(value).__name__


def equal(a: Any, b: Any) -> bool:
    return kind_of(a) == kind_of(b) and bool(a == b)


def by_metadata(found: Any, op: str, value: Any = None) -> bool:
    if found is None:
        return False
    match op:
        case "exists":
            return True
        case "==":
            return equal(found, value)
        case "!=":
            return not equal(found, value)
        case "in":
            return any(equal(found, v) for v in value)
        case "contains":
            if isinstance(found, list):
                return any(equal(e, value) for e in found)
            return isinstance(found, str) and isinstance(value, str) and value in found
    if kind_of(found) != kind_of(value):
        return False
    return bool({"<": found < value, "<=": found <= value, ">": found > value, ">=": found >= value}[op])


def matches(a: Asset, place: int, given: nb.Filter) -> bool:
    tags, shapes = a.revisions[-1] if a.revisions else ([], [])
    v = given.values
    match given.kind:
        case "and":
            return all(matches(a, place, p) for p in given.parts)
        case "or":
            return any(matches(a, place, p) for p in given.parts)
        case "not":
            return not matches(a, place, given.parts[0])
        case "all":
            return True
        case "empty":
            return not shapes
        case "label":
            (low, high), (least, most) = v[1], v[2]
            count = 0
            for label, c in shapes:
                fits = (low is None or (c is not None and c >= low)) and (high is None or (c is not None and c <= high))
                count += label == v[0] and fits
            return count >= least and (most is None or count <= most)
        case "tag":
            return v[0] in tags
        case "folder":
            return fnmatchcase(a.folder, v[0])
        case "metadata":
            return by_metadata(look_up(a.metadata, v[0]), *v[1:])
        case "index":
            return v[0] <= place and (v[1] is None or place < v[1])
        case "status":
            return a.july is not None and v[1] in (a.july, STATES[a.july])
    assert v[0] == SQL, given
    return a.sequence is not None and a.moment is not None and a.moment > 2


SQL = "moment > 2 and sequence like '%'"

# Made-up versions ---------------------------------------------------------------------------------------------------

words = st.sampled_from(["t", "é\"'", "a'b", "x y"])
scalars = st.one_of(words, st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, -2.0, 1.0, 1e30, -0.1]))
metadata = st.dictionaries(
    st.sampled_from(["a", "b", "c/d", "~", "a.a", "b.0"]),
    st.one_of(scalars, st.none(), st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from(["a", "0"]), scalars)),
    max_size=3,
)
shapes = st.lists(st.tuples(st.sampled_from(["car", "bus"]), st.sampled_from([None, 0.0, 0.25, 0.5, 1.0])), max_size=4)
revisions = st.lists(st.tuples(st.lists(words, max_size=2, unique=True), shapes), max_size=2)
folders = st.sampled_from(["", "train", "train/a", "train/b/c", "test", "tra[in", "x+y", "Train", "a\nb"])
sequences = st.sampled_from([None, None, "s1", "s2", "t"])
moments = st.sampled_from([None, 0.0, 1.0, 2.0, 2.5, 3.0])


@st.composite
def versions(draw: st.DrawFn) -> list[Asset]:
    count = draw(st.integers(0, 12))
    return [
        Asset(
            f"{draw(folders)}/{i}", draw(folders), draw(metadata), draw(sequences), draw(moments), draw(revisions),
            draw(st.booleans()), draw(st.sampled_from([None, *STATES])),
        )
        for i in range(count)
    ]  # fmt: skip


def ranges(values: list[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    pairs = [(a, b) for a in values for b in values if a is None or b is None or a <= b]
    return st.sampled_from(pairs)


keys = st.sampled_from(["a", "b", "a.a", "b.0", "a.1", "c/d", "~", "b.00"])
leaves = st.one_of(
    st.sampled_from([F.all(), F.empty(), F.sql(SQL), F.folder("["), F.folder("*")]),
    st.builds(F.label, st.sampled_from(["car", "bus", "boat"]), ranges([None, 0.25, 0.5]), ranges([None, 0, 1, 2])),
    st.builds(F.tag, st.one_of(words, st.just("elsewhere"))),
    st.builds(
        F.folder, st.sampled_from(["tr*", "train/*", "t?ain", "*[!a]", "[tT]rain", "tra[[]in", "x+y", "a?b", ""])
    ),
    st.builds(F.metadata, keys, st.sampled_from(["==", "!=", "contains"]), scalars),
    st.builds(
        F.metadata, keys, st.sampled_from(["<", "<=", ">", ">="]), scalars.filter(lambda v: kind_of(v) != "bool")
    ),
    st.builds(F.metadata, keys, st.just("in"), st.lists(scalars, min_size=1, max_size=3)),
    st.builds(F.metadata, keys),
    st.builds(F.index, st.integers(0, 6), st.one_of(st.none(), st.integers(7, 12))),
    st.builds(F.status, st.just("July"), st.sampled_from([*STATES, "approved", "completed", "for the expert"])),
)
filters = st.recursive(
    leaves,
    lambda some: st.one_of(
        st.builds(lambda a, b: a & b, some, some), st.builds(lambda a, b: a | b, some, some), some.map(lambda a: ~a)
    ),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions(), st.lists(filters, min_size=4, max_size=4))
def test_a_filter_chooses_what_plain_python_chooses(assets: list[Asset], given: list[nb.Filter]) -> None:
    with version(assets) as tx:
        for one in given:
            expected = [a for place, a in enumerate(in_order(assets)) if matches(a, place, one)]
            with chosen(tx, VERSION, spec(one)) as choice:
                assert names(tx) == [a.name for a in expected]
                assert (choice.total, choice.count) == (len(assets), len(expected))
                assert choice.annotated == sum(bool(a.revisions) for a in expected)
                assert choice.annotated == tx.value("select count(*) from chosen where annotated")
                assert sum(o.assets for o in choice.left_out) == len(assets) - len(expected)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions(), filters, st.integers(-5, 5), st.one_of(st.none(), st.integers(1, 4)), st.integers(1, 13))
def test_a_random_order_is_that_of_hashes_and_keeps_clips_together(
    assets: list[Asset], given: nb.Filter, seed: int, clip: int | None, limit: int
) -> None:
    ordered = [a for place, a in enumerate(in_order(assets)) if matches(a, place, given)]
    clips: list[list[Asset]] = []
    for _, group in itertools.groupby(ordered, lambda a: a.sequence or a.name + "!"):
        frames = list(group)
        size = 1 if clip is None or frames[0].sequence is None else clip
        clips += [frames[i : i + size] for i in range(0, len(frames), size)]
    clips.sort(key=lambda c: hashlib.md5(f"{seed}:{c[0].name}".encode()).hexdigest())
    expected = [a.name for c in clips for a in c][:limit]
    assert choose(assets, given, order="random", seed=seed, clip=clip, limit=limit) == expected


# What a manager sees ------------------------------------------------------------------------------------------------


def plain(count: int, **options: Any) -> list[Asset]:
    return [Asset(f"{i}.png", **options) for i in range(count)]


def test_the_same_seed_gives_the_same_order_for_ever() -> None:
    expected = ["1.png", "0.png", "5.png", "2.png", "3.png", "4.png"]
    assert choose(plain(6), order="random", seed=7) == expected
    assert choose(plain(6)[::-1], order="random", seed=7) == expected
    assert choose(plain(6), order="random", seed=8) != expected


def test_frames_come_in_the_order_of_their_sequence() -> None:
    assets = [
        Asset("b2", sequence="b", moment=2),
        Asset("photo"),
        Asset("a1", sequence="a", moment=1),
        Asset("b?", sequence="b"),
        Asset("b1", sequence="b", moment=1),
        Asset("a0", sequence="a", moment=0),
    ]
    assert choose(assets) == ["b1", "b2", "b?", "photo", "a0", "a1"]
    assert choose(assets, "index(1, 3)") == ["b2", "b?"]


def test_a_limit_cuts_the_last_clip() -> None:
    assets = [Asset(f"{s}{i}", sequence=s, moment=i) for s in "ab" for i in range(6)]
    names = choose(assets, order="random", seed=1, clip=3, limit=7)
    assert len(names) == 7
    for clip in (names[:3], names[3:6]):
        assert clip in [[f"{s}{i + j}" for j in range(3)] for s in "ab" for i in (0, 3)]


def test_each_asset_that_is_left_out_is_told_with_its_reason() -> None:
    assets = plain(10)
    for i, a in enumerate(assets):
        a.folder = "train" if i > 4 else "test"
        a.revisions = [([], [("car", None)])] if i != 9 else []
    with version(assets) as tx, chosen(tx, VERSION, spec("folder('train')", kind="review", limit=3)) as choice:
        assert names(tx) == ["5.png", "6.png", "7.png"]
        assert choice.count == choice.annotated == 3
        assert {o.reason: (o.assets, o.examples) for o in choice.left_out} == {
            "not matched by the filter folder('train')": (5, ("0.png", "1.png", "2.png")),
            "no annotation, and the workflow begins with a review": (1, ("9.png",)),
            "beyond the limit of 3": (1, ("8.png",)),
        }


def test_new_assets_are_chosen_alone_and_everything_ignores_filter_and_limit() -> None:
    with version(plain(6)) as tx:
        new = [r["asset_id"] for r in tx.all("select asset_id from data.assets where name in ('1.png', '4.png')")]
        with chosen(tx, VERSION, spec("index(2)", limit=1), only=id_list([*new, 999])) as choice:
            assert (names(tx), choice.total) == (["4.png"], 2)
        with chosen(tx, VERSION, spec("index(2)", limit=1), only=id_list(new), everything=True) as choice:
            assert (names(tx), choice.left_out) == (["1.png", "4.png"], ())
        with chosen(tx, VERSION, spec(), only=id_list([])) as choice:
            assert choice == Choice(0, 0, 0, ())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions(), filters, st.sets(st.integers(0, 12)))
def test_new_assets_are_chosen_as_they_would_be_among_all(assets: list[Asset], given: nb.Filter, new: set[int]) -> None:
    with version(assets) as tx:
        with chosen(tx, VERSION, spec(given)):
            among_all = set(names(tx))
        ids = {r["name"]: r["asset_id"] for r in tx.all("select name, asset_id from data.assets")}
        some = {a.name for i, a in enumerate(assets) if i in new}
        with chosen(tx, VERSION, spec(given), only=id_list(ids[n] for n in some)) as choice:
            assert set(names(tx)) == among_all & some
            assert choice.total == len(some)


def test_a_reading_transaction_can_choose_and_nothing_stays_behind(engine: Engine) -> None:
    for begin in (engine.read, engine.write):
        for _ in range(2):
            with begin() as tx:
                with chosen(tx, VERSION, spec()) as choice:
                    assert choice == Choice(0, 0, 0, ())
                assert tx.value("select count(*) from duckdb_tables() where temporary") == 0


def test_an_error_in_the_block_is_the_one_that_is_seen(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.write() as tx, chosen(tx, VERSION, spec()):
        raise ZeroDivisionError
    with engine.write() as tx, chosen(tx, VERSION, spec()):
        pass


def test_long_numbers_are_compared_to_the_last_digit() -> None:
    assets = plain(2)
    assets[0].metadata = {"id": 9007199254740993}
    assets[1].metadata = {"id": 9007199254740992}
    assert choose(assets, "metadata('id', '==', 9007199254740993)") == ["0.png"]
    assert choose(assets, "metadata('id', '<', 9007199254740993)") == ["1.png"]


def test_a_status_may_be_one_of_the_steps_own() -> None:
    assert choose(plain(1), "status('July', 'for the expert')") == []


@pytest.mark.parametrize(
    ("filter", "says"),
    [
        ("status('Juli', 'done')", ["no campaign 'Juli' (did you mean 'July'?)", "there are 'July'"]),
        ("status('July', 'aproved')", ["'aproved' (did you mean 'approved'?)", "'for the expert'"]),
        ("sql('widht > 3')", ["widht", "width"]),
        ("sql('cast(name as integer) > 3')", ["cannot be run", "0.png"]),
    ],
)
def test_an_error_names_what_there_is(filter: str, says: list[str]) -> None:
    with pytest.raises(InvalidInput) as error:
        choose(plain(1), filter)
    for part in says:
        assert part in str(error.value)


def test_sql_may_look_into_the_other_public_views() -> None:
    assets = plain(3)
    assets[1].revisions = [([], [("car", 0.5)])]
    inside = "exists (select 1 from shapes s where s.asset_id = assets.asset_id and s.label = 'car') -- with a car"
    assert choose(assets, F.sql(inside)) == ["1.png"]
    assert choose(assets, F.sql("width >= 101") & F.sql("width < 102")) == ["1.png"]
    assert choose(assets, ~F.sql("sequence = 'x'")) == ["0.png", "1.png", "2.png"]


@pytest.mark.parametrize(
    "expression",
    [
        "true) or (true",
        "true) union all select asset_id from assets where (true",
        "true) order by (1",
        "true) group by (asset_id",
        "true) limit (1",
        "true) group by asset_id having (true",
        "true) qualify (true",
        "true); drop view assets; select (1",
        "true)) or version_id in ((3",
        "width > $1",
        "width > ?",
        "random() < 0.5",
        "gen_random_uuid() is not null",
        "asset_id in (select asset_id from assets tablesample (10))",
        "exists (select 1 from data.members)",
        "exists (from data.sessions)",
        "(select max(password_hash) from data.members) like '$argon%'",
        "asset_id in (select asset_id from chosen)",
        "asset_id in (select asset_id from latest)",
        "asset_id in (select asset_id from temp.considered)",
        "exists (from read_csv('/etc/passwd'))",
        "exists (from '/etc/passwd')",
        "exists (from duckdb_settings())",
        "nextval('data.ids') > 0",
        "password_hash is null",
        "a.place = 0",
        "sum(width) > 3",
        "width >",
        "/* width",
        "'",
    ],
)
def test_sql_is_one_expression_over_public_views(expression: str) -> None:
    with pytest.raises(InvalidInput) as error:
        choose(plain(2), F.sql(expression))
    assert "argon" not in str(error.value).replace(expression, "")


def test_sql_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "LONGEST_S", 0.2)
    with pytest.raises(InvalidInput, match="takes longer than"):
        choose(plain(1), F.sql("(select sum(a.range * b.range) from range(10000000) a, range(100000) b) > width"))
