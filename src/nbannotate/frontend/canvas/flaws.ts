// Shapes with flaws: a broken outline, a sign and, while one is looked at, sentences. Python finds them (shapes/flaws.py);
// where an outline crosses itself while it is drawn or reshaped is shown at once (paintCrossings).

import { said } from "../shared/texts.ts";
import { clamp, kindOf, linesOf } from "./geometry.ts";
import { paintChip, trace } from "./ink.ts";
import type { Shape, Shown } from "./types.ts";

const FLAW = "#d92d20",
  MOST_FLAWED = 400;

function flawedShapes(s: Shown): Shape[] {
  // looked for again only when shapes have changed
  if (s.flawedAt !== s.shapes.version || s.flawedOf !== s.shapes) {
    s.flawedAt = s.shapes.version;
    s.flawedOf = s.shapes;
    s.flawed = [...s.shapes.values()].filter((shape) => shape.flaws);
  }
  return s.flawed ?? [];
}

export function paintFlaws(ctx: CanvasRenderingContext2D, s: Shown): void {
  const { k, x, y } = s.v;
  let painted = 0;
  for (const shape of flawedShapes(s)) {
    const [x0, y0, x1, y1] = shape.box;
    if (s.hidden.has(shape.id) || x1 * k + x < 0 || y1 * k + y < 0 || x0 * k + x > s.w || y0 * k + y > s.h) continue;
    if (s.gesture?.shown?.(shape.id)) continue; // it is being mended
    if (++painted > MOST_FLAWED) return;
    trace(ctx, s, linesOf(s, shape), kindOf(s, shape).closed);
    ctx.lineJoin = "round";
    ctx.lineWidth = 5;
    ctx.strokeStyle = "#ffffff";
    ctx.stroke();
    ctx.setLineDash([9, 5]);
    ctx.lineWidth = 3;
    ctx.strokeStyle = FLAW;
    ctx.stroke();
    ctx.setLineDash([]);
    paintSign(ctx, clamp(x1 * k + x + 15, 12, s.w - 12), clamp(y0 * k + y - 9, 12, s.h - 12)); // beside the handle
  }
}

function paintSign(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  // a warning triangle
  ctx.beginPath();
  ctx.moveTo(x, y - 10);
  ctx.lineTo(x + 11, y + 8);
  ctx.lineTo(x - 11, y + 8);
  ctx.closePath();
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.strokeStyle = "#ffffff";
  ctx.stroke();
  ctx.fillStyle = FLAW;
  ctx.fill();
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(x - 1.25, y - 3.5, 2.5, 6);
  ctx.fillRect(x - 1.25, y + 4, 2.5, 2.5);
}

// What is wrong with the shape that is pointed at or selected alone, below it.
export function paintWrong(ctx: CanvasRenderingContext2D, s: Shown, shape: Shape | null | undefined): void {
  if (!shape?.flaws || s.gesture) return;
  const { k, x, y } = s.v;
  shape.flaws.forEach((sentence, i) =>
    paintChip(ctx, s, `⚠ ${said(sentence)}`, shape.box[0] * k + x - 1, shape.box[3] * k + y + 24 + 20 * i, FLAW, 120),
  );
}

export const flawsSaid = (shape: Shape): string => (shape.flaws ?? []).map((sentence) => said(sentence)).join(" ");
