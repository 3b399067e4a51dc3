// The keyboard cursor: s.spot is a place in image pixels that the arrow keys move. It acts as the pointer does, through the
// same gestures, and is on from the first arrow until the pointer moves: Space or Enter presses there.

import { N, said, T } from "../shared/texts.ts";
import { nudge, setTool } from "./actions.ts";
import { clamp, clampTo, kindOf, round2, shapeAt } from "./geometry.ts";
import { hoverAt, walked } from "./hand.ts";
import { STEPS } from "./key-names.ts";
import { toImage } from "./pointer.ts";
import { press } from "./press.ts";
import { paint } from "./redraw.ts";
import { turn } from "./rotated.ts";
import { announce, SAY_MS } from "./send.ts";
import { labelsSaid } from "./shape-labels.ts";
import { FINE_TURN, SNAP } from "./turned.ts";
import { type Gesture, isShown, type Point, type Press, type Shown, type Stage, type View } from "./types.ts";
import { insertVertex, moveVertex } from "./vertices.ts";
import { intoSight, spotAt } from "./view.ts";

const STRIDE = 10,
  LEAP = 5; // CSS pixels of a step, steps of a big one

const arrowOf = (combo: string): string => combo.replace(/^.*\+/, "");
const isFine = (combo: string): boolean => combo.startsWith("ctrl+") || combo.startsWith("alt+");
const fineStep = (s: { v: View; dpr: number }): number => Math.max(0.01, round2(1 / (s.v.k * s.dpr))); // one pixel of the screen

function stepOf(s: Shown, combo: string): number {
  // in whole image pixels, as long as these can be told apart
  if (isFine(combo)) return fineStep(s);
  return Math.max(1, Math.round(STRIDE / s.v.k)) * (combo.startsWith("shift+") ? LEAP : 1);
}

// Arrows move the vertex that was walked to; or the cursor; or what is selected.
export function arrow(s: Stage, combo: string): false | undefined {
  const [dx, dy] = STEPS[arrowOf(combo)] ?? [0, 0],
    far = combo.startsWith("shift+") ? 10 : 1;
  if (!isShown(s)) return nudge(s, dx * far, dy * far);
  const handle = walked(s);
  if (handle?.role === "turn")
    return turn(s, (dx + dy) * (isFine(combo) ? FINE_TURN : combo.startsWith("shift+") ? SNAP : 1));
  if (handle) moveVertex(s, dx, dy, isFine(combo) ? fineStep(s) : far);
  else if (spotMoves(s)) moveSpot(s, dx * stepOf(s, combo), dy * stepOf(s, combo));
  else {
    const whole = [...s.selected].some((id) => s.shapes.get(id)?.rings), // masks have whole pixels
      by = isFine(combo) ? (whole ? 1 : fineStep(s)) : far;
    return nudge(s, dx * by, dy * by);
  }
  return undefined;
}

function spotMoves(s: Shown): boolean {
  if (s.gesture) return s.gesture.name === "draw" || s.gesture === s.held;
  if (!s.editable || !s.selected.size) return true;
  return s.tool !== "select" && Boolean(s.spot || s.armed);
}

function startSpot(s: Stage): Point | null {
  // at the pointer, or in the middle of what is in sight
  if (s.spot || !isShown(s)) return s.spot;
  const at: Point =
    s.pointerInside && s.cursor
      ? s.cursor
      : [
          (clamp(s.v.x, 0, s.w) + clamp(s.v.x + s.image.width * s.v.k, 0, s.w)) / 2,
          (clamp(s.v.y, 0, s.h) + clamp(s.v.y + s.image.height * s.v.k, 0, s.h)) / 2,
        ];
  const [x, y] = toImage(s, at);
  const spot = clampTo(s.image, [Math.round(x), Math.round(y)]);
  s.spot = spot;
  s.cursor = spotAt({ v: s.v, spot });
  s.pointerInside = true;
  hoverAt(s);
  paint(s);
  return spot;
}

function moveSpot(s: Shown, dx: number, dy: number): void {
  const from = startSpot(s);
  if (!from) return;
  const spot = clampTo(s.image, [from[0] + dx, from[1] + dy]);
  s.spot = spot;
  intoSight(s, spotAt({ v: s.v, spot }));
  s.cursor = spotAt({ v: s.v, spot });
  if (s.gesture) s.gesture.move(s.cursor);
  else hoverAt(s);
  if (s.spaceHeld && s.gesture === s.held) s.spaceMoved = true;
  paint(s);
  saySoon(s);
}

export function freshSpot(s: Stage): void {
  // on another image it begins in the middle
  const on = s.spot;
  s.spot = s.walk = s.held = null;
  if (!on) return;
  s.pointerInside = false;
  startSpot(s);
}

export function toolByKey(s: Stage, row: { id: string; title: string }): void {
  // then the arrows are for the cursor, whatever is selected
  setTool(s, row.id.slice(5));
  s.walk = null;
  s.armed = s.tool !== "select";
  if (s.armed && !s.pointerInside) startSpot(s);
  announce(s, said(row.title));
}

// ---- pressing at the cursor

const placesOf = (s: Stage): Gesture | null => (s.gesture?.name === "draw" ? s.gesture : null);

type Key = Pick<KeyboardEvent, "key" | "repeat" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

export function spotKey(s: Stage, e: Key): boolean {
  // Space, Enter and Backspace; true if they were for the cursor
  if (!isShown(s) || (s.gesture && s.gesture.name !== "draw" && s.gesture !== s.held)) return false;
  if (e.ctrlKey || e.metaKey || e.altKey || ![" ", "Enter", "Backspace"].includes(e.key)) return false;
  if (e.key === "Enter" && !e.repeat && walked(s)) return insertVertex(s) !== false;
  if (e.key === "Enter" && !s.spot && !s.gesture && s.tool !== "select" && !s.selected.size) {
    startSpot(s);
    sayNow(s);
    return true;
  }
  if (!s.spot) return false;
  const drawn = placesOf(s);
  if (e.key === "Backspace") {
    if (!drawn || drawn.key) return false; // what has several points takes one back by itself
    drawn.cancel();
    return true;
  }
  if (e.key === "Enter" && drawn?.ready?.()) return false; // finished by the gesture
  if (e.repeat) return true;
  tap(s, e.shiftKey);
  s.spaceHeld = e.key === " " && Boolean(s.held);
  s.spaceMoved = false;
  return true;
}

function tap(s: Stage, shift: boolean): void {
  // a click at the cursor; what is dragged goes on until the next one
  const { cursor } = s;
  if (!cursor) return;
  const r = s.overlay.getBoundingClientRect(),
    before = s.gesture;
  const e: Press = {
    button: 0,
    clientX: r.left + cursor[0],
    clientY: r.top + cursor[1],
    shiftKey: shift,
    altKey: false,
    byKey: true,
  };
  if (before && before === s.held) {
    s.held = null;
    before.up(cursor, e);
  } else {
    press(s, e);
    const now = s.gesture,
      dragged =
        now &&
        now !== before &&
        (now.name === "band" || now.name === "reshape" || (now.stroke && now.stroke.mode !== "fill"));
    s.held = dragged ? now : null;
    if (now && !dragged) now.up(s.cursor ?? cursor, e);
  }
  s.armed = true;
  hoverAt(s);
  paint(s);
  sayNow(s);
}

export function releaseSpace(s: Stage): void {
  // who holds Space while the arrows paint lets go to end the stroke
  if (s.spaceHeld && s.spaceMoved && s.gesture && s.gesture === s.held) tap(s, false);
  s.spaceHeld = false;
}

// ---- what a screen reader says: where the cursor is, when it rests

export function saySoon(s: Stage): void {
  clearTimeout(s.spotTimer);
  s.spotTimer = setTimeout(() => sayNow(s), SAY_MS);
}

function sayNow(s: Stage): void {
  clearTimeout(s.spotTimer);
  if (!s.spot || !isShown(s)) return;
  const x = Math.round(s.spot[0] * 10) / 10,
    y = Math.round(s.spot[1] * 10) / 10,
    box = placesOf(s)?.box?.(),
    placed = placesOf(s)?.placed?.();
  if (box) {
    const size = { width: Math.round(box[2] - box[0]), height: Math.round(box[3] - box[1]) };
    announce(s, T("{width} by {height} at {x}, {y}", { ...size, x, y }));
    return;
  }
  if (placed) {
    announce(s, N(placed, "{n} point, cursor at {x}, {y}", "{n} points, cursor at {x}, {y}", { x, y }));
    return;
  }
  const shape = s.gesture ? null : shapeAt(s, s.spot);
  if (shape)
    announce(s, T("{x}, {y}: {label}, {kind}", { x, y, label: labelsSaid(shape), kind: said(kindOf(s, shape).title) }));
  else announce(s, `${x}, ${y}`);
}

// ---- what is seen: lines over the whole stage, a gap in the middle, so that the pixel itself stays in sight

export function paintSpot(ctx: CanvasRenderingContext2D, s: Shown): void {
  if (!s.spot) return;
  const [x, y] = spotAt({ v: s.v, spot: s.spot }),
    cx = Math.round(x * s.dpr) / s.dpr,
    cy = Math.round(y * s.dpr) / s.dpr,
    gap = 7,
    arm = 22;
  const cross = (from: number, to: number): void => {
    ctx.beginPath();
    ctx.moveTo(cx - to, cy);
    ctx.lineTo(cx - from, cy);
    ctx.moveTo(cx + from, cy);
    ctx.lineTo(cx + to, cy);
    ctx.moveTo(cx, cy - to);
    ctx.lineTo(cx, cy - from);
    ctx.moveTo(cx, cy + from);
    ctx.lineTo(cx, cy + to);
  };
  cross(arm, Math.max(s.w, s.h));
  ctx.lineWidth = 3;
  ctx.strokeStyle = "rgba(0, 0, 0, 0.25)";
  ctx.stroke();
  ctx.lineWidth = 1;
  ctx.strokeStyle = "rgba(255, 255, 255, 0.75)";
  ctx.stroke();
  cross(gap, arm);
  ctx.lineWidth = 5;
  ctx.strokeStyle = "rgba(0, 0, 0, 0.75)";
  ctx.stroke();
  ctx.lineWidth = 2;
  ctx.strokeStyle = "#ffd166";
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(cx, cy, 1.5, 0, 7);
  ctx.lineWidth = 2;
  ctx.strokeStyle = "rgba(0, 0, 0, 0.75)";
  ctx.stroke();
  ctx.fillStyle = "#ffd166";
  ctx.fill();
}
