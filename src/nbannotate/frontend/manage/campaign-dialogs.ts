// What is asked before a campaign is launched, changed, completed or deleted, and what it would do.

import type { VNode } from "preact";
import type { Activity } from "../generated/manage-views.ts";
import { h, type Shown } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { M, N, pieces, said, T } from "../shared/texts.ts";
import { reason } from "./dialog-fields.ts";
import { act, ask } from "./talk.ts";
import type { Dialog, Page, WordsOf } from "./types.ts";
import { clauses, KIND, listed, number } from "./words.ts";

// What is asked of a campaign.
export const CAMPAIGN_DIALOGS: WordsOf<"launch" | "due" | "complete" | "delete"> = {
  launch: {
    title: (d) => T("Launch {name}?", { name: d.c.name }),
    done: M("Launch"),
    wide: true,
    body: (s, d) => planShown(d),
    blocked: (d) => !d.plan || d.plan.refusals.length > 0,
    go: (s, d, end) => {
      const key = `launch-${d.c.id}-${Date.now()}`;
      const look = setInterval(
        () =>
          ask(s, "activity", { key }, (error, answer) => {
            if (!error && s.ui.dialog === d) {
              d.activity = answer;
              repaint(s);
            }
          }),
        600,
      );
      act(s, "launch", { campaign: d.c.id, key }, (error) => {
        clearInterval(look);
        d.activity = null;
        end(error);
      });
    },
  },
  due: {
    title: (d) => T("Due date of {name}", { name: d.c.name }),
    done: M("Change"),
    wide: true,
    blocked: (d) => !d.plan || d.plan.refusals.length > 0,
    body: (s, d) => [
      h(
        "div",
        { class: "nbm-bar" },
        h(
          "label",
          { class: "nbm-line" },
          h("span", {}, T("Last day of the work")),
          h("input", {
            type: "date",
            "data-first": "",
            value: d.values.date,
            onchange: (e) => {
              d.values.date = e.currentTarget.value;
              planDue(s, d);
            },
          }),
        ),
        d.values.date
          ? h(
              "button",
              {
                type: "button",
                class: "link",
                onclick: () => {
                  d.values.date = "";
                  planDue(s, d);
                },
              },
              T("no due date"),
            )
          : null,
      ),
      d.plan
        ? planShown(d)
        : h(
            "p",
            { class: "soft" },
            d.planning
              ? T("Looking what this changes…")
              : T(
                  "Choose a day to see what changes. People can pull from the queue until then; what they hold they may finish later.",
                ),
          ),
    ],
    go: (s, d, end) =>
      act(s, "due", { campaign: d.c.id, date: d.values.date || null, fingerprint: d.plan?.fingerprint }, end),
  },
  complete: {
    title: (d) => T("Complete {name}?", { name: d.c.name }),
    done: M("Complete"),
    danger: true,
    body: (s, d) => [
      h(
        "p",
        {},
        d.c.remaining
          ? N(
              d.c.remaining,
              "{n} asset is not done; its task ends as skipped. What was drawn is kept.",
              "{n} assets are not done; their tasks end as skipped. What was drawn is kept.",
            )
          : T("Every asset is done."),
      ),
      reason(d.values, T("Why? It stands in the history.")),
    ],
    go: (s, d, end) => act(s, "complete", { campaign: d.c.id, reason: d.values.text }, end),
  },
  delete: {
    title: (d) => T("Delete {name}?", { name: d.c.name }),
    done: M("Delete"),
    danger: true,
    blocked: (d) => !d.deletion || d.values.name !== d.c.name,
    body: (s, d) => [
      d.deletion
        ? [
            h(
              "p",
              {},
              pieces("This deletes {what}. It cannot be undone.", {
                what: h(
                  "b",
                  {},
                  listed([
                    N(d.deletion.tasks, "{n} task", "{n} tasks"),
                    N(d.deletion.drafts, "{n} draft", "{n} drafts"),
                    N(d.deletion.issues, "{n} issue", "{n} issues"),
                    N(d.deletion.notices, "{n} notice", "{n} notices"),
                  ]),
                ),
              }),
            ),
            h(
              "p",
              {},
              N(
                d.deletion.kept_annotations,
                "{n} annotation stays in the version, and so does the log of events.",
                "{n} annotations stay in the version, and so does the log of events.",
              ),
            ),
          ]
        : h("p", { class: "soft" }, d.error ? "" : T("Counting…")),
      h(
        "label",
        { class: "nbm-line" },
        h("span", {}, T("Type the campaign’s name to confirm:"), " ", h("b", {}, d.c.name)),
        h("input", {
          type: "text",
          "data-first": "",
          autocomplete: "off",
          spellcheck: "false",
          value: d.values.name,
          oninput: (e) => {
            d.values.name = e.currentTarget.value;
            repaint(s);
          },
        }),
      ),
    ],
    go: (s, d, end) => act(s, "delete", { campaign: d.c.id, name: d.values.name }, end),
  },
};

function planDue(s: Page, d: Dialog<"due">): void {
  const asked = d.values.date;
  Object.assign(d, { plan: null, planning: true, error: "" });
  repaint(s);
  ask(s, "plan_due", { campaign: d.c.id, date: asked || null }, (error, answer) => {
    if (d.values.date !== asked) return;
    d.planning = false;
    if (error) d.error = error;
    else d.plan = answer;
    repaint(s);
  });
}

function planShown(d: Dialog<"launch" | "due">): Shown {
  const change = d.kind === "due";
  const p = d.plan;
  if (!p) return h("p", { class: "soft", role: "status" }, d.error ? "" : T("Working out what this does…"));
  const says = (kind: string, texts: string[]) =>
    texts.length
      ? h(
          "ul",
          { class: "nbm-says", "data-kind": kind },
          texts.map((text) => h("li", {}, said(text))),
        )
      : null;
  return [
    says("refusal", p.refusals),
    change
      ? says("change", p.changes.length ? p.changes : [T("Nothing changes.")])
      : [
          h(
            "p",
            {},
            T("{text}.", {
              text: clauses([
                N(p.assets, "{chosen} of {n} asset of the version", "{chosen} of {n} assets of the version", {
                  chosen: p.chosen,
                }),
                p.annotated ? T("{n} annotated already: {what}", { n: p.annotated, what: said(p.existing) }) : "",
              ]),
            }),
          ),
          h(
            "table",
            { class: "nbm-list small" },
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                h("th", { scope: "col" }, T("Step")),
                h("th", { scope: "col" }, T("Who")),
                h("th", { scope: "col", class: "n" }, T("Tasks now")),
              ),
            ),
            h(
              "tbody",
              {},
              p.steps.map((step) =>
                h(
                  "tr",
                  {},
                  h(
                    "th",
                    { scope: "row" },
                    step.name,
                    " ",
                    h("span", { class: "kind", "data-kind": step.kind }, T(KIND[step.kind] ?? step.kind)),
                  ),
                  h(
                    "td",
                    { class: "people" },
                    step.how === "queue"
                      ? [step.people.map((q) => q.login).join(", "), h("small", {}, T(", from the queue"))]
                      : step.people.map(({ login, tasks }) =>
                          h("span", { class: "chip" }, tasks === null ? login : `${login} ${number(tasks)}`),
                        ),
                  ),
                  h(
                    "td",
                    { class: "n" },
                    step.tasks || p.launched ? number(step.tasks) : h("span", { class: "soft" }, T("later")),
                  ),
                ),
              ),
            ),
          ),
          p.left_out.length
            ? h(
                "ul",
                { class: "nbm-says" },
                p.left_out.map(({ reason: why, assets: n, examples: some }) =>
                  h(
                    "li",
                    {},
                    N(n, "Left out: {n} asset, {why}", "Left out: {n} assets, {why}", { why: said(why) }),
                    some.length ? h("small", {}, ` (${some.join(", ")}${n > some.length ? " …" : ""})`) : null,
                  ),
                ),
              )
            : null,
        ],
    says("warning", p.warnings),
    d.kind === "launch" && d.activity ? activityShown(d.activity) : null,
  ];
}

function activityShown({ text, done, total }: Activity): VNode {
  return h(
    "div",
    { class: "nbm-progress", role: "status" },
    h("div", { class: "bar" }, h("i", { style: `width:${total ? (100 * done) / total : 0}%` })),
    h("span", { class: "soft" }, `${said(text)} ${total ? T("{n} of {total}", { n: done, total }) : ""}`),
  );
}
