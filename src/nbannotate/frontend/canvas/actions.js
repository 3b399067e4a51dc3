// What a finished gesture or a key does: it changes the overlay's own copy at once, and tells Python, which decides.

import { N, said, T } from "../shared/texts.js";
import { node } from "./dom.js";
import { flawsSaid } from "./flaws.js";
import { boxOf, clamp, crossings, ringsOf, shiftedShape, shiftWithin } from "./geometry.js";
import { endSpot, hoverAt } from "./hand.js";
import { colorOf } from "./ink.js";
import { noRoom } from "./limit.js";
import { newId } from "./pointer.js";
import { paint } from "./redraw.js";
import { announce, complain, kindWord, send } from "./send.js";
import { labelsSaid } from "./shape-labels.js";
import { setView } from "./view.js";

export function put(s, id, kind, label, points, more = {}) {
  // more: what few shapes have: a color, rings, visibility
  s.shapes.set(id, { ...more, id, kind, label, points, box: boxOf(points) });
}

export function create(s, kind, points, visibility) {
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

function warn(s, kind, shape) {
  if (kind.closed && kind.form === "path" && ringsOf(shape).some((ring) => crossings(ring).length))
    complain(s, T("The outline of this {kind} crosses itself; drag a vertex to mend it.", { kind: kindWord(kind) }));
}

export function edit(s, shapes, { nudged = false, visibility = [] } = {}) {
  // shapes as they are now
  const [one] = shapes,
    recounted = shapes.length === 1 && s.shapes.get(one.id).counts !== one.counts;
  for (const shape of shapes) s.shapes.set(shape.id, shape);
  if (shapes.length === 1 && !nudged) warn(s, s.kinds.get(one.kind), one);
  const n = send(s, "edit", {
    shapes: shapes.map((v) => [v.id, v.points]),
    nudged,
    visibility,
    ...(recounted && { rings: one.counts ?? [] }),
  });
  for (const { id } of shapes) s.pending.set(id, n);
}

// Selected shapes are painted here; those that leave the selection stay as ghosts until ipycanvas has painted them.
export function select(s, ids) {
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

export function haunt(s, ids, n, frame = 0) {
  s.ghostList = null;
  for (const id of ids) {
    const shape = s.shapes.get(id);
    if (shape) s.ghosts.set(id, { shape, n, frame });
  }
}

export function setTool(s, tool) {
  if (tool === s.tool || (tool !== "select" && tool !== "zone" && !s.editable)) return;
  s.gesture?.cancel();
  s.tool = tool;
  s.mode = "add"; // a brush begins as a brush
  s.stateAt = send(s, "tool", { tool });
  hoverAt(s);
  paint(s);
}

// A digit: it labels what was chosen, or what was drawn and has no label; else it is for what is drawn next.
export function chooseLabel(s, i) {
  const label = s.labels[i],
    drawn = s.ready && s.selected.size === 1 && s.selected.has(s.created) ? s.shapes.get(s.created) : null;
  if (!label || !s.editable) return;
  if (s.selected.size && !drawn) return void labelSelected(s, label);
  if (drawn && s.kinds.get(drawn.kind).gesture === "stroke") select(s, []); // the next stroke begins another mask
  s.label = label.name;
  s.stateAt = send(s, "current", { label: label.name });
  tell(s, T("Next shapes: {name}", label), label.color);
  paint(s);
}

export function labelSelected(s, label) {
  const ids = [...s.selected],
    kinds = ids.map((id) => s.shapes.get(id)?.kind);
  s.ready = false;
  send(s, "label", { label: label.name, ids });
  if (!s.several && kinds.every((kind) => !label.kinds.length || label.kinds.includes(kind)))
    tell(s, N(ids.length, "{n} shape is {name} now", "{n} shapes are {name} now", { name: label.name }), label.color);
}

export function whole(s, action, sure = false) {
  // done by Python: what concerns shapes as a whole
  if (!s.selected.size && !["all", "hide", "paste"].includes(action) && !(action === "copy" && s.shapes.size))
    return false;
  if (action === "copy" && !sure && !document.getSelection().isCollapsed) return false; // a text of the page
  if (action === "all")
    return select(
      s,
      [...s.shapes.keys()].filter((id) => !s.hidden.has(id)),
    );
  const copied = s.selected.size || s.shapes.size - s.hidden.size;
  if (action === "copy") (s.selected.size ? announce : complain)(s, N(copied, "{n} shape copied", "{n} shapes copied"));
  send(s, "act", { key: action });
  return undefined;
}

export function pickColor(s) {
  if (!s.editable || !s.selected.size) return false;
  s.picker.value = colorOf(s, s.shapes.get([...s.selected][0]));
  s.picker.showPicker();
  return undefined;
}

export function removeSelected(s) {
  if (!s.editable || !s.selected.size) return;
  const ids = [...s.selected];
  if (ids.some((id) => s.locked.has(id))) return void send(s, "delete", { ids }); // Python knows which stay
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

export function nudge(s, dx, dy) {
  if (!s.editable || !s.selected.size) return false;
  const shapes = [...s.selected].map((id) => s.shapes.get(id)).filter((v) => v && !s.locked.has(v.id));
  if (!shapes.length) return undefined;
  const [sx, sy] = shiftWithin(s.image, boxOf(shapes.flatMap((v) => [v.box.slice(0, 2), v.box.slice(2)])), dx, dy);
  if (sx || sy)
    edit(
      s,
      shapes.map((v) => shiftedShape(s, v, sx, sy)),
      { nudged: true },
    );
  paint(s);
}

export function cycle(s, step) {
  const ids = [...s.shapes.keys()].filter((id) => !s.hidden.has(id));
  if (!ids.length) return;
  const now = ids.indexOf([...s.selected].at(-1)),
    next = now < 0 ? (step > 0 ? 0 : ids.length - 1) : now + step;
  const shape = s.shapes.get(ids[(next + ids.length) % ids.length]);
  select(s, [shape.id]);
  announce(
    s,
    T("{kind}, {label}, {n} of {total}", {
      kind: said(s.kinds.get(shape.kind).title),
      label: labelsSaid(shape),
      n: ids.indexOf(shape.id) + 1,
      total: ids.length,
    }) + (shape.flaws ? ` ${flawsSaid(shape)}` : ""),
  );
  reveal(s, shape);
}

function reveal(s, shape) {
  // pan so that a shape is in sight
  const { k, x, y } = s.v,
    b = shape.box;
  if (b[2] * k + x > 0 && b[0] * k + x < s.w && b[3] * k + y > 0 && b[1] * k + y < s.h) return;
  setView(s, { k, x: s.w / 2 - ((b[0] + b[2]) / 2) * k, y: s.h / 2 - ((b[1] + b[3]) / 2) * k, fit: false });
}

// What a key did, said where one looks: at the pointer, or else below.
function tell(s, text, color) {
  if (!s.pointerInside || !s.cursor) return complain(s, text);
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
  return undefined;
}

export function stepBack(s) {
  if (s.gesture) s.gesture.cancel();
  else if (s.walk) {
    s.walk = null;
    hoverAt(s);
    paint(s);
  } else if (s.selected.size) select(s, []);
  else if (s.tool !== "select") setTool(s, "select");
  else endSpot(s);
}
