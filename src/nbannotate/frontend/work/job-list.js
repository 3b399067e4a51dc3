// Which images of a job are listed.

import { M } from "../shared/texts.ts";

export const FILTERS = [
  ["remaining", M("Remaining"), (r) => r[2] === "in_progress" || r[2] === "to_rework"],
  ["returned", M("Returned"), (r) => r[2] === "to_rework"],
  ["finished", M("Finished"), (r) => r[2] === "done" || r[2] === "skipped"],
  ["all", M("All"), () => true],
];

export function listState(s) {
  // of each job: the filter, the row that has the keyboard
  const key = s.get("page").job;
  s.ui.lists ??= new Map();
  if (!s.ui.lists.has(key)) s.ui.lists.set(key, { filter: "", task: 0 });
  return s.ui.lists.get(key);
}
