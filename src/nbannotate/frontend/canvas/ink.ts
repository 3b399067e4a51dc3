// Colors, lines, dots and small flags on the overlay.

import { clamp } from "./geometry.ts";
import type { Line, Point, Shape, Stage, View } from "./types.ts";

export const HALO = "rgba(0, 0, 0, 0.55)",
  NEUTRAL = "#ffffff",
  GLOW = "#6aa5ff";

export function colorOf(s: Pick<Stage, "colors">, shape: Pick<Shape, "color" | "label">): string {
  return shape.color ?? s.colors.get(shape.label) ?? NEUTRAL;
}

export function trace(ctx: CanvasRenderingContext2D, s: { v: View }, lines: Line[], closed: boolean): void {
  const { k, x, y } = s.v;
  ctx.beginPath();
  for (const line of lines) {
    line.forEach(([px, py], i) => (i ? ctx.lineTo(px * k + x, py * k + y) : ctx.moveTo(px * k + x, py * k + y)));
    if (closed) ctx.closePath();
  }
}

export function paintDot(
  ctx: CanvasRenderingContext2D,
  s: { v: View },
  [px, py]: Point,
  color: string,
  width: number,
  seen = 2,
): void {
  // as in canvas/painter.py
  if (!seen) return;
  ctx.beginPath();
  ctx.arc(px * s.v.k + s.v.x, py * s.v.k + s.v.y, 2 + width, 0, 7);
  ctx.lineWidth = seen === 1 ? 4 : 2;
  ctx.strokeStyle = HALO;
  ctx.stroke();
  ctx.fillStyle = seen === 1 ? "#ffffff" : color;
  ctx.fill();
  if (seen === 1) {
    ctx.lineWidth = 2;
    ctx.strokeStyle = color;
    ctx.stroke();
  }
}

export function paintChip(
  ctx: CanvasRenderingContext2D,
  s: Pick<Stage, "w" | "h">,
  text: string,
  x: number,
  y: number,
  color: string,
  most = 60,
): void {
  // a small flag with a text, its lower left corner at (x, y)
  ctx.font = "600 11.5px system-ui, sans-serif";
  const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  const width = ctx.measureText(shown).width + 12,
    height = 18;
  const left = clamp(x, 2, Math.max(2, s.w - width - 2)),
    top = clamp(y - height, 2, Math.max(2, s.h - height - 2));
  ctx.beginPath();
  ctx.roundRect(left, top, width, height, 4);
  ctx.fillStyle = color;
  ctx.fill();
  ctx.lineWidth = 1;
  ctx.strokeStyle = HALO;
  ctx.stroke();
  ctx.fillStyle = isLight(color) ? "#111" : "#fff";
  ctx.textBaseline = "middle";
  ctx.fillText(shown, left + 6, top + height / 2 + 0.5);
}

function isLight(color: string): boolean {
  const m = /^#(..)(..)(..)$/.exec(color);
  if (!m) return true;
  const [r = 0, g = 0, b = 0] = m.slice(1).map((v) => parseInt(v, 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 150;
}
