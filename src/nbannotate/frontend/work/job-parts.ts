// What is said of a job: its step, state, due date, progress and times.

import type { JobNumbers } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { count, span } from "../shared/numbers.ts";
import { locale, M, N, pieces, said, T } from "../shared/texts.ts";

export const STEP = { annotation: M("Annotation"), consensus: M("Consensus"), review: M("Review") };
const JOB = {
  pending: M("Not begun"),
  in_progress: M("In progress"),
  on_review: M("On review"),
  completed: M("Completed"),
  completed_with_issues: M("With issues"),
};

export function due(day: string | null, open = true) {
  if (!day) return null;
  const left = Math.ceil((new Date(`${day}T23:59:59`).getTime() - Date.now()) / 86400000);
  const date = new Date(`${day}T12:00`).toLocaleDateString(locale(), { dateStyle: "medium" });
  const text =
    left < 1
      ? T("overdue")
      : left === 1
        ? T("due today")
        : left <= 14
          ? N(left - 1, "due in {n} day", "due in {n} days")
          : T("due {date}", { date });
  return h(
    "span",
    {
      class: "due",
      "data-late": open && left < 1 ? "" : null,
      "data-near": open && left >= 1 && left <= 3 ? "" : null,
      title: T("Last day: {day}", { day: date }),
    },
    icon("clock"),
    open ? text : date,
  );
}

export function progress(job: JobNumbers) {
  const share = job.total ? Math.round((100 * job.done) / job.total) : 0;
  return h(
    "div",
    {
      class: "bar",
      role: "progressbar",
      "aria-valuemin": "0",
      "aria-valuemax": job.total,
      "aria-valuenow": job.done,
      "aria-label": T("{name}: {n} of {total} done", { name: job.name, n: job.done, total: job.total }),
    },
    h("i", { style: `width:${share}%` }),
  );
}

export const begun = (job: JobNumbers) => job.state !== "pending";
export const stateChip = (job: JobNumbers) =>
  h("span", { class: "job-state", "data-state": job.state }, T(JOB[job.state] ?? job.state));

export function jobNumbers(job: JobNumbers) {
  return h(
    "div",
    { class: "numbers" },
    h("span", {}, pieces("{n} remaining", { n: h("b", {}, count(job.remaining)) })),
    h("span", { class: "soft" }, T("{n} of {total} done", { n: job.done, total: job.total })),
    job.returned
      ? h(
          "span",
          { class: "chip", "data-kind": "returned" },
          icon("return"),
          N(job.returned, "{n} returned", "{n} returned"),
        )
      : null,
    job.issues
      ? h("span", { class: "chip", "data-kind": "issue" }, icon("issue"), N(job.issues, "{n} issue", "{n} issues"))
      : null,
    job.rejected
      ? h("span", { class: "chip", "data-kind": "issue" }, N(job.rejected, "{n} rejected", "{n} rejected"))
      : null,
  );
}

export function jobTimes(job: JobNumbers) {
  const parts = [
    job.in_progress ? T("{n} in hand", { n: job.in_progress }) : "",
    job.objects ? N(job.objects, "{n} object", "{n} objects") : "",
    job.per_task ? T("{time} per image", { time: span(job.per_task) }) : "",
    job.per_object ? T("{time} per object", { time: span(job.per_object) }) : "",
  ].filter(Boolean);
  return parts.length ? h("div", { class: "times soft", title: T("Mean working time") }, parts.join(" · ")) : null;
}

export const pausedNote = (job: JobNumbers) =>
  job.paused ? h("p", { class: "nbp-hint warn paused", role: "status" }, said(job.paused)) : null;
