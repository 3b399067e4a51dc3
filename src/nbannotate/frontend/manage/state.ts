// What is chosen on the page.

import type { CampaignView } from "../generated/manage-views.ts";
import type { Page } from "./types.ts";
import { RUNNING } from "./words.ts";

export const cards = (s: Page): CampaignView[] => s.get("campaigns").rows ?? [];
export const campaignOf = (s: Page): CampaignView | null =>
  cards(s).find((c) => c.id === s.ui.campaign) ??
  cards(s).find((c) => RUNNING.includes(c.state)) ??
  cards(s).find((c) => c.launched) ??
  cards(s)[0] ??
  null;
