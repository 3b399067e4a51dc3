// Actions that go to Python, with the task that the person saw.

import { post } from "./delivery.js";

let counter = 0;

export function send(s, what, fields = {}, reply = null) {
  const message = { do: what, ...fields },
    at = s.get("page").task ?? 0;
  if (at) message.at = at;
  if (what === "label") s.clock.labelled(fields.name);
  s.clock.attach(message);
  if (reply) {
    counter += 1;
    message.ref = counter;
    s.replies.set(counter, reply);
  }
  post(s, message);
}
