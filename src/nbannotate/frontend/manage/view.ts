// Opens a task of a list in a page of its own, read-only; there one goes on through the same list.

import { T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import type { Page } from "./types.ts";

export const titled = (title: string, key: string): string => `${title} (${key})`;

export function viewPage(s: Page, ids: (number | undefined)[], task: number, issue = 0): void {
  if (!s.model.get("whole"))
    return void toast(
      s,
      T("Images open on the served page; in a notebook, nb.Annotator(campaign) shows them."),
      "error",
    );
  try {
    localStorage.setItem("nbannotate-view", JSON.stringify(ids));
  } catch {
    /* without storage the task is opened alone */
  }
  window.open(`work#view=${task}${issue ? `.${issue}` : ""}`, "nbannotate-view");
}

export function viewTask(s: Page, at: number): void {
  const t = s.sheet,
    i = s.shown[at];
  const task = i === undefined ? undefined : t.task_id[i];
  if (task !== undefined)
    viewPage(
      s,
      s.shown.map((k) => t.task_id[k]),
      task,
    );
}
