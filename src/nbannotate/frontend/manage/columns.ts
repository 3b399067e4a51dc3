// The headings of the table of tasks.

import { M } from "../shared/texts.ts";
import type { SortBy } from "./sheet.ts";

/** What a column sorts by, and its title. */
export const HEADS: [Exclude<SortBy, "">, string][] = [
  ["asset", M("Asset")],
  ["step", M("Step")],
  ["state", M("Status")],
  ["who", M("Assignee")],
  ["issues", M("Issues")],
  ["round", M("Round")],
  ["at", M("Changed")],
];
