// What is shown is in the address; the address says what to show.

import type { IconName } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { M, T } from "../shared/texts.ts";
import { beat, tell } from "./talk.ts";
import type { Page, Tab } from "./types.ts";

export const TABS: [name: Tab, title: string, picture: IconName][] = [
  ["campaigns", M("Campaigns"), "flag"],
  ["tasks", M("Tasks"), "tasks"],
  ["jobs", M("Jobs"), "jobs"],
  ["issues", M("Issues"), "thread"],
  ["members", M("Members"), "people"],
  ["statistics", M("Statistics"), "chart"],
];

export function go(s: Page, tab: Tab, push = true): void {
  s.ui.tab = tab;
  s.ui.menu = "";
  if (s.model.get("whole")) {
    const hash = hashOf(s);
    if (push && location.hash !== hash) history.pushState(null, "", hash);
    document.title = `${T(TABS.find(([n]) => n === tab)?.[1] ?? tab)} · nbannotate`;
  }
  if (tab === "statistics" && !s.get("page").statistics) tell(s, "statistics", { address: s.ui.view });
  repaint(s);
  beat(s);
}

function hashOf(s: Page): string {
  const { tab, campaign, view } = s.ui;
  return `#${tab}${(tab === "tasks" || tab === "jobs") && campaign ? `/${campaign}` : tab === "statistics" && view ? `?${view}` : ""}`;
}

export function follow(s: Page): void {
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
  if (found || !location.hash) go(s, (found?.[1] as Tab | undefined) ?? "campaigns", false);
}

// What is chosen on the dashboard stands in the address: a new one when somebody chose, in place of the old one otherwise.
export function addressOfStatistics(s: Page): void {
  if (!s.statistics?.get<{ choice?: object }>("view").choice) return;
  s.ui.view = s.statistics.get("address");
  if (s.ui.tab !== "statistics" || !s.model.get("whole")) return;
  const hash = hashOf(s);
  if (location.hash !== hash) {
    if (s.led) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
  }
  s.led = false;
}
