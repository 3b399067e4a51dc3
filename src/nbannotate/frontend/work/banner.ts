// The sentence that stays until it is dealt with.

import { bannerShown } from "../shared/banner.ts";
import { T } from "../shared/texts.ts";
import { endedRow, keptRow } from "./kept.ts";
import { leaveWith } from "./leave.ts";
import type { Page } from "./page.ts";
import { complain, send } from "./send.ts";

export function sentence(s: Page) {
  // the banner that stays until it is dealt with
  if (s.ended) return endedRow(s);
  const { banner: n } = s.get("page"),
    kept = keptRow(s);
  if (!n || kept) return kept;
  const t = s.get("task"),
    goOn = () => {
      if (t) leaveWith(s, "start", { campaign: t.campaign_id, step: t.step });
    };
  const acts: Record<typeof n.action, [title: string, act: () => unknown][]> = {
    "": [],
    reload: [[T("Reload this task"), () => send(s, "reload", {}, complain(s))]],
    login: [[T("Log in again"), () => location.reload()]],
    retry: [[T("Try again"), () => send(s, "retry", {}, () => {})]],
    retake: [
      [T("Take it again"), () => leaveWith(s, "retake")],
      [T("Go on with the next"), goOn],
    ],
  };
  const close = ["login", "retake"].includes(n.action) ? null : () => send(s, "close_banner");
  return bannerShown(n, acts[n.action], close);
}
