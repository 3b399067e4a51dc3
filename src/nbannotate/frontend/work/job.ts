// The page of a job: what it is, how far it is, and its images, of which only those are made that can be seen.

import type { JobImage, JobView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { emptyState } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { count } from "../shared/numbers.ts";
import { repaint } from "../shared/redraw.ts";
import { M, N, pieces, said, T } from "../shared/texts.ts";
import { homeBar } from "./home-bar.ts";
import { FILTERS, type Filter, type ListState, listState } from "./job-list.ts";
import { begun, due, jobNumbers, jobTimes, pausedNote, progress, STEP, stateChip } from "./job-parts.ts";
import { tabKeys } from "./keyboard.ts";
import { leaveWith } from "./leave.ts";
import { openDialog } from "./open-dialog.ts";
import { orderBar } from "./order.ts";
import type { At, Page } from "./page.ts";

const ROW = 38,
  SPARE = 10;

export function jobPage(s: Page) {
  const job = s.need("job"),
    list = listState(s),
    refused = Object.keys(job.unfinished).length;
  const filters: Filter[] = refused
    ? [["refused", M("Not finished"), (r) => String(r.task) in job.unfinished], ...FILTERS]
    : FILTERS;
  if (!filters.some(([name]) => name === list.filter)) list.filter = job.remaining ? "remaining" : "all";
  const { rows, counts } = shownRows(s, job, list, filters);
  return h(
    "div",
    { class: "nbp-home", "data-key": "job" },
    homeBar(
      s,
      h(
        "button",
        { type: "button", class: "bare wide", title: T("My tasks (Esc)"), onclick: () => leaveWith(s, "home") },
        icon("back"),
        T("My tasks"),
      ),
    ),
    h(
      "main",
      {
        class: "nbp-sheet nbp-job-page",
        tabindex: "-1",
        onkeydown: (e) => {
          if (e.key === "Escape" && !s.ui.busy) leaveWith(s, "home");
        },
      },
      jobHead(s, job),
      orderBar(s, job),
      h(
        "div",
        { class: "tabs", role: "tablist", "aria-label": T("Which images"), onkeydown: (e) => tabKeys(e) },
        filters.map(([name, title]) =>
          h(
            "button",
            {
              type: "button",
              role: "tab",
              "data-key": name,
              "aria-selected": String(list.filter === name),
              tabindex: list.filter === name ? "0" : "-1",
              onclick: () => {
                list.filter = name;
                list.task = 0;
                s.root.querySelector<HTMLElement>(".nbp-list")?.scrollTo(0, 0);
                repaint(s);
              },
            },
            T(title),
            h(
              "span",
              { class: "count", "data-kind": name === "refused" ? "issues" : null },
              count(counts.get(name) ?? 0),
            ),
          ),
        ),
      ),
      imageList(s, job, list, rows),
    ),
  );
}

function jobHead(s: Page, job: JobView) {
  const busy = Boolean(s.ui.busy);
  return h(
    "section",
    { class: "nbp-campaign nbp-job-head" },
    h(
      "header",
      {},
      h(
        "div",
        { class: "grow" },
        h(
          "h1",
          {},
          pieces("{job} of {campaign}", {
            job: h("span", {}, job.name),
            campaign: h("span", { class: "soft" }, job.campaign),
          }),
        ),
        h(
          "div",
          { class: "chips" },
          h("span", { class: "kind", "data-kind": job.kind }, T(STEP[job.kind])),
          stateChip(job),
          due(job.due, job.remaining > 0),
          h("span", { class: "soft" }, job.dataset),
        ),
      ),
      h(
        "div",
        { class: "buttons" },
        job.kind === "review"
          ? null
          : h(
              "button",
              {
                type: "button",
                disabled: busy || !job.held || Boolean(job.paused),
                "data-key": "submit-job",
                title: job.held
                  ? T("Submit all images that you have begun")
                  : T("You hold no image here that could be submitted"),
                onclick: () => openDialog(s, "submit_job"),
              },
              T("Submit job…"),
            ),
        job.remaining && !job.paused
          ? h(
              "button",
              {
                type: "button",
                class: "primary",
                "data-key": "go",
                "data-first": "",
                disabled: busy,
                onclick: () => leaveWith(s, "start", { campaign: job.campaign_id, step: job.step }),
              },
              begun(job) ? T("Continue") : T("Start"),
            )
          : null,
      ),
    ),
    h("div", { class: "how" }, progress(job), jobNumbers(job), jobTimes(job)),
    pausedNote(job),
    h(
      "p",
      { class: "soft" },
      job.kind === "review"
        ? T("You review what others drew: accept it, change it, or send it back.")
        : T("You draw and label."),
      " ",
      said(job.how),
    ),
  );
}

/** A heading before the images of a sequence. */
interface Head {
  head: string;
  n: number;
}

type Row = JobImage | Head;

/** The rows of the list, and what they were made of. */
export interface ShownRows {
  of: JobImage[];
  why: JobView["unfinished"];
  filter: string;
  rows: Row[];
  counts: Map<string, number>;
}

const isHead = (row: Row): row is Head => "head" in row;

function grouped(rows: JobImage[]): Row[] {
  // a heading before each sequence, where there are sequences
  if (!rows.some((r) => r.sequence)) return rows;
  const sizes = new Map<string, number>(),
    all: Row[] = [];
  for (const r of rows) sizes.set(r.sequence, (sizes.get(r.sequence) ?? 0) + 1);
  let last: string | null = null;
  for (const row of rows) {
    if (row.sequence !== last) {
      last = row.sequence;
      all.push({ head: last, n: sizes.get(last) ?? 0 });
    }
    all.push(row);
  }
  return all;
}

function shownRows(s: Page, job: JobView, list: ListState, filters: Filter[]): ShownRows {
  // made anew only when the images or the filter are others
  const made = s.ui.rows;
  if (made?.of === job.rows && made.why === job.unfinished && made.filter === list.filter) return made;
  const keep = filters.find(([name]) => name === list.filter)?.[2] ?? (() => true);
  return (s.ui.rows = {
    of: job.rows,
    why: job.unfinished,
    filter: list.filter,
    rows: grouped(job.rows.filter(keep)),
    counts: new Map(filters.map(([name, , test]) => [name, job.rows.filter(test).length])),
  });
}

function imageList(s: Page, job: JobView, list: ListState, rows: Row[]) {
  if (!rows.length) {
    const waiting = job.waiting && list.filter === "remaining";
    return h(
      "div",
      { class: "nbp-list", "data-key": "none" },
      emptyState(
        waiting ? "list" : "check",
        waiting ? T("Nothing begun") : T("No images here"),
        waiting
          ? N(
              job.waiting,
              "{n} image waits in the queue; the next one comes when you go on.",
              "{n} images wait in the queue; the next one comes when you go on.",
            )
          : list.filter === "returned"
            ? T("Nothing was returned to you.")
            : T("Choose another list above."),
      ),
    );
  }
  const box = s.root.querySelector<HTMLElement>(".nbp-list[data-key=rows]"),
    top = box?.scrollTop ?? 0,
    high = box?.clientHeight || 800;
  const from = Math.max(0, Math.floor(top / ROW) - SPARE),
    to = Math.min(rows.length, Math.ceil((top + high) / ROW) + SPARE);
  const at = rows.findIndex((r) => !isHead(r) && r.task === list.task),
    here = at < 0 ? rows.findIndex((r) => !isHead(r)) : at,
    now = rows[here];
  return h(
    "div",
    {
      class: "nbp-list",
      "data-key": "rows",
      role: "listbox",
      "aria-label": T("{name}: images", { name: job.name }),
      tabindex: "0",
      "aria-activedescendant": now && !isHead(now) ? `nbp-row-${now.task}` : null,
      onscroll: () => repaint(s),
      onkeydown: (e) => listKeys(s, e, rows, here, list),
    },
    h(
      "div",
      { class: "rows-in", style: `height:${rows.length * ROW}px` },
      rows.slice(from, to).map((row, i) => imageRow(s, job, row, from + i, from + i === here, rows.length)),
    ),
  );
}

const TASK = { in_progress: M("in progress"), to_rework: M("to rework"), done: M("done"), skipped: M("skipped") };

function imageRow(s: Page, job: JobView, row: Row, i: number, active: boolean, size: number) {
  const style = `top:${i * ROW}px`;
  if (isHead(row))
    return h(
      "div",
      { class: "image head", "data-key": `h${i}`, role: "presentation", style },
      h("b", {}, row.head || T("No sequence")),
      h("span", { class: "soft" }, N(row.n, "{n} image", "{n} images")),
    );
  const { task: id, asset, state, status, issues, drafted, round, figure, waits } = row,
    why = job.unfinished[id];
  const shown =
    status && !["completed", "approved", "skipped"].includes(status)
      ? status
      : state === "in_progress"
        ? T(waits ? M("waits") : drafted ? M("begun") : M("not begun"))
        : T(TASK[state]);
  return h(
    "div",
    {
      class: "image",
      role: "option",
      id: `nbp-row-${id}`,
      "data-key": `t${id}`,
      "aria-selected": String(active),
      "aria-setsize": size,
      "aria-posinset": i + 1,
      "data-state": state,
      style,
      onclick: () => openImage(s, row),
    },
    h("span", { class: "name", title: asset }, asset),
    why ? h("span", { class: "why", title: said(why) }, said(why)) : null,
    figure ? h("span", { class: "soft" }, said(figure)) : null,
    round > 1 ? h("span", { class: "soft" }, T("round {n}", { n: round })) : null,
    issues ? h("span", { class: "chip", "data-kind": "issue" }, icon("issue"), issues) : null,
    h(
      "span",
      {
        class: "task-state",
        "data-state": status === "returned" ? "returned" : state,
        "data-begun": drafted ? "" : null,
      },
      shown,
    ),
    icon("forward"),
  );
}

function openImage(s: Page, { task, waits }: JobImage): void {
  listState(s).task = task;
  leaveWith(s, waits ? "take" : "open", { task });
}

function listKeys(s: Page, e: At<KeyboardEvent>, rows: Row[], here: number, list: ListState): void {
  const now = rows[here];
  if (e.key === "Enter" || e.key === " ") {
    e.preventDefault();
    if (now && !isHead(now)) openImage(s, now);
    return;
  }
  const page = Math.max(1, Math.floor(e.currentTarget.clientHeight / ROW) - 1);
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -rows.length,
    End: rows.length,
  };
  const step = steps[e.key];
  if (!step) return;
  e.preventDefault();
  let to = Math.max(0, Math.min(rows.length - 1, here + step));
  const head = rows[to];
  if (head && isHead(head)) to += step > 0 || to === 0 ? 1 : -1;
  const row = rows[to];
  if (row && !isHead(row)) list.task = row.task;
  showRow(e.currentTarget, to);
  repaint(s, true);
}

function showRow(box: HTMLElement, i: number): void {
  if (i * ROW < box.scrollTop) box.scrollTop = i * ROW - (i === 1 ? ROW : 0);
  else if ((i + 1) * ROW > box.scrollTop + box.clientHeight) box.scrollTop = (i + 1) * ROW - box.clientHeight;
}

export function arriveAtJob(s: Page) {
  // where one was, or the key that goes on
  const list = listState(s),
    box = s.root.querySelector<HTMLElement>(".nbp-list[data-key=rows]");
  if (!list.task || !box)
    return (s.root.querySelector<HTMLElement>("[data-first]") ?? box)?.focus({ preventScroll: true });
  const at = s.ui.rows?.rows.findIndex((r) => !isHead(r) && r.task === list.task) ?? -1;
  if (at >= 0) showRow(box, at);
  repaint(s, true);
  return box.focus({ preventScroll: true });
}
