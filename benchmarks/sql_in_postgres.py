"""Which of both answers ``ws.sql`` sooner for a workspace in PostgreSQL: DuckDB with a copy, or PostgreSQL itself.

The same questions, by turns, in one run: DuckDB the first time (the tables that are asked for are copied), again, and
after somebody saved; PostgreSQL as the role that only reads has it, with the statement that sqlglot makes of the same
text. Prints the median of each in milliseconds.

    python benchmarks/sql_in_postgres.py --shapes 1000000
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlglot
from tests.postgres_server import Server

from nbannotate.store.postgres.engine import Engine

ASSETS = 10  # shapes an image

FILL = (
    "insert into data.members values (1, 'ann', 'annotator', null, true, now(), null), (2, 'ben', 'annotator', null, "
    "true, now(), null)",
    "insert into data.datasets values (3, 'd', '', now(), null)",
    "insert into data.versions (version_id, dataset_id, name, state, created) values (4, 3, 'v', 'draft', now())",
    "insert into data.version_layers values (4, 4, 0, true, true)",
    "insert into data.layer_assets (layer_id, asset_id, position, effect, added) select 4, 1000 + i, i, 1, now() "
    "from generate_series(1, {assets}) i",
    "insert into data.assets select 1000 + i, 3, 'img_' || i || '.png', '/img_' || i || '.png', '', 640, 480, 1000, "
    "'{}', now(), null, null from generate_series(1, {assets}) i",
    "insert into data.annotations (annotation_id, version_id, asset_id, member_id, source, origin, nothing_to_label, "
    "tags, tag_attributes, created, shapes) select 10000000 + i, 4, 1000 + i, 1 + i % 2, '', 'import', false, '[]', "
    "'{}', now(), 10 from generate_series(1, {assets}) i",
    "insert into data.layer_heads (layer_id, asset_id, annotation_id) select 4, 1000 + i, 10000000 + i "
    "from generate_series(1, {assets}) i",
    "insert into data.shapes (annotation_id, position, shape_id, label, kind, points, attributes, area, x, y, width, "
    "height) select 10000000 + i / 10 + 1, i % 10, 's' || i, 'label_' || i % 7, 'rectangle', "
    "'[[' || i % 600 || ',2.5],[9,11.25]]', '{}', (i % 97) * 2.5, i % 600, 2.5, 30, 20 "
    "from generate_series(0, {shapes} - 1) i",
)

ASKED = {
    "shapes by label": "select label, count(*) as n, avg(area) as area from shapes group by label order by label",
    "by member and label": "select member, label, count(*) as n from shapes group by 1, 2 order by 1, 2",
    "shapes an image": "select n, count(*) as images from (select asset_id, count(*) as n from shapes group by 1) c "
    "group by 1 order by 1",
    "sizes": "select width_bucket, count(*) as n from (select floor(area / 10) as width_bucket from shapes) b "
    "group by 1 order by 1",
    "one image": "select label, points from shapes where asset = 'img_77.png' order by position",
    "images": "select count(*) as n, sum(bytes) as bytes from assets",
}
SAVED = "update data.shapes set area = area + 1 where annotation_id = 10000005"


def main() -> None:
    """Fill a database, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shapes", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    server = Server()
    try:
        measure(server, options.shapes, options.turns)
    finally:
        server.stop()


def measure(server: Any, shapes: int, turns: int) -> None:
    """Print how long each question takes."""
    engine = Engine(server.database())
    with engine.write() as tx:
        for statement in FILL:
            tx.connection.raw.execute(_sized(statement, shapes))
    with engine.beside() as tx:
        tx.connection.raw.execute("analyze")
    print(f"{shapes:,} shapes of {shapes // ASSETS:,} images; load {os.getloadavg()[0]:.0f}; milliseconds")
    print(f"{'':<22}{'DuckDB first':>14}{'again':>9}{'after a save':>14}{'PostgreSQL':>12}")
    for what, query in ASKED.items():
        first, again, saved, there = [], [], [], []
        for turn in range(turns):
            if turn == 0:
                engine._mirror.close()
            took, rows = by_duckdb(engine, query)
            (again if turn else first).append(took)
            with engine.write() as tx:
                tx.run(SAVED)
            saved.append(by_duckdb(engine, query)[0])
            again.append(by_duckdb(engine, query)[0])
            took, same = by_postgres(engine, query)
            there.append(took)
            assert turn or len(rows) == len(same), what
        medians = "".join(f"{statistics.median(t) * 1000:>{w}.0f}" for t, w in
                          ((first, 14), (again, 9), (saved, 14), (there, 12)))  # fmt: skip
        print(f"{what:<22}{medians}")
    engine.close()


def _sized(statement: str, shapes: int) -> bytes:
    return statement.replace("{shapes}", str(shapes)).replace("{assets}", str(shapes // ASSETS)).encode()


def by_duckdb(engine: Engine, query: str) -> tuple[float, list[Any]]:
    """Ask as ``ws.sql`` does."""
    began = time.perf_counter()
    with engine.read() as tx, tx.asked(query) as asked:
        rows = asked.all(query)
    return time.perf_counter() - began, rows


def by_postgres(engine: Engine, query: str) -> tuple[float, list[Any]]:
    """Ask PostgreSQL itself."""
    text = sqlglot.transpile(query, read="duckdb", write="postgres")[0]
    began = time.perf_counter()
    with engine.read() as tx:
        rows = tx.connection.raw.execute(text).fetchall()
    return time.perf_counter() - began, rows


if __name__ == "__main__":
    main()
