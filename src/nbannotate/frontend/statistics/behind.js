// The tasks behind a bar: the page opens its list; elsewhere the notebook has them.

import { N, said } from "../shared/texts.ts";
import { ask, tell } from "./ask.js";

// What a chart says of a bar: the values by which the rows behind it are asked for; null if it has none.
export function pointOf(card, event) {
  let found = event.points?.[0]?.customdata;
  if (Array.isArray(found?.[0])) found = found[0];
  const keys = card.shown?.keys ?? 0;
  return keys && Array.isArray(found) && found.length >= keys ? found.slice(0, keys) : null;
}

// ---- the tasks behind a bar: the page opens its list; elsewhere the notebook has them

export async function behind(d, card, event) {
  const point = pointOf(card, event);
  if (!point) return;
  const { title, rows, campaigns } = await ask(d, "behind", { card: card.shown.name, point }).catch((error) => {
    tell(d, card, said(error.message));
    return {};
  });
  if (rows === undefined) return;
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
