// Rectangles that are turned, in image pixels: four corners, clockwise, from the one that is top-left when the angle is 0. The
// angle is that of the first edge, in degrees, clockwise.

import { T } from "../shared/texts.ts";
import { VOCABULARY, withPoints } from "./geometry.ts";
import type { Box, Handle, Outline, Point, Shape, Word } from "./types.ts";

export const STEM = 26,
  SNAP = 15,
  FINE_TURN = 0.1; // CSS pixels of the turning handle; degrees with Shift, with Alt

export const degrees = (v: number): number => Math.round(v * 10) / 10 + 0; // as it is said; never -0
export const angleSaid = (shape: Outline): string => T("{angle}°", { angle: degrees(turnOf(shape.points).angle) });

/** Unit vectors along the first edge, and to its right. */
interface Axes {
  u: Point;
  v: Point;
}

interface Turn extends Axes {
  a: Point; // the first corner
  angle: number;
  w: number;
  h: number;
  middle: Point;
}

const along = (a: Point, { u, v }: Axes, x: number, y: number): Point => [
  a[0] + u[0] * x + v[0] * y,
  a[1] + u[1] * x + v[1] * y,
];
export const turnedBox = (a: Point, its: Axes, [x0, y0, x1, y1]: Box): Point[] => [
  along(a, its, x0, y0),
  along(a, its, x1, y0),
  along(a, its, x1, y1),
  along(a, its, x0, y1),
];

export function axes(angle: number): Axes {
  const r = (angle * Math.PI) / 180,
    c = Math.cos(r),
    t = Math.sin(r);
  return { u: [c, t], v: [-t, c] };
}

const ORIGIN: Point = [0, 0];

export function turnOf([a = ORIGIN, b = a, c = b, d = a]: Point[]): Turn {
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

export function turnedTo<S extends Outline>(shape: S, angle: number): S & { box: Box } {
  // about its middle
  const { w, h, middle } = turnOf(shape.points);
  return withPoints(
    shape,
    turnedBox(middle, axes(((((angle + 540) % 360) + 360) % 360) - 180), [-w / 2, -h / 2, w / 2, h / 2]),
  );
}

const CURSORS = ["ew-resize", "nwse-resize", "ns-resize", "nesw-resize"];
const cursorAlong = ([x, y]: Point): string =>
  CURSORS[((Math.round((Math.atan2(y, x) * 4) / Math.PI) % 4) + 4) % 4] ?? "default";

export const EDGE: Word & { says(shape: Outline): string } = {
  handles: (shape, kind, k) => {
    const its = turnOf(shape.points),
      { a, w, h, middle } = its;
    const places: Point[] = [
      [0, 0],
      [w / 2, 0],
      [w, 0],
      [w, h / 2],
      [w, h],
      [w / 2, h],
      [0, h],
      [0, h / 2],
    ];
    const found = places.map(([x, y], i): Handle => {
      const place = along(a, its, x, y);
      return { role: "corner", i, at: place, cursor: cursorAlong([place[0] - middle[0], place[1] - middle[1]]) };
    });
    const from = along(a, its, w / 2, 0),
      at = along(a, its, w / 2, -STEM / k);
    return [{ role: "turn", i: 8, from, at, cursor: "grab", free: true }, ...found];
  },
  reshape: <S extends Shape>(shape: S, handle: Handle, to: Point, snap?: boolean): S => {
    const its = turnOf(shape.points),
      { a, u, v, middle } = its;
    if (handle.role === "turn") {
      const way = ([x, y]: Point) => (Math.atan2(y - middle[1], x - middle[0]) * 180) / Math.PI,
        angle = its.angle + way(to) - way(handle.at);
      return turnedTo(shape, snap ? Math.round(angle / SNAP) * SNAP : angle);
    }
    const x = (to[0] - a[0]) * u[0] + (to[1] - a[1]) * u[1],
      y = (to[0] - a[0]) * v[0] + (to[1] - a[1]) * v[1],
      b: Box = [0, 0, its.w, its.h];
    if ([0, 6, 7].includes(handle.i)) b[0] = Math.min(x, its.w - 1);
    if ([2, 3, 4].includes(handle.i)) b[2] = Math.max(x, 1);
    if ([0, 1, 2].includes(handle.i)) b[1] = Math.min(y, its.h - 1);
    if ([4, 5, 6].includes(handle.i)) b[3] = Math.max(y, 1);
    return withPoints(shape, turnedBox(a, its, b));
  },
  finish: (p) => p,
  says: ({ points }) => {
    const { w, h, angle } = turnOf(points);
    return T("{width} × {height} · {angle}°", { width: Math.round(w), height: Math.round(h), angle: degrees(angle) });
  },
};

VOCABULARY.edge = EDGE;
