// The list of all my issues, empty states, the screen at the end of a job, and the one before the first.

const ISSUE_STATE = { open: M("open"), for_review: M("for review"), resolved: M("resolved") };

function issueTabs(s, issues) {
  const isOpen = (i) => i.state !== "resolved";
  const shown = s.ui.issueTab, counts = { open: issues.filter(isOpen).length, closed: issues.filter((i) => !isOpen(i)).length };
  return [h("div", { class: "tabs", role: "tablist", "aria-label": T("Issues"), onkeydown: (e) => tabKeys(e) }, ["open", "closed"].map((name) =>
    h("button", { type: "button", role: "tab", "aria-selected": String(shown === name), tabindex: shown === name ? "0" : "-1", "data-key": name,
      onclick: () => { s.ui.issueTab = name; repaint(s); } }, name === "open" ? T("Open//issues") : T("Closed//issues"), h("span", { class: "count" }, counts[name])))),
    issues.filter((i) => isOpen(i) === (shown === "open"))];
}

function myIssues(s, issues) {
  const [tabs, shown] = issueTabs(s, issues);
  return h("div", { class: "nbp-my-issues" }, tabs,
    shown.length ? h("ul", { class: "rows" }, shown.map((i) => h("li", { "data-key": `i${i.id}` },
      h("button", { type: "button", class: "row", onclick: () => leaveWith(s, "open_issue", { issue: i.id }) },
        h("span", { class: "state", "data-state": i.state }, T(ISSUE_STATE[i.state])),
        h("span", { class: "text" }, h("b", {}, i.thread[0]?.text ?? ""), h("small", {}, `${i.asset} · ${i.campaign} · ${i.author}, `, stamp(i.created))),
        i.thread.length > 1 ? h("span", { class: "soft" }, N(i.thread.length - 1, "{n} reply", "{n} replies")) : null, icon("forward")))))
      : emptyState("issue", s.ui.issueTab === "open" ? T("No open issues") : T("No closed issues"),
        T("Issues on the images that you work on, or worked on, appear here.")));
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
      h("h1", {}, T("Nothing is left for you here")),
      h("p", {}, pieces("{job} of {campaign}", { job: h("b", {}, job.name), campaign: job.campaign }), ": ", N(job.done, "you finished {n} image.", "you finished {n} images."), " ",
        job.remaining ? N(job.remaining, "{n} image may come later.", "{n} images may come later.") : T("Images that are returned to you appear in My tasks.")),
      h("div", { class: "buttons" },
        others.slice(0, 3).map((j, i) => h("button", { type: "button", class: i ? "" : "primary", "data-first": i ? null : "",
          onclick: () => leaveWith(s, "start", { campaign: j.campaign_id, step: j.step }) }, T("Continue with {name} of {campaign} ({remaining})", j))),
        h("button", { type: "button", class: others.length ? "" : "primary", "data-first": others.length ? null : "", onclick: () => leaveWith(s, "home") }, T("My tasks")),
        h("button", { type: "button", onclick: () => leaveWith(s, "job", { campaign: job.campaign_id, step: job.step }) }, icon("list"), T("Look at them"))))));
}

function opening(s) {
  const failed = s.get("page").screen === "failed";
  return h("div", { class: "nbp-home", "data-key": "opening" }, homeBar(s),
    h("main", { class: "nbp-sheet" }, failed ? emptyState("empty", T("This page cannot be shown now"), T("See above for the reason."))
      : h("div", { class: "nbp-empty", role: "status" }, h("div", { class: "spinner" }), h("p", {}, T("Opening…")))));
}
