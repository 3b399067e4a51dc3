// Gestures from their press to their end, on a stage without a browser: what they change, and what goes to Python.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "../../src/nbannotate/frontend/canvas/geometry.ts";
import { press } from "../../src/nbannotate/frontend/canvas/press.ts";
import { Shapes } from "../../src/nbannotate/frontend/canvas/shape-index.ts";
import type { Kind, Point, Press, Shape, Stage } from "../../src/nbannotate/frontend/canvas/types.ts";

const OTHER = { max_points: null, figured: false, ringed: false, turns_into: "" }; // of most kinds
const KINDS: Kind[] = [
  {
    ...OTHER,
    name: "rectangle",
    title: "Rectangle",
    gesture: "corners",
    form: "box",
    closed: true,
    opacity: 0.2,
    min_points: 2,
  },
  {
    ...OTHER,
    name: "polygon",
    title: "Polygon",
    gesture: "path",
    form: "path",
    closed: true,
    opacity: 0.2,
    min_points: 3,
    ringed: true,
  },
  {
    ...OTHER,
    name: "rotated",
    title: "Rotated",
    gesture: "edge",
    form: "path",
    closed: true,
    opacity: 0.2,
    min_points: 4,
  },
  {
    ...OTHER,
    name: "mask",
    title: "Mask",
    gesture: "stroke",
    form: "rings",
    closed: true,
    opacity: 0.2,
    min_points: 2,
  },
];

interface Sent {
  type: string;
  [field: string]: unknown;
}

/** A stage of 800 x 600 that shows an image of the same size at half its scale, in the middle. */
function stage(...shapes: [id: string, kind: string, points: Point[]][]) {
  const sent: Sent[] = [],
    element = () => ({
      dataset: {},
      style: {},
      hidden: true,
      textContent: "",
      getBoundingClientRect: () => ({ left: 0, top: 0 }),
    });
  const all = new Shapes();
  for (const [id, kind, points] of shapes)
    all.set(id, { id, kind, label: "cell", points, box: boxOf(points) } as Shape);
  // biome-ignore format: as a table
  const s = {
    model: { send: (message: object) => sent.push(message as Sent) },
    g: 1, n: 0, viewId: "v", ended: element(), toast: element(), tip: element(), voice: element(), overlay: element(),
    shapes: all, kinds: new Map(KINDS.map((kind) => [kind.name, kind])), figures: new Map(), colors: new Map(),
    labels: [{ name: "cell", color: "#ff0000", kinds: [] }], label: "cell", tool: "select", created: null, editable: true,
    selected: new Set<string>(), locked: new Set<string>(), hidden: new Set<string>(), pending: new Map(), ghosts: new Map(),
    marks: [], strokes: [], gesture: null, hover: null, hoverMark: null, spot: null, walk: null, held: null, cursor: null,
    ringing: null, mode: "add", brush: 10, pointerInside: true, image: { width: 800, height: 600 },
    v: { k: 0.5, x: 200, y: 150, fit: false }, w: 800, h: 600, dpr: 1, paint: () => {},
  } as unknown as Stage;
  const at = ([x, y]: Point): Point => [x * 0.5 + 200, y * 0.5 + 150];
  const event = (place: Point, held: Partial<Press> = {}): Press => {
    const [clientX, clientY] = at(place);
    return { button: 0, clientX, clientY, shiftKey: false, altKey: false, ...held };
  };
  return {
    s,
    sent,
    last: () => sent.at(-1),
    press: (place: Point, held?: Partial<Press>) => press(s, event(place, held)),
    move: (place: Point, held?: Partial<Press>) => s.gesture?.move(at(place), event(place, held)),
    up: (place: Point, held?: Partial<Press>) => s.gesture?.up(at(place), event(place, held)),
    drag(from: Point, to: Point, held?: Partial<Press>) {
      this.press(from, held);
      this.move(to, held);
      this.up(to, held);
    },
    click(place: Point, held?: Partial<Press>) {
      this.press(place, held);
      this.up(place, held);
    },
  };
}

const square = (x: number, y: number, side: number): Point[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];

test("a rectangle is drawn from any corner, in the image, with the label that is chosen", () => {
  const t = stage();
  t.s.tool = "rectangle";
  t.drag([300, 200], [-50, 100]);
  assert.deepEqual(t.last()?.points, [
    [0, 100],
    [300, 200],
  ]);
  assert.equal(t.last()?.kind, "rectangle");
  const [id] = t.s.selected;
  assert.equal(t.s.shapes.get(id ?? "")?.label, "cell");
  assert.equal(t.s.gesture, null);
});

test("click, move, click draws it, too", () => {
  const t = stage();
  t.s.tool = "rectangle";
  t.click([100, 100]);
  t.move([180, 160]);
  t.click([180, 160]);
  assert.deepEqual(t.last()?.points, [
    [100, 100],
    [180, 160],
  ]);
});

test("what is too small is refused, and nothing is there", () => {
  const t = stage();
  t.s.tool = "rectangle";
  t.drag([100, 100], [103, 101]);
  t.click([101, 101]);
  assert.equal(t.last()?.type, "refused");
  assert.equal(t.s.shapes.size, 0);
});

test("a polygon ends at its first vertex", () => {
  const t = stage();
  t.s.tool = "polygon";
  for (const place of [
    [100, 100],
    [300, 100],
    [200, 300],
  ] as Point[])
    t.click(place);
  t.click([101, 101]);
  assert.deepEqual(t.last()?.points, [
    [100, 100],
    [300, 100],
    [200, 300],
  ]);
});

test("Backspace takes one vertex back, and the last one ends the drawing", () => {
  const t = stage();
  t.s.tool = "polygon";
  t.click([100, 100]);
  t.click([300, 100]);
  assert.equal(t.s.gesture?.key?.("Backspace"), true);
  assert.equal(t.s.gesture?.placed?.(), 1);
  t.s.gesture?.key?.("Backspace");
  assert.equal(t.s.gesture, null);
});

test("shapes that are selected move together and stop at the border of the image", () => {
  const t = stage(["a", "polygon", square(100, 100, 100)], ["b", "polygon", square(500, 100, 100)]);
  t.click([150, 150]);
  t.click([550, 150], { shiftKey: true });
  assert.deepEqual([...t.s.selected], ["a", "b"]);
  t.drag([150, 150], [150 - 300, 150]);
  assert.deepEqual(t.s.shapes.get("a")?.box, [0, 100, 100, 200]);
  assert.deepEqual(t.s.shapes.get("b")?.box, [400, 100, 500, 200]);
  assert.equal(t.last()?.type, "edit");
});

test("a shape that is locked stays where it is", () => {
  const t = stage(["a", "polygon", square(100, 100, 100)]);
  t.s.locked.add("a");
  t.drag([150, 150], [300, 300]);
  assert.deepEqual(t.s.shapes.get("a")?.box, [100, 100, 200, 200]);
  assert.ok(!t.sent.some((message) => message.type === "edit"));
});

test("a corner is dragged, the opposite one stays", () => {
  const t = stage([
    "a",
    "rectangle",
    [
      [100, 100],
      [200, 200],
    ],
  ]);
  t.click([150, 150]);
  t.drag([200, 200], [260, 240]);
  assert.deepEqual(t.s.shapes.get("a")?.points, [
    [100, 100],
    [260, 240],
  ]);
});

test("a box beside the shapes selects what it holds, Escape none", () => {
  const t = stage(
    ["a", "polygon", square(100, 100, 50)],
    ["b", "polygon", square(300, 100, 50)],
    ["c", "polygon", square(600, 400, 50)],
  );
  t.drag([50, 50], [400, 200], { shiftKey: true });
  assert.deepEqual([...t.s.selected], ["a", "b"]);
  t.press([50, 300], { shiftKey: true });
  t.move([700, 500], { shiftKey: true });
  t.s.gesture?.cancel();
  assert.deepEqual([...t.s.selected], ["a", "b"]);
  assert.equal(t.s.gesture, null);
});

test("a drag beside the shapes moves the image, and what is being drawn goes on afterwards", () => {
  const t = stage();
  t.s.tool = "polygon";
  t.click([100, 100]);
  const drawn = t.s.gesture;
  t.press([400, 400], { button: 1 });
  assert.equal(t.s.gesture?.name, "pan");
  t.up([400, 400]);
  assert.equal(t.s.gesture, drawn);
});

test("a ring is drawn into the selected polygon while Shift is held", () => {
  const t = stage(["a", "polygon", square(100, 100, 300)]);
  t.click([150, 150]);
  t.s.tool = "polygon";
  for (const place of square(200, 200, 80)) t.click(place, { shiftKey: true });
  t.s.gesture?.key?.("Enter");
  assert.deepEqual(t.s.shapes.get("a")?.counts, [4, 4]);
  assert.deepEqual(t.last()?.rings, [4, 4]);
});

test("an eraser needs a mask", () => {
  const t = stage();
  Object.assign(t.s, { tool: "mask", mode: "erase" });
  t.drag([100, 100], [200, 200]);
  assert.deepEqual([t.last()?.type, t.last()?.reason], ["refused", "mask"]);
});
