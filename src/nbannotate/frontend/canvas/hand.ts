// What is in hand: the gesture under way, what is under the pointer or walked to, and the cursor that shows it.

import { editedShape, handleAt, handlesOf, shapeAt } from "./geometry.ts";
import { toImage } from "./pointer.ts";
import { paint } from "./redraw.ts";
import { markBox } from "./shape-painter.ts";
import {
  type Gesture,
  type Handle,
  type Held,
  isShown,
  type Kind,
  type Shape,
  type Shown,
  type Stage,
} from "./types.ts";

// The label of what somebody draws, moves or reshapes ("": not yet labelled; false: of no one label), null where nothing is
// in hand. A page around the canvas hears of it.
function inHand(s: Stage): string | false | null {
  const g = s.gesture;
  if (g?.name === "draw") return s.tool === "zone" ? false : s.label;
  const shapes =
      g?.name === "reshape" ? (g.of ? [g.of] : []) : g?.name === "move" ? [...(g.moves?.values() ?? [])] : [],
    [first] = shapes;
  if (!first) return null; // what is locked is not in hand
  return shapes.every((shape) => shape.label && shape.label === first.label) ? first.label : false;
}

export function tellHand(s: Stage): void {
  const now = inHand(s);
  if (now === (s.hand ?? null)) return;
  s.hand = now;
  s.root.dispatchEvent(
    new CustomEvent("nba-hand", { bubbles: true, detail: now === null ? null : { label: now === false ? null : now } }),
  );
}

export function begin(s: Stage, gesture: Gesture): void {
  s.gesture = gesture;
  s.hover = null;
  paint(s);
}
export function drop(s: Stage): void {
  s.gesture = null;
  hoverAt(s);
  paint(s);
}

export function hoverAt(s: Stage): void {
  const kept = isShown(s) ? walked(s) : null; // the keyboard holds a vertex
  if (!isShown(s) || !s.cursor || !s.pointerInside || kept) {
    s.hover = kept ? { handle: kept } : null;
    setCursor(s);
    return;
  }
  const point = toImage(s, s.cursor),
    handle = s.spot && s.tool !== "select" ? null : handleAt(s, point);
  const shape = handle ? null : s.tool === "select" || s.alt ? shapeAt(s, point) : null;
  s.hover = handle ? { handle } : shape ? { shape } : null;
  const mark = s.marks.findLast((m) => {
    const b = markBox(s, m);
    return b && point[0] >= b[0] - 6 / s.v.k && point[0] <= b[2] && point[1] >= b[1] - 24 / s.v.k && point[1] <= b[3];
  });
  s.hoverMark = mark?.id ?? null;
  setCursor(s);
}

export function setCursor(s: Stage): void {
  let cursor = "default";
  if (s.gesture) cursor = s.gesture.cursor;
  else if (s.space) cursor = "grab";
  else if (s.hover?.handle) cursor = s.alt && s.hover.handle.role === "vertex" ? "not-allowed" : s.hover.handle.cursor;
  else if (s.hover?.shape) cursor = s.editable ? "move" : "pointer";
  else if (s.tool !== "select" && !s.alt) cursor = strokeKind(s) ? "none" : "crosshair";
  if (s.overlay.style.cursor !== cursor) s.overlay.style.cursor = cursor;
}

export const strokeKind = (s: Pick<Stage, "kinds" | "tool">): Kind | null => {
  const kind = s.kinds.get(s.tool);
  return kind?.gesture === "stroke" ? kind : null;
};

export function endSpot(s: Stage): void {
  if (!s.spot && !s.walk) return;
  if (s.gesture && s.gesture === s.held && s.cursor) s.gesture.up(s.cursor);
  s.spot = s.walk = s.held = null;
  clearTimeout(s.spotTimer);
  hoverAt(s);
  paint(s);
}

export const stopsOf = (s: Shown, shape: Shape): Handle[] =>
  handlesOf(s, shape).filter((handle) => handle.role !== "middle");

export function walked(s: Shown): Held | null {
  // the handle, with its shape; or null
  const { walk } = s;
  if (!walk) return null;
  const shape = editedShape(s),
    handle = shape?.id === walk.id ? stopsOf(s, shape).find((v) => v.i === walk.i) : null;
  if (!handle) s.walk = null;
  return handle && shape ? { ...handle, shape } : null;
}
