// Gestures. Each one is an object that lives from its first press to its end: {move, up, key, dblclick, cancel, paint,
// points}. There is one at a time, s.gesture; ending it is dropping it, so there are no flags to forget.

import { T } from "../shared/texts.js";
import { edit, select } from "./actions.js";
import { placedPoints } from "./draw-path.js";
import {
  boxOf,
  clampTo,
  edgeOf,
  editedShape,
  FORMS,
  handleAt,
  inserted,
  ringOf,
  shiftedShape,
  shiftWithin,
  VOCABULARY,
  withPoints,
} from "./geometry.js";
import { drop, hoverAt } from "./hand.js";
import { GLOW, HALO, trace } from "./ink.js";
import { DRAG, far, onScreen, toImage } from "./pointer.js";
import { paint } from "./redraw.js";
import { removeRing } from "./rings.js";
import { sayBeside } from "./rotated.js";
import { kindWord, refuse } from "./send.js";
import { paintShape } from "./shape-painter.js";
import { setView } from "./view.js";

export function panning(s, from) {
  // what was being drawn goes on afterwards
  const v = s.v,
    drawn = s.gesture?.name === "draw" ? s.gesture : null;
  return {
    name: "pan",
    cursor: "grabbing",
    paint: (ctx) => drawn?.paint(ctx),
    move: (at) => far(at, from) && setView(s, { ...v, x: v.x + at[0] - from[0], y: v.y + at[1] - from[1], fit: false }),
    up() {
      s.gesture = drawn;
      hoverAt(s);
      paint(s);
    },
    cancel() {
      if (drawn) drawn.cancel();
      else drop(s);
    },
  };
}

export function banding(s, from) {
  // a box beside the shapes: selects what it holds or cuts a point of
  const first = toImage(s, from),
    before = [...s.selected];
  let box = null;
  const held = (shape) =>
    (shape.box[0] >= box[0] && shape.box[1] >= box[1] && shape.box[2] <= box[2] && shape.box[3] <= box[3]) ||
    shape.points.some(([x, y]) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
  return {
    name: "band",
    cursor: "crosshair",
    move(at) {
      if (box || far(at, from)) {
        box = boxOf([first, toImage(s, at)]);
        paint(s);
      }
    },
    up() {
      s.gesture = null;
      if (box)
        select(s, [
          ...new Set([
            ...before,
            ...[...s.shapes.values()].filter((v) => !s.hidden.has(v.id) && held(v)).map((v) => v.id),
          ]),
        ]);
      drop(s);
    },
    cancel: () => drop(s),
    paint(ctx) {
      if (box)
        paintDraft(
          ctx,
          s,
          {},
          [
            [box[0], box[1]],
            [box[2], box[3]],
          ],
          GLOW,
        );
    },
  };
}

export function moving(s, from, pressed) {
  const ids = [...s.selected].filter((id) => !s.locked.has(id)),
    start = new Map(ids.map((id) => [id, s.shapes.get(id)]));
  const box = boxOf([...start.values()].flatMap((v) => v.points));
  let shift = null;
  return {
    name: "move",
    cursor: "move",
    moves: start,
    get shift() {
      return shift;
    },
    get hidesHandles() {
      return shift !== null;
    },
    shown: (id) => (shift && start.has(id) ? shiftedShape(s, start.get(id), ...shift) : undefined),
    move(at) {
      if (!ids.length || (!shift && !far(at, from))) return;
      shift = shiftWithin(s.image, box, (at[0] - from[0]) / s.v.k, (at[1] - from[1]) / s.v.k);
      paint(s);
    },
    up() {
      const moved = shift && ids.filter((id) => s.shapes.has(id)).map((id) => shiftedShape(s, start.get(id), ...shift));
      s.gesture = null;
      if (moved) edit(s, moved);
      else if (s.selected.size > 1) select(s, [pressed.id]);
      drop(s);
    },
    cancel: () => drop(s),
  };
}

export function reshaping(s, handle, from) {
  const { shape } = handle,
    word = VOCABULARY[s.kinds.get(shape.kind).gesture];
  const grab = [from[0] - (handle.at[0] * s.v.k + s.v.x), from[1] - (handle.at[1] * s.v.k + s.v.y)];
  let now = null;
  return {
    name: "reshape",
    of: shape,
    cursor: handle.cursor === "grab" ? "grabbing" : handle.cursor,
    shown: (id) => (id === shape.id && now) || undefined,
    move(at, e) {
      if (!now && !far(at, from)) return;
      const to = toImage(s, [at[0] - grab[0], at[1] - grab[1]]);
      now = word.reshape(shape, handle, handle.free ? to : clampTo(s.image, to), e?.shiftKey);
      paint(s);
    },
    up() {
      s.gesture = null;
      if (now && s.shapes.has(shape.id) && handle.absent) see(s, shape, handle.i, 2, word.finish(now.points));
      else if (now && s.shapes.has(shape.id)) edit(s, [withPoints(now, word.finish(now.points))]);
      drop(s);
    },
    cancel: () => drop(s),
    paint: (ctx) => {
      if (now && word.says) sayBeside(ctx, s, word.says(now));
    },
  };
}

function paintDraft(ctx, s, kind, points, color = "#ffb000") {
  if (kind.name) return paintShape(ctx, s, { kind: kind.name, label: s.label, points }, { more: 0.02 });
  trace(ctx, s, FORMS.box({ points }), true); // a zone
  ctx.setLineDash([]);
  ctx.lineWidth = 4;
  ctx.strokeStyle = HALO;
  ctx.stroke();
  ctx.setLineDash([3, 3]);
  ctx.lineWidth = 2;
  ctx.strokeStyle = color;
  ctx.stroke();
  ctx.setLineDash([]);
}

export function drawingCorners(s, from, kind, done) {
  // press, drag, release; or click, move, click
  const first = clampTo(s.image, toImage(s, from));
  let points = [first, first],
    dragged = false,
    clicked = false;
  const follow = (at) => {
    points = [first, clampTo(s.image, toImage(s, at))];
  };
  const end = (at) => {
    follow(at);
    s.gesture = null;
    const [x0, y0, x1, y1] = boxOf(points);
    if (Math.max(x1 - x0, y1 - y0) * s.v.k >= DRAG && x1 > x0 && y1 > y0) done(VOCABULARY.corners.finish(points));
    else refuse(s, "small", T("Too small: drag from one corner to the opposite one."));
    drop(s);
  };
  return {
    name: "draw",
    cursor: "crosshair",
    press: (at) => follow(at),
    box: () => (dragged || clicked ? boxOf(points) : null),
    move(at) {
      dragged ||= !clicked && far(at, from);
      follow(at);
      paint(s);
    },
    up(at) {
      if (dragged || clicked) end(at);
      else clicked = true;
    },
    cancel: () => drop(s),
    paint: (ctx) => (dragged || clicked) && paintDraft(ctx, s, kind, points),
  };
}

export function doubleClick(s, e) {
  // on an edge of the selected path: a new vertex there
  if (s.gesture?.dblclick) return s.gesture.dblclick();
  const shape = editedShape(s),
    point = toImage(s, onScreen(s, e));
  if (!shape || s.created === shape.id || (s.tool !== "select" && !e.altKey)) return;
  const kind = s.kinds.get(shape.kind),
    handle = handleAt(s, point);
  if (kind.gesture !== "path" || handle?.role === "vertex") return;
  const edge = edgeOf(shape, kind.closed, ...point);
  if (edge.distance * s.v.k > 8) return;
  edit(s, [inserted(shape, edge.i, clampTo(s.image, point))]);
  drop(s);
}

export function turnVertex(s, handle) {
  // visible, hidden, not in the image; or deleted
  const { shape, i } = handle;
  if (!s.kinds.get(shape.kind).figured) return removeVertex(s, handle);
  const seen = shape.visibility?.[i] ?? 2;
  return see(s, shape, i, seen ? seen - 1 : 2, shape.points);
}

export function see(s, shape, i, state, points) {
  // what is not in the image is where another point is
  const seen = points.map((_, j) => (j === i ? state : (shape.visibility?.[j] ?? 2)));
  if (!seen.some(Boolean))
    return refuse(s, "vertices", T("One point stays in the image; delete the whole shape instead."));
  edit(s, [{ ...withPoints(shape, placedPoints(points, seen)), visibility: seen }], { visibility: seen });
  return drop(s);
}

export function removeVertex(s, handle) {
  const { shape } = handle,
    kind = s.kinds.get(shape.kind);
  if (kind.figured) return see(s, shape, handle.i, 0, shape.points);
  const ring = ringOf(shape, handle.i);
  if (shape.counts?.length > 1 && shape.counts[ring] <= kind.min_points) return removeRing(s, handle);
  if (shape.points.length <= kind.min_points)
    return refuse(
      s,
      "vertices",
      T("A {kind} keeps at least {n} points; delete the whole shape instead.", {
        kind: kindWord(kind),
        n: kind.min_points,
      }),
    );
  edit(s, [
    withPoints(
      shape,
      shape.points.filter((_, i) => i !== handle.i),
      shape.counts?.map((n, r) => (r === ring ? n - 1 : n)),
    ),
  ]);
  drop(s);
}
