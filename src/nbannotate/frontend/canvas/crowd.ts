// Many shapes that are selected, or wait for ipycanvas, are painted once on a bitmap. While they are dragged, or the image
// moves, it is the bitmap that moves; it is painted anew when the image stands still.

import { kindOf, linesOf } from "./geometry.ts";
import { colorOf, GLOW, HALO, trace } from "./ink.ts";
import { paintShape } from "./shape-painter.ts";
import type { Bitmap, Point, SelectedLists, Shape, Shown } from "./types.ts";

export const MANY = 60,
  CROWD = 2000; // the latter as in canvas/draw_commands.py

function paintCrowd(
  ctx: CanvasRenderingContext2D,
  s: Shown,
  name: string,
  shapes: Shape[],
  glow: boolean,
  shift?: Point | null,
): void {
  const { canvas, v } = bitmapOf(s, name, shapes, glow),
    f = s.v.k / v.k,
    [dx, dy] = shift ?? [0, 0];
  ctx.drawImage(canvas, s.v.x - v.x * f + dx * s.v.k, s.v.y - v.y * f + dy * s.v.k, s.w * f, s.h * f);
}

function bitmapOf(s: Shown, name: string, shapes: Shape[], glow: boolean): Bitmap {
  const had = s.bitmaps.get(name),
    still = !s.gesture && s.r?.k === s.v.k && s.r.x === s.v.x && s.r.y === s.v.y;
  const here = had && had.v.k === s.v.k && had.v.x === s.v.x && had.v.y === s.v.y && had.w === s.w && had.h === s.h;
  if (had && had.shapes === shapes && had.colors === s.colors && (here || !still)) return had;
  const canvas = had?.canvas ?? document.createElement("canvas"),
    made: Bitmap = { canvas, v: s.v, w: s.w, h: s.h, shapes, colors: s.colors };
  canvas.width = s.overlay.width;
  canvas.height = s.overlay.height;
  const ctx = canvas.getContext("2d");
  if (!ctx) return made;
  ctx.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  const crowd = shapes.length > CROWD;
  if (glow) paintLayer(ctx, s, shapes, crowd ? { fill: GLOW } : { width: 9, color: GLOW });
  if (!crowd) paintLayer(ctx, s, shapes, { width: 4, color: HALO });
  paintLayer(ctx, s, shapes, { width: crowd ? 1 : 2 });
  s.bitmaps.set(name, made);
  return made;
}

// Upright boxes as such, which browsers paint several times faster than paths.
function paintLayer(
  ctx: CanvasRenderingContext2D,
  s: Shown,
  shapes: Shape[],
  { fill, width = 1, color }: { fill?: string; width?: number; color?: string },
): void {
  const { k, x, y } = s.v;
  const thin = !fill && width === 1;
  ctx.lineJoin = fill || thin ? "miter" : "round";
  ctx.globalAlpha = fill ? 0.45 : 1;
  for (const shape of shapes) {
    const [x0, y0, x1, y1] = shape.box,
      kind = kindOf(s, shape),
      paint = fill ?? color ?? colorOf(s, shape);
    if (x1 * k + x < -9 || y1 * k + y < -9 || x0 * k + x > s.w + 9 || y0 * k + y > s.h + 9) continue;
    if (fill) ctx.fillStyle = paint;
    else {
      ctx.strokeStyle = paint;
      ctx.lineWidth = width;
    }
    if (kind.form === "box") {
      if (fill) ctx.fillRect(x0 * k + x, y0 * k + y, (x1 - x0) * k, (y1 - y0) * k);
      else {
        ctx.lineJoin = "miter";
        ctx.strokeRect(x0 * k + x, y0 * k + y, (x1 - x0) * k, (y1 - y0) * k);
      }
      continue;
    }
    ctx.lineJoin = thin ? "miter" : "round";
    trace(ctx, s, linesOf(s, shape), kind.closed);
    if (kind.form === "dots") for (const [px, py] of shape.points) ctx.rect(px * k + x - 3, py * k + y - 3, 6, 6);
    if (fill && kind.closed) ctx.fill("evenodd");
    else if (fill) {
      ctx.strokeStyle = fill;
      ctx.lineWidth = 5;
      ctx.stroke();
    } else ctx.stroke();
  }
  ctx.globalAlpha = 1;
}

// What is selected, as lists that stay the same until it or one of its shapes changes: what a gesture moves, and the rest.
function selectedLists(s: Shown): SelectedLists {
  const moves = s.gesture?.moves,
    known = s.selectedLists;
  if (
    known &&
    known.selected === s.selected &&
    known.size === s.selected.size &&
    known.version === s.shapes.version &&
    known.moves === moves
  )
    return known;
  const shapes = [...s.selected].map((id) => s.shapes.get(id)).filter((shape) => shape !== undefined);
  const rest = moves ? shapes.filter((v) => !moves.has(v.id)) : [];
  let moved = moves ? shapes.filter((v) => moves.has(v.id)) : shapes;
  if (
    known &&
    known.version === s.shapes.version &&
    known.selected === s.selected &&
    known.moved.length === moved.length
  )
    moved = known.moved;
  s.selectedLists = { selected: s.selected, size: s.selected.size, version: s.shapes.version, moves, moved, rest };
  return s.selectedLists;
}

export function paintManySelected(ctx: CanvasRenderingContext2D, s: Shown): void {
  const { moved, rest } = selectedLists(s);
  if (rest.length) paintCrowd(ctx, s, "rest", rest, true);
  paintCrowd(ctx, s, "moved", moved, true, s.gesture?.shift);
}

export function paintGhosts(ctx: CanvasRenderingContext2D, s: Shown): void {
  // what ipycanvas has not painted yet
  if (s.ghosts.size <= MANY) {
    for (const { shape } of s.ghosts.values()) if (!s.selected.has(shape.id)) paintShape(ctx, s, shape);
    s.bitmaps.delete("ghosts");
    return;
  }
  if (s.ghostList?.of !== s.ghosts || s.ghostList.size !== s.ghosts.size || s.ghostList.selected !== s.selected) {
    const list = [...s.ghosts.values()].map((v) => v.shape).filter((v) => !s.selected.has(v.id));
    s.ghostList = { of: s.ghosts, size: s.ghosts.size, selected: s.selected, list };
  }
  paintCrowd(ctx, s, "ghosts", s.ghostList?.list ?? [], false);
}

export function forgetCrowd(s: Shown): void {
  // bitmaps of a stage are large
  if (s.selected.size > MANY || !s.selectedLists) return;
  s.selectedLists = null;
  s.bitmaps.delete("moved");
  s.bitmaps.delete("rest");
}
