// Vertices by keys: Alt + . and Alt + , walk through the vertices (or corners) of the selected shape, arrows move the one
// that is walked to, Enter puts another one after it, Delete takes it away, Esc lets go. s.walk is {id, i}.

import { T } from "../shared/texts.ts";
import { edit } from "./actions.ts";
import { clampTo, editedShape, inserted, kindOf, ringOf, round2, spansOf, VOCABULARY, withPoints } from "./geometry.ts";
import { see } from "./gestures.ts";
import { hoverAt, stopsOf, walked } from "./hand.ts";
import { paint } from "./redraw.ts";
import { announce, complain, SAY_MS } from "./send.ts";
import { degrees, turnOf } from "./turned.ts";
import { isShown, type Shown, type Stage } from "./types.ts";
import { intoSight } from "./view.ts";

export function walk(s: Stage, step: number): void {
  if (!isShown(s) || s.gesture) return;
  const shape = editedShape(s),
    [first = ""] = s.selected;
  if (!shape) {
    const locked = s.selected.size === 1 && s.locked.has(first);
    complain(
      s,
      locked
        ? T("This shape is locked; Shift+L unlocks it.")
        : T("Select one shape first; its vertices are moved one by one."),
    );
    return;
  }
  const stops = stopsOf(s, shape),
    now = stops.findIndex((v) => v.i === s.walk?.i && s.walk?.id === shape.id);
  const next = stops[now < 0 ? (step > 0 ? 0 : stops.length - 1) : (now + step + stops.length) % stops.length];
  if (!next) {
    complain(s, T("This shape has no vertices; paint on it."));
    return;
  }
  s.spot = null;
  s.walk = { id: shape.id, i: next.i };
  atWalked(s);
  sayWalked(s);
}

function atWalked(s: Shown): void {
  const handle = walked(s);
  if (handle) intoSight(s, [handle.at[0] * s.v.k + s.v.x, handle.at[1] * s.v.k + s.v.y]);
  hoverAt(s);
  paint(s);
}

function sayWalked(s: Shown): void {
  const handle = walked(s);
  if (!handle) return;
  if (handle.role === "turn") {
    const angle = degrees(turnOf(handle.shape.points).angle);
    announce(s, T("Turning: {angle}°, arrows turn it", { angle }));
    return;
  }
  const total = stopsOf(s, handle.shape).length;
  const [x, y] = handle.at.map((v) => Math.round(v * 10) / 10),
    figure = kindOf(s, handle.shape).figured && s.figures.get(handle.shape.label);
  const name = figure ? figure.points[handle.i] : "";
  announce(
    s,
    name
      ? T("{name}: {x}, {y}", { name, x, y })
      : T("Vertex {i} of {total}: {x}, {y}", { i: handle.i + 1, total, x, y }),
  );
}

export function moveVertex(s: Shown, dx: number, dy: number, by: number): void {
  const handle = walked(s);
  if (!handle) return;
  const { shape } = handle,
    word = VOCABULARY[kindOf(s, shape).gesture] ?? VOCABULARY.stroke;
  const now = word.reshape(shape, handle, clampTo(s.image, [handle.at[0] + dx * by, handle.at[1] + dy * by])),
    { points } = now,
    [a, b] = points;
  if (word === VOCABULARY.corners && a && b && !(a[0] < b[0] && a[1] < b[1])) return; // not through the other side
  if (handle.absent) see(s, shape, handle.i, 2, points);
  else edit(s, [withPoints(now, word.finish(points))], { nudged: true });
  atWalked(s);
  clearTimeout(s.spotTimer);
  s.spotTimer = setTimeout(() => sayWalked(s), SAY_MS);
}

export function insertVertex(s: Shown): boolean {
  // in the middle of the edge that begins here
  const handle = walked(s);
  if (!handle) return false;
  const { shape, i } = handle,
    kind = kindOf(s, shape),
    [from, to] = spansOf(shape)[ringOf(shape, i)] ?? [0, 0];
  const next = i + 1 < to ? shape.points[i + 1] : kind.closed ? shape.points[from] : null;
  const at = shape.points[i];
  if (kind.gesture !== "path" || !at || !next || shape.points.length >= (kind.max_points ?? Infinity)) return false;
  edit(s, [inserted(shape, i, [round2((at[0] + next[0]) / 2), round2((at[1] + next[1]) / 2)])]);
  s.walk = { id: shape.id, i: i + 1 };
  atWalked(s);
  sayWalked(s);
  return true;
}
