// Where the keyboard is: in a text, in a dialog, on the stage; arrows that go through tabs.

import { arrows } from "../shared/dom.ts";

export function tabKeys(e) {
  arrows(e, "[role=tab]", ["ArrowRight"], ["ArrowLeft"])?.click();
}

export function help(s) {
  s.slot.querySelector(".nba-help-button")?.click();
}

// After a click with the mouse the keyboard goes back to the canvas; after a key it stays where the person put it.
export function toStage(s, e) {
  if (!e || e.detail > 0) s.slot.querySelector(".nba-stage")?.focus({ preventScroll: true });
}

export const tagKeys = (e) => void arrows(e, "button");

export function keepInside(e, selector) {
  // Tab goes around in a dialog
  const all = [...e.currentTarget.querySelectorAll(selector)],
    last = all.at(-1);
  if (e.shiftKey && document.activeElement === all[0]) {
    e.preventDefault();
    last?.focus();
  } else if (!e.shiftKey && document.activeElement === last) {
    e.preventDefault();
    all[0]?.focus();
  }
}

export const TEXT_FIELD =
  "textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]), [contenteditable]:not([contenteditable=false])";
