// Actions after which this task is not on the pane any more.

import { repaint, repaintSoon } from "../shared/redraw.ts";
import { askOnce } from "./answers.js";
import { cover, lift, uncover } from "./prefetch.js";
import { send } from "./send.js";
import { toast } from "./toasts.js";

// Actions after which this task is not on the pane any more: one at a time, and never two for one task.
export function leaveWith(s, what, fields = {}, reply = () => {}) {
  if (s.ui.busy || (what === "submit" && !askOnce(s))) return;
  const at = s.shown;
  s.ui.busy = what;
  if (what === "submit") cover(s);
  repaint(s);
  send(s, what, fields, (error) => {
    s.clock.left();
    if (s.shown === at) s.ui.busy = "";
    if (error) uncover(s);
    else lift(s);
    reply(error);
    repaintSoon(s);
    if (error && !s.ui.dialog) toast(s, error, "error");
  });
  s.clock.leave();
}
