// Polygons of several rings, and what belongs together: another part or hole of the selected polygon, rings that are taken
// away, shapes of one group. s.ringing is the id of the polygon that gets rings until Esc, or until another one is selected.

import { T } from "../shared/texts.js";
import { edit, removeSelected, select, setTool } from "./actions.js";
import { CROWD, MANY } from "./crowd.js";
import { boxOf, editedShape, linesOf, ringOf, ringsOf, spansOf, withPoints } from "./geometry.js";
import { drop, hoverAt, walked } from "./hand.js";
import { colorOf, GLOW, HALO, paintDot, trace } from "./ink.js";
import { paint } from "./redraw.js";
import { complain } from "./send.js";

// The selected polygon, if what is drawn now becomes a ring of it: while rings are added, or with Shift.
export function ringedBy(s, kind, e) {
  const shape = editedShape(s),
    adds = s.ringing === shape?.id || e.shiftKey;
  return shape && adds && kind.ringed && shape.kind === kind.name ? shape : null;
}

export function startRing(s) {
  const shape = editedShape(s),
    kind = shape && s.kinds.get(shape.kind);
  if (!s.editable) return undefined;
  if (!kind?.ringed) return complain(s, T("Select one polygon first: then another part, or a hole, is drawn."));
  if (s.ringing === shape.id) {
    s.ringing = null;
    return paint(s);
  }
  setTool(s, kind.name);
  Object.assign(s, { ringing: shape.id, walk: null, armed: true });
  hoverAt(s);
  paint(s);
  return complain(s, T("Draw a part beside it, or a hole in it; Esc ends."));
}

export function endRings(s) {
  // of what is not selected any more
  if (!s.ringing || (s.selected.size === 1 && s.selected.has(s.ringing) && s.kinds.get(s.tool)?.ringed)) return;
  s.ringing = null;
  delete s.toast.dataset.shown; // which said how
}

export function addRing(s, id, ring) {
  const shape = s.shapes.get(id);
  if (shape)
    edit(s, [withPoints(shape, [...shape.points, ...ring], [...ringsOf(shape).map((v) => v.length), ring.length])]);
}

export function removeRing(s, { shape, i }) {
  const ring = ringOf(shape, i),
    spans = spansOf(shape),
    [from, to] = spans[ring];
  if (spans.length < 2) return removeSelected(s);
  const counts = shape.counts.filter((_, r) => r !== ring);
  s.walk = null;
  edit(s, [withPoints(shape, shape.points.toSpliced(from, to - from), counts.length > 1 ? counts : [])]);
  return drop(s);
}

export function deleteRing(s) {
  // the one whose vertex is under the pointer, or was walked to
  const handle = walked(s) ?? (s.hover?.handle?.role === "vertex" ? s.hover.handle : null);
  if (!s.editable || !editedShape(s)) return undefined;
  if (!handle || !s.kinds.get(handle.shape.kind).ringed)
    return complain(s, T("Point at a vertex of the part or the hole that is to go."));
  return removeRing(s, handle);
}

// ---- groups

const groupsOf = (s) =>
  new Set([...s.selected].map((id) => s.shapes.get(id)?.group).filter((v) => v !== undefined && v !== null));

// By group its shapes; looked for again only when shapes have changed.
function grouped(s) {
  if (s.groupedAt !== s.shapes.version || s.groupedOf !== s.shapes) {
    const found = new Map();
    for (const shape of s.shapes.values()) {
      if (shape.group == null) continue;
      const members = found.get(shape.group);
      if (members) members.push(shape);
      else found.set(shape.group, [shape]);
    }
    Object.assign(s, { groupedAt: s.shapes.version, groupedOf: s.shapes, groups: found });
  }
  return s.groups;
}

export function selectGroup(s) {
  const ids = [...groupsOf(s)]
    .flatMap((name) => grouped(s).get(name) ?? [])
    .map((v) => v.id)
    .filter((id) => !s.hidden.has(id));
  if (ids.length) return select(s, [...new Set([...s.selected, ...ids])]);
  return s.selected.size ? complain(s, T("This shape is in no group.")) : undefined;
}

// A dotted frame around each group of which something is selected, and a thin line around its other shapes.
export function paintGroups(ctx, s) {
  if (s.selected.size > MANY) return;
  for (const name of groupsOf(s)) {
    const members = (grouped(s).get(name) ?? []).filter((v) => !s.hidden.has(v.id));
    if (members.length < 2 || members.length > CROWD) continue;
    const shown = members.map((v) => s.gesture?.shown?.(v.id) ?? v),
      [x0, y0, x1, y1] = boxOf(shown.flatMap(({ box }) => [box.slice(0, 2), box.slice(2)]));
    const { k, x, y } = s.v,
      left = x0 * k + x - 7,
      top = y0 * k + y - 7,
      width = (x1 - x0) * k + 14,
      height = (y1 - y0) * k + 14;
    ctx.lineJoin = "round";
    ctx.setLineDash([]);
    ctx.lineWidth = 3;
    ctx.strokeStyle = HALO;
    ctx.strokeRect(left, top, width, height);
    ctx.setLineDash([2, 4]);
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = GLOW;
    ctx.strokeRect(left, top, width, height);
    ctx.setLineDash([]);
    for (const shape of shown) if (!s.selected.has(shape.id)) paintMember(ctx, s, shape);
  }
}

function paintMember(ctx, s, shape) {
  const kind = s.kinds.get(shape.kind);
  trace(ctx, s, linesOf(s, shape), kind.closed);
  ctx.lineWidth = 6;
  ctx.strokeStyle = GLOW;
  ctx.globalAlpha = 0.55;
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 2;
  ctx.strokeStyle = colorOf(s, shape);
  ctx.stroke();
  if (kind.form === "dots") shape.points.forEach((at, i) => paintDot(ctx, s, at, GLOW, 3, shape.visibility?.[i]));
}
