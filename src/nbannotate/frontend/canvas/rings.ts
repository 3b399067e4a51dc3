// Polygons of several rings, and what belongs together: another part or hole of the selected polygon, rings that are taken
// away, shapes of one group. s.ringing is the id of the polygon that gets rings until Esc, or until another one is selected.

import { T } from "../shared/texts.ts";
import { cornersOf, edit, removeSelected, select, setTool } from "./actions.ts";
import { CROWD, MANY } from "./crowd.ts";
import { boxOf, editedShape, kindOf, linesOf, ringOf, ringsOf, spansOf, withPoints } from "./geometry.ts";
import { drop, hoverAt, walked } from "./hand.ts";
import { colorOf, GLOW, HALO, paintDot, trace } from "./ink.ts";
import { paint } from "./redraw.ts";
import { complain } from "./send.ts";
import type { Held, Kind, Point, Press, Shape, Shown, Stage } from "./types.ts";

// The selected polygon, if what is drawn now becomes a ring of it: while rings are added, or with Shift.
export function ringedBy(s: Shown, kind: Kind, e: Pick<Press, "shiftKey">): Shape | null {
  const shape = editedShape(s),
    adds = s.ringing === shape?.id || e.shiftKey;
  return shape && adds && kind.ringed && shape.kind === kind.name ? shape : null;
}

export function startRing(s: Shown): void {
  const shape = editedShape(s),
    kind = shape && kindOf(s, shape);
  if (!s.editable) return;
  if (!shape || !kind?.ringed) {
    complain(s, T("Select one polygon first: then another part, or a hole, is drawn."));
    return;
  }
  if (s.ringing === shape.id) {
    s.ringing = null;
    paint(s);
    return;
  }
  setTool(s, kind.name);
  Object.assign(s, { ringing: shape.id, walk: null, armed: true });
  hoverAt(s);
  paint(s);
  complain(s, T("Draw a part beside it, or a hole in it; Esc ends."));
}

export function endRings(s: Stage): void {
  // of what is not selected any more
  if (!s.ringing || (s.selected.size === 1 && s.selected.has(s.ringing) && s.kinds.get(s.tool)?.ringed)) return;
  s.ringing = null;
  delete s.toast.dataset.shown; // which said how
}

export function addRing(s: Stage, id: string, ring: Point[]): void {
  const shape = s.shapes.get(id);
  if (shape)
    edit(s, [withPoints(shape, [...shape.points, ...ring], [...ringsOf(shape).map((v) => v.length), ring.length])]);
}

export function removeRing(s: Stage, { shape, i }: Pick<Held, "shape" | "i">): void {
  const ring = ringOf(shape, i),
    spans = spansOf(shape),
    span = spans[ring];
  if (!span || spans.length < 2) {
    removeSelected(s);
    return;
  }
  const [from, to] = span,
    counts = (shape.counts ?? []).filter((_, r) => r !== ring);
  s.walk = null;
  edit(s, [withPoints(shape, shape.points.toSpliced(from, to - from), counts.length > 1 ? counts : [])]);
  drop(s);
}

export function deleteRing(s: Shown): void {
  // the one whose vertex is under the pointer, or was walked to
  const handle = walked(s) ?? (s.hover?.handle?.role === "vertex" ? s.hover.handle : null);
  if (!s.editable || !editedShape(s)) return;
  if (!handle || !kindOf(s, handle.shape).ringed)
    complain(s, T("Point at a vertex of the part or the hole that is to go."));
  else removeRing(s, handle);
}

// ---- groups

type Group = string | number;

const groupsOf = (s: Stage): Set<Group> =>
  new Set([...s.selected].map((id) => s.shapes.get(id)?.group).filter((v) => v !== undefined && v !== null));

// By group its shapes; looked for again only when shapes have changed.
function grouped(s: Stage): Map<Group, Shape[]> {
  if (s.groupedAt !== s.shapes.version || s.groupedOf !== s.shapes) {
    const found = new Map<Group, Shape[]>();
    for (const shape of s.shapes.values()) {
      if (shape.group == null) continue;
      const members = found.get(shape.group);
      if (members) members.push(shape);
      else found.set(shape.group, [shape]);
    }
    Object.assign(s, { groupedAt: s.shapes.version, groupedOf: s.shapes, groups: found });
  }
  return s.groups ?? new Map();
}

export function selectGroup(s: Stage): void {
  const ids = [...groupsOf(s)]
    .flatMap((name) => grouped(s).get(name) ?? [])
    .map((v) => v.id)
    .filter((id) => !s.hidden.has(id));
  if (ids.length) select(s, new Set([...s.selected, ...ids]));
  else if (s.selected.size) complain(s, T("This shape is in no group."));
}

// A dotted frame around each group of which something is selected, and a thin line around its other shapes.
export function paintGroups(ctx: CanvasRenderingContext2D, s: Shown): void {
  if (s.selected.size > MANY) return;
  for (const name of groupsOf(s)) {
    const members = (grouped(s).get(name) ?? []).filter((v) => !s.hidden.has(v.id));
    if (members.length < 2 || members.length > CROWD) continue;
    const shown = members.map((v) => s.gesture?.shown?.(v.id) ?? v),
      [x0, y0, x1, y1] = boxOf(shown.flatMap(cornersOf));
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

function paintMember(ctx: CanvasRenderingContext2D, s: Shown, shape: Shape): void {
  const kind = kindOf(s, shape);
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
