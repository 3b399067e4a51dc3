// Which panel is open beside the image.

import { repaint } from "../shared/redraw.ts";
import { M } from "../shared/texts.ts";
import { wantPaper } from "./paper.js";
import { send } from "./send.js";
import { toast } from "./toasts.js";

export const PANELS = [
  ["shapes", M("Shapes")],
  ["issues", M("Issues")],
  ["info", M("Info")],
  ["history", M("History")],
];

export function showPanel(s, name) {
  s.ui.tab = name;
  if (name === "info") wantPaper(s);
  if (name === "history") send(s, "history", {}, (error) => error && toast(s, error, "error"));
  repaint(s);
}
