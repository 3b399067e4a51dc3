// Which images of a job are listed.

import type { JobImage } from "../generated/work-views.ts";
import { M } from "../shared/texts.ts";
import type { Page } from "./page.ts";

export type FilterName = "remaining" | "returned" | "finished" | "all" | "refused";
export type Filter = [name: FilterName, title: string, test: (r: JobImage) => boolean];

/** Of each job: the filter, and the row that has the keyboard. */
export interface ListState {
  filter: FilterName | "";
  task: number;
}

export const FILTERS: Filter[] = [
  ["remaining", M("Remaining"), (r) => r.state === "in_progress" || r.state === "to_rework"],
  ["returned", M("Returned"), (r) => r.state === "to_rework"],
  ["finished", M("Finished"), (r) => r.state === "done" || r.state === "skipped"],
  ["all", M("All"), () => true],
];

export function listState(s: Page): ListState {
  const key = s.get("page").job,
    found = s.ui.lists.get(key) ?? { filter: "", task: 0 };
  s.ui.lists.set(key, found);
  return found;
}
