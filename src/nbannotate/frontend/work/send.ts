// Actions that go to Python, with the task that the person saw.

import type { AnyAction } from "../generated/work-actions.ts";
import { toast } from "../shared/toasts.ts";
import { post } from "./delivery.ts";
import type { Bare, Fields, Name, Page, Reply } from "./page.ts";

let counter = 0;

export function send<N extends Bare>(s: Page, what: N, fields?: Fields<N>, reply?: Reply | null): void;
export function send<N extends Name>(s: Page, what: N, fields: Fields<N>, reply?: Reply | null): void;
export function send(s: Page, what: Name, fields: object = {}, reply: Reply | null = null): void {
  const action = { do: what, ...fields } as AnyAction,
    at = s.get("page").task;
  if (at) action.at = at;
  if (action.do === "label") s.clock.labelled(action.name);
  s.clock.attach(action);
  if (reply) {
    counter += 1;
    action.ref = counter;
    s.replies.set(counter, reply);
  }
  post(s, action);
}

/** A reply that shows what went wrong for a moment. */
export const complain =
  (s: Page): Reply =>
  (error) => {
    if (error) toast(s, error, "error");
  };
