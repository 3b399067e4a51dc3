// The keyboard cursor: s.spot is a place in image pixels that the arrow keys move. It acts as the pointer does, through the
// same gestures, and is on from the first arrow until the pointer moves: Space or Enter presses there.

import { N, said, T } from "../shared/texts.js";
import { nudge, setTool } from "./actions.js";
import { clamp, clampTo, round2, shapeAt } from "./geometry.js";
import { hoverAt, walked } from "./hand.js";
import { STEPS } from "./key-names.js";
import { toImage } from "./pointer.js";
import { press } from "./press.js";
import { paint } from "./redraw.js";
import { FINE_TURN, SNAP, turn } from "./rotated.js";
import { announce, SAY_MS } from "./send.js";
import { labelsSaid } from "./shape-labels.js";
import { insertVertex, moveVertex } from "./vertices.js";
import { intoSight, spotAt } from "./view.js";

const STRIDE = 10,
  LEAP = 5; // CSS pixels of a step, steps of a big one

const arrowOf = (combo) => combo.replace(/^.*\+/, "");
const isFine = (combo) => combo.startsWith("ctrl+") || combo.startsWith("alt+");
const fineStep = (s) => Math.max(0.01, round2(1 / (s.v.k * s.dpr))); // one pixel of the screen

function stepOf(s, combo) {
  // in whole image pixels, as long as these can be told apart
  if (isFine(combo)) return fineStep(s);
  return Math.max(1, Math.round(STRIDE / s.v.k)) * (combo.startsWith("shift+") ? LEAP : 1);
}

// Arrows move the vertex that was walked to; or the cursor; or what is selected.
export function arrow(s, combo) {
  const [dx, dy] = STEPS[arrowOf(combo)],
    far = combo.startsWith("shift+") ? 10 : 1;
  if (s.image && s.v && walked(s)?.role === "turn")
    return turn(s, (dx + dy) * (isFine(combo) ? FINE_TURN : combo.startsWith("shift+") ? SNAP : 1));
  if (s.image && s.v && walked(s)) return moveVertex(s, dx, dy, isFine(combo) ? fineStep(s) : far);
  if (spotMoves(s)) return moveSpot(s, dx * stepOf(s, combo), dy * stepOf(s, combo));
  const whole = [...s.selected].some((id) => s.shapes.get(id)?.rings); // masks have whole pixels
  return nudge(s, ...[dx, dy].map((v) => v * (isFine(combo) ? (whole ? 1 : fineStep(s)) : far)));
}

function spotMoves(s) {
  if (!s.image || !s.v) return false;
  if (s.gesture) return s.gesture.name === "draw" || s.gesture === s.held;
  if (!s.editable || !s.selected.size) return true;
  return s.tool !== "select" && Boolean(s.spot || s.armed);
}

function startSpot(s) {
  // at the pointer, or in the middle of what is in sight
  if (s.spot || !s.image || !s.v) return;
  const at =
    s.pointerInside && s.cursor
      ? s.cursor
      : [
          (clamp(s.v.x, 0, s.w) + clamp(s.v.x + s.image.width * s.v.k, 0, s.w)) / 2,
          (clamp(s.v.y, 0, s.h) + clamp(s.v.y + s.image.height * s.v.k, 0, s.h)) / 2,
        ];
  s.spot = clampTo(s.image, toImage(s, at).map(Math.round));
  s.cursor = spotAt(s);
  s.pointerInside = true;
  hoverAt(s);
  paint(s);
}

function moveSpot(s, dx, dy) {
  startSpot(s);
  s.spot = clampTo(s.image, [s.spot[0] + dx, s.spot[1] + dy]);
  intoSight(s, spotAt(s));
  s.cursor = spotAt(s);
  if (s.gesture) s.gesture.move(s.cursor);
  else hoverAt(s);
  if (s.spaceHeld && s.gesture === s.held) s.spaceMoved = true;
  paint(s);
  saySoon(s);
}

export function freshSpot(s) {
  // on another image it begins in the middle
  const on = s.spot;
  s.spot = s.walk = s.held = null;
  if (!on) return;
  s.pointerInside = false;
  startSpot(s);
}

export function toolByKey(s, row) {
  // then the arrows are for the cursor, whatever is selected
  setTool(s, row.id.slice(5));
  s.walk = null;
  s.armed = s.tool !== "select";
  if (s.armed && !s.pointerInside) startSpot(s);
  announce(s, said(row.title));
}

// ---- pressing at the cursor

const placesOf = (s) => (s.gesture?.name === "draw" ? s.gesture : null);

export function spotKey(s, e) {
  // Space, Enter and Backspace; true if they were for the cursor
  if (!s.image || !s.v || (s.gesture && s.gesture.name !== "draw" && s.gesture !== s.held)) return false;
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

function tap(s, shift) {
  // a click at the cursor; what is dragged goes on until the next one
  const r = s.overlay.getBoundingClientRect(),
    before = s.gesture;
  const e = {
    button: 0,
    clientX: r.left + s.cursor[0],
    clientY: r.top + s.cursor[1],
    shiftKey: shift,
    altKey: false,
    byKey: true,
  };
  if (before && before === s.held) {
    s.held = null;
    before.up(s.cursor, e);
  } else {
    press(s, e);
    const now = s.gesture,
      dragged =
        now &&
        now !== before &&
        (now.name === "band" || now.name === "reshape" || (now.stroke && now.stroke.mode !== "fill"));
    s.held = dragged ? now : null;
    if (now && !dragged) now.up(s.cursor, e);
  }
  s.armed = true;
  hoverAt(s);
  paint(s);
  sayNow(s);
}

export function releaseSpace(s) {
  // who holds Space while the arrows paint lets go to end the stroke
  if (s.spaceHeld && s.spaceMoved && s.gesture && s.gesture === s.held) tap(s, false);
  s.spaceHeld = false;
}

// ---- what a screen reader says: where the cursor is, when it rests

export function saySoon(s) {
  clearTimeout(s.spotTimer);
  s.spotTimer = setTimeout(() => sayNow(s), SAY_MS);
}

function sayNow(s) {
  clearTimeout(s.spotTimer);
  if (!s.spot) return;
  const [x, y] = s.spot.map((v) => Math.round(v * 10) / 10),
    box = placesOf(s)?.box?.(),
    placed = placesOf(s)?.placed?.();
  if (box)
    return void announce(
      s,
      T("{width} by {height} at {x}, {y}", {
        width: Math.round(box[2] - box[0]),
        height: Math.round(box[3] - box[1]),
        x,
        y,
      }),
    );
  if (placed)
    return void announce(s, N(placed, "{n} point, cursor at {x}, {y}", "{n} points, cursor at {x}, {y}", { x, y }));
  const shape = s.gesture ? null : shapeAt(s, s.spot);
  if (shape)
    announce(
      s,
      T("{x}, {y}: {label}, {kind}", { x, y, label: labelsSaid(shape), kind: said(s.kinds.get(shape.kind).title) }),
    );
  else announce(s, `${x}, ${y}`);
}

// ---- what is seen: lines over the whole stage, a gap in the middle, so that the pixel itself stays in sight

export function paintSpot(ctx, s) {
  if (!s.spot) return;
  const [cx, cy] = spotAt(s).map((v) => Math.round(v * s.dpr) / s.dpr),
    gap = 7,
    arm = 22;
  const cross = (from, to) => {
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
