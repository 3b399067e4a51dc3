// The tasks behind a bar: the page opens its list; elsewhere the notebook has them.

import type { AskBehind } from "../generated/statistics-actions.ts";
import { N, said } from "../shared/texts.ts";
import { ask, fails, tell } from "./ask.ts";
import type { Pointed } from "./plotly.ts";
import type { Card, Dashboard } from "./types.ts";

// What a chart says of a bar: the values by which the rows behind it are asked for; null if it has none.
export function pointOf(card: Card, event: Pointed): AskBehind["point"] | null {
  const data = event.points?.[0]?.customdata,
    found: unknown = Array.isArray(data) && Array.isArray(data[0]) ? data[0] : data;
  const keys = card.shown.keys;
  return keys && Array.isArray(found) && found.length >= keys ? found.slice(0, keys) : null;
}

export async function behind(d: Dashboard, card: Card, event: Pointed): Promise<void> {
  const point = pointOf(card, event);
  if (!point) return;
  const found = await ask(d, "behind", { card: card.shown.name, point }).catch(fails(d, card));
  if (!found) return;
  const { title, rows, campaigns } = found.answer;
  const tasks = Object.keys(campaigns).length > 0;
  const open = new CustomEvent("nbannotate-tasks", {
    bubbles: true,
    cancelable: true,
    detail: { title: said(title), campaigns },
  });
  if (tasks && !d.root.dispatchEvent(open)) return; // somebody has taken it
  tell(
    d,
    card,
    N(
      rows,
      "{n} row behind it: dashboard.selection in the notebook",
      "{n} rows behind it: dashboard.selection in the notebook",
    ),
  );
}
