// What stands above the cards: the filters, the tabs, the numbers that stand alone.

import type { VNode } from "preact";
import type { ChoiceView, View } from "../generated/statistics-views.ts";
import { arrows, h, type Shown } from "../shared/dom.ts";
import { M, said, T } from "../shared/texts.ts";
import { choose } from "./ask.ts";
import { type Dashboard, viewOf } from "./types.ts";

const TAB: Record<string, string> = {
  throughput: M("Throughput"),
  efficiency: M("Efficiency"),
  quality: M("Quality"),
  members: M("Members"),
  jobs: M("Jobs"),
  agreement: M("Agreement"),
  forecast: M("Forecast"),
};
const PERIOD: Record<string, string> = {
  all: M("All time"),
  today: M("Today"),
  "7 days": M("Last 7 days"),
  "30 days": M("Last 30 days"),
  "90 days": M("Last 90 days"),
  custom: M("From … to …"),
};
const BY: Record<string, string> = { hour: M("hour"), day: M("day"), week: M("week"), month: M("month") };
// biome-ignore lint/correctness/noUnusedVariables: Python says it; here it is marked for the tables of texts
const WHOLE = M("Whole workspace");
const FILTERS: (keyof ChoiceView)[] = ["scope", "period", "start", "end", "step", "member", "label"];

/** The tab that is shown: what was chosen, before Python has answered. */
export const openTab = (d: Dashboard, view: View): string => d.tab || view.choice.tab;

type Option = [value: string, text: string, group?: string];

const field = (label: string, name: string, input: Shown): VNode =>
  h("label", { class: "nba-control", "data-key": `f-${name}` }, h("span", {}, label), input);

function options(rows: Option[]): Shown {
  const groups = new Map<string, VNode[]>();
  for (const [value, text, group = ""] of rows) {
    const all = groups.get(group) ?? [];
    groups.set(group, all);
    all.push(h("option", { value, "data-key": `o${value}` }, text));
  }
  return [...groups].flatMap(([group, all]) =>
    group ? [h("optgroup", { label: group, "data-key": `g${group}` }, all)] : all,
  );
}

const select = (d: Dashboard, c: ChoiceView, label: string, name: keyof ChoiceView, rows: Option[]): VNode =>
  field(
    label,
    name,
    h(
      "select",
      {
        value: c[name],
        "data-name": name,
        "aria-label": label,
        onchange: (e) => choose(d, { [name]: e.currentTarget.value }),
      },
      options(rows),
    ),
  );

const day = (d: Dashboard, c: ChoiceView, label: string, name: "start" | "end"): VNode =>
  field(
    label,
    name,
    h("input", {
      type: "date",
      value: c[name],
      "data-name": name,
      "aria-label": label,
      onchange: (e) => choose(d, { [name]: e.currentTarget.value }),
    }),
  );

let zones: Option[] | null = null;
function zoneRows(): Option[] {
  if (zones) return zones;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone,
    all = Intl.supportedValuesOf?.("timeZone") ?? [];
  const rows = all
    .filter((zone) => zone.includes("/"))
    .map(
      (zone): Option => [
        zone,
        zone.slice(zone.indexOf("/") + 1).replaceAll("_", " "),
        zone.slice(0, zone.indexOf("/")),
      ],
    );
  zones = [
    ["", "UTC"],
    ...(here && here !== "UTC" ? [[here, here.replaceAll("_", " ")] as Option] : []),
    ...rows.filter(([zone]) => zone !== here),
  ];
  return zones;
}

export function filters(d: Dashboard, view: View): VNode {
  const c = view.choice,
    group: Record<string, string> = { Campaigns: T("Campaigns"), Datasets: T("Datasets"), Versions: T("Versions") };
  const zoned = zoneRows().some(([zone]) => zone === c.tz) ? zoneRows() : [...zoneRows(), [c.tz, c.tz] as Option];
  const rows = (all: string, names: string[]): Option[] => [["", all], ...names.map((name): Option => [name, name])];
  const chosen = FILTERS.some((name) => c[name] && !["workspace", "all"].includes(String(c[name])));
  const scopes = view.scopes.map(({ value, text, group: g }): Option => [value, g ? text : T(text), group[g] ?? ""]);
  const periods = view.periods.map((p): Option => [p, T(PERIOD[p] ?? p)]);
  return h(
    "div",
    { class: "nba-bar", "data-key": "bar", role: "group", "aria-label": T("Filters") },
    select(d, c, T("Campaign, dataset or version"), "scope", scopes),
    select(d, c, T("Period"), "period", periods),
    c.period === "custom" && [day(d, c, T("From"), "start"), day(d, c, T("To"), "end")],
    select(d, c, T("Step"), "step", rows(T("All steps"), view.steps)),
    select(d, c, T("Member"), "member", rows(T("All members"), view.members)),
    select(d, c, T("Label"), "label", rows(T("All labels"), view.labels)),
    select(
      d,
      c,
      T("Charts by"),
      "by",
      view.by.map((b): Option => [b, T(BY[b] ?? b)]),
    ),
    select(d, c, T("Time zone"), "tz", zoned),
    h(
      "button",
      {
        type: "button",
        class: "nba-clear",
        "data-key": "clear",
        disabled: !chosen,
        onclick: () =>
          choose(d, { scope: "workspace", period: "all", start: "", end: "", step: "", member: "", label: "" }),
      },
      T("Clear"),
    ),
  );
}

export function tabs(d: Dashboard, view: View): VNode {
  const now = openTab(d, view);
  return h(
    "div",
    {
      class: "nba-tabs",
      role: "tablist",
      "data-key": "tabs",
      "aria-label": T("Statistics"),
      onkeydown: (e) => arrows(e, "[role=tab]", ["ArrowRight"], ["ArrowLeft"])?.click(),
    },
    view.tabs.map((name) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          "data-key": name,
          id: `nba-tab-${name}`,
          "aria-selected": String(name === now),
          "aria-controls": "nba-cards",
          tabindex: name === now ? "0" : "-1",
          onclick: () => {
            if (name !== openTab(d, { ...view, ...viewOf(d) })) choose(d, { tab: name });
          },
        },
        T(TAB[name] ?? name),
      ),
    ),
  );
}

export function tiles(view: View): VNode | null {
  if (!view.tiles.length) return null;
  const all = view.done + view.skipped;
  return h(
    "div",
    { "data-key": "tiles" },
    h(
      "div",
      { class: "nba-tiles", role: "list" },
      view.tiles.map((tile) =>
        h(
          "div",
          { class: `nba-tile ${tile.mood}`, role: "listitem", "data-key": tile.name },
          h("span", {}, said(tile.name)),
          h("b", {}, said(tile.value)),
        ),
      ),
    ),
    h(
      "div",
      {
        class: "nba-share",
        role: "progressbar",
        "aria-label": T("Finished"),
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-valuenow": all.toFixed(0),
      },
      h("span", { class: "done", style: `width:${view.done.toFixed(2)}%` }),
      h("span", { class: "skipped", style: `width:${view.skipped.toFixed(2)}%` }),
    ),
    h(
      "p",
      { class: "nba-share-text" },
      T("{percent}% of the assets have left the workflow", { percent: all.toFixed(0) }),
    ),
  );
}

export function nothingYet(): VNode {
  return h(
    "div",
    { class: "nba-empty", "data-key": "empty" },
    h("h2", {}, T("No campaigns yet")),
    h(
      "p",
      {},
      T("Progress, throughput and issues appear here as soon as a campaign is there. Write one in a notebook:"),
    ),
    h("pre", {}, 'c = version.create_campaign("July", recipe, workflow)\nc.launch()'),
  );
}
