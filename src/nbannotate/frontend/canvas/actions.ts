// What a finished gesture or a key does: it changes the overlay's own copy at once, and tells Python, which decides.

import { node } from "../shared/elements.ts";
import { N, said, T } from "../shared/texts.ts";
import { flawsSaid } from "./flaws.ts";
import { boxOf, clamp, crossings, kindOf, ringsOf, shiftedShape, shiftWithin } from "./geometry.ts";
import { endSpot, hoverAt } from "./hand.ts";
import { colorOf } from "./ink.ts";
import { noRoom } from "./limit.ts";
import { newId } from "./pointer.ts";
import { paint } from "./redraw.ts";
import { announce, complain, kindWord, send } from "./send.ts";
import { labelsSaid } from "./shape-labels.ts";
import {
  isShown,
  type Kind,
  type Label,
  type Outline,
  type Point,
  type Shape,
  type Shown,
  type Stage,
} from "./types.ts";
import { setView } from "./view.ts";

export function put(
  s: Pick<Stage, "shapes">,
  id: string,
  kind: string,
  label: string,
  points: Point[],
  more: Partial<Shape> = {},
): void {
  // more: what few shapes have: a color, rings, visibility
  s.shapes.set(id, { ...more, id, kind, label, points, box: boxOf(points) });
}

export function create(s: Stage, kind: Kind, points: Point[], visibility?: number[]): void {
  if (noRoom(s)) return;
  const id = newId(),
    allowed = s.labels.find((v) => v.name === s.label);
  const label = allowed && (!allowed.kinds.length || allowed.kinds.includes(kind.name)) ? s.label : "";
  put(s, id, kind.name, label, points, { visibility });
  s.selected = new Set([id]);
  Object.assign(s, { created: id, ready: Boolean(label) });
  warn(s, kind, { points });
  const n = send(s, "create", { id, kind: kind.name, points, ...(visibility && { visibility }) });
  s.pending.set(id, n);
  s.selectedAt = n;
}

function warn(s: Stage, kind: Kind, shape: Outline): void {
  if (kind.closed && kind.form === "path" && ringsOf(shape).some((ring) => crossings(ring).length))
    complain(s, T("The outline of this {kind} crosses itself; drag a vertex to mend it.", { kind: kindWord(kind) }));
}

interface Edited {
  nudged?: boolean; // by a key, which goes on: one step of undo for all of it
  visibility?: number[];
}

export function edit(s: Stage, shapes: Shape[], { nudged = false, visibility = [] }: Edited = {}): void {
  // shapes as they are now
  const one = shapes.length === 1 ? shapes[0] : undefined,
    recounted = one !== undefined && s.shapes.get(one.id)?.counts !== one.counts;
  for (const shape of shapes) s.shapes.set(shape.id, shape);
  if (one && !nudged) warn(s, kindOf(s, one), one);
  const n = send(s, "edit", {
    shapes: shapes.map(({ id, points }) => ({ id, points })),
    nudged,
    visibility,
    ...(recounted && { rings: one.counts ?? [] }),
  });
  for (const { id } of shapes) s.pending.set(id, n);
}

// Selected shapes are painted here; those that leave the selection stay as ghosts until ipycanvas has painted them.
export function select(s: Stage, ids: Iterable<string>): void {
  const next = new Set(ids);
  if (!s.created && next.size === s.selected.size && [...next].every((id) => s.selected.has(id))) return;
  const left = [...s.selected].filter((id) => !next.has(id));
  s.selected = next;
  s.created = null;
  const n = send(s, "select", { ids: [...next] });
  s.selectedAt = n;
  haunt(s, left, n);
  paint(s);
}

export function haunt(s: Stage, ids: string[], n: number, frame = 0): void {
  s.ghostList = null;
  for (const id of ids) {
    const shape = s.shapes.get(id);
    if (shape) s.ghosts.set(id, { shape, n, frame });
  }
}

export function setTool(s: Stage, tool: string): void {
  if (tool === s.tool || (tool !== "select" && tool !== "zone" && !s.editable)) return;
  s.gesture?.cancel();
  s.tool = tool;
  s.mode = "add"; // a brush begins as a brush
  s.stateAt = send(s, "tool", { tool });
  hoverAt(s);
  paint(s);
}

// A digit: it labels what was chosen, or what was drawn and has no label; else it is for what is drawn next.
export function chooseLabel(s: Stage, i: number): void {
  const label = s.labels[i],
    drawn =
      s.ready && s.selected.size === 1 && s.created !== null && s.selected.has(s.created)
        ? s.shapes.get(s.created)
        : null;
  if (!label || !s.editable) return;
  if (s.selected.size && !drawn) {
    labelSelected(s, label);
    return;
  }
  if (drawn && kindOf(s, drawn).gesture === "stroke") select(s, []); // the next stroke begins another mask
  s.label = label.name;
  s.stateAt = send(s, "current", { label: label.name });
  tell(s, T("Next shapes: {name}", { name: label.name }), label.color);
  paint(s);
}

export function labelSelected(s: Stage, label: Label): void {
  const ids = [...s.selected],
    kinds = ids.map((id) => s.shapes.get(id)?.kind);
  s.ready = false;
  send(s, "label", { label: label.name, ids });
  if (!s.several && kinds.every((kind) => !label.kinds.length || (kind !== undefined && label.kinds.includes(kind))))
    tell(s, N(ids.length, "{n} shape is {name} now", "{n} shapes are {name} now", { name: label.name }), label.color);
}

// Done by Python: what concerns shapes as a whole; false if there is nothing to do it with.
export function whole(s: Stage, action: string, sure = false): false | undefined {
  if (!s.selected.size && !["all", "hide", "paste"].includes(action) && !(action === "copy" && s.shapes.size))
    return false;
  if (action === "copy" && !sure && document.getSelection()?.isCollapsed === false) return false; // a text of the page
  if (action === "all") {
    select(
      s,
      [...s.shapes.keys()].filter((id) => !s.hidden.has(id)),
    );
    return undefined;
  }
  const copied = s.selected.size || s.shapes.size - s.hidden.size;
  if (action === "copy") (s.selected.size ? announce : complain)(s, N(copied, "{n} shape copied", "{n} shapes copied"));
  send(s, "act", { action });
  return undefined;
}

export function pickColor(s: Stage): false | undefined {
  const [first] = s.selected,
    shape = first === undefined ? undefined : s.shapes.get(first);
  if (!s.editable || !shape) return false;
  s.picker.value = colorOf(s, shape);
  s.picker.showPicker();
  return undefined;
}

export function removeSelected(s: Stage): void {
  if (!s.editable || !s.selected.size) return;
  const ids = [...s.selected];
  if (ids.some((id) => s.locked.has(id))) {
    send(s, "delete", { ids }); // Python knows which stay
    return;
  }
  for (const id of ids) {
    s.shapes.delete(id);
    s.ghosts.delete(id);
    s.pending.delete(id);
  }
  s.selected = new Set();
  s.selectedAt = send(s, "delete", { ids });
  hoverAt(s);
  paint(s);
}

export function nudge(s: Stage, dx: number, dy: number): false | undefined {
  if (!s.editable || !s.selected.size) return false;
  const shapes = [...s.selected]
    .map((id) => s.shapes.get(id))
    .filter((v) => v !== undefined && !s.locked.has(v.id)) as Shape[];
  if (!shapes.length || !s.image) return undefined;
  const [sx, sy] = shiftWithin(s.image, boxOf(shapes.flatMap(cornersOf)), dx, dy);
  if (sx || sy)
    edit(
      s,
      shapes.map((v) => shiftedShape(s, v, sx, sy)),
      { nudged: true },
    );
  paint(s);
  return undefined;
}

/** The corners of the box around a shape, two that are opposite. */
export const cornersOf = ({ box: [x0, y0, x1, y1] }: Shape): [Point, Point] => [
  [x0, y0],
  [x1, y1],
];

export function cycle(s: Stage, step: number): void {
  const ids = [...s.shapes.keys()].filter((id) => !s.hidden.has(id));
  if (!ids.length) return;
  const now = ids.indexOf([...s.selected].at(-1) ?? ""),
    next = now < 0 ? (step > 0 ? 0 : ids.length - 1) : now + step;
  const shape = s.shapes.get(ids[(next + ids.length) % ids.length] ?? "");
  if (!shape) return;
  select(s, [shape.id]);
  announce(
    s,
    T("{kind}, {label}, {n} of {total}", {
      kind: said(kindOf(s, shape).title),
      label: labelsSaid(shape),
      n: ids.indexOf(shape.id) + 1,
      total: ids.length,
    }) + (shape.flaws ? ` ${flawsSaid(shape)}` : ""),
  );
  if (isShown(s)) reveal(s, shape);
}

function reveal(s: Shown, shape: Shape): void {
  // pan so that a shape is in sight
  const { k, x, y } = s.v,
    b = shape.box;
  if (b[2] * k + x > 0 && b[0] * k + x < s.w && b[3] * k + y > 0 && b[1] * k + y < s.h) return;
  setView(s, { k, x: s.w / 2 - ((b[0] + b[2]) / 2) * k, y: s.h / 2 - ((b[1] + b[3]) / 2) * k, fit: false });
}

// What a key did, said where one looks: at the pointer, or else below.
function tell(s: Stage, text: string, color: string): void {
  if (!s.pointerInside || !s.cursor) {
    complain(s, text);
    return;
  }
  announce(s, text);
  delete s.toast.dataset.shown;
  s.tip.replaceChildren(node("i", { class: "nba-swatch", style: `background:${color}` }), text);
  s.tip.hidden = false;
  const [x, y] = s.cursor,
    { offsetWidth: width, offsetHeight: height } = s.tip,
    left = x + 16 + width < s.w ? x + 16 : x - 12 - width;
  s.tip.style.transform = `translate(${Math.max(4, left)}px, ${clamp(y + 18, 4, s.h - height - 4)}px)`;
  clearTimeout(s.tipTimer);
  s.tipTimer = setTimeout(() => {
    s.tip.hidden = true;
  }, 2500);
}

export function stepBack(s: Stage): void {
  if (s.gesture) s.gesture.cancel();
  else if (s.walk) {
    s.walk = null;
    hoverAt(s);
    paint(s);
  } else if (s.selected.size) select(s, []);
  else if (s.tool !== "select") setTool(s, "select");
  else endSpot(s);
}
