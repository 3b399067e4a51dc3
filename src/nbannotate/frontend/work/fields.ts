// Keys of the fields of forms, and what typed JSON means.

import type { DrawingView } from "../generated/work-views.ts";
import { repaint } from "../shared/redraw.ts";
import { TEXT_FIELD } from "./keyboard.ts";
import type { At, Page } from "./page.ts";

export const FEW = 6; // so many choices are buttons, more are a list

export function typeJson(s: Page, on: boolean): void {
  s.ui.typing = on;
  s.ui.json = null;
  repaint(s, true);
  if (on) s.root.querySelector<HTMLElement>(".nbp-form .nbp-json textarea")?.focus();
}

// A label that declares no attributes takes any: the form is there once somebody asks for it, or a shape has some.
export const hasForm = (s: Page, d: DrawingView) =>
  d.form !== null && (!d.form.free || d.form.fields.length > 0 || s.ui.free);

// A digit in a form is a choice of the field that has the focus; it never labels anything.
export function formKeys(e: At<KeyboardEvent>) {
  if (
    e.ctrlKey ||
    e.metaKey ||
    e.altKey ||
    !/^[0-9]$/.test(e.key) ||
    (e.target instanceof Element && e.target.closest(TEXT_FIELD))
  )
    return;
  e.preventDefault();
  e.stopPropagation();
  (e.target as Element)
    .closest(".chips")
    ?.querySelectorAll<HTMLElement>("button:not(:disabled)")
    [Number(e.key) - 1]?.click();
}

export function fieldKeys(e: At<KeyboardEvent>) {
  // what is typed here is no key of the page
  if (e.key === "Escape" || e.key === "Enter") {
    e.preventDefault();
    e.currentTarget.blur();
    e.currentTarget.closest(".nbp")?.querySelector<HTMLElement>(".nba-stage")?.focus({ preventScroll: true });
  }
  e.stopPropagation();
}
