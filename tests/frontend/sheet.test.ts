// The table of tasks: what is shown, in which order, what is chosen.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Columns } from "../../src/nbannotate/frontend/generated/manage-views.ts";
import {
  choose,
  chooseAll,
  match,
  noFilter,
  noSheet,
  putRows,
  summary,
  type Table,
} from "../../src/nbannotate/frontend/manage/sheet.ts";
import { split } from "../../src/nbannotate/frontend/manage/split.ts";

type Row = [asset: string, step: number, state: number, who: string, begun: number];

const columns = (first: number, rows: Row[]): Columns => ({
  asset_id: rows.map((_, i) => first + i),
  task_id: rows.map((_, i) => 100 + first + i),
  asset: rows.map((row) => row[0]),
  step: rows.map((row) => row[1]),
  state: rows.map((row) => row[2]),
  who: rows.map((row) => row[3]),
  begun: rows.map((row) => row[4]),
  round: rows.map(() => 1),
  issues: rows.map(() => 0),
  status: rows.map(() => ""),
  at: rows.map(() => 0),
  copy: rows.map(() => 0),
});

function table(...rows: Row[]): Table {
  const s: Table = {
    sheet: noSheet(),
    ui: { filter: noFilter(), sort: { by: "", down: false } },
    shown: [],
    counts: [],
    chosen: new Set(),
    anchor: -1,
    active: 0,
    activeTask: 0,
    grid: null,
  };
  putRows(s, { type: "rows", known: 0, version: 1, campaign: 5 }, { columns: columns(1, rows), gone: [] });
  return s;
}

const ROWS: Row[] = [
  ["image 10", 0, 0, "ana", 1],
  ["image 2", 0, 1, "ana", 0],
  ["Image 1", 0, 0, "", 0],
  ["other", 1, 2, "ben", 0],
];
const names = (s: Table) => s.shown.map((i) => s.sheet.asset[i]);

test("names are in natural order, whatever their case", () => {
  const s = table(...ROWS);
  s.ui.sort = { by: "asset", down: false };
  match(s);
  assert.deepEqual(names(s), ["Image 1", "image 2", "image 10", "other"]);
  s.ui.sort.down = true;
  match(s);
  assert.deepEqual(names(s), ["other", "image 10", "image 2", "Image 1"]);
});

test("a filter of states leaves the counts of the others", () => {
  const s = table(...ROWS);
  s.ui.filter.states.add("done");
  match(s);
  assert.deepEqual([names(s), s.counts], [["other"], [2, 1, 1, 0]]);
});

test("people, the queue, steps and a text filter, together", () => {
  const s = table(...ROWS);
  s.ui.filter.who = "=ana";
  match(s);
  assert.deepEqual(names(s), ["image 10", "image 2"]);
  s.ui.filter.text = " IMAGE 2 ";
  match(s);
  assert.deepEqual(names(s), ["image 2"]);
  Object.assign(s.ui.filter, { who: "-", text: "" });
  match(s);
  assert.deepEqual(names(s), ["Image 1"]);
  Object.assign(s.ui.filter, { who: "", step: "1" });
  match(s);
  assert.deepEqual(names(s), ["other"]);
});

test("what is not shown any more is not chosen", () => {
  const s = table(...ROWS);
  chooseAll(s);
  s.ui.filter.text = "image";
  match(s);
  assert.equal(s.chosen.size, 3);
});

test("a range is chosen from where it began, in the order that is shown", () => {
  const s = table(...ROWS);
  s.ui.sort = { by: "asset", down: false };
  match(s);
  choose(s, 1);
  choose(s, 3, { range: true });
  assert.deepEqual([...s.chosen].sort(), [101, 102, 104]);
  choose(s, 0, { toggle: true });
  assert.equal(s.chosen.size, 4);
  choose(s, 2);
  assert.deepEqual([...s.chosen], [101]);
});

test("what changes is put in its place; what is gone goes, and its selection stays out of the way", () => {
  const s = table(...ROWS);
  choose(s, 1);
  putRows(
    s,
    { type: "rows", known: 1, version: 2, campaign: 5 },
    { columns: columns(2, [["image 2", 1, 2, "ben", 0]]), gone: [{ asset_id: 1, copy: 0 }] },
  );
  assert.deepEqual(names(s), ["image 2", "Image 1", "other"]);
  assert.equal(s.sheet.who[0], "ben");
  assert.equal(s.activeTask, 102);
  putRows(
    s,
    { type: "rows", known: 9, version: 10, campaign: 5 },
    { columns: columns(7, [["new", 0, 0, "", 0]]), gone: [] },
  );
  assert.deepEqual(names(s), ["new"]);
});

test("the sentence of a selection counts what is open by person", () => {
  const s = table(...ROWS);
  chooseAll(s);
  const sum = summary(s);
  assert.deepEqual([sum.ids.length, sum.begun, sum.finished, [...sum.steps]], [3, 1, 1, [0]]);
  assert.deepEqual(sum.people.get("ana"), { n: 2, begun: 1 });
});

test("what is shared by weights adds up", () => {
  assert.deepEqual(split(10, [1, 1, 1]), [4, 3, 3]);
  assert.deepEqual(split(7, [0.1, 0.2]), [2, 5]);
  assert.deepEqual(split(5, [0, 0]), [0, 0]);
});
