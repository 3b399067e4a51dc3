// Gestures. Each one is an object that lives from its first press to its end: {move, up, key, dblclick, cancel, paint,
// points}. There is one at a time, s.gesture; ending it is dropping it, so there are no flags to forget.

import { T } from "../shared/texts.ts";
import { edit, select } from "./actions.ts";
import { type Done, placedPoints } from "./draw-path.ts";
import {
  boxOf,
  clampTo,
  edgeOf,
  editedShape,
  FORMS,
  handleAt,
  inserted,
  kindOf,
  ringOf,
  shiftedShape,
  shiftWithin,
  VOCABULARY,
  withPoints,
} from "./geometry.ts";
import { drop, hoverAt } from "./hand.ts";
import { GLOW, HALO, trace } from "./ink.ts";
import { DRAG, far, onScreen, toImage } from "./pointer.ts";
import { paint } from "./redraw.ts";
import { removeRing } from "./rings.ts";
import { sayBeside } from "./rotated.ts";
import { kindWord, refuse } from "./send.ts";
import { paintShape } from "./shape-painter.ts";
import type { Box, Gesture, Held, Kind, Point, Press, Shape, Shown } from "./types.ts";
import { setView } from "./view.ts";

export function panning(s: Shown, from: Point): Gesture {
  // what was being drawn goes on afterwards
  const v = s.v,
    drawn = s.gesture?.name === "draw" ? s.gesture : null;
  return {
    name: "pan",
    cursor: "grabbing",
    paint: (ctx) => drawn?.paint?.(ctx),
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

export function banding(s: Shown, from: Point): Gesture {
  // a box beside the shapes: selects what it holds or cuts a point of
  const first = toImage(s, from),
    before = [...s.selected];
  let box: Box | null = null;
  const held = (shape: Shape, box: Box): boolean =>
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
      const found = box;
      if (found)
        select(s, [
          ...new Set([
            ...before,
            ...[...s.shapes.values()].filter((v) => !s.hidden.has(v.id) && held(v, found)).map((v) => v.id),
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
          null,
          [
            [box[0], box[1]],
            [box[2], box[3]],
          ],
          GLOW,
        );
    },
  };
}

export function moving(s: Shown, from: Point, pressed: Shape): Gesture {
  const start = new Map<string, Shape>();
  for (const id of s.selected) {
    const shape = s.locked.has(id) ? undefined : s.shapes.get(id);
    if (shape) start.set(id, shape);
  }
  const box = boxOf([...start.values()].flatMap((v) => v.points));
  let shift: Point | null = null;
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
    shown(id) {
      const shape = start.get(id);
      return shift && shape ? shiftedShape(s, shape, ...shift) : undefined;
    },
    move(at) {
      if (!start.size || (!shift && !far(at, from))) return;
      shift = shiftWithin(s.image, box, (at[0] - from[0]) / s.v.k, (at[1] - from[1]) / s.v.k);
      paint(s);
    },
    up() {
      const by = shift;
      s.gesture = null;
      if (by)
        edit(
          s,
          [...start.values()].filter((v) => s.shapes.has(v.id)).map((v) => shiftedShape(s, v, ...by)),
        );
      else if (s.selected.size > 1) select(s, [pressed.id]);
      drop(s);
    },
    cancel: () => drop(s),
  };
}

export function reshaping(s: Shown, handle: Held, from: Point): Gesture {
  const { shape } = handle,
    word = VOCABULARY[kindOf(s, shape).gesture] ?? VOCABULARY.stroke;
  const grab: Point = [from[0] - (handle.at[0] * s.v.k + s.v.x), from[1] - (handle.at[1] * s.v.k + s.v.y)];
  let now: Shape | null = null;
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

function paintDraft(
  ctx: CanvasRenderingContext2D,
  s: Shown,
  kind: Kind | null,
  points: Point[],
  color = "#ffb000",
): void {
  if (kind) {
    paintShape(ctx, s, { kind: kind.name, label: s.label, points }, { more: 0.02 });
    return;
  }
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

// Press, drag, release; or click, move, click. Without a kind it is a zone.
export function drawingCorners(s: Shown, from: Point, kind: Kind | null, done: Done): Gesture {
  const first = clampTo(s.image, toImage(s, from));
  let points: [Point, Point] = [first, first],
    dragged = false,
    clicked = false;
  const follow = (at: Point): void => {
    points = [first, clampTo(s.image, toImage(s, at))];
  };
  const end = (at: Point): void => {
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

export function doubleClick(s: Shown, e: Pick<Press, "clientX" | "clientY" | "altKey">): void {
  // on an edge of the selected path: a new vertex there
  if (s.gesture?.dblclick) {
    s.gesture.dblclick();
    return;
  }
  const shape = editedShape(s),
    point = toImage(s, onScreen(s, e));
  if (!shape || s.created === shape.id || (s.tool !== "select" && !e.altKey)) return;
  const kind = kindOf(s, shape),
    handle = handleAt(s, point);
  if (kind.gesture !== "path" || handle?.role === "vertex") return;
  const edge = edgeOf(shape, kind.closed, ...point);
  if (edge.distance * s.v.k > 8) return;
  edit(s, [inserted(shape, edge.i, clampTo(s.image, point))]);
  drop(s);
}

export function turnVertex(s: Shown, handle: Held): void {
  // visible, hidden, not in the image; or deleted
  const { shape, i } = handle,
    seen = shape.visibility?.[i] ?? 2;
  if (kindOf(s, shape).figured) see(s, shape, i, seen ? seen - 1 : 2, shape.points);
  else removeVertex(s, handle);
}

export function see(s: Shown, shape: Shape, i: number, state: number, points: Point[]): void {
  // what is not in the image is where another point is
  const seen = points.map((_, j) => (j === i ? state : (shape.visibility?.[j] ?? 2)));
  if (!seen.some(Boolean)) {
    refuse(s, "vertices", T("One point stays in the image; delete the whole shape instead."));
    return;
  }
  edit(s, [{ ...withPoints(shape, placedPoints(points, seen)), visibility: seen }], { visibility: seen });
  drop(s);
}

export function removeVertex(s: Shown, handle: Held): void {
  const { shape } = handle,
    kind = kindOf(s, shape);
  if (kind.figured) {
    see(s, shape, handle.i, 0, shape.points);
    return;
  }
  const ring = ringOf(shape, handle.i);
  if (shape.counts && shape.counts.length > 1 && (shape.counts[ring] ?? 0) <= kind.min_points) {
    removeRing(s, handle);
    return;
  }
  if (shape.points.length <= kind.min_points) {
    const most = { kind: kindWord(kind), n: kind.min_points };
    refuse(s, "vertices", T("A {kind} keeps at least {n} points; delete the whole shape instead.", most));
    return;
  }
  edit(s, [
    withPoints(
      shape,
      shape.points.filter((_, i) => i !== handle.i),
      shape.counts?.map((n, r) => (r === ring ? n - 1 : n)),
    ),
  ]);
  drop(s);
}
