// The buttons of the bars, and the focus that arrows move through them.

import { node } from "../shared/elements.ts";
import type { IconName } from "../shared/icons.ts";
import { keyboard } from "./focus.ts";
import { icon } from "./icons.ts";
import { SHOWN } from "./key-names.ts";
import { act } from "./keys.ts";
import type { Bar, KeyRow, Stage } from "./types.ts";

/** A button: what it does (an action of the keys, if nothing else), its icon, its name, what is so of it. */
export interface Button {
  id: string;
  icon: IconName;
  title: string;
  key?: string;
  off?: boolean;
  on?: boolean;
  apart?: boolean;
  text?: boolean;
  menu?: boolean;
  run?: (e: MouseEvent) => unknown;
}

export const rowOf = (s: Stage, id: string): KeyRow | undefined => s.keyRows.find((row) => row.id === id);
const keyText = (row: KeyRow | undefined): string =>
  row
    ? ((row.shown.length ? row.shown : row.keys)[0] ?? "")
        .split(/\+(?=.)/)
        .map((p) => SHOWN[p] ?? (p.length === 1 ? p.toUpperCase() : p))
        .join(" + ")
    : "";

// Arrows go through the buttons of a toolbar, Tab leaves it, Esc goes back to the image.
export function rove(s: Stage, e: KeyboardEvent, [back, forth]: [string, string]): void {
  const bar = e.currentTarget as HTMLElement;
  const all = [...bar.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")].filter((b) => b.offsetParent),
    at = all.indexOf(e.target as HTMLButtonElement);
  const places: Record<string, number> = { [back]: at - 1, [forth]: at + 1, Home: 0, End: all.length - 1 },
    to = places[e.key];
  if (e.key === "Escape") s.stage.focus({ preventScroll: true });
  else if (to === undefined || at < 0) return;
  else {
    const next = all[(to + all.length) % all.length];
    for (const button of bar.querySelectorAll("button")) button.tabIndex = button === next ? 0 : -1;
    next?.focus();
  }
  e.preventDefault();
  e.stopPropagation();
}

function barButton(s: Stage, row: Button): HTMLButtonElement {
  const key = row.key ?? keyText(rowOf(s, row.id)),
    button = node(
      "button",
      { type: "button", "data-do": row.id, title: key ? `${row.title} (${key})` : row.title, "aria-label": row.title },
      icon(row.icon),
    );
  if (row.text) {
    button.append(row.title);
    button.dataset.text = "";
  }
  if (row.on !== undefined) button.setAttribute("aria-pressed", String(row.on));
  if (row.menu) {
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-expanded", String(Boolean(s.labelMenu)));
  }
  if (row.apart) button.dataset.apart = "";
  button.disabled = Boolean(row.off);
  button.tabIndex = -1;
  button.addEventListener("click", (e) => {
    keyboard.canvas = s;
    if (row.run) row.run(e);
    else act(s, rowOf(s, row.id) ?? row, "", false);
    if (e.detail > 0 && !row.menu) s.stage.focus({ preventScroll: true }); // after the mouse the keyboard is the image's
  });
  return button;
}

// Fills a toolbar with buttons, if they differ; the focus stays on the button, or goes to the image if that is gone.
export function fillBar(s: Stage, bar: Bar, rows: Button[], told: string): void {
  if (bar.told === told) return;
  bar.told = told;
  const active = document.activeElement,
    focused = active instanceof HTMLElement && bar.contains(active) ? active.dataset.do : null;
  bar.replaceChildren(...rows.map((row) => barButton(s, row)));
  const usable = [...bar.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")],
    again = usable.find((b) => b.dataset.do === focused) ?? usable[0];
  if (again) again.tabIndex = 0;
  if (focused) (usable.find((b) => b.dataset.do === focused) ?? s.stage).focus({ preventScroll: true });
}
