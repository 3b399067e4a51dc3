// What the kernel says: cards and answers.

import type { AnyEvent } from "../generated/statistics-views.ts";
import { takeCard } from "./cards.ts";
import type { Dashboard } from "./types.ts";

export function hear(d: Dashboard, message: Record<string, unknown>, buffers: DataView[]): void {
  const event = message as unknown as AnyEvent;
  if (event.type === "card") takeCard(d, event);
  else if (event.type === "reply") d.requests.hear(event, buffers);
}
