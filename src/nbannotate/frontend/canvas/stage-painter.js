// Paints what moves: the shape being drawn or edited, the selection with its handles, ghosts, hover and issue marks.
// Committed shapes are painted by ipycanvas, from Python, in the same style.

import { tellBar } from "./bar.js";
import { paintBrush } from "./brush.js";
import { forgetCrowd, MANY, paintGhosts, paintManySelected } from "./crowd.js";
import { paintFlaws, paintWrong } from "./flaws.js";
import { editedShape, handlesOf, reachOf } from "./geometry.js";
import { tellHand } from "./hand.js";
import { colorOf, HALO, paintChip } from "./ink.js";
import { paintSpot } from "./keyboard-cursor.js";
import { endRings, paintGroups } from "./rings.js";
import { angleSaid } from "./rotated.js";
import { labelsSaid } from "./shape-labels.js";
import { markBox, paintCrossings, paintHandle, paintShape } from "./shape-painter.js";

function paintMarks(ctx, s) {
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

function paintGuides(ctx, s) {
  // thin lines through the pointer while a tool is ready to draw
  if (!s.cursor || s.gesture || s.hover || s.tool === "select" || !s.pointerInside || s.spot) return;
  const kind = s.tool === "zone" ? { gesture: "corners" } : s.kinds.get(s.tool);
  if (kind?.gesture !== "corners") return;
  const [cx, cy] = s.cursor.map((v) => Math.round(v) + 0.5);
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

export function paintStage(s) {
  tellHand(s);
  const ctx = s.ctx;
  ctx.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  ctx.clearRect(0, 0, s.w, s.h);
  if (!s.image || !s.v) return;
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
    paintCrossings(ctx, s, s.kinds.get(edited.kind), shown);
    for (const handle of shows ? handlesOf(s, shown) : []) {
      const hot = !s.gesture && s.hover?.handle && s.hover.handle.role === handle.role && s.hover.handle.i === handle.i;
      paintHandle(ctx, s, handle, s.colors.get(edited.label) ?? "#333333", hot, reach);
    }
  }
  const pointed = s.gesture ? null : s.hover?.handle,
    figure = pointed ? s.figures.get(pointed.shape.label) : null;
  if (figure?.points[pointed.i] && s.kinds.get(pointed.shape.kind).figured) {
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
  const told = figure && s.kinds.get(pointed.shape.kind).figured;
  const named =
    s.gesture || told ? null : (hovered ?? (s.selected.size === 1 ? s.shapes.get([...s.selected][0]) : null));
  const lock = named && s.locked.has(named.id) ? "🔒 " : "";
  const turns = named && s.kinds.get(named.kind).gesture === "edge";
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
