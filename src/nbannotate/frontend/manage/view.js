// Opens a task of a list in a page of its own, read-only; there one goes on through the same list.

import { T } from "../shared/texts.ts";
import { toast } from "./talk.js";

export const titled = (title, key) => `${title} (${key})`;

export function viewPage(s, ids, task, issue = 0) {
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

export function viewTask(s, at) {
  const t = s.sheet,
    i = s.shown[at];
  if (i !== undefined)
    viewPage(
      s,
      s.shown.map((k) => t.task_id[k]),
      t.task_id[i],
    );
}
