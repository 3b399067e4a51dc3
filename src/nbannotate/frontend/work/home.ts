// My tasks: campaigns with their jobs; in folds below, jobs that no image has reached yet, and what is finished.

import type { JobGroup, JobNumbers } from "../generated/work-views.ts";
import { arrows, h, type Shown } from "../shared/dom.ts";
import { emptyState } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { T } from "../shared/texts.ts";
import { homeBar } from "./home-bar.ts";
import { begun, due, jobNumbers, jobTimes, pausedNote, progress, STEP, stateChip } from "./job-parts.ts";
import { tabKeys } from "./keyboard.ts";
import { leaveWith } from "./leave.ts";
import { myIssues } from "./my-issues.ts";
import type { Page } from "./page.ts";
import { send } from "./send.ts";

export function home(s: Page) {
  const { groups, issues } = s.need("jobs"),
    open = issues.filter((i) => i.state !== "resolved").length;
  const tab = s.ui.homeTab;
  const tabs: [name: "tasks" | "issues", title: string, n: number | null][] = [
    ["tasks", T("My tasks"), null],
    ["issues", T("Issues"), open || null],
  ];
  return h(
    "div",
    { class: "nbp-home", "data-key": "home" },
    homeBar(s),
    h(
      "main",
      { class: "nbp-sheet", tabindex: "-1" },
      h(
        "div",
        { class: "nbp-headline" },
        h(
          "div",
          { class: "tabs big", role: "tablist", "aria-label": T("Lists"), onkeydown: (e) => tabKeys(e) },
          tabs.map(([name, title, n]) =>
            h(
              "button",
              {
                type: "button",
                role: "tab",
                "aria-selected": String(tab === name),
                tabindex: tab === name ? "0" : "-1",
                "data-key": name,
                onclick: () => {
                  s.ui.homeTab = name;
                  repaint(s);
                },
              },
              title,
              n && h("span", { class: "count" }, n),
            ),
          ),
        ),
        h(
          "button",
          {
            type: "button",
            class: "small",
            title: T("Look again; the list also does so by itself"),
            "aria-busy": s.ui.refreshing ? "true" : null,
            onclick: () => refresh(s),
          },
          icon("refresh"),
          T("Refresh"),
        ),
      ),
      tab === "tasks" ? jobList(s, groups) : myIssues(s, issues),
    ),
  );
}

function refresh(s: Page) {
  s.ui.refreshing = true;
  repaint(s);
  send(s, "home", {}, () => {
    s.ui.refreshing = false;
    repaint(s);
  });
}

function jobList(s: Page, groups: JobGroup[]) {
  if (!groups.length) {
    return emptyState(
      "empty",
      T("Nothing to do for now"),
      T("You are no assignee of a campaign that is running. When a manager gives you work, it appears here."),
      h("button", { type: "button", class: "primary", onclick: () => refresh(s), "data-first": "" }, T("Look again")),
    );
  }
  let first = true;
  const part = (keep: (job: JobNumbers) => boolean) =>
    groups.map((g) => ({ ...g, jobs: g.jobs.filter(keep) })).filter((g) => g.jobs.length);
  const open = part((j) => j.remaining > 0),
    ahead = part((j) => !j.total),
    closed = part((j) => j.total > 0 && !j.remaining);
  const campaign = (g: JobGroup) =>
    h(
      "section",
      { class: "nbp-campaign", "data-key": g.campaign, "aria-label": g.campaign },
      h(
        "header",
        {},
        h("h2", { title: g.campaign }, g.campaign),
        h("span", { class: "soft" }, g.dataset),
        due(
          g.due,
          g.jobs.some((j) => j.remaining),
        ),
      ),
      g.jobs.map((job) => {
        const row = jobRow(s, job, first && job.remaining > 0);
        if (job.remaining) first = false;
        return row;
      }),
    );
  return h(
    "div",
    { class: "nbp-jobs", onkeydown: (e) => arrows(e, "[data-go], summary, [data-open]") },
    open.length
      ? null
      : h(
          "p",
          { class: "nbp-all-done", role: "status" },
          closed.length
            ? [icon("check"), T("All done. Nothing waits for you right now.")]
            : [icon("clock"), T("No image has come to you yet; each comes when the step before passes it on.")],
        ),
    open.map(campaign),
    fold(s, "ahead", T("Not yet"), ahead, campaign, !open.length),
    fold(s, "closed", T("Finished"), closed, campaign, !open.length),
  );
}

function fold(
  s: Page,
  name: string,
  title: string,
  groups: JobGroup[],
  campaign: (g: JobGroup) => Shown,
  first: boolean,
) {
  if (!groups.length) return null;
  const n = groups.reduce((sum, g) => sum + g.jobs.length, 0);
  return h(
    "details",
    { class: "nbp-fold", "data-key": name, open: s.ui.folds[name] ?? first },
    h(
      "summary",
      {
        onclick: (e) => {
          s.ui.folds[name] = !(e.currentTarget.parentNode as HTMLDetailsElement).open;
        },
      },
      title,
      h("span", { class: "count" }, n),
    ),
    h("div", { class: "nbp-jobs" }, groups.map(campaign)),
  );
}

function jobRow(s: Page, job: JobNumbers, first: boolean) {
  const open = () => leaveWith(s, "job", { campaign: job.campaign_id, step: job.step });
  return h(
    "article",
    { class: "nbp-job", "data-key": `${job.campaign_id}/${job.step}`, "data-done": job.remaining ? null : "" },
    h(
      "div",
      { class: "what" },
      h(
        "h3",
        {},
        h(
          "button",
          { type: "button", class: "link plain", title: T("Show the images of this job"), onclick: open },
          job.name,
        ),
      ),
      h(
        "div",
        { class: "chips" },
        h("span", { class: "kind", "data-kind": job.kind }, T(STEP[job.kind])),
        stateChip(job),
      ),
    ),
    h("div", { class: "how" }, progress(job), jobNumbers(job), jobTimes(job), pausedNote(job)),
    h(
      "div",
      { class: "do" },
      job.paused
        ? null
        : job.remaining
          ? h(
              "button",
              {
                type: "button",
                class: first ? "primary go" : "go",
                "data-first": first ? "" : null,
                "data-go": "",
                "aria-label": begun(job)
                  ? T("Continue {name} of {campaign}", { ...job })
                  : T("Start {name} of {campaign}", { ...job }),
                "aria-busy": s.ui.busy ? "true" : null,
                onclick: () => leaveWith(s, "start", { campaign: job.campaign_id, step: job.step }),
              },
              begun(job) ? T("Continue") : T("Start"),
            )
          : !job.total
            ? h("span", { class: "done-mark ahead" }, icon("clock"), T("Waits for the step before"))
            : h(
                "span",
                { class: "done-mark" },
                icon("check"),
                job.state === "on_review" ? T("Submitted") : T("Done for now"),
              ),
      h(
        "button",
        {
          type: "button",
          class: "small quiet",
          "data-open": "",
          "aria-label": T("Images of {name} of {campaign}", { ...job }),
          onclick: open,
        },
        icon("list"),
        T("Images"),
      ),
    ),
  );
}
