// Where the keyboard is: in a text, in a dialog, on the stage; arrows that go through tabs.

import { arrows } from "../shared/dom.ts";
import type { At, Page } from "./page.ts";

export function tabKeys(e: At<KeyboardEvent>): void {
  arrows(e, "[role=tab]", ["ArrowRight"], ["ArrowLeft"])?.click();
}

export function help(s: Page): void {
  s.slot.querySelector<HTMLElement>(".nba-help-button")?.click();
}

// After a click with the mouse the keyboard goes back to the canvas; after a key it stays where the person put it.
export function toStage(s: Page, e?: { detail: number }): void {
  if (!e || e.detail > 0) s.slot.querySelector<HTMLElement>(".nba-stage")?.focus({ preventScroll: true });
}

export const tagKeys = (e: At<KeyboardEvent>): void => void arrows(e, "button");

export const TEXT_FIELD =
  "textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]), [contenteditable]:not([contenteditable=false])";
