// How work is shared, and what a sentence says of it before it is done.

import type { OpenOf } from "../generated/manage-views.ts";
import { N, T } from "../shared/texts.ts";
import { campaignOf } from "./state.ts";
import type { Dialog, Page } from "./types.ts";
import { clauses, listed, number } from "./words.ts";

// Who a selection goes to: those who work at all of its steps.
export function candidates(s: Page, steps: Set<number>): string[] {
  const every = campaignOf(s)?.steps ?? [],
    off = new Set((s.get("people").rows ?? []).filter((m) => !m.active).map((m) => m.login));
  const all = every.filter((_, i) => steps.has(i)).map((step) => step.people);
  return (all[0] ?? []).filter((login) => all.every((people) => people.includes(login)) && !off.has(login));
}

export function reassignSentence(d: Dialog<"reassign">): { text: string; n: number } {
  const { sum, values } = d,
    to = values.to === "-" ? "" : values.to.slice(1);
  const from = [...sum.people]
    .filter(([who]) => who !== to)
    .map(([who, k]): [string, number, number] => [who, values.started ? k.n : k.n - k.begun, k.begun])
    .sort((a, b) => b[1] - a[1]);
  const n = from.reduce((all, f) => all + f[1], 0),
    begun = from.reduce((all, f) => all + f[2], 0),
    already = sum.people.get(to)?.n ?? 0;
  const moved = from.filter((f) => f[1]);
  const whose = listed(
    moved.map(
      ([who, k]) => `${who ? T("of {who}", { who }) : T("from the queue")}${moved.length > 1 ? ` (${number(k)})` : ""}`,
    ),
  );
  const with_ = values.started && begun ? T(", {n} of them begun,", { n: begun }) : "",
    stay = listed(from.filter((f) => f[2]).map((f) => f[0]));
  const parts = [
    !n
      ? T("Nothing changes")
      : to
        ? N(n, "{n} task {whose}{begun} goes to {to}", "{n} tasks {whose}{begun} go to {to}", {
            whose,
            begun: with_,
            to,
          })
        : N(n, "{n} task {whose}{begun} goes back to the queue", "{n} tasks {whose}{begun} go back to the queue", {
            whose,
            begun: with_,
          }),
    begun && !values.started
      ? N(begun, "{n} that is begun stays with {who}", "{n} that are begun stay with {who}", { who: stay })
      : "",
    !already
      ? ""
      : to
        ? N(already, "{n} is {who}’s already", "{n} are {who}’s already", { who: to })
        : N(already, "{n} is in the queue already", "{n} are in the queue already"),
    sum.finished ? N(sum.finished, "{n} that is finished stays", "{n} that are finished stay") : "",
  ];
  return { text: T("{text}.", { text: clauses(parts) }), n };
}

export const held = (d: Dialog<"reassign_job">): OpenOf => d.counts?.[d.j.member] ?? { open: 0, begun: 0 };

export function jobSentence(d: Dialog<"reassign_job">): { text: string; n: number } {
  const { open, begun } = held(d),
    n = d.values.started ? open : open - begun,
    stay = open - n,
    to = d.values.to === "-" ? "" : d.values.to.slice(1),
    who = d.j.member;
  const goes = !n
    ? T("Nothing changes")
    : to
      ? N(n, "{n} open task of {who} goes to {to}", "{n} open tasks of {who} go to {to}", { who, to })
      : N(n, "{n} open task of {who} goes back to the queue", "{n} open tasks of {who} go back to the queue", { who });
  return {
    n,
    text: `${T("{text}.", { text: clauses([goes, stay ? N(stay, "{n} that is begun stays", "{n} that are begun stay") : ""]) })} ${T("What is finished stays {who}’s.", { who })}`,
  };
}
