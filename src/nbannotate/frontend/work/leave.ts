// Actions after which this task is not on the pane any more: one at a time, and never two for one task.

import { repaint, repaintSoon } from "../shared/redraw.ts";
import { toast } from "../shared/toasts.ts";
import { askOnce } from "./answers.ts";
import type { Bare, Fields, Name, Page, Reply } from "./page.ts";
import { cover, lift, uncover } from "./prefetch.ts";
import { send } from "./send.ts";

export function leaveWith<N extends Bare>(s: Page, what: N, fields?: Fields<N>, reply?: Reply): void;
export function leaveWith<N extends Name>(s: Page, what: N, fields: Fields<N>, reply?: Reply): void;
export function leaveWith<N extends Name>(s: Page, what: N, fields = {} as Fields<N>, reply: Reply = () => {}): void {
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
