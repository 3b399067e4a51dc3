// Asks for the page to be painted anew: at once, or once for all that happens in one turn.

import type { Dashboard } from "./types.ts";

export const paint = (d: Dashboard): void => d.paint();

export function soon(d: Dashboard): void {
  if (d.painting) return;
  d.painting = true;
  queueMicrotask(() => {
    if (d.painting) d.paint();
  });
}
