// Where the image stands on the stage: screen = image * k + (x, y), in CSS pixels. A change is shown at once by
// transforming what ipycanvas painted last; after a pause Python paints the visible part sharp.

import { clamp } from "./geometry.js";
import { paint } from "./redraw.js";
import { send } from "./send.js";

export const PREVIEW = 1024,
  PAUSE = 120,
  LONGEST_WAIT = 400,
  HEAVY = 500,
  MARGIN = 16,
  MOST = 64;

export function fitted(s) {
  const { width, height } = s.image;
  const k = Math.min(Math.max(1, s.w - 2 * MARGIN) / width, Math.max(1, s.h - 2 * MARGIN) / height, MOST);
  return { k, x: (s.w - width * k) / 2, y: (s.h - height * k) / 2, fit: true };
}

function bounded(s, v) {
  // some of the image always stays in sight
  const { width, height } = s.image,
    edge = 48;
  return {
    ...v,
    x: clamp(v.x, Math.min(edge, s.w / 2) - width * v.k, s.w - Math.min(edge, s.w / 2)),
    y: clamp(v.y, Math.min(edge, s.h / 2) - height * v.k, s.h - Math.min(edge, s.h / 2)),
  };
}

export function setView(s, v, { soon = true } = {}) {
  if (!s.image) return;
  s.v = v.fit ? v : bounded(s, v);
  place(s);
  if (soon) askSharp(s);
  else sendView(s);
}

export function zoomAt(s, factor, sx = s.w / 2, sy = s.h / 2) {
  if (!s.image) return;
  const least = Math.min(fitted(s).k / 2, 1),
    k = clamp(s.v.k * factor, least, MOST),
    f = k / s.v.k;
  setView(s, { k, x: sx - (sx - s.v.x) * f, y: sy - (sy - s.v.y) * f, fit: false });
}

function askSharp(s) {
  clearTimeout(s.viewTimer);
  s.viewSince ??= performance.now();
  const longest = s.shapes.size > HEAVY ? Infinity : LONGEST_WAIT; // ipycanvas takes more than a frame for so many
  const wait = Math.min(PAUSE, Math.max(0, longest - (performance.now() - s.viewSince)));
  s.viewTimer = setTimeout(() => sendView(s), wait);
}

function sendView(s) {
  clearTimeout(s.viewTimer);
  s.viewSince = null;
  send(s, "view", { view: viewOf(s) });
}

const viewOf = (s) => ({ k: 1, x: 0, y: 0, fit: true, ...s.v, w: s.w, h: s.h, dpr: s.dpr });

function styled(element, name, value) {
  // what is written costs a layout, even if it is the same
  if (element.style[name] !== value) element.style[name] = value;
}

// ipycanvas painted for the view s.r; until it paints again, show that bitmap transformed from s.r to s.v.
export function place(s) {
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
const frameOf = (layer) => layer?.ctx?.lineDashOffset ?? 0;

export function onImageFrame(s) {
  const r = s.renderings.get(frameOf(s.layers[0]));
  if (!r) return;
  for (const frame of s.renderings.keys()) if (frame < r.frame) s.renderings.delete(frame);
  if (r.g !== s.g) return;
  s.r = r;
  place(s);
}

export function onShapesFrame(s) {
  const shown = frameOf(s.layers[1]);
  let swept = false;
  for (const [id, ghost] of s.ghosts)
    if (ghost.frame && ghost.frame <= shown) {
      s.ghosts.delete(id);
      swept = true;
    }
  if (swept) paint(s);
}

export function resized(s) {
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
  if (!s.image) return void send(s, "hello", { view: viewOf(s) });
  setView(s, s.v.fit ? fitted(s) : { ...s.v, x: s.v.x + dx, y: s.v.y + dy });
}

const BORDER = 8; // CSS pixels at the border of the stage

export const spotAt = (s) => [s.spot[0] * s.v.k + s.v.x, s.spot[1] * s.v.k + s.v.y];

function followSpot(s) {
  if (s.spot && s.v) s.cursor = spotAt(s);
} // the image moved under it

export function intoSight(s, [x, y]) {
  // moves the image by a third of the stage, so that one sees where to
  const by = (at, size) =>
    at < BORDER ? Math.max(BORDER - at, size / 3) : at > size - BORDER ? Math.min(size - BORDER - at, -size / 3) : 0;
  const dx = by(x, s.w),
    dy = by(y, s.h);
  if (dx || dy) setView(s, { ...s.v, x: s.v.x + dx, y: s.v.y + dy, fit: false });
}

export function placePale(s) {
  if (!s.pale) return;
  const shown = s.image && s.v && s.pale.generation === s.g;
  s.pale.style.visibility = shown ? "visible" : "hidden";
  if (shown) s.pale.firstChild.setAttribute("transform", `translate(${s.v.x} ${s.v.y}) scale(${s.v.k})`);
}
