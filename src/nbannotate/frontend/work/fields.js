// Keys of the fields of forms, and what typed JSON means.

import { repaint } from "../shared/redraw.ts";
import { TEXT_FIELD } from "./keyboard.js";

export const FEW = 6; // so many choices are buttons, more are a list

export function typeJson(s, on) {
  s.ui.typing = on;
  s.ui.json = null;
  repaint(s, true);
  if (on) s.root.querySelector(".nbp-form .nbp-json textarea")?.focus();
}

// A label that declares no attributes takes any: the form is there once somebody asks for it, or a shape has some.
export const hasForm = (s, d) => Boolean(d.form) && (!d.form.free || d.form.fields.length > 0 || s.ui.free);

// A digit in a form is a choice of the field that has the focus; it never labels anything.
export function formKeys(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || !/^[0-9]$/.test(e.key) || e.target.closest(TEXT_FIELD)) return;
  e.preventDefault();
  e.stopPropagation();
  e.target.closest(".chips")?.querySelectorAll("button:not(:disabled)")[Number(e.key) - 1]?.click();
}

export function fieldKeys(e) {
  // what is typed here is no key of the page
  if (e.key === "Escape" || e.key === "Enter") {
    e.preventDefault();
    e.currentTarget.blur();
    e.currentTarget.closest(".nbp").querySelector(".nba-stage")?.focus({ preventScroll: true });
  }
  e.stopPropagation();
}
