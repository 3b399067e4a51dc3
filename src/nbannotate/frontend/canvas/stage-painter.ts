// Paints what moves: the shape being drawn or edited, the selection with its handles, ghosts, hover and issue marks.
// Committed shapes are painted by ipycanvas, from Python, in the same style.

import { tellBar } from "./bar.ts";
import { paintBrush } from "./brush.ts";
import { forgetCrowd, MANY, paintGhosts, paintManySelected } from "./crowd.ts";
import { paintFlaws, paintWrong } from "./flaws.ts";
import { editedShape, handlesOf, kindOf, reachOf } from "./geometry.ts";
import { tellHand } from "./hand.ts";
import { colorOf, HALO, paintChip } from "./ink.ts";
import { paintSpot } from "./keyboard-cursor.ts";
import { endRings, paintGroups } from "./rings.ts";
import { labelsSaid } from "./shape-labels.ts";
import { markBox, paintCrossings, paintHandle, paintShape } from "./shape-painter.ts";
import { angleSaid } from "./turned.ts";
import { isShown, type Shown, type Stage } from "./types.ts";

function paintMarks(ctx: CanvasRenderingContext2D, s: Shown): void {
  for (const mark of s.marks) {
    const box = markBox(s, mark);
    if (!box) continue;
    const { k, x, y } = s.v,
      hot = s.hoverMark === mark.id;
    const left = box[0] * k + x,
      top = box[1] * k + y,
      pad = mark.zone ? 0 : 5;
    if (left > s.w || top > s.h || box[2] * k + x < 0 || box[3] * k + y < 0) continue; // out of sight
    if (mark.zone) {
      ctx.setLineDash([]);
      ctx.lineWidth = 4;
      ctx.strokeStyle = HALO;
      ctx.strokeRect(left, top, (box[2] - box[0]) * k, (box[3] - box[1]) * k);
      ctx.setLineDash([3, 3]);
      ctx.lineWidth = 2;
      ctx.strokeStyle = mark.color;
      ctx.strokeRect(left, top, (box[2] - box[0]) * k, (box[3] - box[1]) * k);
      ctx.setLineDash([]);
    }
    paintChip(ctx, s, hot && mark.text ? `⚑ ${mark.text}` : "⚑", left - pad, top - pad, mark.color);
  }
}

function paintGuides(ctx: CanvasRenderingContext2D, s: Shown): void {
  // thin lines through the pointer while a tool is ready to draw
  if (!s.cursor || s.gesture || s.hover || s.tool === "select" || !s.pointerInside || s.spot) return;
  const kind = s.tool === "zone" ? { gesture: "corners" } : s.kinds.get(s.tool);
  if (kind?.gesture !== "corners") return;
  const cx = Math.round(s.cursor[0]) + 0.5,
    cy = Math.round(s.cursor[1]) + 0.5;
  ctx.beginPath();
  ctx.moveTo(0, cy);
  ctx.lineTo(s.w, cy);
  ctx.moveTo(cx, 0);
  ctx.lineTo(cx, s.h);
  ctx.lineWidth = 3;
  ctx.strokeStyle = "rgba(0, 0, 0, 0.18)";
  ctx.stroke();
  ctx.lineWidth = 1;
  ctx.strokeStyle = "rgba(255, 255, 255, 0.7)";
  ctx.stroke();
}

export function paintStage(s: Stage): void {
  tellHand(s);
  const ctx = s.ctx;
  ctx.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  ctx.clearRect(0, 0, s.w, s.h);
  if (!isShown(s)) return;
  endRings(s);
  paintGhosts(ctx, s);
  const hovered = s.hover?.shape && !s.selected.has(s.hover.shape.id) ? s.shapes.get(s.hover.shape.id) : null;
  if (hovered) paintShape(ctx, s, hovered, { width: 3, more: 0.08 });
  forgetCrowd(s);
  if (s.selected.size > MANY) paintManySelected(ctx, s);
  else
    for (const id of s.selected) {
      const shape = s.shapes.get(id);
      if (shape)
        paintShape(ctx, s, s.gesture?.shown?.(id) ?? shape, { width: 2.5, more: 0.03, glow: s.selected.size > 1 });
    }
  paintGroups(ctx, s);
  paintFlaws(ctx, s);
  paintMarks(ctx, s);
  const edited = editedShape(s);
  if (edited && !s.gesture?.hidesHandles) {
    const shown = s.gesture?.shown?.(edited.id) ?? edited;
    const reach = reachOf(s, edited),
      shows = reach > 0 || s.walk || s.gesture?.name === "reshape";
    paintCrossings(ctx, s, kindOf(s, edited), shown);
    for (const handle of shows ? handlesOf(s, shown) : []) {
      const over = s.gesture ? null : s.hover?.handle,
        hot = over?.role === handle.role && over.i === handle.i;
      paintHandle(ctx, s, handle, s.colors.get(edited.label) ?? "#333333", hot, reach);
    }
  }
  const pointed = s.gesture ? null : s.hover?.handle,
    figure = pointed ? s.figures.get(pointed.shape.label) : null;
  const told = pointed && figure && kindOf(s, pointed.shape).figured;
  if (told && figure.points[pointed.i]) {
    const state = ["not in the image", "hidden", "visible"][pointed.shape.visibility?.[pointed.i] ?? 2];
    paintChip(
      ctx,
      s,
      `${figure.points[pointed.i]} · ${state}`,
      pointed.at[0] * s.v.k + s.v.x + 10,
      pointed.at[1] * s.v.k + s.v.y - 8,
      "#24282d",
    );
  }
  const [first = ""] = s.selected,
    named = s.gesture || told ? null : (hovered ?? (s.selected.size === 1 ? s.shapes.get(first) : null));
  const lock = named && s.locked.has(named.id) ? "🔒 " : "";
  const turns = named && kindOf(s, named).gesture === "edge";
  if (named && (named.label || lock || turns)) {
    const { k, x, y } = s.v;
    paintChip(
      ctx,
      s,
      lock + labelsSaid(named) + (turns ? ` · ${angleSaid(named)}` : ""),
      named.box[0] * k + x - 1,
      named.box[1] * k + y - 7,
      colorOf(s, named),
    );
  }
  paintWrong(ctx, s, named);
  paintGuides(ctx, s);
  paintBrush(ctx, s);
  s.gesture?.paint?.(ctx);
  paintSpot(ctx, s);
  tellBar(s);
}
