// What is asked before tasks and jobs are given to others.

import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { M, N, T } from "../shared/texts.ts";
import { check, personChoice, reason, to } from "./dialog-fields.ts";
import { loginField, roleChoice } from "./members.ts";
import { held, jobSentence, reassignSentence } from "./sharing.ts";
import { clearSelection, summary } from "./sheet.ts";
import { split } from "./split.ts";
import { act } from "./talk.ts";
import type { Dialog, WordsOf } from "./types.ts";
import { clauses, number } from "./words.ts";

// What is asked of tasks and jobs.
export const WORK_DIALOGS: WordsOf<"reassign" | "reassign_job" | "share" | "restart" | "complete_job" | "add"> = {
  reassign: {
    before: (s, d) => {
      d.sum = summary(s);
    }, // counted anew each time: people go on working while it is open
    title: (d) => N(d.sum.ids.length, "Reassign {n} task", "Reassign {n} tasks"),
    done: M("Reassign"),
    blocked: (d) => !reassignSentence(d).n,
    body: (s, d) => [
      personChoice(s, d, T("To"), true),
      d.people.length
        ? null
        : h(
            "p",
            { class: "soft" },
            T("Nobody works at all of the steps of these tasks; choose tasks of one step to give them to a person."),
          ),
      d.sum.begun
        ? check(
            s,
            d.values,
            "started",
            N(
              d.sum.begun,
              "Also the one that is begun; what was drawn goes along",
              "Also the {n} that are begun; what was drawn goes along",
            ),
          )
        : null,
      h("p", { class: "preview", role: "status" }, reassignSentence(d).text),
    ],
    go: (s, d, end) =>
      act(s, "reassign", { campaign: d.c.id, tasks: d.sum.ids, to: to(d), started: d.values.started }, (error) => {
        if (!error) clearSelection(s);
        end(error);
        s.grid?.paint();
      }),
  },
  reassign_job: {
    title: (d) => T("Reassign {member}’s job at {name}", { member: d.j.member, name: d.j.name }),
    done: M("Reassign"),
    blocked: (d) => !d.counts || !jobSentence(d).n,
    body: (s, d) => [
      personChoice(s, d, T("To"), true),
      held(d).begun
        ? check(
            s,
            d.values,
            "started",
            N(
              held(d).begun,
              "Also the one that is begun or returned; what was drawn goes along",
              "Also the {n} that are begun or returned; what was drawn goes along",
            ),
          )
        : null,
      h(
        "p",
        { class: d.counts ? "preview" : "soft", role: "status" },
        d.counts ? jobSentence(d).text : T("Counting what is open…"),
      ),
    ],
    go: (s, d, end) =>
      act(
        s,
        "reassign_job",
        { campaign: d.c.id, step: d.step, member: d.j.member, to: to(d), started: d.values.started },
        end,
      ),
  },
  share: {
    title: (d) => T("Share what remains of {name}", { name: d.c.steps[d.step]?.name }),
    done: M("Share"),
    blocked: (d) => !d.counts || !shares(d).total || !shares(d).sum,
    body: (s, d) => {
      const { total, parts, stay } = shares(d),
        counts = d.counts;
      return counts
        ? [
            h(
              "p",
              {},
              `${T("{text}.", { text: clauses([N(total, "{n} open task is shared by these weights", "{n} open tasks are shared by these weights"), stay ? N(stay, "{n} that is begun stays where it is", "{n} that are begun stay where they are") : ""]) })} ${T("A weight of 0 gives nothing.")}`,
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
                  h("th", { scope: "col" }, T("Member")),
                  h("th", { scope: "col", class: "n" }, T("Has now")),
                  h("th", { scope: "col", class: "n" }, T("Weight")),
                  h("th", { scope: "col", class: "n" }, T("Will have")),
                ),
              ),
              h(
                "tbody",
                {},
                d.people.map((p, i) => {
                  const has = counts[p] ?? { open: 0, begun: 0 };
                  return h(
                    "tr",
                    { "data-key": p },
                    h("th", { scope: "row" }, p),
                    h("td", { class: "n" }, number(has.open)),
                    h(
                      "td",
                      { class: "n" },
                      h("input", {
                        type: "number",
                        min: "0",
                        step: "any",
                        "aria-label": T("Weight of {name}", { name: p }),
                        "data-first": i ? null : "",
                        value: d.values.weights[p],
                        oninput: (e) => {
                          d.values.weights[p] = Math.max(0, Number(e.currentTarget.value) || 0);
                          repaint(s);
                        },
                      }),
                    ),
                    h("td", { class: "n" }, h("b", {}, number((parts[i] ?? 0) + (d.values.started ? 0 : has.begun)))),
                  );
                }),
              ),
              h(
                "tfoot",
                {},
                h(
                  "tr",
                  {},
                  h("th", { scope: "row" }, T("Sum")),
                  h("td"),
                  h("td"),
                  h(
                    "td",
                    { class: "n" },
                    h(
                      "b",
                      {},
                      number(
                        parts.reduce((a, b) => a + b, 0) +
                          (d.values.started ? 0 : d.people.reduce((a, p) => a + (counts[p]?.begun ?? 0), 0)),
                      ),
                    ),
                  ),
                ),
              ),
            ),
            Object.values(counts).some((c) => c.begun)
              ? check(s, d.values, "started", T("Also tasks that are begun; what was drawn goes along"))
              : null,
          ]
        : h("p", { class: "soft" }, d.error ? "" : T("Counting what is open…"));
    },
    go: (s, d, end) =>
      act(
        s,
        "redistribute",
        { campaign: d.c.id, step: d.step, weights: d.values.weights, started: d.values.started },
        end,
      ),
  },
  restart: {
    title: (d) => T("Restart {member}’s job at {name}", { member: d.j.member, name: d.j.name }),
    done: M("Restart"),
    body: (s, d) => [
      h(
        "p",
        {},
        d.j.rejected
          ? N(
              d.j.rejected,
              "{n} rejected asset comes back as a task to rework.",
              "{n} rejected assets come back as a task to rework.",
            )
          : T("No asset of this job was rejected."),
      ),
      personChoice(s, d, T("For//a person"), false),
      check(s, d.values, "skipped", T("Also what was skipped")),
      check(s, d.values, "discarded", T("Also what was discarded")),
    ],
    go: (s, d, end) =>
      act(
        s,
        "restart",
        {
          campaign: d.c.id,
          step: d.step,
          member: d.j.member,
          to: to(d) === d.j.member ? "" : to(d),
          also: (["skipped", "discarded"] as const).filter((k) => d.values[k]),
        },
        end,
      ),
  },
  complete_job: {
    title: (d) => T("Complete {member}’s job at {name}?", { member: d.j.member, name: d.j.name }),
    done: M("Complete"),
    danger: true,
    body: (s, d) => [
      h(
        "p",
        {},
        N(
          d.j.returned + d.j.in_progress,
          "{n} open task ends as skipped. What was drawn is kept.",
          "{n} open tasks end as skipped. What was drawn is kept.",
        ),
      ),
      reason(d.values, T("Why? It stands in the history.")),
    ],
    go: (s, d, end) =>
      act(s, "complete_job", { campaign: d.c.id, step: d.step, member: d.j.member, reason: d.values.text }, end),
  },
  add: {
    title: () => T("Add a member"),
    done: M("Add"),
    blocked: (d) => !d.values.login,
    body: (s, d) => [
      h(
        "p",
        {},
        T("A password is made up and shown to you once; you pass it on. To let the person choose one, invite instead."),
      ),
      loginField(s, d),
      roleChoice(s, d),
    ],
    go: (s, d, end) =>
      act(s, "add", { login: d.values.login, role: d.values.role }, (error, answer) => {
        if (!error)
          d.secret = {
            label: T("Password"),
            value: answer.secret,
            text: T("{name} is a member now, with this password:", { name: d.values.login }),
          };
        end(error);
      }),
  },
};

function shares(d: Dialog<"share">): { total: number; sum: number; parts: number[]; stay: number } {
  const rows = Object.values(d.counts ?? {}),
    total = rows.reduce((n, { open, begun }) => n + (d.values.started ? open : open - begun), 0);
  const weights = d.people.map((p) => d.values.weights[p] ?? 0);
  return {
    total,
    sum: weights.reduce((a, b) => a + b, 0),
    parts: split(total, weights),
    stay: d.values.started ? 0 : rows.reduce((n, c) => n + c.begun, 0),
  };
}
