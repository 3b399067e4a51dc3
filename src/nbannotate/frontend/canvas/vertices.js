// Vertices by keys: Alt + . and Alt + , walk through the vertices (or corners) of the selected shape, arrows move the one
// that is walked to, Enter puts another one after it, Delete takes it away, Esc lets go. s.walk is {id, i}.

import { T } from "../shared/texts.js";
import { edit } from "./actions.js";
import { clampTo, editedShape, inserted, ringOf, round2, spansOf, VOCABULARY, withPoints } from "./geometry.js";
import { see } from "./gestures.js";
import { hoverAt, stopsOf, walked } from "./hand.js";
import { paint } from "./redraw.js";
import { degrees, turnOf } from "./rotated.js";
import { announce, complain, SAY_MS } from "./send.js";
import { intoSight } from "./view.js";

export function walk(s, step) {
  if (!s.image || !s.v || s.gesture) return undefined;
  const shape = editedShape(s);
  if (!shape && s.selected.size === 1 && s.locked.has([...s.selected][0]))
    return complain(s, T("This shape is locked; Shift+L unlocks it."));
  if (!shape) return complain(s, T("Select one shape first; its vertices are moved one by one."));
  const stops = stopsOf(s, shape),
    now = stops.findIndex((v) => v.i === s.walk?.i && s.walk.id === shape.id);
  if (!stops.length) return complain(s, T("This shape has no vertices; paint on it."));
  const next = now < 0 ? (step > 0 ? 0 : stops.length - 1) : (now + step + stops.length) % stops.length;
  s.spot = null;
  s.walk = { id: shape.id, i: stops[next].i };
  atWalked(s);
  return sayWalked(s);
}

function atWalked(s) {
  const handle = walked(s);
  if (handle) intoSight(s, [handle.at[0] * s.v.k + s.v.x, handle.at[1] * s.v.k + s.v.y]);
  hoverAt(s);
  paint(s);
}

function sayWalked(s) {
  const handle = walked(s);
  if (!handle) return;
  if (handle.role === "turn")
    return void announce(
      s,
      T("Turning: {angle}°, arrows turn it", { angle: degrees(turnOf(handle.shape.points).angle) }),
    );
  const total = stopsOf(s, handle.shape).length;
  const [x, y] = handle.at.map((v) => Math.round(v * 10) / 10),
    figure = s.kinds.get(handle.shape.kind).figured && s.figures.get(handle.shape.label);
  const name = figure ? figure.points[handle.i] : "";
  announce(
    s,
    name
      ? T("{name}: {x}, {y}", { name, x, y })
      : T("Vertex {i} of {total}: {x}, {y}", { i: handle.i + 1, total, x, y }),
  );
}

export function moveVertex(s, dx, dy, by) {
  const handle = walked(s),
    { shape } = handle,
    word = VOCABULARY[s.kinds.get(shape.kind).gesture];
  const now = word.reshape(shape, handle, clampTo(s.image, [handle.at[0] + dx * by, handle.at[1] + dy * by])),
    { points } = now;
  if (word === VOCABULARY.corners && !(points[0][0] < points[1][0] && points[0][1] < points[1][1])) return; // not through the other side
  if (handle.absent) see(s, shape, handle.i, 2, points);
  else edit(s, [withPoints(now, word.finish(points))], { nudged: true });
  atWalked(s);
  clearTimeout(s.spotTimer);
  s.spotTimer = setTimeout(() => sayWalked(s), SAY_MS);
}

export function insertVertex(s) {
  // in the middle of the edge that begins here
  const { shape, i } = walked(s),
    kind = s.kinds.get(shape.kind),
    [from, to] = spansOf(shape)[ringOf(shape, i)] ?? [0, 0];
  const next = i + 1 < to ? shape.points[i + 1] : kind.closed ? shape.points[from] : null;
  if (kind.gesture !== "path" || !next || shape.points.length >= (kind.max_points ?? Infinity)) return false;
  const at = shape.points[i];
  edit(s, [inserted(shape, i, [round2((at[0] + next[0]) / 2), round2((at[1] + next[1]) / 2)])]);
  s.walk = { id: shape.id, i: i + 1 };
  atWalked(s);
  sayWalked(s);
  return true;
}
