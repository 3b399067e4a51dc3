// Fingers and pens. One finger draws and selects, two move and zoom the image, a long press is what a modifier is for the
// mouse. Where a pen was seen, the pen draws and fingers only move the image: a palm on the screen does no harm.

import { clamp, handleAt, shapeAt } from "./geometry.ts";
import { doubleClick, panning } from "./gestures.ts";
import { begin, drop, hoverAt } from "./hand.ts";
import { farBy, onScreen, toImage } from "./pointer.ts";
import { press } from "./press.ts";
import { paint } from "./redraw.ts";
import { type Finger, isShown, type Point, type Press, type Stage } from "./types.ts";
import { fitted, MOST, setView } from "./view.ts";

const SLOP = 8,
  HOLD_MS = 500,
  TWICE_MS = 350,
  TWICE_FAR = 30,
  PEN_MS = 300_000;
export const REACH: Record<"touch" | "pen", number> & Record<string, number> = { touch: 2.4, pen: 1.5 }; // how much larger handles are than for a mouse

const penSeen = (s: Stage): boolean => s.penAt !== undefined && performance.now() - s.penAt < PEN_MS;
const asMouse = (e: PointerEvent, more: Partial<Press> = {}): Press => ({
  button: 0,
  clientX: e.clientX,
  clientY: e.clientY,
  shiftKey: e.shiftKey,
  altKey: e.altKey,
  ...more,
});

// Takes a pointer event if it is one of fingers or pens; what it leaves is for press() as that of a mouse.
export function touchDown(s: Stage, e: PointerEvent): boolean {
  s.coarse = REACH[e.pointerType] ?? 1;
  if (e.pointerType === "pen") {
    s.penAt = performance.now();
    s.penDown = true;
    letGo(s);
    const rubber = e.button === 5 && s.kinds.get(s.tool)?.gesture === "stroke"; // the other end of the pen
    if (rubber) press(s, asMouse(e, { shiftKey: s.mode === "add" }));
    return rubber;
  }
  if (e.pointerType !== "touch") return false;
  if (s.penDown) return true; // the hand that holds the pen
  const at = onScreen(s, e);
  s.fingers.set(e.pointerId, at);
  if (s.fingers.size === 2) pinch(s);
  else if (s.fingers.size === 1 && isShown(s)) {
    const finger: Finger = { id: e.pointerId, e, at, before: s.gesture, moved: false, pressed: false };
    s.finger = finger;
    s.cursor = at;
    s.pointerInside = true;
    if (penSeen(s)) {
      finger.pressed = true;
      begin(s, panning(s, at));
    } else finger.timer = setTimeout(() => longPress(s, finger), HOLD_MS);
  }
  return true;
}

export function touchMove(s: Stage, e: PointerEvent): boolean {
  if (e.pointerType !== "touch") return false;
  const f = s.finger,
    at = onScreen(s, e);
  if (!s.fingers.has(e.pointerId)) return true;
  s.fingers.set(e.pointerId, at);
  if (s.gesture?.name === "pinch") s.gesture.move(at);
  else if (f && f.id === e.pointerId) {
    if (!f.moved && !farBy(at, f.at, SLOP)) return true;
    f.moved = true;
    clearTimeout(f.timer);
    s.cursor = at;
    if (!f.pressed && !placesWhereLifted(s, f)) pressed(s, f, f.e);
    if (f.pressed || s.gesture) s.gesture?.move(at, e);
  }
  return true;
}

export function touchUp(s: Stage, e: PointerEvent): boolean {
  if (e.pointerType === "pen") {
    s.penDown = false;
    s.penAt = performance.now();
    return false;
  }
  if (e.pointerType !== "touch") return false;
  if (!s.fingers.delete(e.pointerId)) return true;
  const f = s.finger,
    at = onScreen(s, e);
  if (s.gesture?.name === "pinch") {
    if (s.fingers.size < 2) s.gesture.up(at);
  } else if (f && f.id === e.pointerId) {
    clearTimeout(f.timer);
    if (!f.pressed) pressed(s, f, placesWhereLifted(s, f) ? e : f.e);
    s.gesture?.up(at, e);
    if (!f.moved && !f.long) tapped(s, e, at);
  }
  if (!s.fingers.size) {
    s.finger = null;
    s.pointerInside = false;
    hoverAt(s);
    paint(s);
  }
  return true;
}

export function touchCancel(s: Stage, e: PointerEvent): boolean {
  if (e.pointerType === "pen") s.penDown = false;
  if (e.pointerType !== "touch") return false;
  s.fingers.delete(e.pointerId);
  if (s.finger?.id === e.pointerId) letGo(s);
  return true;
}

function letGo(s: Stage): void {
  // what a finger began comes to nothing
  const f = s.finger;
  clearTimeout(f?.timer);
  if (s.gesture?.name === "pinch") s.gesture.up([0, 0]);
  else if (f?.pressed && s.gesture && s.gesture !== f.before) s.gesture.cancel();
  s.finger = null;
  s.fingers.clear();
}

// A vertex is set where the finger leaves the screen: until then one sees where it goes.
function placesWhereLifted(s: Stage, f: Finger): boolean {
  if (s.gesture) return Boolean(s.gesture.ready);
  if (!isShown(s)) return false;
  const kind = s.kinds.get(s.tool);
  return (kind?.gesture === "path" || kind?.gesture === "points") && !handleAt(s, toImage(s, f.at));
}

function pressed(s: Stage, f: Finger, e: PointerEvent, more?: Partial<Press>): void {
  clearTimeout(f.timer);
  f.pressed = true;
  press(s, asMouse(e, more));
}

function tapped(s: Stage, e: PointerEvent, at: Point): void {
  // twice in a row is a double click
  const twice = s.tapAt && performance.now() - s.tapAt.time < TWICE_MS && !farBy(at, s.tapAt.at, TWICE_FAR);
  s.tapAt = twice ? null : { time: performance.now(), at };
  if (twice && isShown(s)) doubleClick(s, e);
}

// Long press: several are selected one after the other; with a drawing tool the shape below is selected; a vertex is
// taken away, or a point of a skeleton turned; beside the shapes a box is dragged.
function longPress(s: Stage, f: Finger): void {
  if (s.finger !== f || f.moved || f.pressed || !isShown(s)) return;
  const point = toImage(s, f.at),
    handle = handleAt(s, point),
    kind = s.kinds.get(s.tool);
  let more: Partial<Press> | null = null;
  if (s.gesture)
    more = s.gesture.ready && kind?.figured ? { shiftKey: true } : null; // a hidden point
  else if (handle) more = handle.role === "vertex" ? { altKey: true } : null;
  else if (s.tool === "select") more = { shiftKey: true };
  else if (shapeAt(s, point)) more = { altKey: true };
  if (!more) return;
  f.long = true;
  navigator.vibrate?.(12);
  pressed(s, f, f.e, more);
}

function pinch(s: Stage): void {
  // what the first finger began is given up, what was there before goes on
  const f = s.finger,
    ids = [...s.fingers.keys()];
  clearTimeout(f?.timer);
  if (f?.pressed && s.gesture && s.gesture !== f.before) s.gesture.cancel();
  s.finger = null;
  if (!isShown(s)) return;
  const drawn = s.gesture?.name === "draw" ? s.gesture : null,
    v = s.v;
  const now = (): [number, number, number] => {
    const [a = [0, 0], b = a] = ids.map((id) => s.fingers.get(id)).filter((at) => at !== undefined);
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, Math.hypot(a[0] - b[0], a[1] - b[1])];
  };
  const [x0, y0, d0] = now();
  begin(s, {
    name: "pinch",
    cursor: "grabbing",
    paint: (ctx) => drawn?.paint?.(ctx),
    move() {
      const [x, y, d] = now(),
        k = clamp(v.k * (d / Math.max(1, d0)), Math.min(fitted(s).k / 2, 1), MOST),
        f2 = k / v.k;
      setView(s, { k, x: x - (x0 - v.x) * f2, y: y - (y0 - v.y) * f2, fit: false });
    },
    up() {
      s.gesture = drawn;
      hoverAt(s);
      paint(s);
    },
    cancel() {
      if (drawn) drawn.cancel();
      else drop(s);
    },
  });
}
