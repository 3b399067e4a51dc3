// What is shown is in the address; the address says what to show.

import { repaint } from "../shared/redraw.ts";
import { M, T } from "../shared/texts.ts";
import { beat, send } from "./talk.js";

export const TABS = [
  ["campaigns", M("Campaigns"), "flag"],
  ["tasks", M("Tasks"), "tasks"],
  ["jobs", M("Jobs"), "jobs"],
  ["issues", M("Issues"), "thread"],
  ["members", M("Members"), "people"],
  ["statistics", M("Statistics"), "chart"],
];

export function go(s, tab, push = true) {
  s.ui.tab = tab;
  s.ui.menu = "";
  if (s.model.get("whole")) {
    const hash = hashOf(s);
    if (push && location.hash !== hash) history.pushState(null, "", hash);
    document.title = `${T(TABS.find(([n]) => n === tab)[1])} · nbannotate`;
  }
  if (tab === "statistics" && !s.get("page").statistics) send(s, "statistics", { text: s.ui.view }, () => {});
  repaint(s);
  beat(s);
}

function hashOf(s) {
  const { tab, campaign, view } = s.ui;
  return `#${tab}${(tab === "tasks" || tab === "jobs") && campaign ? `/${campaign}` : tab === "statistics" && view ? `?${view}` : ""}`;
}

export function follow(s) {
  // the address says which part is looked at
  const found = /^#(campaigns|tasks|jobs|issues|members|statistics)(?:\/(\d{1,15}))?(?:\?(.{0,3000}))?$/.exec(
    location.hash,
  );
  if (found?.[2]) s.ui.campaign = Number(found[2]);
  if (found?.[1] === "statistics") {
    s.ui.view = found[3] ?? "";
    s.led = true;
    if (s.statistics && s.statistics.get("address") !== s.ui.view) s.statistics.send({ do: "go", address: s.ui.view });
  }
  if (found || !location.hash) go(s, found?.[1] ?? "campaigns", false);
}

// What is chosen on the dashboard stands in the address: a new one when somebody chose, in place of the old one otherwise.
export function addressOfStatistics(s) {
  if (!s.statistics.get("view").choice) return;
  s.ui.view = s.statistics.get("address");
  if (s.ui.tab !== "statistics" || !s.model.get("whole")) return;
  const hash = hashOf(s);
  if (location.hash !== hash) {
    if (s.led) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
  }
  s.led = false;
}
