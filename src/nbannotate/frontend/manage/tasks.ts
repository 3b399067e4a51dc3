// The tasks of a campaign: filters, the table, and what is done with the chosen ones.

import type { VNode } from "preact";
import type { CampaignView } from "../generated/manage-views.ts";
import { h, type Shown } from "../shared/dom.ts";
import { emptyState, reading } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { N, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { go } from "./address.ts";
import { HEADS } from "./columns.ts";
import { chooseCampaign, picked } from "./frame.ts";
import { launchDialog, openDialog } from "./open-dialog.ts";
import { candidates } from "./sharing.ts";
import {
  chooseAll,
  clearSelection,
  type Filter,
  match,
  noFilter,
  type SortBy,
  STATE_TEXT,
  STATES,
  summary,
} from "./sheet.ts";
import { campaignOf } from "./state.ts";
import type { Page } from "./types.ts";
import { titled, viewTask } from "./view.ts";
import { number } from "./words.ts";

export function tasks(s: Page): VNode {
  const c = campaignOf(s);
  if (!s.get("campaigns").read) return reading(T("Reading the campaigns…"));
  if (!c) return emptyState("tasks", T("No tasks yet"), T("Tasks appear here when a campaign is launched."));
  const there = s.sheet.campaign === c.id && s.sheet.version > 0,
    total = there ? s.sheet.asset_id.length : 0;
  s.stepNames = c.steps.map((step) => step.name);
  s.steps = s.stepNames.join("|");
  return h(
    "div",
    { class: "nbm-page nbm-tasks", "data-key": "tasks" },
    h("div", { class: "nbm-bar" }, chooseCampaign(s), filters(s, c)),
    there && total ? [statusBar(s, total), table(s)] : there ? notLaunched(s, c) : reading(T("Reading the tasks…")),
  );
}

export function notLaunched(s: Page, c: CampaignView): VNode {
  return c.launched
    ? emptyState("tasks", T("No tasks"), T("This campaign has no assets."))
    : emptyState(
        "tasks",
        T("{name} is not launched yet", { name: c.name }),
        T("Its tasks are created when you launch it."),
        h(
          "button",
          { type: "button", class: "primary", onclick: () => launchDialog(s, c) },
          icon("play"),
          T("Launch…"),
        ),
      );
}

function filtered(s: Page, change: Partial<Filter>): void {
  Object.assign(s.ui.filter, change);
  match(s);
  s.grid?.paint();
  repaint(s);
}

function filters(s: Page, c: CampaignView): Shown {
  const f = s.ui.filter,
    people = [...new Set([...c.steps.flatMap((step) => step.people), ...s.sheet.who])].filter(Boolean).sort();
  return [
    picked(
      f.step,
      [["", T("All steps")], ...c.steps.map((step, i): [string, string] => [String(i), step.name])],
      T("Step"),
      (v) => filtered(s, { step: v }),
    ),
    picked(
      f.who,
      [["", T("Everybody")], ["-", T("In the queue")], ...people.map((p): [string, string] => [`=${p}`, p])],
      T("Assignee"),
      (v) => filtered(s, { who: v }),
    ),
    h(
      "label",
      { class: "nbm-field search" },
      h("span", {}, T("Asset")),
      h(
        "span",
        { class: "input" },
        icon("search"),
        h("input", {
          type: "search",
          placeholder: T("Part of a name"),
          "data-search": "",
          value: f.text,
          maxlength: "200",
          oninput: (e) => filtered(s, { text: e.currentTarget.value }),
          onkeydown: (e) => {
            if (e.key === "ArrowDown") {
              e.preventDefault();
              s.grid?.el.focus();
            }
          },
        }),
        h("kbd", { "aria-hidden": "true" }, "/"),
      ),
    ),
    h(
      "label",
      { class: "nbm-check" },
      h("input", {
        type: "checkbox",
        checked: f.issues,
        onchange: (e) => filtered(s, { issues: e.currentTarget.checked }),
      }),
      T("With issues"),
    ),
    s.sheet.copy.some(Boolean) &&
      h(
        "label",
        { class: "nbm-check" },
        h("input", {
          type: "checkbox",
          "data-key": "copies",
          checked: f.copies,
          onchange: (e) => filtered(s, { copies: e.currentTarget.checked }),
        }),
        T("Copies"),
      ),
    f.behind &&
      h(
        "button",
        {
          type: "button",
          class: "tag nbm-behind",
          "data-key": "behind",
          title: T("Show all tasks again"),
          onclick: () => filtered(s, { behind: null }),
        },
        h("span", {}, T("Behind “{title}”", { title: f.behind.title })),
        h("span", { class: "count" }, number(f.behind.of.get(c.id)?.size ?? 0)),
        icon("close"),
      ),
  ];
}

// The tasks behind a bar of the statistics: of the campaign that has most of them, the others when they are chosen.
/** The tasks behind a bar of the statistics. */
export interface Behind {
  title: string;
  campaigns: Record<string, number[]>;
}

export function showBehind(s: Page, { title, campaigns }: Behind): void {
  const of = new Map(Object.entries(campaigns).map(([id, assets]) => [Number(id), new Set(assets)]));
  const most = [...of].sort((a, b) => b[1].size - a[1].size)[0]?.[0] ?? 0;
  s.ui.filter = { ...noFilter(), behind: { title, of } };
  s.ui.campaign = most;
  clearSelection(s);
  match(s);
  go(s, "tasks");
  const others = of.size - 1;
  if (others)
    toast(
      s,
      N(
        others,
        "There are more in {n} other campaign; choose it above.",
        "There are more in {n} other campaigns; choose one above.",
      ),
    );
}

function statusBar(s: Page, total: number): VNode {
  const f = s.ui.filter,
    n = s.chosen.size,
    shown = s.shown.length;
  const any = f.states.size || f.step !== "" || f.who || f.text || f.issues || f.copies || f.behind;
  const chips = h(
    "div",
    { class: "nbm-chips", role: "group", "aria-label": T("Status") },
    STATES.map((name, i) =>
      h(
        "button",
        {
          type: "button",
          class: "tag",
          "data-key": name,
          "aria-pressed": String(f.states.has(name)),
          onclick: () => {
            if (f.states.has(name)) f.states.delete(name);
            else f.states.add(name);
            filtered(s, {});
          },
        },
        T(STATE_TEXT[name] ?? name),
        h("span", { class: "count" }, number(s.counts[i] ?? 0)),
      ),
    ),
  );
  const unchosen = n && s.shown.some((i) => !isChosen(s, i));
  return h(
    "div",
    { class: "nbm-bar status", "data-key": "status" },
    chips,
    h(
      "p",
      { class: "soft", role: "status" },
      shown === total
        ? N(total, "{n} task", "{n} tasks")
        : N(total, "{shown} of {n} task", "{shown} of {n} tasks", { shown }),
      any
        ? [
            " · ",
            h(
              "button",
              {
                type: "button",
                class: "link",
                onclick: () => {
                  s.ui.filter = noFilter();
                  filtered(s, {});
                },
              },
              T("clear the filters"),
            ),
          ]
        : null,
    ),
    h("div", { class: "grow" }),
    h(
      "div",
      { class: "nbm-chosen", role: "status", "data-some": n ? "" : null },
      n
        ? [
            h("b", {}, T("{n} selected", { n })),
            unchosen
              ? h(
                  "button",
                  {
                    type: "button",
                    class: "link",
                    onclick: () => {
                      chooseAll(s);
                      s.grid?.paint();
                      repaint(s);
                    },
                  },
                  shown === total ? T("all {n}", { n: shown }) : T("all {n} that match", { n: shown }),
                )
              : null,
            h(
              "button",
              {
                type: "button",
                class: "link",
                onclick: () => {
                  clearSelection(s);
                  s.grid?.paint();
                  repaint(s);
                },
              },
              T("none"),
            ),
            n === 1
              ? h(
                  "button",
                  {
                    type: "button",
                    title: T("Open the image, read-only (Enter)"),
                    onclick: () =>
                      viewTask(
                        s,
                        s.shown.findIndex((i) => isChosen(s, i)),
                      ),
                  },
                  T("Go to task"),
                )
              : null,
            h(
              "button",
              {
                type: "button",
                class: "primary",
                title: titled(T("Reassign…"), "R"),
                onclick: () => reassignDialog(s),
              },
              T("Reassign…"),
            ),
          ]
        : h("span", { class: "soft" }, T("Enter or a double click opens a task; select rows to reassign them")),
    ),
  );
}

const isChosen = (s: Page, row: number): boolean => s.chosen.has(s.sheet.task_id[row] ?? 0);

function table(s: Page): VNode {
  const { by, down } = s.ui.sort,
    n = s.shown.length,
    chosen = s.shown.filter((i) => isChosen(s, i)).length;
  const sort = (name: SortBy): void => {
    s.ui.sort =
      by !== name
        ? { by: name, down: name === "issues" || name === "round" || name === "at" }
        : down === (name === "issues" || name === "round" || name === "at")
          ? { by, down: !down }
          : { by: "", down: false };
    match(s, true);
    s.grid?.paint();
    repaint(s);
  };
  return h(
    "div",
    { class: "nbm-table", "data-key": "table" },
    h(
      "div",
      { class: "nbm-row head" },
      h(
        "span",
        { class: "cell c-tick" },
        h(
          "button",
          {
            type: "button",
            class: "bare",
            role: "checkbox",
            "aria-checked": chosen && chosen === n ? "true" : chosen ? "mixed" : "false",
            "aria-label": T("Select all that match"),
            onclick: () => {
              if (chosen === n) clearSelection(s);
              else chooseAll(s);
              s.grid?.paint();
              repaint(s);
            },
          },
          h("i", { class: "box" }, icon("check")),
        ),
      ),
      HEADS.map(([name, title]) =>
        h(
          "span",
          { class: `cell c-${name}`, "aria-sort": by === name ? (down ? "descending" : "ascending") : null },
          h(
            "button",
            { type: "button", class: "sort", "data-key": name, onclick: () => sort(name) },
            T(title),
            by === name ? icon(down ? "down" : "up") : null,
          ),
        ),
      ),
    ),
    h("div", { class: "nbm-grid-slot", "data-key": "grid" }),
    n ? null : h("p", { class: "none soft", role: "status" }, T("No task matches these filters.")),
  );
}

export function reassignDialog(s: Page): void {
  const sum = summary(s);
  if (!sum.ids.length)
    return void toast(
      s,
      sum.finished
        ? T("What is selected is finished already; nothing of it can be given to somebody else.")
        : T("Select some tasks first."),
      "error",
    );
  const c = campaignOf(s),
    people = candidates(s, sum.steps);
  if (!c) return;
  const most = [...sum.people].sort((a, b) => b[1].n - a[1].n)[0]?.[0],
    first = people.find((p) => p !== most) ?? people[0];
  openDialog(s, "reassign", {
    c,
    sum,
    people,
    values: { to: first ? `=${first}` : "-", started: sum.begun === sum.ids.length },
  });
}
