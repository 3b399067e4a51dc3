// What stands above the cards: the filters, the tabs, the numbers that stand alone.

import { h } from "../shared/dom.ts";
import { M, said, T } from "../shared/texts.ts";
import { choose } from "./ask.js";

const TAB = {
  throughput: M("Throughput"),
  efficiency: M("Efficiency"),
  quality: M("Quality"),
  members: M("Members"),
  jobs: M("Jobs"),
  agreement: M("Agreement"),
  forecast: M("Forecast"),
};
const PERIOD = {
  all: M("All time"),
  today: M("Today"),
  "7 days": M("Last 7 days"),
  "30 days": M("Last 30 days"),
  "90 days": M("Last 90 days"),
  custom: M("From … to …"),
};
const BY = { hour: M("hour"), day: M("day"), week: M("week"), month: M("month") };
// biome-ignore lint/correctness/noUnusedVariables: Python says it; here it is marked for the tables of texts
const WHOLE = M("Whole workspace");
const FILTERS = ["scope", "period", "start", "end", "step", "member", "label"];

export const openTab = (d, view) => d.tab || view.choice.tab;

function field(label, name, value, input) {
  return h(
    "label",
    { class: "nba-control", "data-key": `f-${name}` },
    h("span", {}, label),
    input({ "data-value": value, "data-name": name, "aria-label": label }),
  );
}

function options(rows) {
  // [value, text] or [value, text, group]
  const groups = new Map();
  for (const [value, text, group = ""] of rows) {
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(h("option", { value, "data-key": `o${value}` }, text));
  }
  return [...groups].flatMap(([group, all]) =>
    group ? [h("optgroup", { label: group, "data-key": `g${group}` }, all)] : all,
  );
}

const select = (d, rows) => (attributes) =>
  h(
    "select",
    { ...attributes, onchange: (e) => choose(d, { [e.currentTarget.dataset.name]: e.currentTarget.value }) },
    options(rows),
  );
const day = (d) => (attributes) =>
  h("input", {
    type: "date",
    ...attributes,
    onchange: (e) => choose(d, { [e.currentTarget.dataset.name]: e.currentTarget.value }),
  });

let zones = null;
function zoneRows() {
  if (zones) return zones;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone,
    all = Intl.supportedValuesOf?.("timeZone") ?? [];
  const rows = all
    .filter((zone) => zone.includes("/"))
    .map((zone) => [zone, zone.slice(zone.indexOf("/") + 1).replaceAll("_", " "), zone.slice(0, zone.indexOf("/"))]);
  zones = [
    ["", "UTC"],
    ...(here && here !== "UTC" ? [[here, here.replaceAll("_", " ")]] : []),
    ...rows.filter(([zone]) => zone !== here),
  ];
  return zones;
}

export function filters(d, view) {
  const c = view.choice,
    group = { Campaigns: T("Campaigns"), Datasets: T("Datasets"), Versions: T("Versions") };
  const zoned = zoneRows().some(([zone]) => zone === c.tz) ? zoneRows() : [...zoneRows(), [c.tz, c.tz]];
  const rows = (all, names) => [["", all], ...names.map((name) => [name, name])];
  const chosen = FILTERS.some((name) => c[name] && !["workspace", "all"].includes(c[name]));
  return h(
    "div",
    { class: "nba-bar", "data-key": "bar", role: "group", "aria-label": T("Filters") },
    field(
      T("Campaign, dataset or version"),
      "scope",
      c.scope,
      select(
        d,
        view.scopes.map(({ value, text, group: g }) => [value, g ? text : T(text), group[g] ?? ""]),
      ),
    ),
    field(
      T("Period"),
      "period",
      c.period,
      select(
        d,
        view.periods.map((p) => [p, T(PERIOD[p] ?? p)]),
      ),
    ),
    c.period === "custom" && [field(T("From"), "start", c.start, day(d)), field(T("To"), "end", c.end, day(d))],
    field(T("Step"), "step", c.step, select(d, rows(T("All steps"), view.steps))),
    field(T("Member"), "member", c.member, select(d, rows(T("All members"), view.members))),
    field(T("Label"), "label", c.label, select(d, rows(T("All labels"), view.labels))),
    field(
      T("Charts by"),
      "by",
      c.by,
      select(
        d,
        view.by.map((b) => [b, T(BY[b] ?? b)]),
      ),
    ),
    field(T("Time zone"), "tz", c.tz, select(d, zoned)),
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

export function tabs(d, view) {
  const now = openTab(d, view);
  const keys = (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    const all = [...e.currentTarget.querySelectorAll("[role=tab]")],
      next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next?.click();
    next?.focus();
    e.preventDefault();
  };
  return h(
    "div",
    { class: "nba-tabs", role: "tablist", "data-key": "tabs", "aria-label": T("Statistics"), onkeydown: keys },
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
            if (name !== openTab(d, d.model.get("view"))) choose(d, { tab: name });
          },
        },
        T(TAB[name] ?? name),
      ),
    ),
  );
}

export function tiles(view) {
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

export function nothingYet() {
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
