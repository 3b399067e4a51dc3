// My tasks: campaigns with their jobs, what is finished in a fold below.

const STEP = { annotation: "Annotation", review: "Review" };
const JOB = { pending: "Not begun", in_progress: "In progress", on_review: "On review", completed: "Completed", completed_with_issues: "With issues" };

function home(s) {
  const { groups = [], issues = [] } = s.get("jobs"), open = issues.filter((i) => i.state !== "resolved").length;
  const tab = s.ui.homeTab;
  const tabs = [["tasks", "My tasks", null], ["issues", "Issues", open || null]];
  return h("div", { class: "nbp-home", "data-key": "home" },
    homeBar(s),
    h("main", { class: "nbp-sheet", tabindex: "-1" },
      h("div", { class: "nbp-headline" },
        h("div", { class: "tabs big", role: "tablist", "aria-label": "Lists", onkeydown: (e) => tabKeys(e) }, tabs.map(([name, title, n]) =>
          h("button", { type: "button", role: "tab", "aria-selected": String(tab === name), tabindex: tab === name ? "0" : "-1", "data-key": name,
            onclick: () => { s.ui.homeTab = name; repaint(s); } }, title, n && h("span", { class: "count" }, n)))),
        h("button", { type: "button", class: "small", title: "Look again; the list also does so by itself", onclick: () => refresh(s) }, icon("refresh"), "Refresh")),
      tab === "tasks" ? jobList(s, groups) : myIssues(s, issues)));
}

function refresh(s) {
  s.ui.refreshing = true;
  repaint(s);
  send(s, "home", {}, () => { s.ui.refreshing = false; repaint(s); });
}

function jobList(s, groups) {
  if (!groups.length) {
    return emptyState("empty", "Nothing to do for now",
      "You are no assignee of a campaign that is running. When a manager gives you work, it appears here.",
      h("button", { type: "button", class: "primary", onclick: () => refresh(s), "data-first": "" }, "Look again"));
  }
  let first = true;
  const part = (keep) => groups.map((g) => ({ ...g, jobs: g.jobs.filter(keep) })).filter((g) => g.jobs.length);
  const open = part((j) => j.remaining > 0), closed = part((j) => !j.remaining), n = closed.reduce((sum, g) => sum + g.jobs.length, 0);
  const campaign = (g) => h("section", { class: "nbp-campaign", "data-key": g.campaign, "aria-label": g.campaign },
    h("header", {}, h("h2", { title: g.campaign }, g.campaign), h("span", { class: "soft" }, g.dataset), due(g.due, g.jobs.some((j) => j.remaining))),
    g.jobs.map((job) => {
      const row = jobRow(s, job, first && job.remaining > 0);
      if (job.remaining) first = false;
      return row;
    }));
  return h("div", { class: "nbp-jobs", onkeydown: (e) => arrows(e, "[data-go], summary, [data-open]") },
    open.length ? null : h("p", { class: "nbp-all-done", role: "status" }, icon("check"), "All done. Nothing waits for you right now."),
    open.map(campaign),
    n ? h("details", { class: "nbp-fold", "data-key": "closed", open: s.ui.fold ?? !open.length, ontoggle: (e) => { s.ui.fold = e.currentTarget.open; } },
      h("summary", {}, "Finished", h("span", { class: "count" }, n)), h("div", { class: "nbp-jobs" }, closed.map(campaign))) : null);
}

function due(day, open = true) {
  if (!day) return null;
  const left = Math.ceil((new Date(`${day}T23:59:59`) - Date.now()) / 86400000);
  const text = left < 1 ? "overdue" : left === 1 ? "due today" : left <= 14 ? `due in ${plural(left - 1, "day")}` : `due ${new Date(`${day}T12:00`).toLocaleDateString([], { dateStyle: "medium" })}`;
  return h("span", { class: "due", "data-late": open && left < 1 ? "" : null, "data-near": open && left >= 1 && left <= 3 ? "" : null, title: `Last day: ${day}` },
    icon("clock"), open ? text : day);
}

function progress(job) {
  const share = job.total ? Math.round((100 * job.done) / job.total) : 0;
  return h("div", { class: "bar", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": job.total, "aria-valuenow": job.done,
    "aria-label": `${job.name}: ${job.done} of ${job.total} done` }, h("i", { style: `width:${share}%` }));
}

const begun = (job) => job.state !== "pending";
const stateChip = (job) => h("span", { class: "job-state", "data-state": job.state }, JOB[job.state] ?? job.state);

function jobNumbers(job) {
  return h("div", { class: "numbers" },
    h("span", {}, h("b", {}, count(job.remaining)), " remaining"), h("span", { class: "soft" }, `${count(job.done)} of ${count(job.total)} done`),
    job.returned ? h("span", { class: "chip", "data-kind": "returned" }, icon("return"), plural(job.returned, "returned", "returned")) : null,
    job.issues ? h("span", { class: "chip", "data-kind": "issue" }, icon("issue"), plural(job.issues, "issue")) : null,
    job.rejected ? h("span", { class: "chip", "data-kind": "issue" }, plural(job.rejected, "rejected", "rejected")) : null);
}

function jobTimes(job) {
  const said = [
    job.started ? `${count(job.started)} in hand` : "", job.objects ? plural(job.objects, "object") : "",
    job.per_task ? `${span(job.per_task)} per image` : "", job.per_object ? `${span(job.per_object)} per object` : "",
  ].filter(Boolean);
  return said.length ? h("div", { class: "times soft", title: "Mean working time" }, said.join(" · ")) : null;
}

function jobRow(s, job, first) {
  const open = () => leaveWith(s, "job", { campaign: job.campaign_id, step: job.step });
  return h("article", { class: "nbp-job", "data-key": `${job.campaign_id}/${job.step}`, "data-done": job.remaining ? null : "" },
    h("div", { class: "what" }, h("h3", {}, h("button", { type: "button", class: "link plain", title: "Show the images of this job", onclick: open }, job.name)),
      h("div", { class: "chips" }, h("span", { class: "kind", "data-kind": job.kind }, STEP[job.kind]), stateChip(job))),
    h("div", { class: "how" }, progress(job), jobNumbers(job), jobTimes(job)),
    h("div", { class: "do" }, job.remaining
      ? h("button", { type: "button", class: first ? "primary go" : "go", "data-first": first ? "" : null, "data-go": "",
          "aria-label": `${begun(job) ? "Continue" : "Start"} ${job.name} of ${job.campaign}`, "aria-busy": s.ui.busy ? "true" : null,
          onclick: () => leaveWith(s, "start", { campaign: job.campaign_id, step: job.step }) }, begun(job) ? "Continue" : "Start")
      : h("span", { class: "done-mark" }, icon("check"), job.state === "on_review" ? "Submitted" : "Done for now"),
    h("button", { type: "button", class: "small quiet", "data-open": "", "aria-label": `Images of ${job.name} of ${job.campaign}`, onclick: open }, icon("list"), "Images")));
}

function tabKeys(e) { arrows(e, "[role=tab]", ["ArrowRight"], ["ArrowLeft"])?.click(); }
