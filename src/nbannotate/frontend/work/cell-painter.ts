// Paints the cells of the sequence, and says what is under the pointer.

import type { Cell } from "../generated/work-views.ts";
import { draw, h } from "../shared/dom.ts";
import { T } from "../shared/texts.ts";
import {
  CELL_HEIGHT,
  CELL_TOP,
  CELLS_HEIGHT,
  cellsOf,
  describe,
  excluded,
  passed,
  placeHere,
  placeShown,
  STATE_AT,
  TRACK_AT,
} from "./cells.ts";
import type { Page } from "./page.ts";
import { paintTracks, tracksHere } from "./tracks.ts";

/** What a canvas is painted with. */
export function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const found = canvas.getContext("2d");
  if (!found) throw new Error("This browser cannot paint on a canvas.");
  return found;
}

const atText = (s: Page) => T("Slice {n} / {total}", { n: placeShown(s), total: cellsOf(s).length });
export const whatText = (s: Page): string => {
  const cell = cellsOf(s)[placeShown(s) - 1];
  return cell ? describe(s, cell) : "";
};

// Which slice is shown, and what is on it: on the bar, also while one goes through slices and nothing else is painted.
export function sayPlace(s: Page) {
  const at = s.root.querySelector<HTMLElement>(".nbp-seq .at"),
    what = s.root.querySelector<HTMLElement>(".nbp-seq .what");
  if (at) at.textContent = atText(s);
  if (what) what.textContent = whatText(s);
}

// ---- the cells, painted: content in colors and patterns, below it a line for whose it is and how far

const COLORS = ["card", "hover", "line", "edge", "soft", "ink", "accent", "good", "warn"] as const;

/** The colors of the theme. */
export type Colors = Record<(typeof COLORS)[number], string>;

function colorsOf(s: Page): Colors {
  const style = getComputedStyle(s.root);
  return Object.fromEntries(COLORS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Colors;
}

export function paintCells(s: Page, force = false) {
  const q = s.seq,
    cells = cellsOf(s),
    w = q.box.clientWidth,
    dpr = devicePixelRatio || 1;
  if (!w || !cells.length) return;
  const labels = new Map((s.get("drawing")?.labels ?? []).map((v) => [v.name, v.color])),
    here = cells[placeHere(s) - 1];
  const now = JSON.stringify([
    w,
    dpr,
    s.root.dataset.theme,
    placeHere(s),
    placeShown(s),
    here?.labels,
    here?.tags,
    here?.nothing,
    here?.tracks,
    tracksHere(s),
    [...labels],
  ]);
  if (!force && now === q.painted && q.of === q.rows) return;
  q.painted = now;
  q.of = q.rows;
  const c = q.canvas,
    g = context(c),
    step = w / cells.length,
    color = colorsOf(s);
  if (c.width !== Math.round(w * dpr)) {
    c.width = Math.round(w * dpr);
    c.height = CELLS_HEIGHT * dpr;
  }
  q.box.style.setProperty("--thumb", `${Math.max(step, 1)}px`);
  g.setTransform(dpr, 0, 0, dpr, 0, 0);
  g.clearRect(0, 0, w, CELLS_HEIGHT);
  const gap = step > 7 ? 1.5 : step > 3.5 ? 0.75 : 0;
  cells.forEach((cell, i) => paintCell(s, g, cell, i * step + gap / 2, Math.max(step - gap, 0.5), color, labels));
  paintTracks(s, g, cells, step, color);
  const x = (place: number) => (place - 0.5) * step,
    outline = Math.max(step, 5);
  g.strokeStyle = color.ink;
  g.lineWidth = 2;
  g.strokeRect(x(placeHere(s)) - outline / 2, CELL_TOP - 2, outline, CELL_HEIGHT + 4);
  g.fillStyle = color.edge;
  g.fillRect(0, TRACK_AT - 1, w, 2);
  g.fillStyle = color.accent;
  g.fillRect(0, TRACK_AT - 1, x(placeShown(s)), 2);
  g.beginPath();
  g.arc(Math.min(Math.max(x(placeShown(s)), 6.5), w - 6.5), TRACK_AT, 6.5, 0, 7);
  g.fill();
  if (!q.tip.hidden) fillTip(s);
}

function paintCell(
  s: Page,
  g: CanvasRenderingContext2D,
  cell: Cell,
  x: number,
  w: number,
  color: Colors,
  labels: Map<string, string>,
) {
  // what is on it
  const y = CELL_TOP,
    ht = CELL_HEIGHT,
    middle = x + w / 2;
  const stripes = (ink: string, slope: number) => {
    g.save();
    g.beginPath();
    g.rect(x, y, w, ht);
    g.clip();
    g.strokeStyle = ink;
    g.lineWidth = 1.5;
    g.beginPath();
    for (let at = x - ht; at < x + w + ht; at += 5) {
      g.moveTo(at, slope > 0 ? y + ht : y);
      g.lineTo(at + ht, slope > 0 ? y : y + ht);
    }
    g.stroke();
    g.restore();
  };
  if (cell.hold === "hidden") {
    g.fillStyle = color.line;
    return void g.fillRect(middle - Math.min(w, 3) / 2, y + ht / 2 - 1.5, Math.min(w, 3), 3);
  }
  g.fillStyle = color.hover;
  g.fillRect(x, y, w, ht);
  if (excluded(cell)) stripes(color.soft, 1);
  else if (cell.labels.length) {
    const band = ht / cell.labels.length;
    cell.labels.forEach(({ name }, i) => {
      g.fillStyle = labels.get(name) ?? color.soft;
      if (name) g.fillRect(x, y + i * band, w, band);
    });
    if (cell.labels.some(({ name }) => !name)) stripes(color.warn, -1);
  } else if (cell.nothing) {
    g.fillStyle = color.ink;
    g.fillRect(w > 9 ? x + 2.5 : x, y + ht / 2 - 1.25, w > 9 ? w - 5 : w, 2.5);
  } else if (cell.tags.length) {
    const r = Math.min(w / 2, 3.5);
    g.fillStyle = color.ink;
    g.beginPath();
    g.moveTo(middle - r, y + ht / 2);
    g.lineTo(middle, y + ht / 2 - 3.5);
    g.lineTo(middle + r, y + ht / 2);
    g.lineTo(middle, y + ht / 2 + 3.5);
    g.fill();
  }
  paintState(s, g, cell, x, w, color);
}

function paintState(s: Page, g: CanvasRenderingContext2D, cell: Cell, x: number, w: number, color: Colors) {
  if (excluded(cell)) return;
  const open = cell.hold === "mine" || cell.hold === "free",
    line = (ink: string, dash: number[]) => {
      g.strokeStyle = ink;
      g.lineWidth = 2.5;
      g.setLineDash(dash);
      g.beginPath();
      g.moveTo(x, STATE_AT + 1.25);
      g.lineTo(x + w, STATE_AT + 1.25);
      g.stroke();
      g.setLineDash([]);
    };
  if (!open) {
    if (passed(s, cell)) line(color.good, cell.state === "done" ? [] : [1.5, 1.5]);
    return;
  }
  const back = cell.state === "to_rework";
  line(back ? color.warn : color.accent, cell.hold === "free" ? [3, 3] : []);
  if (!back) return;
  g.fillStyle = color.warn;
  g.strokeStyle = color.card;
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(x + w / 2 - 4, STATE_AT + 5);
  g.lineTo(x + w / 2 + 4, STATE_AT + 5);
  g.lineTo(x + w / 2, STATE_AT - 2);
  g.closePath();
  g.fill();
  g.stroke();
}

// ---- under the pointer

function placeUnder(s: Page, e: MouseEvent): number {
  const rect = s.seq.box.getBoundingClientRect(),
    n = cellsOf(s).length;
  return Math.min(n, Math.max(1, Math.ceil(((e.clientX - rect.left) / rect.width) * n)));
}

export function showTip(s: Page, e: MouseEvent): void {
  s.seq.over = s.seq.down ? placeShown(s) : placeUnder(s, e);
  fillTip(s);
}

function fillTip(s: Page) {
  const q = s.seq,
    place = q.over,
    cell = cellsOf(s)[place - 1];
  if (!cell) return;
  q.tip.hidden = false;
  draw(
    q.tip,
    h("b", {}, T("Slice {n} / {total}", { n: place, total: cellsOf(s).length })),
    h("span", {}, describe(s, cell)),
    cell.name ? h("small", {}, cell.name) : null,
  );
  const width = q.tip.offsetWidth,
    rect = q.box.getBoundingClientRect(),
    x = ((place - 0.5) * rect.width) / cellsOf(s).length - width / 2;
  q.tip.style.left = `${Math.min(Math.max(0, x), Math.max(0, rect.width - width))}px`;
}

export function hideTip(s: Page) {
  if (!s.seq.down) s.seq.tip.hidden = true;
}
