// What every dialog does with focus and keys.

import type { KeyPress } from "./dom.ts";

// Of radio buttons the chosen one is reached with Tab, as in every form.
const REACHED =
  "a, button:not(:disabled), input:not(:disabled):not([type=radio]), input[type=radio]:checked:not(:disabled), select, textarea";

/** Esc closes, Ctrl+Enter does it, Tab stays inside; nothing of what is typed reaches the page. */
export function dialogKeys(e: KeyPress, close: () => void, confirm?: () => void): void {
  e.stopPropagation();
  if (e.key === "Escape") {
    e.preventDefault();
    close();
  } else if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && confirm) {
    e.preventDefault();
    confirm();
  } else if (e.key === "Tab") keepInside(e);
}

/** Tab goes from the last field to the first one, and back. */
export function keepInside(e: KeyPress, reached = REACHED): void {
  const all = [...(e.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(reached)],
    [from, to] = e.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (document.activeElement !== from) return;
  e.preventDefault();
  to?.focus();
}

/** Where the keyboard is when a dialog opens: its first field, else the button that does it, else any. */
export function focusDialog(root: Element): void {
  const box = root.querySelector(".nbp-dialog");
  const first = [
    "[data-first]",
    "textarea, input:not([type=radio]):not([type=checkbox])",
    "[type=submit]:not(:disabled)",
    "button",
  ];
  const found = first.map((selector) => box?.querySelector<HTMLElement>(selector)).find(Boolean);
  found?.focus();
}
