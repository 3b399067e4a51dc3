// What the kernel says: cards and answers.

import { takeCard } from "./cards.js";

export function hear(d, message, buffers) {
  if ("card" in message) return takeCard(d, message);
  if (!("ref" in message)) return undefined;
  const waits = d.waiting.get(message.ref);
  d.waiting.delete(message.ref);
  if (message.error) waits?.reject(new Error(message.error));
  else waits?.resolve({ ...message.answer, data: buffers?.[0] });
  return undefined;
}
