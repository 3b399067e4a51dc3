// Going through slices: small images come ahead and stand on the stage at once; where one stops, its task is opened.

import type { Cell, FrameMade } from "../generated/work-views.ts";
import { node } from "../shared/elements.ts";
import { repaint } from "../shared/redraw.ts";
import { T } from "../shared/texts.ts";
import { context, paintCells, sayPlace } from "./cell-painter.ts";
import { away, cellsOf, placeHere, placeShown } from "./cells.ts";
import { toStage } from "./keyboard.ts";
import { leaveWith } from "./leave.ts";
import type { Page } from "./page.ts";
import { send } from "./send.ts";
import type { Slices } from "./sequence.ts";

const SETTLE_MS = 220,
  AROUND = 30,
  MOST_FRAMES = 240,
  LIFT_MS = 6000,
  SLOWEST_MS = 1500;

/** What stands on the stage in the place of the image, while somebody goes through slices. */
export function frameCover(s: Page): Pick<Slices, "frame" | "frameCanvas" | "frameNote"> {
  const note = node("div", { class: "nbp-frame-note" }),
    canvas = node("canvas"),
    cover = node("div", { class: "nbp-frame", "aria-hidden": "true" }, canvas, note);
  cover.addEventListener("pointerdown", (e) => {
    e.preventDefault();
    e.stopPropagation();
    if (s.seq.playing) stopPlaying(s, true);
  });
  return { frame: cover, frameCanvas: canvas, frameNote: note };
}

export function scrubTo(s: Page, place: number, wait = SETTLE_MS) {
  const q = s.seq,
    cells = cellsOf(s),
    to = Math.min(cells.length, Math.max(1, place));
  if (!cells.length || to === placeShown(s)) {
    if (!q.down && !q.playing) settle(s, wait);
    return;
  }
  q.way = to > placeShown(s) ? 1 : -1;
  q.at = to;
  q.range.value = String(to);
  showFrame(s);
  wantFrames(s, 60);
  paintCells(s);
  sayPlace(s);
  s.root.toggleAttribute("data-away", away(s));
  if (!q.down && !q.playing) settle(s, wait);
}

export function settle(s: Page, wait = SETTLE_MS) {
  // the person has stopped: open what is shown
  const q = s.seq;
  clearTimeout(q.timer);
  q.timer = setTimeout(() => {
    if (q.down || q.playing || s.gone) return;
    if (s.ui.busy) return void settle(s, 80);
    if (!away(s)) {
      q.at = 0;
      liftFrame(s);
      return void repaint(s);
    }
    const cell = cellsOf(s)[q.at - 1];
    if (cell && ["mine", "seen"].includes(cell.hold)) openSlice(s, cell);
    else repaint(s);
  }, wait);
}

function openSlice(s: Page, cell: Cell, take = false): void {
  s.ui.replaced = true; // the address changes, the history of the browser does not grow
  s.seq.old = s.slot.querySelector<HTMLElement>(".nba-preview")?.getAttribute("src");
  leaveWith(s, "slice", { task: cell.task, take }, (error) => {
    if (error) s.seq.at = 0;
    s.ui.replaced = false;
    if (s.seq.at === placeHere(s)) s.seq.at = 0;
    if (away(s)) settle(s);
    else liftFrame(s);
  });
}

export function takeSlice(s: Page) {
  const cell = cellsOf(s)[placeShown(s) - 1];
  if (cell?.hold === "free" && away(s)) openSlice(s, cell, true);
}

export function backToSlice(s: Page) {
  stopPlaying(s);
  clearTimeout(s.seq.timer);
  s.seq.at = 0;
  hideFrame(s);
  repaint(s, true);
  toStage(s);
}

export function leaveSlices(s: Page) {
  // another screen, or an image that is no slice
  stopPlaying(s);
  clearTimeout(s.seq.timer);
  s.seq.at = 0;
  s.seq.prefetched = "";
  s.seq.cache.clear();
  hideFrame(s);
}

export function wheelSlices(s: Page, e: WheelEvent): void {
  e.preventDefault();
  e.stopPropagation();
  const q = s.seq,
    delta = (Math.abs(e.deltaY) > Math.abs(e.deltaX) ? e.deltaY : e.deltaX) * (e.deltaMode === 1 ? 40 : 1);
  q.wheel += delta;
  const steps = Math.trunc(q.wheel / 40) || (Math.abs(delta) >= 40 ? Math.sign(delta) : 0);
  if (!steps) return;
  q.wheel = 0;
  stopPlaying(s);
  scrubTo(s, placeShown(s) + Math.sign(steps) * (Math.abs(delta) >= 40 ? 1 : Math.abs(steps)));
}

// ---- the small images

export function wantFrames(s: Page, wait: number) {
  // the nearest first, more in the direction of travel
  const q = s.seq;
  clearTimeout(q.asked);
  q.asked = setTimeout(() => {
    const cells = cellsOf(s),
      at = placeShown(s),
      look = s.get("sequence")?.look,
      way = q.way,
      assets: number[] = [];
    const want = (place: number) => {
      const cell = cells[place - 1];
      if (cell?.asset && q.cache.get(cell.asset)?.look !== look) assets.push(cell.asset);
    };
    want(at);
    for (let i = 1; i <= AROUND; i += 1) {
      want(at + way * i);
      if (i % 2) want(at - way * ((i + 1) / 2));
    }
    if (assets.length && s.get("page").screen === "task") send(s, "frames", { assets });
  }, wait);
}

export function keepFrame(s: Page, frame: FrameMade): unknown {
  const q = s.seq,
    image = new Image(),
    done = () => {
      q.cache.delete(frame.asset);
      q.cache.set(frame.asset, { ...frame, image: frame.image ? image : null });
      for (const old of [...q.cache.keys()].slice(0, Math.max(0, q.cache.size - MOST_FRAMES))) q.cache.delete(old);
      if (away(s) && cellsOf(s)[q.at - 1]?.asset === frame.asset) showFrame(s);
    };
  if (!frame.image) return done();
  image.src = frame.image;
  return image.decode().then(done, () => {});
}

function showFrame(s: Page) {
  // on the stage, where the image itself would stand
  const q = s.seq,
    cells = cellsOf(s),
    cell = cells[placeShown(s) - 1],
    found = q.cache.get(cell?.asset ?? 0),
    cover = q.frame;
  const stage = s.slot.querySelector<HTMLElement>(".nba-stage"),
    preview = s.slot.querySelector<HTMLElement>(".nba-preview");
  if (!stage) return;
  if (cover.parentNode !== s.slot) s.slot.append(cover);
  const base = s.slot.getBoundingClientRect(),
    box = stage.getBoundingClientRect();
  cover.style.cssText = `left:${box.left - base.left}px;top:${box.top - base.top}px;width:${box.width}px;height:${box.height}px`;
  const note =
    cell?.hold === "hidden"
      ? T("This slice is somebody else's.")
      : found && !found.image
        ? T("This slice cannot be shown.")
        : "";
  const last = q.frameNote;
  if (last.textContent !== note) last.textContent = note;
  cover.toggleAttribute("data-blank", Boolean(note));
  cover.toggleAttribute("data-waiting", !note && !found);
  if (!found?.image) return;
  const canvas = q.frameCanvas,
    { image } = found,
    own = q.cache.get(cells[placeHere(s) - 1]?.asset ?? 0),
    rect = preview?.getBoundingClientRect();
  if (canvas.width !== image.naturalWidth || canvas.height !== image.naturalHeight) {
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
  }
  context(canvas).drawImage(image, 0, 0);
  const alike = rect && (!own || (own.width === found.width && own.height === found.height)) && rect.width > 1;
  const k = Math.min(Math.max(1, box.width - 32) / found.width, Math.max(1, box.height - 32) / found.height, 64);
  const at: [number, number, number, number] = alike
    ? [rect.left - box.left, rect.top - box.top, rect.width, rect.height]
    : [(box.width - found.width * k) / 2, (box.height - found.height * k) / 2, found.width * k, found.height * k];
  canvas.style.cssText = `left:${at[0]}px;top:${at[1]}px;width:${at[2]}px;height:${at[3]}px;image-rendering:${at[2] / found.width >= 4 ? "pixelated" : "auto"}`;
}

function hideFrame(s: Page) {
  s.seq.frame.remove();
  s.seq.lifting = false;
}

export function liftFrame(s: Page) {
  // once the image itself is on the stage
  const q = s.seq,
    since = performance.now();
  if (q.lifting || !q.frame.isConnected) return;
  q.lifting = true;
  const look = () => {
    if (!q.lifting || s.gone) return;
    if (away(s)) {
      q.lifting = false;
      return;
    }
    const image = s.slot.querySelector<HTMLImageElement>(".nba-preview"),
      src = image?.getAttribute("src");
    const there =
      !s.get("task")?.pictured ||
      (src && image?.complete && (src !== q.old || !q.old)) ||
      performance.now() - since > LIFT_MS;
    if (there) {
      q.old = "";
      requestAnimationFrame(() => {
        if (!away(s)) hideFrame(s);
        else q.lifting = false;
      });
    } else requestAnimationFrame(look);
  };
  look();
}

// ---- play

export function togglePlay(s: Page) {
  if (s.seq.playing) stopPlaying(s, true);
  else startPlaying(s);
}

function startPlaying(s: Page) {
  const q = s.seq,
    cells = cellsOf(s);
  if (cells.length < 2 || s.ui.busy) return;
  if (placeShown(s) >= cells.length) scrubTo(s, 1);
  clearTimeout(q.timer);
  let last = performance.now(),
    waited = 0;
  const tick = (now: number) => {
    if (!q.playing || s.gone) return;
    q.playing = requestAnimationFrame(tick);
    if (now - last < 1000 / q.speed - 4) return;
    let next = placeShown(s) + 1;
    while (next <= cells.length && cellsOf(s)[next - 1]?.hold === "hidden") next += 1;
    if (next > cells.length) return void stopPlaying(s, true);
    const found = q.cache.get(cellsOf(s)[next - 1]?.asset ?? 0);
    if (!found) {
      // it is on its way
      waited ||= now;
      wantFramesSoon(s);
      if (now - waited < SLOWEST_MS) return;
    }
    waited = 0;
    last = now - last > 2000 / q.speed ? now : last + 1000 / q.speed;
    scrubTo(s, next);
  };
  q.playing = requestAnimationFrame(tick);
  repaint(s);
}

let askedAt = 0;
function wantFramesSoon(s: Page) {
  if (performance.now() - askedAt < 500) return;
  askedAt = performance.now();
  wantFrames(s, 0);
}

export function stopPlaying(s: Page, open = false) {
  if (!s.seq.playing) return;
  cancelAnimationFrame(s.seq.playing);
  s.seq.playing = 0;
  if (open) settle(s, 0);
  repaint(s);
}
