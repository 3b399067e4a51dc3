// Opening and closing a dialog, and asking for what it has to say first.

import type { CampaignView } from "../generated/manage-views.ts";
import { focusDialog } from "../shared/dialog.ts";
import { repaint } from "../shared/redraw.ts";
import { ask } from "./talk.ts";
import type { Dialog, DialogKind, Dialogs, Page } from "./types.ts";

export function openDialog<Kind extends DialogKind>(s: Page, kind: Kind, about: Dialogs[Kind]): Dialog<Kind> {
  s.ui.menu = "";
  s.back = document.activeElement;
  const d = { kind, error: "", busy: false, secret: null, copied: false, ...about } as unknown as Dialog<Kind>;
  s.ui.dialog = d as Dialog;
  repaint(s, true);
  focusDialog(s.root);
  return d;
}

export function closeDialog(s: Page): void {
  if (s.ui.dialog?.busy) return;
  s.ui.dialog = null;
  repaint(s, true);
  const { back } = s,
    key = back?.closest("[data-key]")?.getAttribute("data-key"),
    beside = key && s.root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] button`);
  const to =
    back instanceof HTMLElement && back.isConnected ? back : beside || s.root.querySelector<HTMLElement>(".nbm-part");
  to?.focus({ preventScroll: true });
}

export function launchDialog(s: Page, c: CampaignView): void {
  const d = openDialog(s, "launch", { c, plan: null, activity: null });
  ask(s, "plan_launch", { campaign: c.id }, (error, answer) => {
    if (error) d.error = error;
    else d.plan = answer;
    repaint(s);
  });
}

export function deleteDialog(s: Page, c: CampaignView): void {
  const d = openDialog(s, "delete", { c, deletion: null, values: { name: "" } });
  ask(s, "deletion", { campaign: c.id }, (error, answer) => {
    if (error) d.error = error;
    else d.deletion = answer;
    repaint(s);
  });
}
