// What is done with many slices at once: the dialogs, and what became of it in words.

import type { SlicesChanged } from "../generated/work-views.ts";
import { N, said, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { cellsOf, placeHere } from "./cells.ts";
import { show } from "./open-dialog.ts";
import type { ExcludeDialog, Page, SpreadDialog } from "./page.ts";
import { keyFor } from "./words.ts";

/** What of a range is whose, before anything is done. */
export interface Found {
  first: number;
  last: number;
  valid: boolean;
  able: number;
  free: number;
  others: number;
  full: number;
}

export function rangeOf(s: Page, d: SpreadDialog | ExcludeDialog): Found {
  const part = s.need("sequence"),
    here = placeHere(s),
    n = cellsOf(s).length;
  const first = Math.min(d.first, d.last),
    last = Math.max(d.first, d.last);
  const valid = Number.isInteger(d.first) && Number.isInteger(d.last) && first >= 1 && last <= n;
  const found = { first, last, valid, able: 0, free: 0, others: 0, full: 0 };
  if (!valid) return found;
  for (let place = first; place <= last; place += 1) {
    const cell = cellsOf(s)[place - 1];
    if (!cell || (place === here && d.kind === "spread")) continue;
    if (!["mine", "free"].includes(cell.hold) || cell.step !== part.step) {
      found.others += 1;
      continue;
    }
    found.able += 1;
    if (cell.hold === "free") found.free += 1;
    if (cell.labels.length) found.full += 1;
  }
  return found;
}

export function openSpread(s: Page): void {
  const d = s.need("drawing"),
    t = s.need("task"),
    here = placeHere(s),
    n = cellsOf(s).length;
  const all = d.shapes.length + d.more,
    tags = d.tags.filter((v) => v.on).map((v) => v.name);
  const what = t.nothing
    ? "nothing"
    : d.selected && !d.drawn && d.selected < all
      ? "selected"
      : all
        ? "all"
        : tags.length
          ? "tags"
          : "nothing";
  show(s, {
    kind: "spread",
    first: here < n ? here + 1 : 1,
    last: here < n ? n : here - 1,
    what,
    tags: tags.length > 0 && what !== "selected",
    existing: "keep",
    shapes: all,
    chosen: d.shapes.flatMap((v) => (v.selected ? [v.id] : [])),
    named: tags,
    text: "",
    error: "",
    busy: false,
  });
  s.root.querySelector<HTMLInputElement>(".nbp-range input[type=number]")?.select();
}

export function openExclude(s: Page) {
  const here = placeHere(s);
  show(s, { kind: "exclude", first: here, last: here, text: "", error: "", busy: false });
}

// ---- what became of it

function runs(places: number[]): string {
  // 3, 5–9
  const found: [number, number][] = [];
  for (const place of places) {
    const last = found[found.length - 1];
    if (last && place === last[1] + 1) last[1] = place;
    else found.push([place, place]);
  }
  return found.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a}, ${b}` : `${a}–${b}`)).join(", ");
}

export function toldSliced(s: Page, m: SlicesChanged): void {
  const n = m.changed.length,
    places = runs(m.changed);
  const parts = [
    {
      spread: () => N(n, "Put onto {n} slice ({places}).", "Put onto {n} slices ({places}).", { places }),
      copy: () =>
        m.shapes
          ? N(m.shapes, "{n} shape copied to slice {places}.", "{n} shapes copied to slice {places}.", { places })
          : T("Copied to slice {places}.", { places }),
      undo: () => N(n, "Taken back on {n} slice ({places}).", "Taken back on {n} slices ({places}).", { places }),
      exclude: () => N(n, "{n} slice is excluded ({places}).", "{n} slices are excluded ({places}).", { places }),
    }[m.did](),
  ];
  if (m.taken && m.did !== "copy")
    parts.push(N(m.taken, "{n} was taken out of the queue.", "{n} were taken out of the queue."));
  if (m.dropped.length)
    parts.push(T("Without {names}, which the recipe does not have.", { names: m.dropped.join(", ") }));
  if (m.same.length) parts.push(N(m.same.length, "{n} said the same already.", "{n} said the same already."));
  for (const group of m.left)
    parts.push(T("Left as before: {places}, {reason}.", { places: runs(group.places), reason: said(group.reason) }));
  if (m.spread_id && ["spread", "copy"].includes(m.did))
    parts.push(T("{key} takes it back.", { key: keyFor(s, "unspread") }));
  toast(s, parts.join(" "), "good");
}
