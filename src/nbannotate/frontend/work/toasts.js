// Short notes that go by themselves.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { localTimes } from "../shared/numbers.ts";
import { repaint, repaintSoon } from "../shared/redraw.ts";
import { said, T } from "../shared/texts.ts";

export function toast(s, text, kind = "info") {
  const id = `${Date.now()}${Math.random()}`;
  s.ui.toasts = [...s.ui.toasts.filter((t) => t.text !== text), { id, text, kind }].slice(-3);
  repaintSoon(s);
  setTimeout(() => dropToast(s, id), kind === "error" || kind === "ask" ? 9000 : 4000);
}

function dropToast(s, id) {
  s.ui.toasts = s.ui.toasts.filter((t) => t.id !== id);
  repaint(s);
}

export function toasts(s) {
  return h(
    "div",
    { class: "nbp-toasts", "aria-live": "polite" },
    s.ui.toasts.map((t) =>
      h(
        "div",
        { class: "nbp-toast", "data-kind": t.kind, "data-key": t.id, role: t.kind === "error" ? "alert" : "status" },
        h("span", {}, localTimes(said(t.text))),
        h(
          "button",
          { type: "button", class: "bare", "aria-label": T("Dismiss"), onclick: () => dropToast(s, t.id) },
          icon("close"),
        ),
      ),
    ),
  );
}
