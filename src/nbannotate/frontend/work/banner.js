// The sentence that stays until it is dealt with.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { clockTime, localTimes } from "../shared/numbers.ts";
import { said, T } from "../shared/texts.ts";
import { endedRow, keptRow } from "./kept.js";
import { leaveWith } from "./leave.js";
import { send } from "./send.js";
import { toast } from "./toasts.js";

export function sentence(s) {
  // the banner that stays until it is dealt with
  if (s.ended) return endedRow(s);
  const { banner: n } = s.get("page"),
    kept = keptRow(s);
  if (!n || kept) return kept;
  const complain = (e) => e && toast(s, e, "error"),
    t = s.get("task");
  const acts =
    {
      reload: [[T("Reload this task"), () => send(s, "reload", {}, complain)]],
      login: [[T("Log in again"), () => location.reload()]],
      retry: [[T("Try again"), () => send(s, "retry", {}, () => {})]],
      retake: [
        [T("Take it again"), () => leaveWith(s, "retake")],
        [T("Go on with the next"), () => leaveWith(s, "start", { campaign: t.campaign_id, step: t.step })],
      ],
    }[n.action] ?? [];
  return h(
    "div",
    { class: "nbp-banner", "data-kind": n.kind, role: n.kind === "info" ? "status" : "alert", "data-key": "banner" },
    h("span", {}, localTimes(said(n.text)).replaceAll("{at}", clockTime(n.at))),
    acts.map(([title, act]) => h("button", { type: "button", class: "small", "data-key": title, onclick: act }, title)),
    !["login", "retake"].includes(n.action) &&
      h(
        "button",
        {
          type: "button",
          class: "bare",
          "aria-label": T("Close"),
          title: T("Close"),
          onclick: () => send(s, "close_banner"),
        },
        icon("close"),
      ),
  );
}
