// Opening and closing a dialog.

import { repaint } from "../shared/redraw.ts";
import { toStage } from "./keyboard.js";

export const FIELDS = ".nbp-dialog :is(textarea, input)";

export function openDialog(s, kind, more = {}) {
  const d = s.get("drawing"),
    t = s.get("task");
  const selected = (d.shapes ?? []).filter((v) => v[4]);
  s.ui.dialog = {
    kind,
    text: "",
    error: "",
    busy: false,
    zone: null,
    shape: kind === "issue" && selected.length === 1 ? selected[0] : null,
    open: t.open_issues ?? 0,
    ...more,
  };
  repaint(s, true);
  (
    s.root.querySelector(FIELDS) ??
    s.root.querySelector(".nbp-dialog [type=submit]:not(:disabled)") ??
    s.root.querySelector(".nbp-dialog button")
  )?.focus();
}

export function zoneDrawn(s, zone) {
  const waiting = s.ui.zoneFor ?? { kind: "issue" };
  s.ui.zoneFor = null;
  s.ui.toasts = s.ui.toasts.filter((t) => t.kind !== "info");
  openDialog(s, waiting.kind, { text: waiting.text ?? "", zone, shape: null });
}

export function closeDialog(s) {
  s.ui.dialog = null;
  repaint(s, true);
  if (s.get("page").screen === "task") toStage(s);
  else (s.root.querySelector("[data-key=submit-job]:not(:disabled)") ?? s.root.querySelector(".nbp-sheet"))?.focus();
}
