// My tasks, the list of all my issues, and the screen at the end of a job.

const MANAGES = ["owner", "manager"];                      // who has a dashboard; the server refuses it to others
const STEP = { annotation: "Annotation", review: "Review" };

function home(s) {
  const { groups = [], issues = [] } = s.get("jobs"), open = issues.filter((i) => i.state !== "resolved").length;
  const tab = s.ui.homeTab;
  const tabs = [["tasks", "My tasks", null], ["issues", "Issues", open || null]];
  return h("div", { class: "nbp-home", "data-key": "home" },
    homeBar(s),
    h("main", { class: "nbp-sheet", tabindex: "-1" },
      h("div", { class: "nbp-headline" },
        h("div", { class: "tabs big", role: "tablist", "aria-label": "Lists", onkeydown: (e) => tabKeys(e) }, tabs.map(([name, title, count]) =>
          h("button", { type: "button", role: "tab", "aria-selected": String(tab === name), tabindex: tab === name ? "0" : "-1", "data-key": name,
            onclick: () => { s.ui.homeTab = name; repaint(s); } }, title, count && h("span", { class: "count" }, count)))),
        h("button", { type: "button", class: "small", title: "Look again", onclick: () => refresh(s) }, icon("refresh"), "Refresh")),
      tab === "tasks" ? jobList(s, groups) : myIssues(s, issues)));
}

function refresh(s) {
  s.ui.refreshing = true;
  repaint(s);
  send(s, "home", {}, () => { s.ui.refreshing = false; repaint(s); });
}

function homeBar(s) {
  const { login, role } = s.get("page");
  return h("header", { class: "nbp-top" },
    h("div", { class: "nbp-brand" }, "nbannotate"),
    h("div", { class: "grow" }),
    login && h("div", { class: "who" }, h("span", { class: "avatar", "aria-hidden": "true" }, login.slice(0, 1).toUpperCase()),
      h("span", {}, h("b", {}, login), h("small", {}, role))),
    s.model.get("whole") && MANAGES.includes(role) && h("button", { type: "button", class: "small", onclick: () => location.assign("manager") }, "Dashboard"),
    s.model.get("whole") && login && h("button", { type: "button", class: "small", "data-nbannotate-logout": "", onclick: () => logout(s) }, icon("leave"), "Log out"));
}

function logout(s) {                                       // on our server its page.js posts the form, and never comes here
  if (!document.getElementById("logout")) toast(s, "This page was not served by nbannotate, so there is nobody to log out.", "error");
}

function jobList(s, groups) {
  if (!groups.length) {
    return emptyState("empty", "Nothing to do for now",
      "You are no assignee of a campaign that is running. When a manager gives you work, it appears here.",
      h("button", { type: "button", class: "primary", onclick: () => refresh(s), "data-first": "" }, "Look again"));
  }
  let first = true;
  const all = groups.every((g) => g.jobs.every((j) => !j.remaining));
  return h("div", { class: "nbp-jobs", onkeydown: jobKeys },
    all && h("p", { class: "nbp-all-done", role: "status" }, icon("check"), "All done. Nothing waits for you right now."),
    groups.map((g) => h("section", { class: "nbp-campaign", "data-key": g.campaign, "aria-label": g.campaign },
      h("header", {}, h("h2", {}, g.campaign), h("span", { class: "soft" }, g.dataset), due(g.due)),
      g.jobs.map((job) => {
        const row = jobRow(s, job, first && job.remaining > 0);
        if (job.remaining) first = false;
        return row;
      }))));
}

function due(day) {
  if (!day) return null;
  const left = Math.ceil((new Date(`${day}T23:59:59`) - Date.now()) / 86400000);
  const text = left < 0 ? "overdue" : left <= 1 ? "due today" : left <= 14 ? `due in ${left - 1} ${left === 2 ? "day" : "days"}` : `due ${new Date(day).toLocaleDateString([], { dateStyle: "medium" })}`;
  return h("span", { class: "due", "data-late": left < 0 ? "" : null, title: day }, text);
}

function jobRow(s, job, first) {
  const share = job.total ? Math.round((100 * job.done) / job.total) : 0, begun = job.returned + job.started > 0;
  return h("article", { class: "nbp-job", "data-key": `${job.campaign_id}/${job.step}`, "data-done": job.remaining ? null : "" },
    h("div", { class: "what" }, h("h3", {}, job.name), h("span", { class: "kind", "data-kind": job.kind }, STEP[job.kind])),
    h("div", { class: "how" },
      h("div", { class: "bar", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": job.total, "aria-valuenow": job.done,
        "aria-label": `${job.name}: ${job.done} of ${job.total} done` }, h("i", { style: `width:${share}%` })),
      h("div", { class: "numbers" },
        h("span", {}, h("b", {}, job.remaining), " remaining"), h("span", { class: "soft" }, `${job.done} of ${job.total} done`),
        job.returned ? h("span", { class: "chip", "data-kind": "returned" }, icon("return"), plural(job.returned, "returned", "returned")) : null,
        job.started ? h("span", { class: "soft" }, `${job.started} begun`) : null,
        job.issues ? h("span", { class: "chip", "data-kind": "issue" }, icon("issue"), plural(job.issues, "issue")) : null)),
    job.remaining
      ? h("button", { type: "button", class: first ? "primary go" : "go", "data-first": first ? "" : null, "data-go": "",
          "aria-label": `${begun || job.done ? "Continue" : "Start"} ${job.name} of ${job.campaign}`, "aria-busy": s.ui.busy ? "true" : null,
          onclick: () => leaveWith(s, "start", { campaign: job.campaign_id, step: job.step }) }, begun || job.done ? "Continue" : "Start")
      : h("span", { class: "done-mark" }, icon("check"), "Done for now"));
}

function jobKeys(e) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
  if (!step) return;
  const all = [...e.currentTarget.querySelectorAll("[data-go]")], at = all.indexOf(document.activeElement);
  all[(at + step + all.length) % all.length]?.focus();
  e.preventDefault();
}

function tabKeys(e) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
  if (!step) return;
  const all = [...e.currentTarget.querySelectorAll("[role=tab]")], next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  next?.click();
  next?.focus();
  e.preventDefault();
  e.stopPropagation();
}

const ISSUE_STATE = { open: "open", for_review: "for review", resolved: "resolved" };

function issueTabs(s, issues) {
  const isOpen = (i) => i.state !== "resolved";
  const shown = s.ui.issueTab, counts = { open: issues.filter(isOpen).length, closed: issues.filter((i) => !isOpen(i)).length };
  return [h("div", { class: "tabs", role: "tablist", "aria-label": "Issues", onkeydown: (e) => tabKeys(e) }, ["open", "closed"].map((name) =>
    h("button", { type: "button", role: "tab", "aria-selected": String(shown === name), tabindex: shown === name ? "0" : "-1", "data-key": name,
      onclick: () => { s.ui.issueTab = name; repaint(s); } }, name === "open" ? "Open" : "Closed", h("span", { class: "count" }, counts[name])))),
    issues.filter((i) => isOpen(i) === (shown === "open"))];
}

function myIssues(s, issues) {
  const [tabs, shown] = issueTabs(s, issues);
  return h("div", { class: "nbp-my-issues" }, tabs,
    shown.length ? h("ul", { class: "rows" }, shown.map((i) => h("li", { "data-key": `i${i.id}` },
      h("button", { type: "button", class: "row", onclick: () => leaveWith(s, "open_issue", { issue: i.id }) },
        h("span", { class: "state", "data-state": i.state }, ISSUE_STATE[i.state]),
        h("span", { class: "text" }, h("b", {}, i.thread[0]?.text ?? ""), h("small", {}, `${i.asset} · ${i.campaign} · ${i.author}, `, stamp(i.created))),
        i.thread.length > 1 ? h("span", { class: "soft" }, plural(i.thread.length - 1, "reply", "replies")) : null, icon("forward")))))
      : emptyState("issue", s.ui.issueTab === "open" ? "No open issues" : "No closed issues",
        "Issues on the images that you work on, or worked on, appear here."));
}

function emptyState(name, title, text, ...more) {
  return h("div", { class: "nbp-empty", role: "status" }, icon(name), h("h2", {}, title), h("p", {}, text), ...more);
}

function finished(s) {
  const { finished: job, groups = [] } = s.get("jobs");
  if (!job) return h("div", {});
  const others = groups.flatMap((g) => g.jobs).filter((j) => j.remaining && (j.campaign_id !== job.campaign_id || j.step !== job.step));
  return h("div", { class: "nbp-home", "data-key": "finished" }, homeBar(s),
    h("main", { class: "nbp-sheet" }, h("div", { class: "nbp-finished", role: "status" },
      h("div", { class: "tick" }, icon("check")),
      h("h1", {}, "Nothing is left for you here"),
      h("p", {}, h("b", {}, job.name), ` of ${job.campaign}: you finished ${plural(job.done, "image")}.`,
        job.remaining ? ` ${plural(job.remaining, "image")} may come later.` : " Images that are returned to you appear in My tasks."),
      h("div", { class: "buttons" },
        others.slice(0, 3).map((j, i) => h("button", { type: "button", class: i ? "" : "primary", "data-first": i ? null : "",
          onclick: () => leaveWith(s, "start", { campaign: j.campaign_id, step: j.step }) }, `Continue with ${j.name} of ${j.campaign} (${j.remaining})`)),
        h("button", { type: "button", class: others.length ? "" : "primary", "data-first": others.length ? null : "", onclick: () => leaveWith(s, "home") }, "My tasks")))));
}

function opening(s) {
  const failed = s.get("page").screen === "failed";
  return h("div", { class: "nbp-home", "data-key": "opening" }, homeBar(s),
    h("main", { class: "nbp-sheet" }, failed ? emptyState("empty", "This page cannot be shown now", "See above for the reason.")
      : h("div", { class: "nbp-empty", role: "status" }, h("div", { class: "spinner" }), h("p", {}, "Opening…"))));
}
