// What Python tells once: replies, toasts, and what belongs to one part of the page.

import type { AnyEvent } from "../generated/work-views.ts";
import { repaint } from "../shared/redraw.ts";
import { toast } from "../shared/toasts.ts";
import { toField } from "./attributes.ts";
import { press } from "./commands.ts";
import { heardOf, toldEnded, toldStored, toldStoring } from "./delivery.ts";
import { toldOfKept } from "./kept.ts";
import { zoneDrawn } from "./open-dialog.ts";
import type { Page } from "./page.ts";
import { keepAhead } from "./prefetch.ts";
import { toldSliced } from "./range.ts";
import { keepFrame } from "./scrub.ts";

type Receivers = { [Type in AnyEvent["type"]]: (s: Page, m: Extract<AnyEvent, { type: Type }>) => unknown };

const RECEIVE: Receivers = {
  toast: (s, m) => toast(s, m.text, m.kind),
  reply(s, m) {
    const reply = s.replies.get(m.ref);
    s.replies.delete(m.ref);
    reply?.(m.error);
  },
  arrived: heardOf,
  storing: toldStoring,
  stored: toldStored,
  ended: toldEnded,
  replayed: toldOfKept,
  time: (s, m) => s.clock.set(m),
  counted: (s, m) => s.clock.counted(m.reports),
  next_image: keepAhead,
  frame: keepFrame,
  slices: toldSliced,
  zone: (s, m) => zoneDrawn(s, m.zone),
  press: (s, m) => press(s, m.action),
  panel: (s, m) => {
    s.ui.tab = s.ui.tabWanted = m.panel;
    repaint(s, true);
    s.ui.tabWanted = "";
    toField(s, m.attribute, m.tag);
  },
};

export function hear(s: Page, event: Record<string, unknown>): void {
  const does = RECEIVE[event.type as AnyEvent["type"]] as ((s: Page, m: object) => unknown) | undefined;
  does?.(s, event);
}
