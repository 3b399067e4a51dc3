// What Python says: replies, toasts, and what belongs to one part of the page.

import { repaint } from "../shared/redraw.ts";
import { toField } from "./attributes.js";
import { press } from "./commands.js";
import { heardOf } from "./delivery.js";
import { toldOfKept } from "./kept.js";
import { zoneDrawn } from "./open-dialog.js";
import { keepAhead } from "./prefetch.js";
import { toldSliced } from "./range.js";
import { keepFrame } from "./scrub.js";
import { toast } from "./toasts.js";

const RECEIVE = {
  toast: (s, m) => toast(s, m.toast, m.kind),
  reply(s, m) {
    const reply = s.replies.get(m.reply);
    s.replies.delete(m.reply);
    reply?.(m.error);
  },
  line: (s, m) => heardOf(s, m.line),
  kept: (s, m) => toldOfKept(s, m),
  clock: (s, m) => s.clock.set(m.clock),
  counted: (s, m) => s.clock.counted(m.counted),
  ahead: (s, m) => keepAhead(s, m.ahead),
  frame: (s, m) => keepFrame(s, m.frame),
  sliced: (s, m) => toldSliced(s, m.sliced),
  dialog: (s, m) => zoneDrawn(s, m.zone),
  press: (s, m) => press(s, m.press),
  tab: (s, m) => {
    s.ui.tab = s.ui.tabWanted = m.tab;
    repaint(s, true);
    s.ui.tabWanted = "";
    toField(s, m.attribute, m.tag);
  },
};

export function hear(s, message) {
  for (const [name, does] of Object.entries(RECEIVE)) if (name in message) does(s, message);
}
