// Opening and closing a dialog, and asking for the plan of a campaign first.

import { repaint } from "../shared/redraw.ts";
import { send } from "./talk.js";

export function planDialog(s, kind, c, ask) {
  openDialog(s, kind, { c, values: {} });
  const d = s.ui.dialog;
  send(s, ask, { campaign: c.id }, (error, answer) => {
    if (error) d.error = error;
    else Object.assign(d, answer);
    repaint(s);
  });
}

export function openDialog(s, kind, fields) {
  s.ui.menu = "";
  s.ui.dialog = { kind, values: {}, error: "", busy: false, back: document.activeElement, ...fields };
  repaint(s, true);
  const box = s.root.querySelector(".nbp-dialog");
  (
    box?.querySelector("[data-first]") ??
    box?.querySelector("button[type=submit]:not(:disabled)") ??
    box?.querySelector("button")
  )?.focus();
}

export function closeDialog(s) {
  const d = s.ui.dialog;
  if (d?.busy) return;
  s.ui.dialog = null;
  repaint(s, true);
  const key = d?.back?.closest?.("[data-key]")?.getAttribute("data-key");
  const back = d?.back?.isConnected
    ? d.back
    : key
      ? s.root.querySelector(`[data-key="${CSS.escape(key)}"] button`)
      : null;
  (back ?? s.root.querySelector(".nbm-part"))?.focus({ preventScroll: true });
}
