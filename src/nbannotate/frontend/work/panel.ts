// Which panel is open beside the image.

import { repaint } from "../shared/redraw.ts";
import { M } from "../shared/texts.ts";
import type { Page, Panel } from "./page.ts";
import { wantPaper } from "./paper.ts";
import { complain, send } from "./send.ts";

export const PANELS: [name: Panel, title: string][] = [
  ["shapes", M("Shapes")],
  ["issues", M("Issues")],
  ["info", M("Info")],
  ["history", M("History")],
];

export function showPanel(s: Page, name: Panel): void {
  s.ui.tab = name;
  if (name === "info") wantPaper(s);
  if (name === "history") send(s, "history", {}, complain(s));
  repaint(s);
}
