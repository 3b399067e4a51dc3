// Geometry in image pixels: rings, handles and turns, for whatever comes.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boxOf,
  clampTo,
  crossings,
  edgeOf,
  FORMS,
  inserted,
  ringOf,
  ringsOf,
  shapeAt,
  shiftWithin,
  VOCABULARY,
  withPoints,
} from "../../src/nbannotate/frontend/canvas/geometry.ts";
import { Shapes } from "../../src/nbannotate/frontend/canvas/shape-index.ts";
import { axes, EDGE, turnedTo, turnOf } from "../../src/nbannotate/frontend/canvas/turned.ts";
import type { Box, Kind, Outline, Point, Scene, Shape } from "../../src/nbannotate/frontend/canvas/types.ts";
import { random } from "./random.ts";

const path: Kind = {
  max_points: null,
  figured: false,
  ringed: false,
  turns_into: "",
  name: "polygon",
  title: "Polygon",
  gesture: "path",
  form: "path",
  closed: true,
  opacity: 0.2,
  min_points: 3,
};
const shaped = (id: string, points: Point[]): Shape => ({ id, kind: path.name, label: "", points, box: boxOf(points) });
const square = (x: number, y: number, side: number): Point[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];
const scene = (...shapes: Shape[]): Scene => {
  const all = new Shapes();
  for (const shape of shapes) all.set(shape.id, shape);
  return {
    shapes: all,
    kinds: new Map([[path.name, path]]),
    figures: new Map(),
    selected: new Set(),
    locked: new Set(),
    hidden: new Set(),
    v: { k: 1, x: 0, y: 0, fit: false },
    tool: "select",
    created: null,
    editable: true,
  };
};

test("whatever is inserted or moved stays in its ring", () => {
  const { whole } = random(11);
  for (let run = 0; run < 300; run++) {
    const counts = Array.from({ length: whole(1, 4) }, () => whole(3, 6)),
      many = counts.reduce((a, b) => a + b);
    const place = (): Point => [whole(0, 99), whole(0, 99)];
    let shape: Shape = {
      ...shaped("a", Array.from({ length: many }, place)),
      ...(counts.length > 1 ? { counts } : {}),
    };
    for (let step = 0; step < whole(0, 8); step++) {
      const i = whole(0, shape.points.length - 1),
        before = ringsOf(shape).map((ring) => ring.length),
        ring = ringOf(shape, i),
        inserts = whole(0, 1) === 1;
      shape = inserts
        ? inserted(shape, i, place())
        : VOCABULARY.path.reshape(shape, { role: "vertex", i, at: [0, 0], cursor: "" }, place());
      const after = ringsOf(shape).map((r) => r.length);
      assert.deepEqual(
        after,
        before.map((n, r) => (inserts && r === ring ? n + 1 : n)),
      );
      assert.equal(
        after.reduce((a, b) => a + b),
        shape.points.length,
      );
    }
  }
});

test("a turn keeps size and middle and ends at its angle", () => {
  const { between } = random(12);
  for (let run = 0; run < 500; run++) {
    const [x, y, w, h] = [between(0, 99), between(0, 99), between(5, 90), between(5, 90)],
      angle = between(-180, 180);
    const start = withPoints<Outline>({ points: [] }, [
      [x, y],
      [x + w, y],
      [x + w, y + h],
      [x, y + h],
    ]);
    const end = turnOf(turnedTo(turnedTo(start, between(-180, 180)), angle).points);
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);
    near(end.w, w);
    near(end.h, h);
    near(end.middle[0], x + w / 2);
    near(end.middle[1], y + h / 2);
    near(Math.cos(((end.angle - angle) * Math.PI) / 180), 1);
  }
});

test("a side that is dragged leaves the angle and the opposite side as they are", () => {
  const start = turnedTo(shaped("a", square(100, 100, 50)), 30),
    [a, b] = start.points as [Point, Point],
    { v } = axes(30);
  const handle = EDGE.handles(start, path, 1).find((one) => one.role === "corner" && one.i === 5);
  assert.ok(handle);
  const end = EDGE.reshape(start, handle, [handle.at[0] + 20 * v[0], handle.at[1] + 20 * v[1]]);
  assert.deepEqual(
    end.points.slice(0, 2).map((p) => p.map(Math.round)),
    [a, b].map((p) => p.map(Math.round)),
  );
  assert.ok(Math.abs(turnOf(end.points).h - 70) < 1e-6);
  assert.ok(Math.abs(turnOf(end.points).angle - 30) < 1e-6);
});

test("a handle turns in steps of 15 degrees while Shift is held", () => {
  const start = shaped("a", square(0, 0, 40)),
    handle = EDGE.handles(start, path, 1)[0];
  assert.equal(handle?.role, "turn");
  if (!handle) return;
  const end = EDGE.reshape(start, handle, [20 + 50 * Math.sin(0.8), 20 - 50 * Math.cos(0.8)], true);
  assert.equal(Math.round(turnOf(end.points).angle * 1e6) / 1e6, 45);
});

test("corners that are dragged through each other stay a box", () => {
  assert.deepEqual(
    VOCABULARY.corners.finish([
      [30, 5],
      [10, 40],
    ]),
    [
      [10, 5],
      [30, 40],
    ],
  );
});

test("crossings of an outline are found where two of its edges cross", () => {
  assert.deepEqual(
    crossings([
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ]),
    [[5, 5]],
  );
  assert.deepEqual(crossings(square(0, 0, 10)), []);
});

test("what is shifted stays in the image", () => {
  const box: Box = [10, 10, 30, 30];
  assert.deepEqual(shiftWithin({ width: 100, height: 50 }, box, -99, 99), [-10, 20]);
  assert.deepEqual(clampTo({ width: 100, height: 50 }, [-3, 50.126]), [0, 50]);
});

test("the nearest edge of several rings is a place in all points", () => {
  const shape = { points: [...square(0, 0, 100), ...square(40, 40, 20)], counts: [4, 4] };
  assert.deepEqual(edgeOf(shape, true, 50, 41), { i: 4, distance: 1 });
  assert.deepEqual(edgeOf(shape, true, 99, 50), { i: 1, distance: 1 });
});

test("under a place is the smallest shape; hidden ones and holes are not there", () => {
  const s = scene(shaped("large", square(0, 0, 100)), shaped("small", square(10, 10, 20)));
  assert.equal(shapeAt(s, [20, 20])?.id, "small");
  s.hidden.add("small");
  assert.equal(shapeAt(s, [20, 20])?.id, "large");
  assert.equal(shapeAt(s, [300, 20]), null);
  s.shapes.set("large", { ...shaped("large", [...square(0, 0, 100), ...square(10, 10, 40)]), counts: [4, 4] });
  assert.equal(shapeAt(s, [30, 30]), null);
});

test("the index finds what a search through all shapes finds", () => {
  const { whole } = random(13),
    s = scene();
  for (let i = 0; i < 400; i++)
    s.shapes.set(`s${i}`, shaped(`s${i}`, square(whole(0, 2000), whole(0, 2000), whole(1, 300))));
  for (let i = 0; i < 400; i += 3) s.shapes.delete(`s${i}`);
  for (let i = 1; i < 400; i += 5)
    s.shapes.set(`s${i}`, shaped(`s${i}`, square(whole(0, 2000), whole(0, 2000), whole(1, 300))));
  for (let run = 0; run < 200; run++) {
    const [x, y] = [whole(0, 2200), whole(0, 2200)],
      touched = (b: Box) => b[0] <= x + 5 && b[2] >= x && b[1] <= y + 5 && b[3] >= y;
    const found = new Set([...s.shapes.near([x, y, x + 5, y + 5])].filter((v) => touched(v.box)).map((v) => v.id));
    assert.deepEqual(found, new Set([...s.shapes.values()].filter((v) => touched(v.box)).map((v) => v.id)));
  }
});

test("an ellipse and a skeleton have the lines that are seen", () => {
  const [ring] = FORMS.ellipse({
    points: [
      [0, 0],
      [10, 20],
    ],
  });
  assert.deepEqual(boxOf(ring ?? []).map(Math.round), [0, 0, 10, 20]);
  const edges: [number, number][] = [
    [0, 1],
    [1, 2],
  ];
  assert.equal(
    FORMS.dots(
      {
        points: [
          [0, 0],
          [1, 1],
          [2, 2],
        ],
        visibility: [2, 1, 0],
      },
      edges,
    ).length,
    1,
  );
});
