// Paints what moves: the shape being drawn or edited, the selection with its handles, ghosts, hover and issue marks.
// Committed shapes are painted by ipycanvas, from Python, in the same style.

const HALO = "rgba(0, 0, 0, 0.55)", NEUTRAL = "#ffffff", GLOW = "#6aa5ff";

function colorOf(s, shape) {
  return shape.color ?? s.colors.get(shape.label) ?? NEUTRAL;
}

function trace(ctx, s, lines, closed) {
  const { k, x, y } = s.v;
  ctx.beginPath();
  for (const line of lines) {
    line.forEach(([px, py], i) => (i ? ctx.lineTo(px * k + x, py * k + y) : ctx.moveTo(px * k + x, py * k + y)));
    if (closed) ctx.closePath();
  }
}

function paintShape(ctx, s, shape, { width = 2, more = 0, glow = false } = {}) {
  const kind = s.kinds.get(shape.kind), color = colorOf(s, shape), known = color !== NEUTRAL, fill = kind.opacity + more;
  const strokes = shape.rings ? strokesOn(s, shape.id) : [];
  if (strokes.length) return paintStrokes(ctx, s, shape, linesOf(s, shape), strokes, fill);
  trace(ctx, s, linesOf(s, shape), kind.closed);
  ctx.lineJoin = "round";
  if (kind.closed) { ctx.globalAlpha = fill; ctx.fillStyle = color; ctx.fill("evenodd"); ctx.globalAlpha = 1; }
  ctx.setLineDash([]);
  if (glow) {                                            // one of several that are selected
    ctx.lineWidth = width + 7; ctx.strokeStyle = GLOW; ctx.stroke();
    if (kind.form === "dots") shape.points.forEach((at) => paintDot(ctx, s, at, GLOW, width + 4));
    trace(ctx, s, linesOf(s, shape), kind.closed);
  }
  ctx.lineWidth = width + 2; ctx.strokeStyle = HALO; ctx.stroke();
  if (!known) ctx.setLineDash([6, 4]);
  ctx.lineWidth = width; ctx.strokeStyle = color; ctx.stroke();
  ctx.setLineDash([]);
  if (kind.form === "dots") shape.points.forEach((at, i) => paintDot(ctx, s, at, color, width, shape.visibility?.[i]));
  return undefined;
}

function paintDot(ctx, s, [px, py], color, width, seen = 2) {      // as in canvas/painter.py
  if (!seen) return;
  ctx.beginPath();
  ctx.arc(px * s.v.k + s.v.x, py * s.v.k + s.v.y, 2 + width, 0, 7);
  ctx.lineWidth = seen === 1 ? 4 : 2; ctx.strokeStyle = HALO; ctx.stroke();
  ctx.fillStyle = seen === 1 ? "#ffffff" : color; ctx.fill();
  if (seen === 1) { ctx.lineWidth = 2; ctx.strokeStyle = color; ctx.stroke(); }
}

function paintCrossings(ctx, s, kind, shape) {           // shown at once, while someone draws or reshapes
  if (!kind.closed || kind.form !== "path") return;
  for (const [px, py] of ringsOf(shape).flatMap(crossings)) {
    ctx.beginPath();
    ctx.arc(px * s.v.k + s.v.x, py * s.v.k + s.v.y, 8, 0, 7);
    ctx.lineWidth = 5; ctx.strokeStyle = "#ffffff"; ctx.stroke();
    ctx.lineWidth = 2.5; ctx.strokeStyle = "#d92d20"; ctx.stroke();
  }
}

function paintHandle(ctx, s, handle, color, hot, reach = Infinity) {
  if (handle.role === "turn") paintLine(ctx, s, [handle.from, handle.at], color);
  const x = handle.at[0] * s.v.k + s.v.x, y = handle.at[1] * s.v.k + s.v.y;
  const part = clamp(reach / (8 * (s.coarse ?? 1)), 0.55, 1);
  const size = ((handle.role === "middle" ? 3 : 4.5) * part + (hot ? 1.5 : 0)) * Math.sqrt(s.coarse ?? 1);
  ctx.beginPath();
  if (handle.role === "corner") ctx.rect(x - size, y - size, 2 * size, 2 * size); else ctx.arc(x, y, size, 0, 7);
  ctx.fillStyle = handle.role === "middle" ? color : handle.absent ? "#8a929c" : "#ffffff";
  ctx.globalAlpha = handle.role === "middle" && !hot ? 0.75 : 1;
  ctx.lineWidth = 3.5; ctx.strokeStyle = HALO; ctx.stroke();
  ctx.fill();
  ctx.lineWidth = 1.5; ctx.strokeStyle = handle.role === "middle" ? "#ffffff" : color; ctx.stroke();
  ctx.globalAlpha = 1;
}

function paintChip(ctx, s, text, x, y, color, most = 60) {         // a small flag with a text, its lower left corner at (x, y)
  ctx.font = "600 11.5px system-ui, sans-serif";
  const shown = text.length > most ? text.slice(0, most - 1) + "…" : text;
  const width = ctx.measureText(shown).width + 12, height = 18;
  const left = clamp(x, 2, Math.max(2, s.w - width - 2)), top = clamp(y - height, 2, Math.max(2, s.h - height - 2));
  ctx.beginPath();
  ctx.roundRect(left, top, width, height, 4);
  ctx.fillStyle = color; ctx.fill();
  ctx.lineWidth = 1; ctx.strokeStyle = HALO; ctx.stroke();
  ctx.fillStyle = isLight(color) ? "#111" : "#fff";
  ctx.textBaseline = "middle";
  ctx.fillText(shown, left + 6, top + height / 2 + 0.5);
}

function isLight(color) {
  const m = /^#(..)(..)(..)$/.exec(color);
  if (!m) return true;
  const [r, g, b] = m.slice(1).map((v) => parseInt(v, 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 150;
}

function markBox(s, mark) {
  if (mark.zone) return mark.zone;
  const shape = mark.shape_id && s.shapes.get(mark.shape_id);
  return shape ? shape.box : null;
}

function paintMarks(ctx, s) {
  for (const mark of s.marks) {
    const box = markBox(s, mark);
    if (!box) continue;
    const { k, x, y } = s.v, hot = s.hoverMark === mark.id;
    const left = box[0] * k + x, top = box[1] * k + y, pad = mark.zone ? 0 : 5;
    if (left > s.w || top > s.h || box[2] * k + x < 0 || box[3] * k + y < 0) continue;      // out of sight
    if (mark.zone) {
      ctx.setLineDash([]); ctx.lineWidth = 4; ctx.strokeStyle = HALO;
      ctx.strokeRect(left, top, (box[2] - box[0]) * k, (box[3] - box[1]) * k);
      ctx.setLineDash([3, 3]); ctx.lineWidth = 2; ctx.strokeStyle = mark.color;
      ctx.strokeRect(left, top, (box[2] - box[0]) * k, (box[3] - box[1]) * k);
      ctx.setLineDash([]);
    }
    paintChip(ctx, s, hot && mark.text ? `⚑ ${mark.text}` : "⚑", left - pad, top - pad, mark.color);
  }
}

function paintGuides(ctx, s) {                           // thin lines through the pointer while a tool is ready to draw
  if (!s.cursor || s.gesture || s.hover || s.tool === "select" || !s.pointerInside || s.spot) return;
  const kind = s.tool === "zone" ? { gesture: "corners" } : s.kinds.get(s.tool);
  if (!kind || kind.gesture !== "corners") return;
  const [cx, cy] = s.cursor.map((v) => Math.round(v) + 0.5);
  ctx.beginPath();
  ctx.moveTo(0, cy); ctx.lineTo(s.w, cy); ctx.moveTo(cx, 0); ctx.lineTo(cx, s.h);
  ctx.lineWidth = 3; ctx.strokeStyle = "rgba(0, 0, 0, 0.18)"; ctx.stroke();
  ctx.lineWidth = 1; ctx.strokeStyle = "rgba(255, 255, 255, 0.7)"; ctx.stroke();
}

function paint(s) {
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
  else for (const id of s.selected) {
    const shape = s.shapes.get(id);
    if (shape) paintShape(ctx, s, s.gesture?.shown?.(id) ?? shape, { width: 2.5, more: 0.03, glow: s.selected.size > 1 });
  }
  paintGroups(ctx, s);
  paintFlaws(ctx, s);
  paintMarks(ctx, s);
  const edited = editedShape(s);
  if (edited && !s.gesture?.hidesHandles) {
    const shown = s.gesture?.shown?.(edited.id) ?? edited;
    const reach = reachOf(s, edited), shows = reach > 0 || s.walk || s.gesture?.name === "reshape";
    paintCrossings(ctx, s, s.kinds.get(edited.kind), shown);
    for (const handle of shows ? handlesOf(s, shown) : []) {
      const hot = !s.gesture && s.hover?.handle && s.hover.handle.role === handle.role && s.hover.handle.i === handle.i;
      paintHandle(ctx, s, handle, s.colors.get(edited.label) ?? "#333333", hot, reach);
    }
  }
  const pointed = s.gesture ? null : s.hover?.handle, figure = pointed ? s.figures.get(pointed.shape.label) : null;
  if (figure?.points[pointed.i] && s.kinds.get(pointed.shape.kind).figured) {
    const state = ["not in the image", "hidden", "visible"][pointed.shape.visibility?.[pointed.i] ?? 2];
    paintChip(ctx, s, `${figure.points[pointed.i]} · ${state}`, pointed.at[0] * s.v.k + s.v.x + 10, pointed.at[1] * s.v.k + s.v.y - 8, "#24282d");
  }
  const told = figure && s.kinds.get(pointed.shape.kind).figured;
  const named = s.gesture || told ? null : hovered ?? (s.selected.size === 1 ? s.shapes.get([...s.selected][0]) : null);
  const lock = named && s.locked.has(named.id) ? "🔒 " : "";
  const turns = named && s.kinds.get(named.kind).gesture === "edge";
  if (named && (named.label || lock || turns)) {
    const { k, x, y } = s.v;
    paintChip(ctx, s, lock + labelsSaid(named) + (turns ? ` · ${angleSaid(named)}` : ""), named.box[0] * k + x - 1, named.box[1] * k + y - 7, colorOf(s, named));
  }
  paintWrong(ctx, s, named);
  paintGuides(ctx, s);
  paintBrush(ctx, s);
  s.gesture?.paint?.(ctx);
  paintSpot(ctx, s);
  tellBar(s);
}
