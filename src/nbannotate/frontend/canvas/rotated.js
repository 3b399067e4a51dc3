// Rectangles that are turned: the gesture "edge". Four corners, clockwise, from the one that is top-left when the angle is 0;
// the angle is that of the first edge, in degrees, clockwise. First an edge is drawn, then the width beside it.

import { T } from "../shared/texts.js";
import { edit } from "./actions.js";
import { boxOf, clampTo, VOCABULARY, withPoints } from "./geometry.js";
import { drop } from "./hand.js";
import { NEUTRAL, paintChip } from "./ink.js";
import { DRAG, far, toImage } from "./pointer.js";
import { paint } from "./redraw.js";
import { announce, refuse } from "./send.js";
import { paintLine, paintShape } from "./shape-painter.js";

export const STEM = 26,
  SNAP = 15,
  FINE_TURN = 0.1; // CSS pixels of the turning handle; degrees with Shift, with Alt

export const degrees = (v) => Math.round(v * 10) / 10 + 0; // as it is said; never -0
export const angleSaid = (shape) => T("{angle}°", { angle: degrees(turnOf(shape.points).angle) });
const turnedBox = (a, { u, v }, x0, y0, x1, y1) =>
  [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ].map(([x, y]) => [a[0] + u[0] * x + v[0] * y, a[1] + u[1] * x + v[1] * y]);

function axes(angle) {
  // along the first edge, and to its right
  const r = (angle * Math.PI) / 180,
    [c, t] = [Math.cos(r), Math.sin(r)];
  return { u: [c, t], v: [-t, c] };
}

export function turnOf([a, b, c, d]) {
  const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI;
  return {
    a,
    angle,
    w: Math.hypot(b[0] - a[0], b[1] - a[1]),
    h: Math.hypot(d[0] - a[0], d[1] - a[1]),
    middle: [(a[0] + c[0]) / 2, (a[1] + c[1]) / 2],
    ...axes(angle),
  };
}

export function turnedTo(shape, angle) {
  // about its middle
  const { w, h, middle } = turnOf(shape.points);
  return withPoints(
    shape,
    turnedBox(middle, axes(((((angle + 540) % 360) + 360) % 360) - 180), -w / 2, -h / 2, w / 2, h / 2),
  );
}

const CURSORS = ["ew-resize", "nwse-resize", "ns-resize", "nesw-resize"];
const cursorAlong = ([x, y]) => CURSORS[((Math.round((Math.atan2(y, x) * 4) / Math.PI) % 4) + 4) % 4];

VOCABULARY.edge = {
  handles: (shape, kind, k) => {
    const { a, w, h, u, v, middle } = turnOf(shape.points),
      at = (x, y) => [a[0] + u[0] * x + v[0] * y, a[1] + u[1] * x + v[1] * y];
    const found = [
      [0, 0],
      [w / 2, 0],
      [w, 0],
      [w, h / 2],
      [w, h],
      [w / 2, h],
      [0, h],
      [0, h / 2],
    ].map(([x, y], i) => {
      const place = at(x, y);
      return { role: "corner", i, at: place, cursor: cursorAlong([place[0] - middle[0], place[1] - middle[1]]) };
    });
    return [{ role: "turn", i: 8, from: found[1].at, at: at(w / 2, -STEM / k), cursor: "grab", free: true }, ...found];
  },
  reshape: (shape, handle, to, snap) => {
    const its = turnOf(shape.points),
      { a, u, v, middle } = its;
    if (handle.role === "turn") {
      const way = ([x, y]) => (Math.atan2(y - middle[1], x - middle[0]) * 180) / Math.PI,
        angle = its.angle + way(to) - way(handle.at);
      return turnedTo(shape, snap ? Math.round(angle / SNAP) * SNAP : angle);
    }
    const x = (to[0] - a[0]) * u[0] + (to[1] - a[1]) * u[1],
      y = (to[0] - a[0]) * v[0] + (to[1] - a[1]) * v[1],
      b = [0, 0, its.w, its.h];
    if ([0, 6, 7].includes(handle.i)) b[0] = Math.min(x, its.w - 1);
    if ([2, 3, 4].includes(handle.i)) b[2] = Math.max(x, 1);
    if ([0, 1, 2].includes(handle.i)) b[1] = Math.min(y, its.h - 1);
    if ([4, 5, 6].includes(handle.i)) b[3] = Math.max(y, 1);
    return withPoints(shape, turnedBox(a, its, ...b));
  },
  finish: (p) => p,
  says: ({ points }) => {
    const { w, h, angle } = turnOf(points);
    return T("{width} × {height} · {angle}°", { width: Math.round(w), height: Math.round(h), angle: degrees(angle) });
  },
};

export function drawingEdge(s, from, kind, done) {
  // press, drag, release (or click, move, click); then move and click
  const first = clampTo(s.image, toImage(s, from));
  let second = first,
    side = null,
    dragged = false,
    clicked = false;
  const points = () => {
    // the edge that was drawn keeps its direction, on whichever side the width is
    const { u, v, w } = turnOf([first, second, second, first]),
      reach = side ? (side[0] - first[0]) * v[0] + (side[1] - first[1]) * v[1] : 0;
    return turnedBox(first, { u, v }, 0, Math.min(0, reach), w, Math.max(0, reach));
  };
  const follow = (at, e) => {
    const to = clampTo(s.image, toImage(s, at));
    if (side) {
      side = to;
      return;
    }
    const dx = to[0] - first[0],
      dy = to[1] - first[1],
      turn = Math.round((Math.atan2(dy, dx) * 180) / Math.PI / SNAP) * SNAP,
      { u } = axes(turn),
      length = dx * u[0] + dy * u[1];
    second = e?.shiftKey ? [first[0] + u[0] * length, first[1] + u[1] * length] : to;
  };
  const small = () => {
    refuse(s, "edge", T("Too small: draw an edge, then move to the other side and click."));
    drop(s);
  };
  const end = () => {
    const { w, h } = turnOf(points());
    if (!side) {
      if (w * s.v.k < DRAG || w < 1) return small();
      side = second;
      dragged = clicked = false;
      return paint(s);
    }
    s.gesture = null;
    if (h * s.v.k < DRAG || h < 1) return small();
    done(points());
    return drop(s);
  };
  return {
    name: "draw",
    cursor: "crosshair",
    press: (at, e) => follow(at, e),
    box: () => (dragged || clicked || side ? boxOf(points()) : null),
    move(at, e) {
      dragged ||= !side && !clicked && far(at, from);
      follow(at, e);
      paint(s);
    },
    up(at, e) {
      if (!side && !dragged && !clicked) {
        clicked = true;
        return;
      }
      follow(at, e);
      end();
    },
    cancel: () => drop(s),
    key(combo) {
      if (combo !== "Backspace" && combo !== "ctrl+z") return false;
      if (side) {
        second = side;
        side = null;
        clicked = true;
        paint(s);
      } else drop(s);
      return true;
    },
    paint(ctx) {
      if (!dragged && !clicked && !side) return;
      const shape = { kind: kind.name, label: s.label, points: points() };
      if (side) paintShape(ctx, s, shape, { more: 0.02 });
      else paintLine(ctx, s, [first, second], s.colors.get(s.label) ?? NEUTRAL);
      sayBeside(
        ctx,
        s,
        side
          ? VOCABULARY.edge.says(shape)
          : T("{width} · {angle}°", {
              width: Math.round(turnOf(shape.points).w),
              angle: degrees(turnOf(shape.points).angle),
            }),
      );
    },
  };
}

export function sayBeside(ctx, s, text) {
  if (s.cursor) paintChip(ctx, s, text, s.cursor[0] + 14, s.cursor[1] - 10, "#24282d");
}

// By keys: all that is selected and can be turned, each about its own middle.
export function turn(s, by) {
  if (!s.editable || !s.image) return false;
  const shapes = [...s.selected]
    .map((id) => s.shapes.get(id))
    .filter((v) => v && !s.locked.has(v.id) && s.kinds.get(v.kind).gesture === "edge");
  if (!shapes.length) return false;
  const after = shapes.map((v) => turnedTo(v, turnOf(v.points).angle + by));
  edit(s, after, { nudged: true });
  announce(s, angleSaid(after[0]));
  return paint(s);
}
