// Where the image stands on the stage: screen = image * k + (x, y), in CSS pixels. A change is shown at once by
// transforming what ipycanvas painted last; after a pause Python paints the visible part sharp.

import { clamp } from "./geometry.ts";
import { paint } from "./redraw.ts";
import { send } from "./send.ts";
import { isShown, type Layer, type Point, type Shown, type Size, type Stage, type View } from "./types.ts";

export const PREVIEW = 1024,
  PAUSE = 120,
  LONGEST_WAIT = 400,
  HEAVY = 500,
  MARGIN = 16,
  MOST = 64;

export function fitted(s: { image: Size; w: number; h: number }): View {
  const { width, height } = s.image;
  const k = Math.min(Math.max(1, s.w - 2 * MARGIN) / width, Math.max(1, s.h - 2 * MARGIN) / height, MOST);
  return { k, x: (s.w - width * k) / 2, y: (s.h - height * k) / 2, fit: true };
}

function bounded(s: { image: Size; w: number; h: number }, v: View): View {
  // some of the image always stays in sight
  const { width, height } = s.image,
    edge = 48;
  return {
    ...v,
    x: clamp(v.x, Math.min(edge, s.w / 2) - width * v.k, s.w - Math.min(edge, s.w / 2)),
    y: clamp(v.y, Math.min(edge, s.h / 2) - height * v.k, s.h - Math.min(edge, s.h / 2)),
  };
}

export function setView(s: Stage, v: View, { soon = true } = {}): void {
  const { image, w, h } = s;
  if (!image) return;
  s.v = v.fit ? v : bounded({ image, w, h }, v);
  place(s);
  if (soon) askSharp(s);
  else sendView(s);
}

export function zoomAt(s: Stage, factor: number, sx = s.w / 2, sy = s.h / 2): void {
  if (!isShown(s)) return;
  const least = Math.min(fitted(s).k / 2, 1),
    k = clamp(s.v.k * factor, least, MOST),
    f = k / s.v.k;
  setView(s, { k, x: sx - (sx - s.v.x) * f, y: sy - (sy - s.v.y) * f, fit: false });
}

function askSharp(s: Stage): void {
  clearTimeout(s.viewTimer);
  s.viewSince ??= performance.now();
  const longest = s.shapes.size > HEAVY ? Infinity : LONGEST_WAIT; // ipycanvas takes more than a frame for so many
  const wait = Math.min(PAUSE, Math.max(0, longest - (performance.now() - s.viewSince)));
  s.viewTimer = setTimeout(() => sendView(s), wait);
}

function sendView(s: Stage): void {
  clearTimeout(s.viewTimer);
  s.viewSince = null;
  send(s, "view", { view: viewOf(s) });
}

const viewOf = (s: Stage) => ({ k: 1, x: 0, y: 0, fit: true, ...s.v, w: s.w, h: s.h, dpr: s.dpr });

function styled(element: HTMLElement, name: "width" | "height" | "visibility", value: string): void {
  // what is written costs a layout, even if it is the same
  if (element.style[name] !== value) element.style[name] = value;
}

// ipycanvas painted for the view s.r; until it paints again, show that bitmap transformed from s.r to s.v.
export function place(s: Stage): void {
  if (!s.v) {
    // no image was there yet
    styled(s.base, "visibility", "hidden");
    s.zoom.hidden = true;
    return;
  }
  const { k, x, y } = s.v,
    r = s.r;
  followSpot(s);
  if (r) {
    const f = k / r.k;
    styled(s.base, "width", `${r.w}px`);
    styled(s.base, "height", `${r.h}px`);
    s.base.style.transform = `translate(${x - r.x * f}px, ${y - r.y * f}px) scale(${f})`;
  }
  styled(s.base, "visibility", r && s.image ? "visible" : "hidden");
  if (s.image) {
    const f = Math.min(1, PREVIEW / Math.max(s.image.width, s.image.height)); // laid out once, then only transformed
    styled(s.preview, "width", `${s.image.width * f}px`);
    styled(s.preview, "height", `${s.image.height * f}px`);
    s.preview.style.transform = `translate(${x}px, ${y}px) scale(${k / f})`;
    const text = `${k >= 0.1 ? Math.round(k * 100) : (k * 100).toFixed(1)} %`;
    if (s.zoom.textContent !== text) s.zoom.textContent = text;
  }
  s.zoom.hidden = !s.image;
  placePale(s);
  paint(s);
}

// Python tags each frame by the line dash offset of the layer, which is drawn last: exact, whatever is still decoding.
const frameOf = (layer?: Layer): number => layer?.ctx?.lineDashOffset ?? 0;

export function onImageFrame(s: Stage): void {
  const r = s.renderings.get(frameOf(s.layers[0]));
  if (!r) return;
  for (const frame of s.renderings.keys()) if (frame < r.frame) s.renderings.delete(frame);
  if (r.g !== s.g) return;
  s.r = r;
  place(s);
}

export function onShapesFrame(s: Stage): void {
  const shown = frameOf(s.layers[1]);
  let swept = false;
  for (const [id, ghost] of s.ghosts)
    if (ghost.frame && ghost.frame <= shown) {
      s.ghosts.delete(id);
      swept = true;
    }
  if (swept) paint(s);
}

export function resized(s: Stage): void {
  const box = s.stage.getBoundingClientRect();
  const w = Math.round(s.stage.clientWidth),
    h = Math.round(s.stage.clientHeight),
    dpr = window.devicePixelRatio || 1;
  if (!w || !h || !box.width || (w === s.w && h === s.h && dpr === s.dpr)) return;
  const dx = (w - (s.w ?? w)) / 2,
    dy = (h - (s.h ?? h)) / 2;
  Object.assign(s, { w, h, dpr });
  s.overlay.width = Math.round(w * dpr);
  s.overlay.height = Math.round(h * dpr);
  if (!isShown(s)) {
    send(s, "hello", { view: viewOf(s) });
    return;
  }
  setView(s, s.v.fit ? fitted(s) : { ...s.v, x: s.v.x + dx, y: s.v.y + dy });
}

const BORDER = 8; // CSS pixels at the border of the stage

export const spotAt = (s: { v: View; spot: Point }): Point => [s.spot[0] * s.v.k + s.v.x, s.spot[1] * s.v.k + s.v.y];

function followSpot(s: Stage): void {
  const { spot, v } = s;
  if (spot && v) s.cursor = spotAt({ spot, v });
} // the image moved under it

export function intoSight(s: Shown, [x, y]: Point): void {
  // moves the image by a third of the stage, so that one sees where to
  const by = (at: number, size: number): number =>
    at < BORDER ? Math.max(BORDER - at, size / 3) : at > size - BORDER ? Math.min(size - BORDER - at, -size / 3) : 0;
  const dx = by(x, s.w),
    dy = by(y, s.h);
  if (dx || dy) setView(s, { ...s.v, x: s.v.x + dx, y: s.v.y + dy, fit: false });
}

export function placePale(s: Stage): void {
  if (!s.pale) return;
  const shown = isShown(s) && s.pale.generation === s.g;
  s.pale.style.visibility = shown ? "visible" : "hidden";
  if (isShown(s) && shown && s.pale.firstChild instanceof Element)
    s.pale.firstChild.setAttribute("transform", `translate(${s.v.x} ${s.v.y}) scale(${s.v.k})`);
}
