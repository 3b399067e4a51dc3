// The keys of the page; the canvas has its own.

import { M, said, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { sayNothing, UNSEEN } from "./actions.ts";
import { toAttributes } from "./attributes.ts";
import { PRESSED, press } from "./commands.ts";
import { ring } from "./home-bar.ts";
import { TEXT_FIELD, toStage } from "./keyboard.ts";
import { leaveWith } from "./leave.ts";
import { openDialog } from "./open-dialog.ts";
import type { Page } from "./page.ts";
import { PANELS, showPanel } from "./panel.ts";
import { complain, send } from "./send.ts";
import { sliceKey } from "./slice-keys.ts";

export function perform(s: Page, action: string): void {
  const page = s.get("page"),
    t = s.get("task");
  if (s.ui.dialog || s.ui.reader) return;
  if (action === "notices" && page.login) return void ring(s);
  if (page.screen !== "task" || !t) return;
  const its = PRESSED[action];
  if (its) return void its(s);
  if (action === "home") return void leaveWith(s, "home");
  if (action === "job")
    return void (t.browsing
      ? toast(s, T("You are no assignee here, so there is no job of yours."), "error")
      : leaveWith(s, "job_of_task"));
  if (action === "next" || action === "previous") return void leaveWith(s, "step", { name: action });
  if (action === "issue") return void openDialog(s, "issue");
  if (action === "zone") return void send(s, "zone", {}, complain(s));
  if (action === "tags") return void s.root.querySelector<HTMLElement>(".nbp-tags button:not(:disabled)")?.focus();
  if (action === "attributes") return void toAttributes(s);
  if (action === "panel") {
    const at = PANELS.findIndex(([name]) => name === s.ui.tab);
    return void showPanel(s, PANELS[(at + 1) % PANELS.length]?.[0] ?? "shapes");
  }
  if (t.looking)
    return void toast(s, T("You are looking at an earlier revision; go back to the present first."), "error");
  if (!t.mine) return void toast(s, said(t.reason) || T("This task can be looked at, but not changed."), "error");
  if (!t.pictured && ["nothing", "submit", "status"].includes(action)) return void toast(s, T(UNSEEN), "error");
  if (action === "nothing") return void sayNothing(s, t);
  if (action === "status") return void send(s, "status", {}, complain(s));
  if (action === "submit") return void leaveWith(s, "submit");
  if (!isReason(action) || !t.actions.includes(action))
    return void toast(s, T(NOT_HERE[action] ?? M("This is not possible at this step.")), "error");
  if (!s.ui.busy) openDialog(s, action);
}

const isReason = (action: string): action is "rework" | "reject" | "skip" | "discard" =>
  ["rework", "reject", "skip", "discard"].includes(action);

const NOT_HERE: Record<string, string> = {
  rework: M("Sending to rework is for review steps."),
  reject: M("Rejecting is for review steps."),
  discard: M("Discarding is not possible at this step."),
};

export function onKey(s: Page, e: KeyboardEvent): void {
  if (sliceKey(s, e)) return;
  if (e.defaultPrevented || e.isComposing || e.repeat || s.ui.dialog || s.ui.reader) return;
  const target = e.composedPath()[0];
  if (
    target instanceof Element &&
    (target.closest<HTMLElement>(TEXT_FIELD) || target.closest<HTMLElement>(".nba-help, .nbp-popover"))
  )
    return;
  if (!s.root.isConnected) return;
  const letter = e.key.length === 1,
    typed = letter && !e.ctrlKey && !e.metaKey && !e.altKey;
  if (typed && target instanceof Element && target.closest<HTMLElement>("[role=menu], [role=listbox]")) return; // in a menu it is no key of the page
  const key = letter ? e.key.toLowerCase() : e.key;
  const combo = `${e.ctrlKey || e.metaKey ? "ctrl+" : ""}${e.altKey ? "alt+" : ""}${e.shiftKey && (!letter || /[a-z]/.test(key)) ? "shift+" : ""}${key}`;
  if (
    key === "Escape" &&
    s.get("page").screen === "task" &&
    target instanceof Element &&
    target.closest<HTMLElement>(".nbp-side, .nbp-strip, .nbp-top")
  ) {
    e.preventDefault();
    e.stopPropagation();
    return void toStage(s);
  }
  const row = s.keymap().find((k) => k.key === combo);
  if (!row || (s.get("page").screen !== "task" && row.action !== "notices")) return;
  e.preventDefault();
  e.stopPropagation();
  press(s, row.action);
}
