// The jobs of a campaign: one row for each member and step, and what can be done with a whole job.

import type { VNode } from "preact";
import type { CampaignView, JobView } from "../generated/manage-views.ts";
import { h } from "../shared/dom.ts";
import { emptyState, reading } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { M, T } from "../shared/texts.ts";
import { go } from "./address.ts";
import { dueMark } from "./campaigns.ts";
import { chooseCampaign } from "./frame.ts";
import { goldPanel } from "./gold.ts";
import { menu } from "./menu.ts";
import { openDialog } from "./open-dialog.ts";
import { held } from "./sharing.ts";
import { match, noFilter } from "./sheet.ts";
import { campaignOf } from "./state.ts";
import { ask } from "./talk.ts";
import { notLaunched } from "./tasks.ts";
import type { Dialog, Page } from "./types.ts";
import { KIND, number, spent } from "./words.ts";

const JOB_STATE: Record<string, string> = {
  pending: M("not begun"),
  in_progress: M("in progress"),
  on_review: M("on review"),
  completed: M("completed"),
  completed_with_issues: M("completed with issues"),
};

export function jobs(s: Page): VNode {
  const c = campaignOf(s),
    { of, rows = [] } = s.get("jobs");
  if (!s.get("campaigns").read) return reading(T("Reading the campaigns…"));
  if (!c) return emptyState("jobs", T("No jobs yet"), T("Jobs appear here when a campaign is launched."));
  const bar = h("div", { class: "nbm-bar" }, chooseCampaign(s), h("div", { class: "grow" }), dueMark(c));
  if (!c.launched) return h("div", { class: "nbm-page", "data-key": "jobs" }, bar, notLaunched(s, c));
  if (of !== c.id) return h("div", { class: "nbm-page", "data-key": "jobs" }, bar, reading(T("Reading the jobs…")));
  return h(
    "div",
    { class: "nbm-page", "data-key": "jobs" },
    bar,
    c.steps.map((step, i) => {
      const mine = rows.filter((j) => j.step === i),
        waiting = step.waiting,
        open = step.in_progress + step.to_rework + waiting;
      return h(
        "section",
        { class: "nbm-panel", "data-key": `j${i}`, "aria-label": step.name },
        h(
          "header",
          {},
          h("h2", {}, step.name),
          h("span", { class: "kind", "data-kind": step.kind }, T(KIND[step.kind] ?? step.kind)),
          h(
            "span",
            { class: "soft" },
            [
              T("{n} open", { n: open }),
              waiting ? T("{n} of them in the queue", { n: waiting }) : "",
              T("{n} passed", { n: step.passed }),
            ]
              .filter(Boolean)
              .join(T(", ")),
          ),
          h("div", { class: "grow" }),
          open
            ? h(
                "button",
                { type: "button", class: "small", onclick: () => shareDialog(s, c, i) },
                icon("shuffle"),
                T("Share what remains…"),
              )
            : null,
        ),
        mine.length
          ? jobTable(s, c, i, mine)
          : h("p", { class: "none soft" }, T("Nobody has a task at this step yet.")),
      );
    }),
    goldPanel(s, c),
  );
}

function jobTable(s: Page, c: CampaignView, step: number, rows: JobView[]): VNode {
  const heads: [string, number?][] = [
    [T("Member")],
    [T("State")],
    [T("Progress")],
    [T("Open//tasks"), 1],
    [T("Returned"), 1],
    [T("Rejected"), 1],
    [T("Issues"), 1],
    [T("Objects"), 1],
    [T("Per task"), 1],
    [T("Per object"), 1],
  ];
  return h(
    "div",
    { class: "nbm-scroll" },
    h(
      "table",
      { class: "nbm-list nbm-jobs" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map(([title, n]) => h("th", { scope: "col", class: n ? "n" : null }, title)),
          h("th", { scope: "col" }, h("span", { class: "nbm-hidden" }, T("Actions"))),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((j) => {
          const own = j.returned + j.in_progress,
            total = own + j.done,
            share = total ? Math.floor((100 * j.done) / total) : 0;
          return h(
            "tr",
            { "data-key": j.member },
            h("th", { scope: "row", title: j.member }, j.member),
            h("td", {}, h("span", { class: "nbm-state", "data-state": j.state }, T(JOB_STATE[j.state] ?? j.state))),
            h(
              "td",
              { class: "wide" },
              total
                ? h(
                    "div",
                    { class: "nbm-progress" },
                    h(
                      "div",
                      {
                        class: "bar",
                        role: "progressbar",
                        "aria-valuemin": "0",
                        "aria-valuemax": total,
                        "aria-valuenow": j.done,
                        "aria-label": T("{name}: {n} of {total} done", { name: j.member, n: j.done, total }),
                      },
                      h("i", { style: `width:${share}%` }),
                    ),
                    h("span", { class: "soft" }, T("{n} of {total}", { n: j.done, total })),
                  )
                : h("span", { class: "soft" }, j.waiting ? T("nothing taken yet") : T("no task yet")),
            ),
            [own, j.returned, j.rejected, j.issues, j.objects].map((n, k) =>
              h(
                "td",
                { class: "n", "data-warn": (k === 1 || k === 2 || k === 3) && n ? "" : null },
                n ? number(n) : h("span", { class: "soft" }, "·"),
              ),
            ),
            h("td", { class: "n" }, spent(j.per_task)),
            h("td", { class: "n" }, spent(j.per_object)),
            h(
              "td",
              { class: "act" },
              menu(s, `j${step}/${j.member}`, T("More for {member} at {name}", { member: j.member, name: j.name }), [
                [
                  T("Show these tasks"),
                  () => {
                    s.ui.filter = { ...noFilter(), step: String(step), who: `=${j.member}` };
                    s.ui.campaign = c.id;
                    match(s);
                    go(s, "tasks");
                  },
                ],
                own && [T("Reassign the job…"), () => reassignJobDialog(s, c, step, j)],
                j.kind !== "review" &&
                  j.skipped && [
                    T("Restart…"),
                    () =>
                      openDialog(s, "restart", {
                        c,
                        step,
                        j,
                        people: c.steps[step]?.people ?? [],
                        values: { to: `=${j.member}`, skipped: !j.rejected, discarded: false },
                      }),
                  ],
                own && [
                  T("Complete…"),
                  () => openDialog(s, "complete_job", { c, step, j, values: { text: "" } }),
                  "danger",
                ],
              ]),
            ),
          );
        }),
      ),
    ),
  );
}

function reassignJobDialog(s: Page, c: CampaignView, step: number, j: JobView): void {
  const people = (c.steps[step]?.people ?? []).filter((p) => p !== j.member);
  const d = openDialog(s, "reassign_job", {
    c,
    step,
    j,
    people,
    counts: null,
    values: { to: people.length ? `=${people[0]}` : "-", started: false },
  });
  countOpen(s, d, () => {
    const { open, begun } = held(d);
    d.values.started = open > 0 && open === begun;
  });
}

function shareDialog(s: Page, c: CampaignView, step: number): void {
  const off = new Set((s.get("people").rows ?? []).filter((m) => !m.active).map((m) => m.login)),
    of = c.steps[step];
  if (!of) return;
  const people = of.people.filter((p) => !off.has(p));
  const d = openDialog(s, "share", {
    c,
    step,
    people,
    counts: null,
    values: {
      weights: Object.fromEntries(people.map((p) => [p, of.weights[of.people.indexOf(p)] ?? 1])),
      started: false,
    },
  });
  countOpen(s, d);
}

// What is open at the step of a dialog, by person; the key "" is the queue.
function countOpen(s: Page, d: Dialog<"reassign_job" | "share">, then = () => {}): void {
  ask(s, "open_tasks", { campaign: d.c.id, step: d.step }, (error, answer) => {
    if (s.ui.dialog !== d) return;
    if (error) d.error = error;
    else {
      d.counts = answer.people;
      then();
    }
    repaint(s);
  });
}
