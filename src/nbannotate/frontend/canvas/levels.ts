// Brightness and contrast, window width and level. While someone drags, the values are shown here through a table, in
// place of what ipycanvas painted; when the gesture ends Python hears of it, and paints the image sharp.

import type { DeepLevels, Preset } from "../generated/canvas-views.ts";
import { said, T } from "../shared/texts.ts";
import { clamp } from "./geometry.ts";
import { begin, drop, hoverAt, setCursor } from "./hand.ts";
import { ACTIONS } from "./keys.ts";
import {
  closeLevels,
  isLeveled,
  type Leveled,
  levelsHow,
  levelsNow,
  levelsText,
  sane,
  tellLevels,
} from "./levels-now.ts";
import type { Buffers, Pair, Told } from "./messages.ts";
import { far, onScreen } from "./pointer.ts";
import { RECEIVE, stale } from "./receive.ts";
import { paint } from "./redraw.ts";
import { announce, complain, send } from "./send.ts";
import { type Gesture, isShown, type Point, type Press, type Stage, type Values } from "./types.ts";

const CRISP = 4; // as in canvas/painter.py: from here on pixels are squares
const SLOW = 180,
  SPAN = 256; // CSS pixels: by e in width or contrast; over the whole window

function dragged(s: Leveled, [a, b]: Pair, dx: number, dy: number): Pair {
  // to the right: wider, or more contrast; up: brighter
  const f = Math.exp(dx / SLOW);
  return sane(s, s.levels.deep ? [a * f, b + (dy * a * f) / SPAN] : [a - dy / SPAN, b * f]);
}

// ---- what is shown while it changes

export function change(s: Leveled, pair: Pair): void {
  s.live = pair;
  s.levelsAt = Infinity; // what is told until this is committed is too old
  tellLevels(s);
  showLevels(s);
}

export function showLevels(s: Stage): void {
  // before the next frame, after ipycanvas has painted its own
  s.levelsFrame ??= requestAnimationFrame(() => {
    s.levelsFrame = null;
    paintLevels(s);
  });
}

export function commit(s: Leveled): void {
  if (!s.live) return;
  const [a, b] = s.live;
  s.levelsAt = send(s, "levels", s.levels.deep ? { window: [a, b] } : { adjust: [a, b] });
  if (s.levels.deep) s.levels.deep.window = s.live;
  else s.levels.adjust = s.live;
  announce(s, levelsText(s));
}

export function askValues(s: Stage): void {
  const have = s.values?.g === s.g && (s.values.whole || s.values.frame === s.r?.frame);
  if (have || s.asked === `${s.g} ${s.r?.frame}` || !s.image) return;
  s.asked = `${s.g} ${s.r?.frame}`;
  send(s, "values", {});
}

async function takeValues(s: Stage, m: Told<"values">, buffers: Buffers): Promise<void> {
  const [buffer] = buffers;
  if (m.g !== s.g || !buffer) return;
  const [width, height] = m.size,
    canvas = new OffscreenCanvas(width, height),
    ctx = canvas.getContext("2d", { willReadFrequently: true });
  if (!ctx) return;
  const out = ctx.createImageData(width, height),
    taken = { g: m.g, box: m.box, whole: m.whole, frame: s.r?.frame, canvas, ctx, out };
  if (m.mime === "values") {
    const view = ArrayBuffer.isView(buffer) ? buffer : new Uint8Array(buffer);
    const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength),
      stored = new Uint16Array(bytes as ArrayBuffer);
    let low = 65535,
      high = 0;
    for (const v of stored) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
    s.values = { ...taken, pixels: { stored, table: new Uint32Array(65536), low, high } };
  } else {
    const bitmap = await createImageBitmap(new Blob([buffer as ArrayBuffer], { type: m.mime }));
    ctx.drawImage(bitmap, 0, 0);
    if (m.g !== s.g) return;
    s.values = { ...taken, pixels: ctx.getImageData(0, 0, width, height) };
  }
  showLevels(s);
}

type Deep = Exclude<Values["pixels"], ImageData>;

function windowed(
  deep: DeepLevels,
  { stored, table, low: least, high: most }: Deep,
  out: Uint32Array,
  pair: Pair,
): void {
  // as imaging/window.py
  const { slope, offset, inverted, exact } = deep,
    [width, level] = pair,
    span = exact ? width : Math.max(width - 1, 1e-6);
  const low = (exact ? level : level - 0.5) - span / 2,
    steep = 255 / Math.max(span, 1e-12);
  for (let i = least; i <= most; i++) {
    let gray = (i * slope + offset - low) * steep;
    gray = gray < 0 ? 0 : gray > 255 ? 255 : (gray + 0.5) | 0;
    if (inverted) gray = 255 - gray;
    table[i] = 0xff000000 | (gray << 16) | (gray << 8) | gray;
  }
  for (let i = 0; i < stored.length; i++) out[i] = table[stored[i] as number] as number; // within: 16 bits
}

function adjusted(source: ImageData, out: Uint32Array, [brightness, contrast]: Pair): void {
  // as Picture._adjusted
  const table = new Uint8Array(256);
  for (let i = 0; i < 256; i++) table[i] = clamp(Math.round((i - 127.5) * contrast + 127.5 + 255 * brightness), 0, 255);
  const from = new Uint32Array(source.data.buffer),
    of = (c: number): number => table[c & 255] as number;
  for (let i = 0; i < from.length; i++) {
    const c = from[i] as number;
    out[i] = 0xff000000 | (of(c >> 16) << 16) | (of(c >> 8) << 8) | of(c);
  }
}

function paintLevels(s: Stage): void {
  const v = s.values,
    r = s.r;
  if (!s.live || !isLeveled(s) || !v || v.g !== s.g || !r || r.g !== s.g) return;
  const out = new Uint32Array(v.out.data.buffer);
  if (v.pixels instanceof ImageData) adjusted(v.pixels, out, s.live);
  else if (s.levels.deep) windowed(s.levels.deep, v.pixels, out, s.live);
  v.ctx.putImageData(v.out, 0, 0);
  const ctx = s.base.getContext("2d"),
    shapes = s.layers[1]?.canvas,
    scale = r.k * r.dpr,
    [x0, y0, x1, y1] = v.box;
  if (!ctx || !shapes) return;
  ctx.clearRect(0, 0, s.base.width, s.base.height);
  ctx.imageSmoothingEnabled = scale < CRISP;
  ctx.drawImage(v.canvas, x0 * scale + r.x * r.dpr, y0 * scale + r.y * r.dpr, (x1 - x0) * scale, (y1 - y0) * scale);
  ctx.drawImage(shapes, 0, 0);
}

export function levelsFrame(s: Stage): void {
  // ipycanvas has painted the image, perhaps with other levels
  if (s.values && !s.values.whole && s.values.frame !== s.r?.frame) s.values = null;
  if (!s.live) return;
  if (s.values) showLevels(s);
  else askValues(s);
}

// ---- gestures and keys

export function pressLevels(s: Stage, e: Press): boolean {
  // the right button, also in the middle of a polygon
  if (!isShown(s) || !isLeveled(s) || e.button !== 2) return false;
  const drawn = s.gesture?.name === "draw" ? s.gesture : null;
  if (s.gesture && !drawn) return s.gesture.name === "levels";
  begin(
    s,
    leveling(
      s,
      onScreen(s, e),
      () => {
        s.gesture = drawn;
        hoverAt(s);
        paint(s);
      },
      drawn,
    ),
  );
  return true;
}

function leveling(s: Leveled, from: Point, end: () => void, drawn: Gesture | null = null): Gesture {
  const start = levelsNow(s);
  let moved = false;
  askValues(s);
  return {
    name: "levels",
    cursor: "all-scroll",
    paint: (ctx) => drawn?.paint?.(ctx),
    move(at) {
      moved ||= far(at, from);
      if (moved) change(s, dragged(s, start, at[0] - from[0], at[1] - from[1]));
    },
    up() {
      if (moved) commit(s);
      end();
    },
    cancel() {
      if (moved) change(s, start);
      end();
    },
  };
}

const ARROW: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function levelsMode(s: Stage): void {
  // one button, a finger or the arrows are enough
  if (!s.image || !isLeveled(s)) return;
  if (s.gesture?.name === "draw") {
    complain(s, T("Finish the shape first, or drag with the right button."));
    return;
  }
  s.gesture?.cancel();
  let drag: Gesture | null = null;
  const finish = () => {
    drag = null;
    setCursor(s);
  };
  askValues(s);
  const mode: Gesture = {
    name: "levels",
    cursor: "all-scroll",
    press(at) {
      drag = leveling(s, at, finish);
    },
    move: (at) => drag?.move(at),
    up: (at) => drag?.up(at),
    key(combo) {
      const arrow = ARROW[combo.replace("shift+", "")],
        far = combo.startsWith("shift+") ? 40 : 8;
      if (!arrow) {
        if (combo === "c" || combo === "Enter") mode.cancel();
        return combo === "c" || combo === "Enter";
      }
      change(s, dragged(s, levelsNow(s), arrow[0] * far, arrow[1] * far));
      clearTimeout(s.levelsTimer);
      s.levelsTimer = setTimeout(() => commit(s), 250);
      return true;
    },
    cancel() {
      if (drag) drag.cancel();
      delete s.levelsButton.dataset.active;
      drop(s);
    },
  };
  begin(s, mode);
  s.levelsButton.dataset.active = "true";
  complain(
    s,
    s.levels.deep
      ? T("Window: drag, or use the arrows. Esc ends.")
      : T("Brightness and contrast: drag, or use the arrows. Esc ends."),
  );
}

function nextPreset(s: Stage): void {
  const presets = s.levels?.deep?.presets ?? [],
    [width, level] = isLeveled(s) ? levelsNow(s) : [0, 0],
    now = presets.findIndex((p) => p.width === width && p.level === level),
    next = presets[(now + 1) % presets.length];
  if (next && isLeveled(s)) usePreset(s, next);
  else
    complain(
      s,
      s.levels?.deep
        ? T("There are no window presets for this image.")
        : T("Only images of more than 8 bits have a window."),
    );
}

export function usePreset(s: Leveled, { name, width, level }: Preset): void {
  change(s, [width, level]);
  commit(s);
  complain(s, `${said(name)}: ${levelsText(s)}`);
}

Object.assign(ACTIONS, {
  levels: levelsMode,
  "levels:next": nextPreset,
  "levels:auto": (s: Stage) => levelsHow(s, "auto"),
  "levels:reset": (s: Stage) => levelsHow(s, "reset"),
});

// ---- what Python says

const takeState = RECEIVE.state;
RECEIVE.state = (s, m, buffers) => {
  takeState?.(s, m, buffers);
  const fresh = s.levelsG !== m.g,
    told = JSON.stringify(m.levels),
    same = told === s.levelsTold;
  s.levelsTold = told;
  if (fresh) {
    Object.assign(s, { levelsG: m.g, levelsAt: 0, live: null, asked: null });
    if (s.values?.g !== m.g) s.values = null;
    delete s.levelsButton.dataset.active;
    if (s.levelsPanel && (s.levelsPanel.deep || m.levels?.deep)) closeLevels(s); // its range is another one
  }
  if (!fresh && (stale(s, m, s.levelsAt ?? 0) || (same && s.live))) return;
  s.levels = m.levels;
  s.live = null;
  tellLevels(s);
};
RECEIVE.values = (s, m, buffers) => void takeValues(s, m, buffers);
