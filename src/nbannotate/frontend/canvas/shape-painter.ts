// One shape with its handles and strokes, as it is painted while it moves.

import { clamp, crossings, kindOf, linesOf, ringsOf } from "./geometry.ts";
import { colorOf, GLOW, HALO, NEUTRAL, paintDot, trace } from "./ink.ts";
import type { Box, Handle, Kind, Line, Mark, Outline, Shape, Shown, Stage, Stroke } from "./types.ts";

/** How a shape is painted: the width of its line, how much more its inside is filled, and whether it glows. */
interface Look {
  width?: number;
  more?: number;
  glow?: boolean;
}

/** A shape, also one that is only being drawn. */
export type Drawn = Outline & Pick<Shape, "kind" | "label" | "color"> & { id?: string };

export function paintShape(
  ctx: CanvasRenderingContext2D,
  s: Shown,
  shape: Drawn,
  { width = 2, more = 0, glow = false }: Look = {},
): void {
  const kind = kindOf(s, shape),
    color = colorOf(s, shape),
    known = color !== NEUTRAL,
    fill = kind.opacity + more;
  const strokes = shape.rings ? strokesOn(s, shape.id) : [];
  if (strokes.length) {
    paintStrokes(ctx, s, shape, linesOf(s, shape), strokes, fill);
    return;
  }
  trace(ctx, s, linesOf(s, shape), kind.closed);
  ctx.lineJoin = "round";
  if (kind.closed) {
    ctx.globalAlpha = fill;
    ctx.fillStyle = color;
    ctx.fill("evenodd");
    ctx.globalAlpha = 1;
  }
  ctx.setLineDash([]);
  if (glow) {
    // one of several that are selected
    ctx.lineWidth = width + 7;
    ctx.strokeStyle = GLOW;
    ctx.stroke();
    if (kind.form === "dots") shape.points.forEach((at) => paintDot(ctx, s, at, GLOW, width + 4));
    trace(ctx, s, linesOf(s, shape), kind.closed);
  }
  ctx.lineWidth = width + 2;
  ctx.strokeStyle = HALO;
  ctx.stroke();
  if (!known) ctx.setLineDash([6, 4]);
  ctx.lineWidth = width;
  ctx.strokeStyle = color;
  ctx.stroke();
  ctx.setLineDash([]);
  if (kind.form === "dots") shape.points.forEach((at, i) => paintDot(ctx, s, at, color, width, shape.visibility?.[i]));
}

export function paintCrossings(ctx: CanvasRenderingContext2D, s: Shown, kind: Kind, shape: Outline): void {
  // shown at once, while someone draws or reshapes
  if (!kind.closed || kind.form !== "path") return;
  for (const [px, py] of ringsOf(shape).flatMap(crossings)) {
    ctx.beginPath();
    ctx.arc(px * s.v.k + s.v.x, py * s.v.k + s.v.y, 8, 0, 7);
    ctx.lineWidth = 5;
    ctx.strokeStyle = "#ffffff";
    ctx.stroke();
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = "#d92d20";
    ctx.stroke();
  }
}

export function paintHandle(
  ctx: CanvasRenderingContext2D,
  s: Shown,
  handle: Pick<Handle, "role" | "at" | "from" | "absent">,
  color: string,
  hot: boolean,
  reach = Infinity,
): void {
  if (handle.role === "turn" && handle.from) paintLine(ctx, s, [handle.from, handle.at], color);
  const x = handle.at[0] * s.v.k + s.v.x,
    y = handle.at[1] * s.v.k + s.v.y;
  const part = clamp(reach / (8 * (s.coarse ?? 1)), 0.55, 1);
  const size = ((handle.role === "middle" ? 3 : 4.5) * part + (hot ? 1.5 : 0)) * Math.sqrt(s.coarse ?? 1);
  ctx.beginPath();
  if (handle.role === "corner") ctx.rect(x - size, y - size, 2 * size, 2 * size);
  else ctx.arc(x, y, size, 0, 7);
  ctx.fillStyle = handle.role === "middle" ? color : handle.absent ? "#8a929c" : "#ffffff";
  ctx.globalAlpha = handle.role === "middle" && !hot ? 0.75 : 1;
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = HALO;
  ctx.stroke();
  ctx.fill();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = handle.role === "middle" ? "#ffffff" : color;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

export function markBox(s: Pick<Stage, "shapes">, mark: Mark): Box | null {
  if (mark.zone) return mark.zone;
  const shape = mark.shape_id && s.shapes.get(mark.shape_id);
  return shape ? shape.box : null;
}

export function paintLine(ctx: CanvasRenderingContext2D, s: Shown, line: Line, color: string): void {
  trace(ctx, s, [line], false);
  ctx.setLineDash([]);
  ctx.lineWidth = 4;
  ctx.strokeStyle = HALO;
  ctx.stroke();
  ctx.lineWidth = 2;
  ctx.strokeStyle = color;
  ctx.stroke();
}

const strokesOn = (s: Stage, id?: string): Stroke[] =>
  [...s.strokes, s.gesture?.stroke].filter((v): v is Stroke => v?.id === id && v?.mode !== "fill");

// Pixels are painted apart first, so that an eraser takes them away and overlaps do not add up.
export function paintStrokes(
  ctx: CanvasRenderingContext2D,
  s: Shown,
  shape: Pick<Shape, "color" | "label">,
  rings: Line[],
  strokes: Stroke[],
  alpha: number,
): void {
  s.scratch ??= document.createElement("canvas");
  const { width, height } = s.overlay,
    { k, x, y } = s.v;
  if (s.scratch.width !== width || s.scratch.height !== height) Object.assign(s.scratch, { width, height });
  const pad = s.scratch.getContext("2d");
  if (!pad) return;
  pad.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  pad.globalCompositeOperation = "source-over";
  pad.clearRect(0, 0, s.w, s.h);
  pad.fillStyle = pad.strokeStyle = colorOf(s, shape);
  pad.lineCap = pad.lineJoin = "round";
  trace(pad, s, rings, true);
  pad.fill("evenodd");
  for (const { path, size, mode } of strokes) {
    pad.globalCompositeOperation = mode === "erase" ? "destination-out" : "source-over";
    pad.lineWidth = 2 * size * k;
    pad.beginPath();
    path.forEach(([px, py], i) => (i ? pad.lineTo(px * k + x, py * k + y) : pad.moveTo(px * k + x, py * k + y)));
    const [only] = path;
    if (only && path.length === 1) pad.lineTo(only[0] * k + x + 0.01, only[1] * k + y);
    pad.stroke();
  }
  ctx.globalAlpha = alpha;
  ctx.drawImage(s.scratch, 0, 0, s.w, s.h);
  ctx.globalAlpha = 1;
}
