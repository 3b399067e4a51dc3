// The slices of the sequence, each with its state, and where one is.

import { M, shownNumber, T } from "../shared/texts.ts";
import { entriesOf } from "./entries.js";

export const CELLS_HEIGHT = 40,
  CELL_TOP = 3,
  CELL_HEIGHT = 18,
  STATE_AT = 23,
  TRACK_AT = 32;

// ---- what is known of the slices

const CELL = [
  "task",
  "asset",
  "name",
  "hold",
  "state",
  "outcome",
  "step",
  "labels",
  "tags",
  "nothing",
  "drafted",
  "tracks",
];

export function cellsOf(s) {
  // the slice that is open says what the page knows of it now
  const part = s.get("sequence"),
    q = s.seq,
    t = s.get("task");
  if (part.cells !== q.rows) {
    q.rows = part.cells;
    q.cells = (part.cells ?? []).map((row) => Object.fromEntries(CELL.map((name, i) => [name, row[i]])));
  }
  const here = q.cells[part.here - 1];
  if (here && !t.looking && t.id === here.task) {
    const d = s.get("drawing"),
      counted = (d.labels ?? []).filter((v) => v.count).map((v) => [v.name, v.count]);
    here.labels = d.unlabelled ? [...counted, ["", d.unlabelled]] : counted;
    here.tags = (d.tags ?? []).filter((v) => v.on).map((v) => v.name);
    here.nothing = t.nothing;
    here.tracks = entriesOf(d).flatMap((v) => (v.track === null ? [] : [v.track]));
  }
  return q.cells;
}

export const placeHere = (s) => s.get("sequence").here ?? 0;
export const placeShown = (s) => s.seq.at || placeHere(s);
export const away = (s) => Boolean(s.seq.at && s.seq.at !== placeHere(s));
export const excluded = (cell) => cell.state === "skipped";
export const passed = (s, cell) => cell.state === "done" || cell.step > s.get("sequence").step;

function contentOf(cell) {
  if (cell.hold === "hidden") return "";
  if (excluded(cell))
    return T(
      { discarded: M("Excluded"), skipped: M("Skipped"), rejected: M("Rejected") }[cell.outcome] ??
        M("Left the campaign"),
    );
  if (cell.labels.length)
    return cell.labels.map(([name, n]) => `${shownNumber(n)} × ${name || T("no label")}`).join(", ");
  if (cell.nothing) return T("Nothing to label");
  return cell.tags.length ? cell.tags.join(", ") : T("Nothing said yet");
}

function stateOf(s, cell) {
  if (cell.hold === "hidden") return T("Somebody else's");
  if (excluded(cell)) return "";
  if (cell.hold === "mine") return cell.state === "to_rework" ? T("Yours, returned") : T("Yours");
  if (cell.hold === "free") return T("Waits in the queue");
  if (cell.state === "done") return T("Done");
  return passed(s, cell) ? T("Submitted") : T("Only to look at");
}

export const describe = (s, cell) => [contentOf(cell), stateOf(s, cell)].filter(Boolean).join(" · ");
