// Groups that go through several slices, as lines over the cells.

import type { Cell } from "../generated/work-views.ts";
import { N } from "../shared/texts.ts";
import type { Colors } from "./cell-painter.ts";
import { CELL_HEIGHT, CELL_TOP, cellsOf } from "./cells.ts";
import { entriesOf } from "./entries.ts";
import type { Page } from "./page.ts";

// ---- where the tracks of the selected shapes are

export function tracksHere(s: Page): string[] {
  const d = s.get("drawing"),
    selected = d ? entriesOf(d).filter((v) => v.selected) : [];
  return [...new Set(selected.flatMap((v) => (v.track === null ? [] : [v.track])))];
}

const TRACK_MOST = 3,
  TRACK_LINE = 3;

export function paintTracks(s: Page, g: CanvasRenderingContext2D, cells: Cell[], step: number, color: Colors) {
  // through the cells, one line for each
  tracksHere(s)
    .slice(0, TRACK_MOST)
    .forEach((name, row) =>
      cells.forEach((cell, i) => {
        const y = CELL_TOP + CELL_HEIGHT - TRACK_LINE - row * (TRACK_LINE + 1);
        if (!cell.tracks.includes(name)) return;
        g.fillStyle = color.card;
        g.fillRect(i * step, y - 1, Math.max(step, 1), TRACK_LINE + 1);
        g.fillStyle = color.ink;
        g.fillRect(i * step, y, Math.max(step, 1), TRACK_LINE);
      }),
    );
}

export function trackText(s: Page) {
  // of the one that is selected
  const [name] = tracksHere(s),
    places = name === undefined ? [] : cellsOf(s).flatMap((cell, i) => (cell.tracks.includes(name) ? [i + 1] : []));
  if (!places.length) return "";
  return N(places.length, "Track {name}: on {n} slice, {first}", "Track {name}: on {n} slices, {first} to {last}", {
    name,
    first: places[0],
    last: places.at(-1),
  });
}
