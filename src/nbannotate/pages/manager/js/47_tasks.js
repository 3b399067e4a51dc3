// The tasks of a campaign: filters, the table, and what is done with the chosen ones.

function tasks(s) {
  const c = campaignOf(s);
  if (!s.get("campaigns").read) return reading("the campaigns");
  if (!c) return empty("tasks", "No tasks yet", "Tasks appear here when a campaign is launched.");
  const there = s.sheet.campaign === c.id && s.sheet.version > 0, total = there ? s.sheet.asset_id.length : 0;
  s.stepNames = c.steps.map((step) => step.name);
  s.steps = s.stepNames.join("|");
  return h("div", { class: "nbm-page nbm-tasks", "data-key": "tasks" },
    h("div", { class: "nbm-bar" }, chooseCampaign(s), filters(s, c)),
    there && total ? [statusBar(s, total), table(s)] : there ? notLaunched(s, c) : reading("the tasks"));
}

function notLaunched(s, c) {
  return c.launched ? empty("tasks", "No tasks", "This campaign has no assets.")
    : empty("tasks", `${c.name} is not launched yet`, "Its tasks are created when you launch it.", h("button", { type: "button", class: "primary", onclick: () => planDialog(s, "launch", c, "plan_launch") }, icon("play"), "Launch…"));
}

function filtered(s, change) {
  Object.assign(s.ui.filter, change);
  match(s);
  s.grid?.paint();
  repaint(s);
}

function filters(s, c) {
  const f = s.ui.filter, people = [...new Set([...c.steps.flatMap((step) => step.people), ...s.sheet.who])].filter(Boolean).sort();
  return [
    picked(f.step, [["", "All steps"], ...c.steps.map((step, i) => [String(i), step.name])], "Step", (v) => filtered(s, { step: v }), "Step"),
    picked(f.who, [["", "Everybody"], ["-", "In the queue"], ...people.map((p) => [`=${p}`, p])], "Assignee", (v) => filtered(s, { who: v }), "Assignee"),
    h("label", { class: "nbm-field search" }, h("span", {}, "Asset"), h("span", { class: "input" }, icon("search"),
      h("input", { type: "search", placeholder: "Part of a name", "data-search": "", "data-value": f.text, maxlength: "200", oninput: (e) => filtered(s, { text: e.target.value }),
        onkeydown: (e) => { if (e.key === "ArrowDown") { e.preventDefault(); s.grid?.el.focus(); } } }), h("kbd", { "aria-hidden": "true" }, "/"))),
    h("label", { class: "nbm-check" }, h("input", { type: "checkbox", "data-checked": String(f.issues), onchange: (e) => filtered(s, { issues: e.target.checked }) }), "With issues"),
  ];
}

function statusBar(s, total) {
  const f = s.ui.filter, n = s.chosen.size, shown = s.shown.length;
  const any = f.states.size || f.step !== "" || f.who || f.text || f.issues;
  const chips = h("div", { class: "nbm-chips", role: "group", "aria-label": "Status" }, STATES.map((name, i) =>
    h("button", { type: "button", class: "tag", "data-key": name, "aria-pressed": String(f.states.has(name)), onclick: () => {
      if (f.states.has(name)) f.states.delete(name); else f.states.add(name);
      filtered(s, {});
    } }, STATE_TEXT[name], h("span", { class: "count" }, number(s.counts[i])))));
  const unchosen = n && s.shown.some((i) => !s.chosen.has(s.sheet.task_id[i]));
  return h("div", { class: "nbm-bar status", "data-key": "status" }, chips,
    h("p", { class: "soft", role: "status" }, shown === total ? count(total, "task") : `${number(shown)} of ${count(total, "task")}`,
      any ? [" · ", h("button", { type: "button", class: "link", onclick: () => { s.ui.filter = noFilter(); filtered(s, {}); } }, "clear the filters")] : null),
    h("div", { class: "grow" }),
    h("div", { class: "nbm-chosen", role: "status", "data-some": n ? "" : null }, n ? [h("b", {}, `${number(n)} selected`),
      unchosen ? h("button", { type: "button", class: "link", onclick: () => { chooseAll(s); s.grid.paint(); repaint(s); } }, shown === total ? `all ${number(shown)}` : `all ${number(shown)} that match`) : null,
      h("button", { type: "button", class: "link", onclick: () => { clearSelection(s); s.grid.paint(); repaint(s); } }, "none"),
      h("button", { type: "button", class: "primary", onclick: () => reassignDialog(s) }, "Reassign…")]
      : h("span", { class: "soft" }, "Select rows to reassign them")));
}

function table(s) {
  const { by, down } = s.ui.sort, n = s.shown.length, chosen = s.shown.reduce((k, i) => k + s.chosen.has(s.sheet.task_id[i]), 0);
  const sort = (name) => {
    s.ui.sort = by !== name ? { by: name, down: name === "issues" || name === "round" || name === "at" } : down === (name === "issues" || name === "round" || name === "at") ? { by, down: !down } : { by: "", down: false };
    match(s, true);
    s.grid.paint();
    repaint(s);
  };
  return h("div", { class: "nbm-table", "data-key": "table" },
    h("div", { class: "nbm-row head" },
      h("span", { class: "cell c-tick" }, h("button", { type: "button", class: "bare", role: "checkbox", "aria-checked": chosen && chosen === n ? "true" : chosen ? "mixed" : "false", "aria-label": "Select all that match",
        onclick: () => { if (chosen === n) clearSelection(s); else chooseAll(s); s.grid.paint(); repaint(s); } }, h("i", { class: "box" }, icon("check")))),
      HEADS.map(([name, title]) => h("span", { class: `cell c-${name}`, "aria-sort": by === name ? (down ? "descending" : "ascending") : null },
        h("button", { type: "button", class: "sort", "data-key": name, onclick: () => sort(name) }, title, by === name ? icon(down ? "down" : "up") : null)))),
    h("div", { class: "nbm-grid-slot", "data-key": "grid", "data-keep": "" }),
    n ? null : h("p", { class: "none soft", role: "status" }, "No task matches these filters."));
}

// Who a selection goes to: those who work at all of its steps.
function candidates(s, steps) {
  const c = campaignOf(s), off = new Set((s.get("people").rows ?? []).filter((m) => !m.active).map((m) => m.login));
  const all = c.steps.filter((_, i) => steps.has(i)).map((step) => step.people);
  return (all[0] ?? []).filter((login) => all.every((people) => people.includes(login)) && !off.has(login));
}

function reassignDialog(s) {
  const sum = summary(s);
  if (!sum.ids.length) return void toast(s, sum.finished ? "What is selected is finished already; nothing of it can be given to somebody else." : "Select some tasks first.", "error");
  const c = campaignOf(s), people = candidates(s, sum.steps);
  const most = [...sum.people].sort((a, b) => b[1].n - a[1].n)[0][0], first = people.find((p) => p !== most) ?? people[0];
  openDialog(s, "reassign", { c, sum, people, values: { to: first ? `=${first}` : "-", started: sum.begun === sum.ids.length } });
}

function reassignSentence(d) {
  const { sum, values } = d, to = values.to === "-" ? "" : values.to.slice(1);
  const from = [...sum.people].filter(([who]) => who !== to).map(([who, k]) => [who, values.started ? k.n : k.n - k.begun, k.begun]).sort((a, b) => b[1] - a[1]);
  const n = from.reduce((all, f) => all + f[1], 0), begun = from.reduce((all, f) => all + f[2], 0), already = sum.people.get(to)?.n ?? 0;
  const moved = from.filter((f) => f[1]), is = (k) => (k === 1 ? "is" : "are"), stay = (k) => (k === 1 ? "stays" : "stay");
  const whose = moved.map(([who, k]) => `${who ? `of ${who}` : "from the queue"}${moved.length > 1 ? ` (${number(k)})` : ""}`);
  const said = [
    n ? `${count(n, "task")} ${listed(whose)}${values.started && begun ? `, ${number(begun)} of them begun,` : ""} ${n === 1 ? "goes" : "go"} ${to ? `to ${to}` : "back to the queue"}` : "Nothing changes",
    begun && !values.started ? `${number(begun)} that ${is(begun)} begun ${stay(begun)} with ${listed(from.filter((f) => f[2]).map((f) => f[0]))}` : "",
    already ? `${number(already)} ${is(already)} ${to ? `${to}’s` : "in the queue"} already` : "",
    sum.finished ? `${number(sum.finished)} that ${is(sum.finished)} finished ${stay(sum.finished)}` : "",
  ];
  return { text: `${said.filter(Boolean).join("; ")}.`, n };
}
