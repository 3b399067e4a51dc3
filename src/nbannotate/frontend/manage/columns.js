// The headings of the table of tasks.

import { M } from "../shared/texts.ts";

export const HEADS = [
  ["asset", M("Asset")],
  ["step", M("Step")],
  ["state", M("Status")],
  ["who", M("Assignee")],
  ["issues", M("Issues")],
  ["round", M("Round")],
  ["at", M("Changed")],
];
