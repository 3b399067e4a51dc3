// The campaigns: a list to filter and sort, a card each, and what can be done with one.

import type { VNode } from "preact";
import type { CampaignView, StepView } from "../generated/manage-views.ts";
import { h } from "../shared/dom.ts";
import { emptyState, reading } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { stamp } from "../shared/numbers.ts";
import { repaint } from "../shared/redraw.ts";
import { locale, M, N, pieces, said, T } from "../shared/texts.ts";
import { go } from "./address.ts";
import { picked } from "./frame.ts";
import { menu } from "./menu.ts";
import { deleteDialog, launchDialog, openDialog } from "./open-dialog.ts";
import { clearSelection } from "./sheet.ts";
import { cards } from "./state.ts";
import { act, complain } from "./talk.ts";
import type { Page } from "./types.ts";
import { KIND, number, STATE_NAME } from "./words.ts";

const SHOWN: [state: string, title: string][] = [
  ["current", M("Current")],
  ["active", M("Active")],
  ["overdue", M("Overdue")],
  ["draft", M("Drafts")],
  ["completed", M("Completed")],
  ["archived", M("Archived")],
  ["", M("All")],
];
const isShown = (c: CampaignView, which: string): boolean =>
  which === "" ? true : which === "current" ? c.state !== "archived" : c.state === which;
const NEAR_DAYS = 3;

export function campaigns(s: Page): VNode {
  const { read } = s.get("campaigns"),
    all = cards(s);
  if (!read) return reading(T("Reading the campaigns…"));
  if (!all.length)
    return emptyState(
      "flag",
      T("No campaigns yet"),
      T("A campaign is written in a notebook, and appears here as a draft that you can launch."),
      h("pre", {}, 'c = version.create_campaign("July", recipe, workflow)\nc.plan()'),
    );
  const { shown, dataset, sort } = s.ui.list,
    datasets = [...new Set(all.map((c) => c.dataset))].sort();
  const rows = all.filter((c) => isShown(c, shown) && (!dataset || c.dataset === dataset));
  if (sort === "name") rows.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return h(
    "div",
    { class: "nbm-page", "data-key": "campaigns" },
    h(
      "div",
      { class: "nbm-bar" },
      h(
        "div",
        { class: "nbm-chips", role: "group", "aria-label": T("Which campaigns") },
        SHOWN.map(([name, title]) => {
          const n = all.filter((c) => isShown(c, name)).length;
          return !n && !["current", shown].includes(name)
            ? null
            : h(
                "button",
                {
                  type: "button",
                  class: "tag",
                  "data-key": `f${name}`,
                  "aria-pressed": String(shown === name),
                  onclick: () => {
                    s.ui.list.shown = name;
                    repaint(s);
                  },
                },
                T(title),
                h("span", { class: "count" }, n),
              );
        }),
      ),
      h("div", { class: "grow" }),
      datasets.length > 1 &&
        picked(
          dataset,
          [["", T("All datasets")], ...datasets.map((d): [string, string] => [d, d])],
          T("Dataset"),
          (v) => {
            s.ui.list.dataset = v;
            repaint(s);
          },
        ),
      picked(
        sort,
        [
          ["recent", T("Newest first")],
          ["name", T("By name")],
        ],
        T("Order"),
        (v) => {
          s.ui.list.sort = v;
          repaint(s);
        },
      ),
    ),
    rows.length
      ? h(
          "div",
          { class: "nbm-cards" },
          rows.map((c) => card(s, c)),
        )
      : emptyState(
          "flag",
          T("No such campaigns"),
          T("No campaign is in this state. Choose “All” to see every one."),
          h(
            "button",
            {
              type: "button",
              onclick: () => {
                s.ui.list = { ...s.ui.list, shown: "", dataset: "" };
                repaint(s);
              },
            },
            T("Show all"),
          ),
        ),
  );
}

export function dueMark(c: CampaignView): VNode | null {
  if (!c.due) return null;
  const left = Math.floor((new Date(`${c.due}T23:59:59`).getTime() - Date.now()) / 86400000),
    day = new Date(`${c.due}T12:00:00`).toLocaleDateString(locale(), { dateStyle: "medium" });
  const open = c.state !== "completed" && c.state !== "archived";
  const kind = !open ? null : c.state === "overdue" || left < 0 ? "past" : left <= NEAR_DAYS ? "near" : null;
  const text =
    kind === "past"
      ? T("was due {date}", { date: day })
      : kind === "near"
        ? left === 0
          ? T("due today")
          : left === 1
            ? T("due tomorrow")
            : N(left, "due in {n} day", "due in {n} days")
        : T("due {date}", { date: day });
  return h(
    "span",
    {
      class: "due",
      "data-late": kind === "past" ? "" : null,
      "data-near": kind === "near" ? "" : null,
      title: T("due {date}", { date: day }),
    },
    icon("calendar"),
    text,
  );
}

function card(s: Page, c: CampaignView): VNode {
  const launched = Boolean(c.launched),
    finished = c.total - c.remaining,
    percent = c.total ? Math.floor((100 * finished) / c.total) : 0;
  const width = (n: number): string => `width:${c.total ? (100 * n) / c.total : 0}%`,
    open = s.ui.opened.has(c.id),
    ended = c.state === "completed" || c.state === "archived";
  return h(
    "article",
    { class: "nbm-card", "data-key": `c${c.id}`, "data-state": c.state, "aria-label": c.name },
    h(
      "header",
      {},
      h(
        "div",
        { class: "title" },
        h("h2", { title: c.name }, c.name),
        h("span", { class: "nbm-state", "data-state": c.state }, T(STATE_NAME[c.state] ?? c.state)),
        dueMark(c),
        c.issues
          ? h(
              "span",
              { class: "chip", "data-kind": "issue" },
              icon("issue"),
              N(c.issues, "{n} open issue", "{n} open issues"),
            )
          : null,
      ),
      h(
        "p",
        { class: "soft" },
        `${c.dataset} · ${c.version} · `,
        launched
          ? pieces("launched {time}", { time: stamp(c.launched) })
          : pieces("written {time}", { time: stamp(c.created) }),
      ),
    ),
    h(
      "div",
      { class: "does" },
      !launched && c.state === "draft"
        ? h(
            "button",
            { type: "button", class: "primary", onclick: () => launchDialog(s, c) },
            icon("play"),
            T("Launch…"),
          )
        : null,
      launched &&
        h(
          "button",
          {
            type: "button",
            class: "small",
            onclick: () => {
              s.ui.campaign = c.id;
              clearSelection(s);
              go(s, "tasks");
            },
          },
          T("Tasks"),
        ),
      launched &&
        h(
          "button",
          {
            type: "button",
            class: "small",
            onclick: () => {
              s.ui.campaign = c.id;
              go(s, "jobs");
            },
          },
          T("Jobs"),
        ),
      menu(s, `c${c.id}`, T("More for {name}", { name: c.name }), [
        !ended && [
          c.due ? T("Change the due date…") : T("Set a due date…"),
          () => openDialog(s, "due", { c, plan: null, planning: false, values: { date: c.due ?? "" } }),
        ],
        launched &&
          !ended &&
          c.waits && [T("Let waiting assets join"), () => act(s, "join", { campaign: c.id }, complain(s))],
        launched && !ended && [T("Complete…"), () => openDialog(s, "complete", { c, values: { text: "" } })],
        [
          c.state === "archived" ? T("Take out of the archive") : T("Archive"),
          () => act(s, "archive", { campaign: c.id, archived: c.state !== "archived" }, complain(s)),
        ],
        [T("Delete…"), () => deleteDialog(s, c), "danger"],
      ]),
    ),
    launched &&
      h(
        "div",
        { class: "whole" },
        h(
          "div",
          {
            class: "nbm-share",
            role: "progressbar",
            "aria-valuemin": "0",
            "aria-valuemax": "100",
            "aria-valuenow": percent,
            "aria-label": T("{name}: {n}% finished", { name: c.name, n: percent }),
          },
          h("i", { class: "passed", style: width(c.done) }),
          h("i", { class: "skipped", style: width(c.skipped) }),
        ),
        h(
          "span",
          { class: "numbers" },
          h("b", {}, `${percent}%`),
          h(
            "span",
            { class: "soft" },
            [
              T("{n} done", { n: c.done }),
              c.skipped ? T("{n} skipped", { n: c.skipped }) : "",
              T("{n} of {total} remaining", { n: c.remaining, total: c.total }),
            ]
              .filter(Boolean)
              .join(T(", ")),
          ),
        ),
      ),
    h(
      "ol",
      { class: "nbm-flow", "aria-label": T("Steps") },
      c.steps.map((step, i) => flowStep(c, step, i)),
    ),
    open &&
      h(
        "dl",
        { class: "nbm-facts" },
        c.facts.map(({ name, value }) => h("div", {}, h("dt", {}, said(name)), h("dd", {}, said(value)))),
      ),
    h(
      "button",
      {
        type: "button",
        class: "link more",
        "aria-expanded": String(open),
        onclick: () => {
          if (open) s.ui.opened.delete(c.id);
          else s.ui.opened.add(c.id);
          repaint(s);
        },
      },
      open ? T("Less") : T("How it is set up"),
    ),
  );
}

const PLACES: ["passed" | "in_progress" | "to_rework" | "waiting", string][] = [
  ["passed", M("passed")],
  ["in_progress", M("in progress")],
  ["to_rework", M("to rework")],
  ["waiting", M("waiting")],
];

function flowStep(c: CampaignView, step: StepView, i: number): VNode {
  const parts = PLACES.map(([key, text]): [string, string, number] => [key, T(text), step[key]]),
    here = parts.reduce((n, p) => n + p[2], 0),
    total = Math.max(c.total, 1);
  const people =
    step.people.length > 4 ? [...step.people.slice(0, 3), T("{n} more", { n: step.people.length - 3 })] : step.people;
  const sums =
    parts
      .filter((p) => p[2])
      .map((p) => `${number(p[2])} ${p[1]}`)
      .join(T(", ")) || T("nothing here yet");
  return h(
    "li",
    { "data-key": `s${i}` },
    h(
      "div",
      { class: "name" },
      h("b", {}, step.name),
      h("span", { class: "kind", "data-kind": step.kind }, T(KIND[step.kind] ?? step.kind)),
    ),
    c.launched
      ? h(
          "div",
          { class: "nbm-share", role: "img", "aria-label": `${step.name}: ${sums}`, title: sums },
          parts.map(([key, , n]) => h("i", { class: key, style: `width:${(100 * n) / total}%` })),
          h("i", { class: "to-come", style: `width:${(100 * Math.max(0, c.total - here)) / total}%` }),
        )
      : null,
    c.launched
      ? h(
          "p",
          { class: "said" },
          parts.filter((p) => p[2]).length
            ? parts
                .filter((p) => p[2])
                .map(([key, text, n]) => h("span", { class: `at ${key}` }, h("b", {}, number(n)), ` ${text}`))
            : h("span", { class: "soft" }, c.remaining ? T("nothing here yet") : T("nothing passed")),
        )
      : null,
    h(
      "p",
      { class: "soft who", title: `${step.people.join(", ")}: ${said(step.how_text)}` },
      `${people.join(", ")} · ${step.how === "queue" ? T("queue") : step.how === "equal" ? T("equal shares") : T("shares {weights}", { weights: step.weights.join(" : ") })}`,
    ),
  );
}
