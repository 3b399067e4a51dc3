// Geometry of the vocabulary, in image pixels. Nothing here knows a shape kind by name: a kind declares its form (what is
// seen) and its gesture (how it is drawn and edited), whether it is closed, and how many points it needs.

import type { Box, Edges, GestureWord, Handle, Kind, Line, Outline, Point, Scene, Shape, Size, Word } from "./types.ts";

const UNIT = Array.from(
  { length: 64 },
  (_, i): Point => [0.5 + Math.cos((i * Math.PI) / 32) / 2, 0.5 + Math.sin((i * Math.PI) / 32) / 2],
);

// Points of several rings stand one after another; shape.counts says how many each ring has. Without it there is one ring.
export function spansOf({ points, counts }: Outline): [from: number, to: number][] {
  // of each ring the place of its first point, and the one after its last
  let from = 0;
  return (counts?.length ? counts : [points.length]).map((n) => [from, (from += n)]);
}

export const ringsOf = (shape: Outline): Line[] =>
  shape.counts?.length ? spansOf(shape).map(([from, to]) => shape.points.slice(from, to)) : [shape.points];
export const ringOf = (shape: Outline, i: number): number => spansOf(shape).findIndex(([, to]) => i < to);

/** A shape of two points: corners of a box. */
const corners = ({ points: [a = [0, 0], b = a] }: Outline): [Point, Point] => [a, b];

export const FORMS: Record<Kind["form"], (shape: Outline, edges?: Edges | null) => Line[]> = {
  // lines: what is stroked; a closed kind is filled in between (even-odd)
  path: ringsOf,
  box: (shape) => {
    const [a, b] = corners(shape);
    return [
      [
        [a[0], a[1]],
        [b[0], a[1]],
        [b[0], b[1]],
        [a[0], b[1]],
      ],
    ];
  },
  ellipse: (shape) => {
    const [a, b] = corners(shape);
    return [UNIT.map(([x, y]) => [a[0] + (b[0] - a[0]) * x, a[1] + (b[1] - a[1]) * y])];
  },
  dots: ({ points: p, visibility: seen }, edges) =>
    (edges ?? []).flatMap(([i, j]) => {
      const a = p[i],
        b = p[j];
      return a && b && seen?.[i] !== 0 && seen?.[j] !== 0 ? [[a, b]] : [];
    }),
  rings: (shape) => shape.rings ?? FORMS.box(shape),
};

/** The kind of a shape; Python sends no shape of another one. */
export function kindOf(s: Pick<Scene, "kinds">, shape: { kind: string }): Kind {
  const kind = s.kinds.get(shape.kind);
  if (!kind) throw new Error(`no kind of shape is called ${shape.kind}`);
  return kind;
}

export const linesOf = (
  s: Pick<Scene, "kinds" | "figures">,
  shape: Outline & { kind: string; label: string },
): Line[] => FORMS[kindOf(s, shape).form](shape, s.figures.get(shape.label)?.edges);

export function withPoints<S extends Outline>(shape: S, points: Point[], counts = shape.counts): S & { box: Box } {
  const now = { ...shape, points, counts, box: boxOf(points) },
    to = points[0],
    from = shape.points?.[0];
  if (shape.rings && to && from) {
    // of a mask, which is only ever moved
    const dx = to[0] - from[0],
      dy = to[1] - from[1];
    now.rings = shape.rings.map((ring) => ring.map(([x, y]) => [x + dx, y + dy]));
  }
  return now;
}

export const VOCABULARY: Partial<Record<GestureWord, Word>> & Record<Exclude<GestureWord, "edge">, Word> = {
  corners: {
    handles: ({ box: [x0, y0, x1, y1] }) => {
      const xm = (x0 + x1) / 2,
        ym = (y0 + y1) / 2;
      const places: [number, number, string][] = [
        [x0, y0, "nwse-resize"],
        [xm, y0, "ns-resize"],
        [x1, y0, "nesw-resize"],
        [x1, ym, "ew-resize"],
        [x1, y1, "nwse-resize"],
        [xm, y1, "ns-resize"],
        [x0, y1, "nesw-resize"],
        [x0, ym, "ew-resize"],
      ];
      return places.map(([x, y, cursor], i) => ({ role: "corner", i, at: [x, y], cursor }));
    },
    reshape: (shape, handle, to) => {
      const [x0, y0, x1, y1] = shape.box,
        b = { x0, y0, x1, y1 };
      if ([0, 6, 7].includes(handle.i)) b.x0 = to[0];
      if ([2, 3, 4].includes(handle.i)) b.x1 = to[0];
      if ([0, 1, 2].includes(handle.i)) b.y0 = to[1];
      if ([4, 5, 6].includes(handle.i)) b.y1 = to[1];
      return withPoints(shape, [
        [b.x0, b.y0],
        [b.x1, b.y1],
      ]);
    },
    finish: (p) => {
      const [x0, y0, x1, y1] = boxOf(p);
      return [
        [x0, y0],
        [x1, y1],
      ];
    },
  },
  path: {
    handles: (shape, kind, k) => {
      const p = shape.points,
        found = p.map((at, i): Handle => ({ role: "vertex", i, at, cursor: "grab" }));
      for (const [from, to] of spansOf(shape))
        for (let i = from; i < (kind.closed ? to : to - 1); i++) {
          const a = p[i],
            b = p[i + 1 < to ? i + 1 : from];
          if (a && b && Math.hypot(b[0] - a[0], b[1] - a[1]) * k > 30)
            found.push({ role: "middle", i, at: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], cursor: "copy" });
        }
      return found;
    },
    reshape: (shape, handle, to) =>
      handle.role === "middle"
        ? inserted(shape, handle.i, to)
        : withPoints(
            shape,
            shape.points.map((at, i) => (i === handle.i ? to : at)),
          ),
    finish: (p) => p,
  },
  points: {
    handles: ({ points, box: [x0, , , y1], visibility: seen }, kind, k) => {
      // what is not in the image waits in a row below, to be dragged in
      let waiting = 0;
      return points.map((at, i) =>
        seen?.[i] === 0
          ? { role: "vertex", i, absent: true, at: [x0 + (18 * waiting++) / k, y1 + 22 / k], cursor: "grab" }
          : { role: "vertex", i, at, cursor: "grab" },
      );
    },
    reshape: (shape, handle, to) =>
      withPoints(
        shape,
        shape.points.map((at, i) => (i === handle.i ? to : at)),
      ),
    finish: (p) => p,
  },
  stroke: { handles: () => [], reshape: (shape) => shape, finish: (p) => p },
};

export function inserted<S extends Outline>(shape: S, i: number, at: Point): S & { box: Box } {
  // with another point after one, in the same ring
  const ring = ringOf(shape, i);
  return withPoints(
    shape,
    shape.points.toSpliced(i + 1, 0, at),
    shape.counts?.map((n, r) => (r === ring ? n + 1 : n)),
  );
}

export function boxOf(points: Iterable<Point>): Box {
  let x0 = Infinity,
    y0 = Infinity,
    x1 = -Infinity,
    y1 = -Infinity;
  for (const [x, y] of points) {
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  return [x0, y0, x1, y1];
}

export const round2 = (v: number): number => Math.round(v * 100) / 100;
export const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);
export const clampTo = (image: Size, [x, y]: Point): Point => [
  round2(clamp(x, 0, image.width)),
  round2(clamp(y, 0, image.height)),
];
const shifted = (points: Point[], dx: number, dy: number): Point[] =>
  points.map(([x, y]) => [round2(x + dx), round2(y + dy)]);

export function shiftedShape<S extends Shape>(s: Pick<Scene, "kinds">, shape: S, dx: number, dy: number): S {
  // one that is turned keeps its angle to the last digit
  const whole = kindOf(s, shape).gesture === "edge",
    [x, y] = [round2(dx), round2(dy)];
  return withPoints(shape, whole ? shape.points.map((p) => [p[0] + x, p[1] + y]) : shifted(shape.points, dx, dy));
}

export function shiftWithin(image: Size, box: Box, dx: number, dy: number): Point {
  // the shift that keeps the box in the image
  return [
    clamp(dx, Math.min(0, -box[0]), Math.max(0, image.width - box[2])),
    clamp(dy, Math.min(0, -box[1]), Math.max(0, image.height - box[3])),
  ];
}

function inside(outline: Line, x: number, y: number): boolean {
  // even-odd rule
  let odd = false;
  let before = outline.at(-1);
  for (const at of outline) {
    if (before && at[1] > y !== before[1] > y && x < at[0] + ((y - at[1]) * (before[0] - at[0])) / (before[1] - at[1]))
      odd = !odd;
    before = at;
  }
  return odd;
}

export function crossings(points: Line): Point[] {
  // where two edges of a closed path cross
  const n = points.length,
    found: Point[] = [];
  if (n < 4 || n > 400) return found;
  const turn = (a: Point, b: Point, p: Point): number => (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
  for (let i = 0; i < n; i++)
    for (let j = i + 2; j < n; j++) {
      const a = points[i],
        b = points[(i + 1) % n],
        c = points[j],
        d = points[(j + 1) % n];
      if (!a || !b || !c || !d) continue;
      const tc = turn(a, b, c),
        td = turn(a, b, d);
      if (tc * td < 0 && turn(c, d, a) * turn(c, d, b) < 0) {
        const t = tc / (tc - td);
        found.push([c[0] + (d[0] - c[0]) * t, c[1] + (d[1] - c[1]) * t]);
      }
    }
  return found;
}

interface Near {
  i: number;
  distance: number;
}

function edgeAt(outline: Line, closed: boolean, x: number, y: number): Near {
  // the edge nearest to a place: {i, distance}
  let best: Near = { i: -1, distance: Infinity };
  const last = closed ? outline.length : outline.length - 1;
  for (let i = 0; i < last; i++) {
    const a = outline[i],
      b = outline[(i + 1) % outline.length];
    if (!a || !b) continue;
    const [ax, ay] = a,
      [bx, by] = b;
    const dx = bx - ax,
      dy = by - ay,
      length = dx * dx + dy * dy;
    const t = length ? clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) : 0;
    const distance = Math.hypot(x - ax - t * dx, y - ay - t * dy);
    if (distance < best.distance) best = { i, distance };
  }
  return best;
}

export function edgeOf(shape: Outline, closed: boolean, x: number, y: number): Near {
  // the same, of all its rings; i is a place in its points
  const spans = spansOf(shape);
  let best: Near = { i: -1, distance: Infinity };
  ringsOf(shape).forEach((ring, r) => {
    const near = edgeAt(ring, closed, x, y);
    if (near.distance < best.distance) best = { i: (spans[r]?.[0] ?? 0) + near.i, distance: near.distance };
  });
  return best;
}

// The shape under a place: of those whose inside, lines or dots are there, the one with the smallest box.
export function shapeAt(s: Scene, [x, y]: Point): Shape | null {
  const tolerance = (5 * (s.coarse ?? 1)) / s.v.k;
  let best: Shape | null = null,
    smallest = Infinity;
  for (const shape of s.shapes.near([x - tolerance, y - tolerance, x + tolerance, y + tolerance])) {
    if (s.hidden.has(shape.id)) continue;
    const b = shape.box;
    if (x < b[0] - tolerance || x > b[2] + tolerance || y < b[1] - tolerance || y > b[3] + tolerance) continue;
    const size = (b[2] - b[0] + 1e-9) * (b[3] - b[1] + 1e-9);
    if (size > smallest || (size === smallest && best && (shape.order ?? 0) < (best.order ?? 0))) continue;
    if (hits(s, shape, x, y, tolerance)) {
      best = shape;
      smallest = size;
    }
  }
  return best;
}

function hits(s: Scene, shape: Shape, x: number, y: number, tolerance: number): boolean {
  const kind = kindOf(s, shape),
    lines = linesOf(s, shape);
  if (kind.closed && lines.reduce((odd, line) => odd !== inside(line, x, y), false)) return true;
  if (kind.form === "dots" && shape.points.some((p) => Math.hypot(p[0] - x, p[1] - y) <= 1.6 * tolerance)) return true;
  return lines.some((line) => edgeAt(line, kind.closed, x, y).distance <= tolerance);
}

// How near the pointer takes a handle, in CSS pixels. It shrinks with the shape, so that there is room beside the handles.
// While a tool draws, it is small, and what was just drawn has none: side by side with it the next shape begins.
export function reachOf(s: Scene, shape: Shape): number {
  const draws = s.tool !== "select",
    coarse = s.coarse ?? 1,
    [x0, y0, x1, y1] = shape.box;
  if (s.tool === "zone" || (draws && s.created === shape.id)) return 0;
  const measure: Partial<Record<GestureWord, typeof Math.min>> = { corners: Math.min, edge: Math.min, path: Math.max },
    side = measure[kindOf(s, shape).gesture]?.(x1 - x0, y1 - y0) ?? Infinity;
  return coarse * Math.min(draws ? 4 : 8, Math.max(draws ? 2 : 3.5, (side * s.v.k) / (draws ? 6 : 3)));
}

// The handle under a place, of the one selected shape; vertices win over edge middles.
export function handleAt(s: Scene, [x, y]: Point): (Handle & { shape: Shape }) | null {
  const shape = editedShape(s);
  if (!shape) return null;
  let best: (Handle & { shape: Shape }) | null = null,
    least = reachOf(s, shape) / s.v.k;
  for (const handle of handlesOf(s, shape)) {
    const distance = Math.hypot(handle.at[0] - x, handle.at[1] - y) + (handle.role === "middle" ? 1e-6 : 0);
    if (distance < least) {
      best = { ...handle, shape };
      least = distance;
    }
  }
  return best;
}

export function editedShape(s: Scene): Shape | null {
  const [id] = s.selected;
  return s.editable && id !== undefined && s.selected.size === 1 && !s.locked.has(id)
    ? (s.shapes.get(id) ?? null)
    : null;
}

export function handlesOf(s: Scene, shape: Shape): Handle[] {
  const kind = kindOf(s, shape);
  return (VOCABULARY[kind.gesture] ?? VOCABULARY.stroke).handles(shape, kind, s.v.k / (s.coarse ?? 1));
}
