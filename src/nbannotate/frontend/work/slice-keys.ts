// The keys of the slices; and none of the open task's while another slice is shown.

import { T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { away, cellsOf, placeShown } from "./cells.ts";
import { PRESSED, press } from "./commands.ts";
import { TEXT_FIELD } from "./keyboard.ts";
import { leaveWith } from "./leave.ts";
import type { Page } from "./page.ts";
import { openExclude, openSpread } from "./range.ts";
import { backToSlice, scrubTo, settle, stopPlaying, takeSlice, togglePlay } from "./scrub.ts";
import { complain, send } from "./send.ts";

const STEP_OF: Record<string, number> = { next_slice: 1, previous_slice: -1 };
const OWN_OF_RANGE = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

export function sliceKey(s: Page, e: KeyboardEvent): boolean {
  if (
    e.defaultPrevented ||
    e.isComposing ||
    s.ui.dialog ||
    s.ui.reader ||
    s.get("page").screen !== "task" ||
    !cellsOf(s).length ||
    !s.root.isConnected
  )
    return false;
  const target = e.composedPath()[0],
    stop = () => {
      e.preventDefault();
      e.stopPropagation();
      return true;
    };
  const plain = !e.ctrlKey && !e.metaKey && !e.altKey && !e.shiftKey;
  if (target === s.seq.range && plain && OWN_OF_RANGE.includes(e.key)) {
    e.stopPropagation();
    return true;
  }
  if (target instanceof Element && target !== s.seq.range && target.closest<HTMLElement>(TEXT_FIELD)) return false;
  const combo = `${e.ctrlKey || e.metaKey ? "ctrl+" : ""}${e.altKey ? "alt+" : ""}${e.shiftKey ? "shift+" : ""}${e.key.length === 1 ? e.key.toLowerCase() : e.key}`;
  const action = s.keymap().find((k) => k.key === combo)?.action;
  if (action && action in STEP_OF) {
    press(s, action);
    return stop();
  }
  if (!away(s) || e.ctrlKey || e.metaKey) return false;
  if (e.key === "Escape") {
    backToSlice(s);
    return stop();
  }
  if (e.key === "Enter" && !(target instanceof Element && target.closest("button"))) {
    stopPlaying(s);
    settle(s, 0);
    takeSlice(s);
    return stop();
  }
  if (
    ["Tab", "Shift", "Alt", "Control", "Meta"].includes(e.key) ||
    ["play", "home"].includes(action ?? "") ||
    /^F\d/.test(e.key)
  )
    return false;
  if (target instanceof Element && target.closest<HTMLElement>(".nbp-seq, .nbp-top, .nbp-toasts")) return false;
  return stop();
}

const noSlices = (s: Page): boolean => {
  if (cellsOf(s).length) return false;
  toast(s, T("This image belongs to no sequence."), "error");
  return true;
};
const stepSlice = (s: Page, by: number): void => {
  if (noSlices(s)) return;
  stopPlaying(s);
  scrubTo(s, placeShown(s) + by);
};

Object.assign(PRESSED, {
  next_slice: (s: Page) => stepSlice(s, 1),
  previous_slice: (s: Page) => stepSlice(s, -1),
  play: (s: Page) => {
    if (!noSlices(s)) togglePlay(s);
  },
  copy_next: (s: Page) => {
    if (!notSliced(s)) {
      s.ui.replaced = true;
      leaveWith(s, "copy_next", {}, () => {
        s.ui.replaced = false;
      });
    }
  },
  spread: (s: Page) => {
    if (!notSliced(s)) openSpread(s);
  },
  exclude: (s: Page) => {
    if (!notSliced(s)) openExclude(s);
  },
  unspread: (s: Page) => {
    if (!notSliced(s)) send(s, "unspread", {}, complain(s));
  },
});

function notSliced(s: Page): boolean {
  // why nothing can be done with slices now, told
  const t = s.need("task");
  if (noSlices(s) || s.ui.busy) return true;
  if (t.looking) toast(s, T("You are looking at an earlier revision; go back to the present first."), "error");
  else if (!t.mine) toast(s, t.reason || T("This task can be looked at, but not changed."), "error");
  return Boolean(t.looking) || !t.mine;
}
