// Opening and closing a dialog.

import { repaint } from "../shared/redraw.ts";
import { toStage } from "./keyboard.ts";
import type { Dialog, Page, ReasonDialog, ReasonKind, Zone } from "./page.ts";

type TextField = HTMLTextAreaElement | HTMLInputElement;

export const FIELDS = ".nbp-dialog :is(textarea, input)";
export const textField = (s: Page): TextField | null => s.root.querySelector<TextField>(FIELDS);

export function openDialog(s: Page, kind: ReasonKind, more: Partial<ReasonDialog> = {}): void {
  const selected = (s.get("drawing")?.shapes ?? []).filter((v) => v.selected);
  show(s, {
    kind,
    text: "",
    error: "",
    busy: false,
    zone: null,
    shape: (kind === "issue" && selected.length === 1 && selected[0]) || null,
    open: s.get("task")?.open_issues ?? 0,
    ...more,
  });
}

export function show(s: Page, dialog: Dialog): void {
  s.ui.dialog = dialog;
  repaint(s, true);
  (
    s.root.querySelector<HTMLElement>(FIELDS) ??
    s.root.querySelector<HTMLElement>(".nbp-dialog [type=submit]:not(:disabled)") ??
    s.root.querySelector<HTMLElement>(".nbp-dialog button")
  )?.focus();
}

export function zoneDrawn(s: Page, zone: Zone): void {
  const waiting = s.ui.zoneFor ?? { kind: "issue", text: "" };
  s.ui.zoneFor = null;
  s.toasts = s.toasts.filter((t) => t.kind !== "info");
  openDialog(s, waiting.kind, { text: waiting.text, zone, shape: null });
}

export function closeDialog(s: Page): void {
  s.ui.dialog = null;
  repaint(s, true);
  if (s.get("page").screen === "task") toStage(s);
  else
    (
      s.root.querySelector<HTMLElement>("[data-key=submit-job]:not(:disabled)") ??
      s.root.querySelector<HTMLElement>(".nbp-sheet")
    )?.focus();
}
