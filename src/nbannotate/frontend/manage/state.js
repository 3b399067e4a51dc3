// What is chosen on the page.

import { RUNNING } from "./words.ts";

export const cards = (s) => s.get("campaigns").rows ?? [];
export const campaignOf = (s) =>
  cards(s).find((c) => c.id === s.ui.campaign) ??
  cards(s).find((c) => RUNNING.includes(c.state)) ??
  cards(s).find((c) => c.launched) ??
  cards(s)[0] ??
  null;
