// What Python says: the whole stage, patches of shapes, acknowledgements, and which frame was painted for which view.

import type { AnyEvent, Packed, View as Sized } from "../generated/canvas-views.ts";
import { said, T } from "../shared/texts.ts";
import { haunt, put } from "./actions.ts";
import { hoverAt } from "./hand.ts";
import { freshSpot } from "./keyboard-cursor.ts";
import type { Buffers, Tag, Told } from "./messages.ts";
import { paint } from "./redraw.ts";
import { complain } from "./send.ts";
import { Shapes } from "./shape-index.ts";
import { type Figure, isShown, type Point, type Shape, type Stage } from "./types.ts";
import { fitted, onShapesFrame, place, setView } from "./view.ts";

type Row = [id: string, kind: string, label: string, points: Point[], more: Partial<Shape>];

function unpack(message: Packed, buffers: Buffers): Row[] {
  const at = floats(buffers[0]);
  let next = 0;
  const take = (n = 0): Point[] => {
    const points: Point[] = [];
    for (let j = 0; j < n; j++, next += 2) points.push([at[next] ?? 0, at[next + 1] ?? 0]);
    return points;
  };
  return message.ids.map((id, i): Row => {
    const points = take(message.count[i]),
      { rings, ...more } = message.more[i] ?? {};
    const kind = message.kinds[message.kind[i] ?? 0] ?? "",
      label = message.labels[message.label[i] ?? 0] ?? "";
    return [id, kind, label, points, rings ? { ...more, rings: rings.map((n) => take(n)) } : more];
  });
}

function floats(buffer?: DataView | ArrayBuffer): Float64Array {
  // a DataView may start anywhere; Float64Array may not
  if (!buffer) return new Float64Array(0);
  const view = ArrayBuffer.isView(buffer) ? buffer : new Uint8Array(buffer);
  return new Float64Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer);
}

export const stale = (s: Stage, message: Tag, at: number): boolean => message.view_id === s.viewId && message.n < at;

type Receivers = { [Type in AnyEvent["type"]]: (s: Stage, m: Told<Type>, buffers: Buffers) => unknown };

export const RECEIVE: Partial<Receivers> = {
  stage(s, m, buffers) {
    const fresh = m.g !== s.g;
    if (fresh) {
      s.gesture = null;
      s.hover = null;
      s.hoverMark = null;
      s.r = null;
      s.created = null;
      s.ghosts.clear();
      s.strokes = [];
      s.pending.clear();
      s.renderings.clear();
      clearTimeout(s.viewTimer);
    }
    s.g = m.g;
    s.image = m.image;
    s.kinds = new Map(m.kinds.map((kind) => [kind.name, kind]));
    s.shapes = new Shapes();
    for (const row of unpack(m.shapes, buffers)) put(s, ...row);
    s.selected = new Set(m.selected);
    s.empty.hidden = Boolean(m.image);
    s.instead = m.instead;
    s.empty.textContent = said(m.instead) || T("No image");
    if (m.image && (fresh || !s.v)) adopt(s, m.view, m.view_id);
    RECEIVE.state?.(s, m.state, []);
    RECEIVE.keys?.(s, { type: "keys", keys: m.keys }, []);
    if (!m.image) s.preview.removeAttribute("src");
    place(s);
    if (fresh) freshSpot(s);
  },
  state(s, m) {
    if (!stale(s, m, s.stateAt)) {
      if (m.tool !== s.tool && s.gesture?.name === "draw") s.gesture.cancel();
      if (m.tool !== s.tool) {
        s.mode = "add";
        s.armed = m.tool !== "select";
      }
      s.tool = m.tool;
      s.label = m.label;
    }
    if (!stale(s, m, s.selectedAt)) Object.assign(s, { created: m.drawn || null, ready: m.ready });
    s.labels = m.labels;
    s.colors = new Map(m.labels.map((label) => [label.name, label.color]));
    s.figures = new Map(
      m.labels.flatMap((label): [string, Figure][] => (label.figure ? [[label.name, label.figure]] : [])),
    );
    s.editable = m.editable;
    s.locked = new Set(m.locked);
    s.hidden = new Set(m.hidden);
    Object.assign(s, { copied: m.copied, canUndo: m.can_undo, canRedo: m.can_redo });
    s.marks = m.marks;
    s.most = m.most ?? null;
    s.keysMode = m.keys_mode;
    hoverAt(s);
    paint(s);
  },
  keys(s, m) {
    s.keyRows = m.keys;
    s.keys = new Map(
      m.keys.filter((row) => row.id).flatMap((row) => row.keys.map((combo): [string, typeof row] => [combo, row])),
    );
  },
  patch(s, m, buffers) {
    if (m.g !== s.g) return;
    for (const id of m.remove) {
      s.shapes.delete(id);
      s.selected.delete(id);
      s.ghosts.delete(id);
      s.pending.delete(id);
    }
    for (const [id, ...row] of unpack(m.shapes, buffers)) {
      if (stale(s, m, s.pending.get(id) ?? 0)) continue; // a later change of the same shape is under way
      s.pending.delete(id);
      put(s, id, ...row);
    }
    if (m.order) {
      const shapes = new Shapes();
      for (const id of new Set([...m.order, ...s.shapes.keys()])) {
        const shape = s.shapes.get(id);
        if (shape) shapes.set(id, shape);
      }
      s.shapes = shapes;
    }
    paint(s);
  },
  selected(s, m) {
    if (m.g !== s.g || stale(s, m, s.selectedAt)) return;
    const next = new Set(m.ids.filter((id) => s.shapes.has(id)));
    haunt(
      s,
      [...s.selected].filter((id) => !next.has(id)),
      0,
      m.frame,
    );
    s.selected = next;
    hoverAt(s);
    paint(s);
  },
  ack(s, m) {
    if (m.view_id !== s.viewId) return;
    for (const ghost of s.ghosts.values()) if (!ghost.frame && ghost.n <= m.n) ghost.frame = m.frame;
    const under = s.strokes.length;
    s.strokes = s.strokes.filter((stroke) => (stroke.n ?? Infinity) > m.n);
    onShapesFrame(s);
    if (s.strokes.length < under) paint(s);
  },
  rendering(s, m) {
    s.renderings.set(m.frame, { ...m.view, frame: m.frame, g: m.g });
    if (m.g !== s.g || m.view_id === s.viewId || s.gesture || !s.image) return;
    adopt(s, m.view, m.view_id);
    place(s);
  },
  preview(s, m, buffers) {
    if (m.g !== s.g) return;
    URL.revokeObjectURL(s.preview.src);
    s.preview.src = URL.createObjectURL(new Blob(buffers.slice(0, 1) as ArrayBuffer[], { type: m.mime }));
  },
  refining(s, m) {
    if (m.g !== s.g) return;
    s.refining.hidden = !m.on;
    s.refining.textContent = m.on ? T("Preview. The image is still being decoded.") : "";
  },
  error: (s, m) => complain(s, said(m.text)),
  fit: (s) => isShown(s) && setView(s, fitted(s)),
  focus: (s) => s.stage.focus({ preventScroll: true }),
};

// Show what another view of the same canvas shows: all of the image, or the middle of the same part.
function adopt(s: Stage, view: Sized, viewId: string): void {
  const { image, w, h } = s;
  if (viewId === s.viewId && view.w === s.w && view.h === s.h) s.v = { k: view.k, x: view.x, y: view.y, fit: view.fit };
  else if (view.fit && image) s.v = fitted({ image, w, h });
  else {
    const k = view.k * Math.max(s.w / view.w, s.h / view.h);
    s.v = {
      k,
      fit: false,
      x: s.w / 2 - ((view.w / 2 - view.x) / view.k) * k,
      y: s.h / 2 - ((view.h / 2 - view.y) / view.k) * k,
    };
  }
}
