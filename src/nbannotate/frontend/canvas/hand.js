// What is in hand: the gesture under way, what is under the pointer or walked to, and the cursor that shows it.

import { editedShape, handleAt, handlesOf, shapeAt } from "./geometry.js";
import { toImage } from "./pointer.js";
import { paint } from "./redraw.js";
import { markBox } from "./shape-painter.js";

// The label of what somebody draws, moves or reshapes ("": not yet labelled; false: of no one label), null where nothing is
// in hand. A page around the canvas hears of it.
function inHand(s) {
  const g = s.gesture;
  if (g?.name === "draw") return s.tool === "zone" ? false : s.label;
  const shapes = g?.name === "reshape" ? [g.of] : g?.name === "move" ? [...g.moves.values()] : null;
  if (!shapes?.length) return null; // what is locked is not in hand
  return shapes.every((shape) => shape.label && shape.label === shapes[0].label) ? shapes[0].label : false;
}

export function tellHand(s) {
  const now = inHand(s);
  if (now === (s.hand ?? null)) return;
  s.hand = now;
  s.root.dispatchEvent(
    new CustomEvent("nba-hand", { bubbles: true, detail: now === null ? null : { label: now === false ? null : now } }),
  );
}

export function begin(s, gesture) {
  s.gesture = gesture;
  s.hover = null;
  paint(s);
}
export function drop(s) {
  s.gesture = null;
  hoverAt(s);
  paint(s);
}

export function hoverAt(s) {
  const kept = s.image && s.v && walked(s); // the keyboard holds a vertex
  if (!s.image || !s.v || !s.cursor || !s.pointerInside || kept) {
    s.hover = kept ? { handle: kept } : null;
    return setCursor(s);
  }
  const point = toImage(s, s.cursor),
    handle = s.spot && s.tool !== "select" ? null : handleAt(s, point);
  const shape = handle ? null : s.tool === "select" || s.alt ? shapeAt(s, point) : null;
  s.hover = handle ? { handle } : shape ? { shape } : null;
  const mark = s.marks.findLast?.((m) => {
    const b = markBox(s, m);
    return b && point[0] >= b[0] - 6 / s.v.k && point[0] <= b[2] && point[1] >= b[1] - 24 / s.v.k && point[1] <= b[3];
  });
  s.hoverMark = mark?.id ?? null;
  setCursor(s);
}

export function setCursor(s) {
  let cursor = "default";
  if (s.gesture) cursor = s.gesture.cursor;
  else if (s.space) cursor = "grab";
  else if (s.hover?.handle) cursor = s.alt && s.hover.handle.role === "vertex" ? "not-allowed" : s.hover.handle.cursor;
  else if (s.hover?.shape) cursor = s.editable ? "move" : "pointer";
  else if (s.tool !== "select" && !s.alt) cursor = strokeKind(s) ? "none" : "crosshair";
  if (s.overlay.style.cursor !== cursor) s.overlay.style.cursor = cursor;
}

export const strokeKind = (s) => {
  const kind = s.kinds.get(s.tool);
  return kind?.gesture === "stroke" ? kind : null;
};

export function endSpot(s) {
  if (!s.spot && !s.walk) return;
  if (s.gesture && s.gesture === s.held) s.gesture.up(s.cursor);
  s.spot = s.walk = s.held = null;
  clearTimeout(s.spotTimer);
  hoverAt(s);
  paint(s);
}

export const stopsOf = (s, shape) => handlesOf(s, shape).filter((handle) => handle.role !== "middle");

export function walked(s) {
  // the handle, with its shape; or null
  if (!s.walk) return null;
  const shape = editedShape(s),
    handle = shape?.id === s.walk.id ? stopsOf(s, shape).find((v) => v.i === s.walk.i) : null;
  if (!handle) s.walk = null;
  return handle ? { ...handle, shape } : null;
}
