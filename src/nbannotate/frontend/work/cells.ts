// The slices of the sequence, each with its state, and where one is.

import type { Cell } from "../generated/work-views.ts";
import { M, shownNumber, T } from "../shared/texts.ts";
import { entriesOf } from "./entries.ts";
import type { Page } from "./page.ts";

export const CELLS_HEIGHT = 40,
  CELL_TOP = 3,
  CELL_HEIGHT = 18,
  STATE_AT = 23,
  TRACK_AT = 32;

// ---- what is known of the slices

export function cellsOf(s: Page): Cell[] {
  // the slice that is open says what the page knows of it now
  const part = s.get("sequence"),
    q = s.seq,
    t = s.get("task"),
    d = s.get("drawing"),
    rows = part?.cells ?? null;
  if (rows !== q.rows) {
    q.rows = rows;
    q.cells = (rows ?? []).map((row) => ({ ...row }));
  }
  const here = part && q.cells[part.here - 1];
  if (here && t && d && !t.looking && t.id === here.task) {
    const counted = d.labels.filter((v) => v.count).map(({ name, count }) => ({ name, count }));
    here.labels = d.unlabelled ? [...counted, { name: "", count: d.unlabelled }] : counted;
    here.tags = d.tags.filter((v) => v.on).map((v) => v.name);
    here.nothing = t.nothing;
    here.tracks = entriesOf(d).flatMap((v) => (v.track === null ? [] : [v.track]));
  }
  return q.cells;
}

export const placeHere = (s: Page) => s.get("sequence")?.here ?? 0;
export const placeShown = (s: Page) => s.seq.at || placeHere(s);
export const away = (s: Page) => Boolean(s.seq.at && s.seq.at !== placeHere(s));
export const excluded = (cell: Cell) => cell.state === "skipped";
export const passed = (s: Page, cell: Cell) => cell.state === "done" || cell.step > (s.get("sequence")?.step ?? 0);

const LEFT: Record<string, string> = { discarded: M("Excluded"), skipped: M("Skipped"), rejected: M("Rejected") };

function contentOf(cell: Cell) {
  if (cell.hold === "hidden") return "";
  if (excluded(cell)) return T(LEFT[cell.outcome ?? ""] ?? M("Left the campaign"));
  if (cell.labels.length)
    return cell.labels.map((v) => `${shownNumber(v.count)} × ${v.name || T("no label")}`).join(", ");
  if (cell.nothing) return T("Nothing to label");
  return cell.tags.length ? cell.tags.join(", ") : T("Nothing said yet");
}

function stateOf(s: Page, cell: Cell) {
  if (cell.hold === "hidden") return T("Somebody else's");
  if (excluded(cell)) return "";
  if (cell.hold === "mine") return cell.state === "to_rework" ? T("Yours, returned") : T("Yours");
  if (cell.hold === "free") return T("Waits in the queue");
  if (cell.state === "done") return T("Done");
  return passed(s, cell) ? T("Submitted") : T("Only to look at");
}

export const describe = (s: Page, cell: Cell) => [contentOf(cell), stateOf(s, cell)].filter(Boolean).join(" · ");
