// The slices of a sequence, under the canvas: one cell each that says what is on it, and the slider that goes through them.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { T } from "../shared/texts.ts";
import { atText, hideTip, paintCells, showTip, whatText } from "./cell-painter.js";
import { away, cellsOf, placeHere, placeShown } from "./cells.js";
import { press } from "./commands.js";
import { toStage } from "./keyboard.js";
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
} from "./scrub.js";
import { trackText } from "./tracks.js";
import { cap, keyFor, titled } from "./words.js";

const SPEEDS = [2, 5, 10, 15, 25, 30];

export function openSlices(s, on) {
  const canvas = h("canvas", { class: "cells", "aria-hidden": "true" }),
    tip = h("div", { class: "nbp-tip", hidden: true });
  const range = h("input", { type: "range", min: "1", max: "1", step: "1", value: "1" });
  const q = (s.seq = {
    at: 0,
    playing: 0,
    speed: 10,
    down: false,
    timer: 0,
    asked: 0,
    wheel: 0,
    cache: new Map(),
    rows: null,
    cells: [],
    painted: "",
    tip,
    range,
    canvas,
    box: h("div", { class: "nbp-cells" }, canvas, range, tip),
    frame: frameCover(s),
  });
  on(range, "input", () => {
    stopPlaying(s);
    scrubTo(s, Number(range.value));
  });
  on(range, "pointerdown", () => {
    q.down = true;
  });
  for (const type of ["pointerup", "pointercancel"])
    on(range, type, (e) => {
      q.down = false;
      settle(s, 0);
      toStage(s, { detail: 1 });
      hideTip(s, e);
    });
  on(q.box, "pointermove", (e) => showTip(s, e));
  on(q.box, "pointerleave", (e) => hideTip(s, e));
  on(q.box, "wheel", (e) => wheelSlices(s, e), { passive: false });
  on(
    s.slot,
    "wheel",
    (e) => {
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

export function sequenceBar(s) {
  const t = s.get("task"),
    part = s.get("sequence");
  if (!t.sequence || part.cells?.length === 0) return null;
  if (!part.cells || part.name !== t.sequence)
    return h("section", { class: "nbp-seq", "data-key": "seq", "aria-busy": "true", "aria-label": T("Slices") });
  const cells = cellsOf(s),
    at = placeShown(s),
    cell = cells[at - 1] ?? {},
    stuck = away(s) && !s.seq.down && !s.seq.playing && !["mine", "seen"].includes(cell.hold);
  const button = (action, name, title, disabled, text) =>
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
    h("div", { class: "nbp-cells-slot", "data-key": "cells", "data-keep": "" }),
    h(
      "div",
      { class: "row" },
      button("previous_slice", "back", T("Previous slice"), at <= 1),
      button("play", s.seq.playing ? "pause" : "play", s.seq.playing ? T("Stop") : T("Play"), cells.length < 2),
      button("next_slice", "forward", T("Next slice"), at >= cells.length),
      h("span", { class: "at", "data-key": "at" }, atText(s)),
      h("span", { class: "what soft", "data-key": "what", title: cell.name }, whatText(s)),
      trackText(s) ? h("span", { class: "belongs", "data-key": "track" }, trackText(s)) : null,
      stuck
        ? [
            cell.hold === "free"
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
            onchange: (e) => {
              s.seq.speed = Number(e.currentTarget.value);
              toStage(s, { detail: 1 });
            },
          },
          SPEEDS.map((v) => h("option", { value: v, selected: v === s.seq.speed }, T("{n} / s", { n: v }))),
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

export function placeSlices(s) {
  // after each painting of the page
  const q = s.seq,
    slot = s.root.querySelector(".nbp-cells-slot"),
    n = cellsOf(s).length;
  if (!slot) {
    s.root.removeAttribute("data-away");
    if (s.get("page").screen !== "task" || !s.get("task").sequence) leaveSlices(s);
    return;
  }
  if (q.box.parentNode !== slot) slot.append(q.box);
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
  if (q.prefetched !== `${s.get("page").task} ${s.get("sequence").look}`) {
    q.prefetched = `${s.get("page").task} ${s.get("sequence").look}`;
    wantFrames(s, 400);
  }
}
