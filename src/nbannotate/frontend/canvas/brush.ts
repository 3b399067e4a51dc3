// Painting: the gesture "stroke". A finished stroke travels as its path; Python turns it into pixels and answers with
// the new outline. Until then the stroke itself is shown, on top of what was there, as it will be.

import { T } from "../shared/texts.ts";
import { put, select, setTool } from "./actions.ts";
import { boxOf, clamp, round2, shapeAt } from "./geometry.ts";
import { drop, hoverAt, strokeKind } from "./hand.ts";
import { HALO, NEUTRAL } from "./ink.ts";
import { noRoom } from "./limit.ts";
import { newId, onScreen, toImage } from "./pointer.ts";
import { paint } from "./redraw.ts";
import { announce, complain, refuse, send } from "./send.ts";
import { paintStrokes } from "./shape-painter.ts";
import type { Gesture, Kind, Point, Press, Shape, Shown, Stage, Stroke } from "./types.ts";

function paintedShape(s: Shown, kind: Kind, point: Point, mode: Stroke["mode"]): Shape | null {
  // what a stroke goes on: the selected mask, or the one below
  const [id = ""] = s.selected,
    one = s.selected.size === 1 ? s.shapes.get(id) : null;
  if (one?.kind === kind.name) return one;
  const below = mode === "add" ? null : shapeAt(s, point);
  return below && below.kind === kind.name && !s.locked.has(below.id) ? below : null;
}

const rounded = ([x, y]: Point): Point => [round2(x), round2(y)];

export function drawingStroke(s: Shown, from: Point, kind: Kind, e: Press): (Gesture & { stroke: Stroke }) | undefined {
  const mode = e.shiftKey && s.mode !== "fill" ? (s.mode === "add" ? "erase" : "add") : s.mode;
  const first = rounded(toImage(s, from)),
    path = [first],
    size = s.brush;
  const shape = paintedShape(s, kind, first, mode);
  if (mode !== "add" && !shape) {
    refuse(s, "mask", T("Select the mask first that is to be changed."));
    return undefined;
  }
  if (!shape && noRoom(s)) return undefined;
  if (shape && !s.selected.has(shape.id)) select(s, [shape.id]);
  const stroke: Stroke = { path, size, mode, n: Infinity, id: shape?.id ?? newId() };
  return {
    name: "draw",
    cursor: "none",
    stroke,
    move(at, e2) {
      for (const event of e2?.getCoalescedEvents?.() ?? []) add(onScreen(s, event));
      add(at);
      paint(s);
    },
    up() {
      s.gesture = null;
      if (!shape) {
        select(s, []);
        const allowed = s.labels.find((v) => v.name === s.label);
        const label = allowed && (!allowed.kinds.length || allowed.kinds.includes(kind.name)) ? s.label : "";
        const [x0, y0, x1, y1] = boxOf(path);
        put(
          s,
          stroke.id,
          kind.name,
          label,
          [
            [x0 - size, y0 - size],
            [x1 + size, y1 + size],
          ],
          { rings: [] },
        );
        s.selected = new Set([stroke.id]);
        Object.assign(s, { created: stroke.id, ready: Boolean(label) });
      }
      stroke.n = send(s, "stroke", { id: stroke.id, kind: kind.name, points: path, size, mode });
      if (!shape) s.selectedAt = stroke.n;
      if (mode !== "fill") s.strokes.push(stroke);
      drop(s);
    },
    cancel: () => drop(s),
    paint: (ctx) => {
      if (!shape && mode !== "fill") paintStrokes(ctx, s, { label: s.label }, [], [stroke], 0.4);
    },
  };
  function add(at: Point): void {
    const point = rounded(toImage(s, at)),
      last = path.at(-1) ?? first;
    if (mode !== "fill" && Math.hypot(point[0] - last[0], point[1] - last[1]) > Math.max(0.3, size / 6))
      path.push(point);
  }
}

export function paintBrush(ctx: CanvasRenderingContext2D, s: Shown): void {
  // the brush under the pointer, in its true size
  const kind = strokeKind(s);
  if (!kind || !s.cursor || !s.pointerInside || (s.gesture && !s.gesture.stroke)) return;
  const mode =
    s.gesture?.stroke?.mode ?? (s.shift && s.mode !== "fill" ? (s.mode === "add" ? "erase" : "add") : s.mode);
  const [x, y] = s.cursor,
    r = mode === "fill" ? 5 : Math.max(1.5, s.brush * s.v.k);
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.lineWidth = 3;
  ctx.strokeStyle = HALO;
  ctx.stroke();
  ctx.setLineDash(mode === "erase" ? [4, 3] : []);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = "#ffffff";
  ctx.stroke();
  ctx.setLineDash([]);
  if (mode === "fill") {
    ctx.fillStyle = s.colors.get(s.label) ?? NEUTRAL;
    ctx.fill();
  }
}

export function setMode(s: Stage, mode: Stroke["mode"]): void {
  const kind = [...s.kinds.values()].find((v) => v.gesture === "stroke");
  if (!kind || !s.editable) return;
  setTool(s, kind.name);
  s.mode = mode;
  complain(
    s,
    mode === "fill"
      ? T("Fill a hole: click into it")
      : mode === "erase"
        ? T("Eraser, {n} pixels", { n: Math.round(2 * s.brush) })
        : T("Brush, {n} pixels", { n: Math.round(2 * s.brush) }),
  );
  hoverAt(s);
  paint(s);
}

export function resizeBrush(s: Stage, factor: number): false | undefined {
  if (!strokeKind(s)) return false;
  s.brush = clamp(round2(s.brush * factor), 0.5, 500);
  announce(s, T("Brush, {n} pixels", { n: Math.round(2 * s.brush) }));
  paint(s);
  return undefined;
}
