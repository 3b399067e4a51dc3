// The slices of a sequence, under the canvas: one cell each that says what is on it, and the slider that goes through them.

import type { Cell, FrameMade } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { node } from "../shared/elements.ts";
import { type IconName, icon } from "../shared/icons.ts";
import { T } from "../shared/texts.ts";
import { hideTip, paintCells, sayPlace, showTip, whatText } from "./cell-painter.ts";
import { away, cellsOf, placeHere, placeShown } from "./cells.ts";
import { press } from "./commands.ts";
import { toStage } from "./keyboard.ts";
import type { On, Page } from "./page.ts";
import {
  backToSlice,
  frameCover,
  leaveSlices,
  liftFrame,
  scrubTo,
  settle,
  stopPlaying,
  takeSlice,
  wantFrames,
  wheelSlices,
} from "./scrub.ts";
import { trackText } from "./tracks.ts";
import { cap, keyFor, titled } from "./words.ts";

const SPEEDS = [2, 5, 10, 15, 25, 30];

/** A small image of a slice; none where it cannot be shown. */
interface Frame extends Omit<FrameMade, "type" | "image"> {
  image: HTMLImageElement | null;
}

/** Going through the slices. */
export interface Slices {
  at: number; // the slice that is shown, from 1; 0: that of the open task
  playing: number;
  speed: number;
  down: boolean; // the slider is held
  way: number; // the direction of travel
  timer: ReturnType<typeof setTimeout> | undefined;
  asked: ReturnType<typeof setTimeout> | undefined;
  wheel: number;
  cache: Map<number, Frame>; // by asset
  rows: Cell[] | null; // as Python sent them
  cells: Cell[];
  painted: string;
  of: Cell[] | null; // what was painted
  over: number; // the slice under the pointer
  old: string | null | undefined;
  lifting: boolean;
  prefetched: string;
  tip: HTMLElement;
  range: HTMLInputElement;
  canvas: HTMLCanvasElement;
  box: HTMLElement;
  frame: HTMLElement;
  frameCanvas: HTMLCanvasElement;
  frameNote: HTMLElement;
}

export function openSlices(s: Page, on: On): () => void {
  const canvas = node("canvas", { class: "cells", "aria-hidden": "true" }),
    tip = node("div", { class: "nbp-tip", hidden: "" });
  const range = node("input", { type: "range", min: "1", max: "1", step: "1", value: "1" });
  const q: Slices = {
    at: 0,
    playing: 0,
    speed: 10,
    down: false,
    way: 1,
    timer: undefined,
    asked: undefined,
    wheel: 0,
    cache: new Map(),
    rows: null,
    cells: [],
    painted: "",
    of: null,
    over: 0,
    old: null,
    lifting: false,
    prefetched: "",
    tip,
    range,
    canvas,
    box: node("div", { class: "nbp-cells" }, canvas, range, tip),
    ...frameCover(s),
  };
  s.seq = q;
  on(range, "input", () => {
    stopPlaying(s);
    scrubTo(s, Number(range.value));
  });
  on(range, "pointerdown", () => {
    q.down = true;
  });
  for (const type of ["pointerup", "pointercancel"])
    on(range, type, () => {
      q.down = false;
      settle(s, 0);
      toStage(s, { detail: 1 });
      hideTip(s);
    });
  on(q.box, "pointermove", (e: MouseEvent) => showTip(s, e));
  on(q.box, "pointerleave", () => hideTip(s));
  on(q.box, "wheel", (e: WheelEvent) => wheelSlices(s, e), { passive: false });
  on(
    s.slot,
    "wheel",
    (e: WheelEvent) => {
      if (e.shiftKey && !e.ctrlKey && cellsOf(s).length) wheelSlices(s, e);
    },
    { passive: false, capture: true },
  );
  const sizes = new ResizeObserver(() => paintCells(s, true));
  sizes.observe(q.box);
  return () => {
    sizes.disconnect();
    clearTimeout(q.timer);
    clearTimeout(q.asked);
    cancelAnimationFrame(q.playing);
    q.playing = 0;
  };
}

// ---- the bar

export function sequenceBar(s: Page) {
  const t = s.need("task"),
    part = s.get("sequence");
  if (!t.sequence || part?.cells.length === 0) return null;
  if (!part || part.name !== t.sequence)
    return h("section", { class: "nbp-seq", "data-key": "seq", "aria-busy": "true", "aria-label": T("Slices") });
  const cells = cellsOf(s),
    at = placeShown(s),
    cell = cells[at - 1],
    stuck = away(s) && !s.seq.down && !s.seq.playing && !["mine", "seen"].includes(cell?.hold ?? "");
  const button = (action: string, name: IconName, title: string, disabled: boolean, text?: string) =>
    h(
      "button",
      {
        type: "button",
        class: text ? "small" : "bare",
        "data-key": action,
        disabled,
        title: titled(title, keyFor(s, action)),
        "aria-label": text ? null : title,
        "aria-pressed": action === "play" ? String(Boolean(s.seq.playing)) : null,
        onclick: (e) => {
          press(s, action);
          toStage(s, e);
        },
      },
      icon(name),
      text ? h("span", { class: "wide" }, text) : null,
    );
  const busy = Boolean(s.ui.busy),
    can = t.mine && !t.looking && !away(s) && !busy;
  return h(
    "section",
    { class: "nbp-seq", "data-key": "seq", role: "group", "aria-label": T("Slices") },
    h("div", { class: "nbp-cells-slot", "data-key": "cells" }),
    h(
      "div",
      { class: "row" },
      button("previous_slice", "back", T("Previous slice"), at <= 1),
      button("play", s.seq.playing ? "pause" : "play", s.seq.playing ? T("Stop") : T("Play"), cells.length < 2),
      button("next_slice", "forward", T("Next slice"), at >= cells.length),
      h("span", { class: "at", "data-key": "at" }), // sayPlace writes into these, also between paintings
      h("span", { class: "what soft", "data-key": "what", title: cell?.name }),
      trackText(s) ? h("span", { class: "belongs", "data-key": "track" }, trackText(s)) : null,
      stuck
        ? [
            cell?.hold === "free"
              ? h(
                  "button",
                  { type: "button", class: "small primary", "data-key": "take", onclick: () => takeSlice(s) },
                  T("Take it"),
                  cap("⏎"),
                )
              : null,
            h(
              "button",
              { type: "button", class: "small", "data-key": "return", onclick: () => backToSlice(s) },
              T("Back to slice {n}", { n: placeHere(s) }),
              cap("Esc"),
            ),
          ]
        : null,
      h("div", { class: "grow" }),
      h(
        "label",
        { class: "speed", title: T("Slices per second") },
        h("span", { class: "nbp-hidden" }, T("Slices per second")),
        h(
          "select",
          {
            "data-key": "speed",
            value: s.seq.speed,
            onchange: (e) => {
              s.seq.speed = Number(e.currentTarget.value);
              toStage(s, { detail: 1 });
            },
          },
          SPEEDS.map((v) => h("option", { value: v }, T("{n} / s", { n: v }))),
        ),
      ),
      t.mine && !stuck
        ? [
            button(
              "copy_next",
              "copynext",
              T("Copy to the next slice, and go there"),
              !can || at >= cells.length,
              T("Copy to next"),
            ),
            button("spread", "spread", T("Put onto a range of slices"), !can, T("Put onto…")),
            t.actions.includes("discard")
              ? button("exclude", "exclude", T("Exclude a range of slices"), !can, T("Exclude…"))
              : null,
            part.undo
              ? button(
                  "unspread",
                  "undo",
                  T("Take back what was put onto slices: {what}", { what: part.undo_what }),
                  !can,
                )
              : null,
          ]
        : null,
    ),
  );
}

export function placeSlices(s: Page) {
  // after each painting of the page
  const q = s.seq,
    slot = s.root.querySelector<HTMLElement>(".nbp-cells-slot"),
    n = cellsOf(s).length;
  if (!slot) {
    s.root.removeAttribute("data-away");
    if (s.get("page").screen !== "task" || !s.get("task")?.sequence) leaveSlices(s);
    return;
  }
  if (q.box.parentNode !== slot) slot.append(q.box);
  sayPlace(s);
  if (q.range.max !== String(n)) q.range.max = String(n);
  if (!q.down) q.range.value = String(placeShown(s));
  const text = T("Slice {n} of {total}. {what}", { n: placeShown(s), total: n, what: whatText(s) });
  if (q.range.getAttribute("aria-valuetext") !== text) q.range.setAttribute("aria-valuetext", text);
  q.range.setAttribute("aria-label", T("Slice"));
  if (q.at && q.at === placeHere(s) && !s.ui.busy) {
    q.at = 0;
    liftFrame(s);
  }
  s.root.toggleAttribute("data-away", away(s));
  paintCells(s);
  const wanted = `${s.get("page").task} ${s.get("sequence")?.look}`;
  if (q.prefetched !== wanted) {
    q.prefetched = wanted;
    wantFrames(s, 400);
  }
}
