// The dialogs: what each one says and asks, and what it does. One is open at a time; an error stays in it.

const personChoice = (s, d, label, queue) => h("label", { class: "nbm-line" }, h("span", {}, label), h("select", { "data-first": "", "data-value": d.values.to, onchange: (e) => { d.values.to = e.target.value; repaint(s); } },
  d.people.map((p) => h("option", { value: `=${p}`, "data-key": p }, p)), queue ? h("option", { value: "-", "data-key": "-" }, T("Back to the queue")) : null));
const check = (s, d, name, text) => h("label", { class: "nbm-check" }, h("input", { type: "checkbox", "data-checked": String(Boolean(d.values[name])), onchange: (e) => { d.values[name] = e.target.checked; repaint(s); } }), text);
const reason = (d, ask) => h("label", { class: "nbm-line tall" }, h("span", {}, ask), h("textarea", { rows: "3", maxlength: "4000", "data-first": "", oninput: (e) => { d.values.text = e.target.value; } }));
const to = (d) => (d.values.to === "-" ? "" : d.values.to.slice(1));

const DIALOGS = {
  launch: {
    title: (d) => T("Launch {name}?", d.c), done: M("Launch"), wide: true, body: (s, d) => planShown(d), blocked: (d) => !d.plan || d.plan.refusals.length > 0,
    go: (s, d, end) => {
      const key = `launch-${d.c.id}-${Date.now()}`;
      const look = setInterval(() => send(s, "activity", { key }, (error, answer) => { if (!error && s.ui.dialog === d) { d.activity = answer.activity; repaint(s); } }), 600);
      act(s, "launch", { campaign: d.c.id, key }, (error) => { clearInterval(look); d.activity = null; end(error); });
    },
  },
  due: {
    title: (d) => T("Due date of {name}", d.c), done: M("Change"), wide: true, blocked: (d) => !d.plan || d.plan.refusals.length > 0,
    body: (s, d) => [
      h("div", { class: "nbm-bar" }, h("label", { class: "nbm-line" }, h("span", {}, T("Last day of the work")), h("input", { type: "date", "data-first": "", "data-value": d.values.date, onchange: (e) => { d.values.date = e.target.value; planDue(s, d); } })),
        d.values.date ? h("button", { type: "button", class: "link", onclick: () => { d.values.date = ""; planDue(s, d); } }, T("no due date")) : null),
      d.plan ? planShown(d, true) : h("p", { class: "soft" }, d.planning ? T("Looking what this changes…") : T("Choose a day to see what changes. People can pull from the queue until then; what they hold they may finish later.")),
    ],
    go: (s, d, end) => act(s, "due", { campaign: d.c.id, date: d.values.date || null, fingerprint: d.plan.fingerprint }, end),
  },
  complete: {
    title: (d) => T("Complete {name}?", d.c), done: M("Complete"), danger: true,
    body: (s, d) => [h("p", {}, d.c.remaining ? N(d.c.remaining, "{n} asset is not done; its task ends as skipped. What was drawn is kept.", "{n} assets are not done; their tasks end as skipped. What was drawn is kept.") : T("Every asset is done.")), reason(d, T("Why? It stands in the history."))],
    go: (s, d, end) => act(s, "complete", { campaign: d.c.id, text: d.values.text ?? "" }, end),
  },
  delete: {
    title: (d) => T("Delete {name}?", d.c), done: M("Delete"), danger: true, blocked: (d) => !d.deletion || d.values.name !== d.c.name,
    body: (s, d) => [
      d.deletion ? [h("p", {}, pieces("This deletes {what}. It cannot be undone.", { what: h("b", {}, listed([N(d.deletion.tasks, "{n} task", "{n} tasks"), N(d.deletion.drafts, "{n} draft", "{n} drafts"), N(d.deletion.issues, "{n} issue", "{n} issues"), N(d.deletion.notices, "{n} notice", "{n} notices")])) })),
        h("p", {}, N(d.deletion.kept_annotations, "{n} annotation stays in the version, and so does the log of events.", "{n} annotations stay in the version, and so does the log of events."))] : h("p", { class: "soft" }, d.error ? "" : T("Counting…")),
      h("label", { class: "nbm-line" }, h("span", {}, T("Type the campaign’s name to confirm:"), " ", h("b", {}, d.c.name)), h("input", { type: "text", "data-first": "", autocomplete: "off", spellcheck: "false", "data-value": d.values.name ?? "", oninput: (e) => { d.values.name = e.target.value; repaint(s); } })),
    ],
    go: (s, d, end) => act(s, "delete", { campaign: d.c.id, name: d.values.name }, end),
  },
  reassign: {
    before: (s, d) => { d.sum = summary(s); },             // counted anew each time: people go on working while it is open
    title: (d) => N(d.sum.ids.length, "Reassign {n} task", "Reassign {n} tasks"), done: M("Reassign"), blocked: (d) => !reassignSentence(d).n,
    body: (s, d) => [personChoice(s, d, T("To"), true), d.people.length ? null : h("p", { class: "soft" }, T("Nobody works at all of the steps of these tasks; choose tasks of one step to give them to a person.")),
      d.sum.begun ? check(s, d, "started", N(d.sum.begun, "Also the one that is begun; what was drawn goes along", "Also the {n} that are begun; what was drawn goes along")) : null,
      h("p", { class: "preview", role: "status" }, reassignSentence(d).text)],
    go: (s, d, end) => act(s, "reassign", { campaign: d.c.id, ids: d.sum.ids, to: to(d), on: Boolean(d.values.started) }, (error) => { if (!error) clearSelection(s); end(error); s.grid?.paint(); }),
  },
  reassign_job: {
    title: (d) => T("Reassign {member}’s job at {name}", d.j), done: M("Reassign"),
    blocked: (d) => !d.counts || !jobSentence(d).n,
    body: (s, d) => [personChoice(s, d, T("To"), true), held(d)[1] ? check(s, d, "started", N(held(d)[1], "Also the one that is begun or returned; what was drawn goes along", "Also the {n} that are begun or returned; what was drawn goes along")) : null,
      h("p", { class: d.counts ? "preview" : "soft", role: "status" }, d.counts ? jobSentence(d).text : T("Counting what is open…"))],
    go: (s, d, end) => act(s, "reassign_job", { campaign: d.c.id, step: d.step, login: d.j.member, to: to(d), on: Boolean(d.values.started) }, end),
  },
  share: {
    title: (d) => T("Share what remains of {name}", d.c.steps[d.step]), done: M("Share"), blocked: (d) => !d.counts || !shares(d).total || !shares(d).sum,
    body: (s, d) => {
      const { total, parts, stay } = shares(d);
      return d.counts ? [
        h("p", {}, `${T("{text}.", { text: clauses([N(total, "{n} open task is shared by these weights", "{n} open tasks are shared by these weights"), stay ? N(stay, "{n} that is begun stays where it is", "{n} that are begun stay where they are") : ""]) })} ${T("A weight of 0 gives nothing.")}`),
        h("table", { class: "nbm-list small" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, T("Member")), h("th", { scope: "col", class: "n" }, T("Has now")), h("th", { scope: "col", class: "n" }, T("Weight")), h("th", { scope: "col", class: "n" }, T("Will have")))),
          h("tbody", {}, d.people.map((p, i) => { const has = d.counts[p] ?? [0, 0]; return h("tr", { "data-key": p }, h("th", { scope: "row" }, p), h("td", { class: "n" }, number(has[0])),
            h("td", { class: "n" }, h("input", { type: "number", min: "0", step: "any", "aria-label": T("Weight of {name}", { name: p }), "data-first": i ? null : "", "data-value": d.values.weights[p], oninput: (e) => { d.values.weights[p] = Math.max(0, Number(e.target.value) || 0); d.typed = true; repaint(s); } })),
            h("td", { class: "n" }, h("b", {}, number(parts[i] + (d.values.started ? 0 : has[1]))))); })),
          h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, T("Sum")), h("td"), h("td"), h("td", { class: "n" }, h("b", {}, number(parts.reduce((a, b) => a + b, 0) + (d.values.started ? 0 : d.people.reduce((a, p) => a + (d.counts[p]?.[1] ?? 0), 0)))))))),
        Object.values(d.counts).some((c) => c[1]) ? check(s, d, "started", T("Also tasks that are begun; what was drawn goes along")) : null] : h("p", { class: "soft" }, d.error ? "" : T("Counting what is open…"));
    },
    go: (s, d, end) => act(s, "redistribute", { campaign: d.c.id, step: d.step, weights: d.values.weights, on: Boolean(d.values.started) }, end),
  },
  restart: {
    title: (d) => T("Restart {member}’s job at {name}", d.j), done: M("Restart"),
    body: (s, d) => [h("p", {}, d.j.rejected ? N(d.j.rejected, "{n} rejected asset comes back as a task to rework.", "{n} rejected assets come back as a task to rework.") : T("No asset of this job was rejected.")), personChoice(s, d, T("For//a person"), false),
      check(s, d, "skipped", T("Also what was skipped")), check(s, d, "discarded", T("Also what was discarded"))],
    go: (s, d, end) => act(s, "restart", { campaign: d.c.id, step: d.step, login: d.j.member, to: to(d) === d.j.member ? "" : to(d), also: ["skipped", "discarded"].filter((k) => d.values[k]) }, end),
  },
  complete_job: {
    title: (d) => T("Complete {member}’s job at {name}?", d.j), done: M("Complete"), danger: true,
    body: (s, d) => [h("p", {}, N(d.j.returned + d.j.in_progress, "{n} open task ends as skipped. What was drawn is kept.", "{n} open tasks end as skipped. What was drawn is kept.")), reason(d, T("Why? It stands in the history."))],
    go: (s, d, end) => act(s, "complete_job", { campaign: d.c.id, step: d.step, login: d.j.member, text: d.values.text ?? "" }, end),
  },
  add: {
    title: () => T("Add a member"), done: M("Add"), blocked: (d) => !d.values.login,
    body: (s, d) => [h("p", {}, T("A password is made up and shown to you once; you pass it on. To let the person choose one, invite instead.")), loginField(s, d), roleChoice(s, d)],
    go: (s, d, end) => act(s, "add", { login: d.values.login, role: d.values.role }, (error, answer) => { if (!error) d.secret = { label: T("Password"), value: answer.secret, text: T("{name} is a member now, with this password:", { name: d.values.login }) }; end(error); }),
  },
  invite: {
    title: () => T("Invite a member"), done: M("Invite"), blocked: (d) => !d.values.login,
    body: (s, d) => [h("p", {}, T("The person opens a link, chooses a password, and can work. The link works once and for seven days.")), loginField(s, d), roleChoice(s, d)],
    go: (s, d, end) => act(s, "invite", { login: d.values.login, role: d.values.role }, (error, answer) => { if (!error) d.secret = { label: T("Link"), ...inviteLink(s, d.values.login, answer) }; end(error); }),
  },
  role: {
    title: (d) => T("Role of {login}", d.m), done: M("Change"), blocked: (d) => d.values.role === d.m.role,
    body: (s, d) => [h("p", {}, T("It holds from the next click on, in pages that are open too. Tasks stay where they are.")), roleChoice(s, d)],
    go: (s, d, end) => act(s, "role", { login: d.m.login, role: d.values.role }, end),
  },
  password: {
    title: (d) => T("Reset the password of {login}?", d.m), done: M("Reset"), danger: true,
    body: (s, d) => h("p", {}, `${T("{login} is logged out everywhere, and logs in again with a new password that you are shown once.", d.m)}${d.m.me ? ` ${T("That is your own account: this page ends, too.")}` : ""}`),
    go: (s, d, end) => act(s, "password", { login: d.m.login }, (error, answer) => { if (!error) d.secret = { label: T("Password"), value: answer.secret, text: T("The new password of {login}:", d.m) }; end(error); }),
  },
  disable: {
    title: (d) => T("Disable {login}?", d.m), done: M("Disable"), danger: true,
    body: (s, d) => [h("p", {}, T("{login} is logged out everywhere at once and cannot log in. What {login} drew stays, and the account can be enabled again.", d.m)),
      d.m.open ? h("p", { class: "preview" }, N(d.m.open, "{n} open task of {login} waits until somebody else gets it: reassign it under Jobs.", "{n} open tasks of {login} wait until somebody else gets them: reassign them under Jobs.", { login: d.m.login })) : null],
    go: (s, d, end) => act(s, "disable", { login: d.m.login }, end),
  },
  enable: {
    title: (d) => T("Enable {login}?", d.m), done: M("Enable"),
    body: (s, d) => h("p", {}, T("{login} can log in again with the password from before.", d.m)),
    go: (s, d, end) => act(s, "enable", { login: d.m.login }, end),
  },
};

// Behind the # the invitation is sent to no server. A notebook does not know where the workspace is served.
function inviteLink(s, login, { token, expires }) {
  const path = `invite#${login}/${token}`, until = T("It works once, until {date}.", { date: new Date(expires).toLocaleDateString(locale(), { dateStyle: "long" }) });
  if (!s.model.get("whole")) return { value: path, text: `${T("Put this behind the address of your site, and send it to {login}.", { login })} ${until}` };
  return { value: new URL(path, location.href.replace(/[#?].*$/, "")).href, text: `${T("Send this link to {login}.", { login })} ${until}` };
}

function shares(d) {
  const rows = Object.values(d.counts ?? {}), total = rows.reduce((n, [open, begun]) => n + (d.values.started ? open : open - begun), 0);
  const weights = d.people.map((p) => d.values.weights[p]);
  return { total, sum: weights.reduce((a, b) => a + b, 0), parts: split(total, weights), stay: d.values.started ? 0 : rows.reduce((n, c) => n + c[1], 0) };
}

function planDialog(s, kind, c, ask) {
  openDialog(s, kind, { c, values: {} });
  const d = s.ui.dialog;
  send(s, ask, { campaign: c.id }, (error, answer) => { if (error) d.error = error; else Object.assign(d, answer); repaint(s); });
}

function planDue(s, d) {
  const asked = d.values.date;
  Object.assign(d, { plan: null, planning: true, error: "" });
  repaint(s);
  send(s, "plan_due", { campaign: d.c.id, date: asked || null }, (error, answer) => {
    if (d.values.date !== asked) return;
    d.planning = false;
    if (error) d.error = error; else d.plan = answer.plan;
    repaint(s);
  });
}

function planShown(d, change = false) {
  const p = d.plan;
  if (!p) return h("p", { class: "soft", role: "status" }, d.error ? "" : T("Working out what this does…"));
  const says = (kind, texts) => (texts.length ? h("ul", { class: "nbm-says", "data-kind": kind }, texts.map((text) => h("li", {}, said(text)))) : null);
  return [
    says("refusal", p.refusals),
    change ? says("change", p.changes.length ? p.changes : [T("Nothing changes.")]) : [
      h("p", {}, T("{text}.", { text: clauses([N(p.assets, "{chosen} of {n} asset of the version", "{chosen} of {n} assets of the version", { chosen: p.chosen }), p.annotated ? T("{n} annotated already: {what}", { n: p.annotated, what: said(p.existing) }) : ""]) })),
      h("table", { class: "nbm-list small" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, T("Step")), h("th", { scope: "col" }, T("Who")), h("th", { scope: "col", class: "n" }, T("Tasks now")))),
        h("tbody", {}, p.steps.map((step) => h("tr", {}, h("th", { scope: "row" }, step.name, " ", h("span", { class: "kind", "data-kind": step.kind }, T(KIND[step.kind]))),
          h("td", { class: "people" }, step.how === "queue" ? [step.people.map((q) => q[0]).join(", "), h("small", {}, T(", from the queue"))] : step.people.map(([who, n]) => h("span", { class: "chip" }, n === null ? who : `${who} ${number(n)}`))),
          h("td", { class: "n" }, step.tasks || p.launched ? number(step.tasks) : h("span", { class: "soft" }, T("later"))))))),
      p.left_out.length ? h("ul", { class: "nbm-says" }, p.left_out.map(([why, n, some]) => h("li", {}, N(n, "Left out: {n} asset, {why}", "Left out: {n} assets, {why}", { why: said(why) }), some.length ? h("small", {}, ` (${some.join(", ")}${n > some.length ? " …" : ""})`) : null))) : null],
    says("warning", p.warnings),
    d.activity ? activityShown(d.activity) : null,
  ];
}

function activityShown(a) {
  const [text, done, total] = Array.isArray(a) ? a : [a.text, a.done, a.total];
  return h("div", { class: "nbm-progress", role: "status" }, h("div", { class: "bar" }, h("i", { style: `width:${total ? (100 * done) / total : 0}%` })), h("span", { class: "soft" }, `${said(text)} ${total ? T("{n} of {total}", { n: done, total }) : ""}`));
}

function openDialog(s, kind, fields) {
  s.ui.menu = "";
  s.ui.dialog = { kind, values: {}, error: "", busy: false, back: document.activeElement, ...fields };
  repaint(s, true);
  const box = s.root.querySelector(".nbp-dialog");
  (box?.querySelector("[data-first]") ?? box?.querySelector("button[type=submit]:not(:disabled)") ?? box?.querySelector("button"))?.focus();
}

function closeDialog(s) {
  const d = s.ui.dialog;
  if (d?.busy) return;
  s.ui.dialog = null;
  repaint(s, true);
  const key = d?.back?.closest?.("[data-key]")?.getAttribute("data-key");
  const back = d?.back?.isConnected ? d.back : key ? s.root.querySelector(`[data-key="${CSS.escape(key)}"] button`) : null;
  (back ?? s.root.querySelector(".nbm-part"))?.focus({ preventScroll: true });
}

function confirmDialog(s) {
  const d = s.ui.dialog, words = DIALOGS[d.kind];
  if (d.secret) return closeDialog(s);
  if (d.busy || words.blocked?.(d)) return undefined;
  Object.assign(d, { busy: true, error: "" });
  repaint(s);
  return words.go(s, d, (error) => {
    d.busy = false;
    if (s.ui.dialog !== d) return;
    if (error) { d.error = error; repaint(s); }
    else if (d.secret) { repaint(s, true); s.root.querySelector(".nbp-dialog [data-first]")?.focus(); }
    else closeDialog(s);
  });
}

function dialog(s) {
  const d = s.ui.dialog;
  if (!d) return null;
  const words = DIALOGS[d.kind];
  words.before?.(s, d);
  return h("div", { class: "nbp-veil", "data-key": "dialog" },
    h("form", { class: "nbp-dialog nbm-dialog", "data-wide": words.wide ? "" : null, "data-key": d.secret ? "secret" : d.kind, role: "dialog", "aria-modal": "true", "aria-labelledby": "nbm-dialog-title", novalidate: true,
      onsubmit: (e) => { e.preventDefault(); confirmDialog(s); }, onkeydown: (e) => dialogKeys(s, e) },
      h("h2", { id: "nbm-dialog-title" }, words.title(d)),
      h("div", { class: "content" }, d.secret ? secretShown(s, d) : words.body(s, d)),
      d.error ? h("p", { class: "error", role: "alert" }, said(d.error)) : null,
      h("div", { class: "buttons" }, d.secret ? null : h("button", { type: "button", disabled: d.busy, onclick: () => closeDialog(s) }, T("Cancel")),
        h("button", { type: "submit", class: words.danger && !d.secret ? "primary warn" : "primary", disabled: d.busy || (!d.secret && Boolean(words.blocked?.(d))) }, d.secret ? T("Done//button") : d.busy ? T("One moment…") : T(words.done)))));
}

function dialogKeys(s, e) {
  e.stopPropagation();
  if (e.key === "Escape") { e.preventDefault(); return closeDialog(s); }
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); return confirmDialog(s); }
  if (e.key !== "Tab") return undefined;
  const all = [...e.currentTarget.querySelectorAll("a, button:not(:disabled), input:not(:disabled), select, textarea")];
  if (e.shiftKey && document.activeElement === all[0]) { e.preventDefault(); all.at(-1).focus(); }
  else if (!e.shiftKey && document.activeElement === all.at(-1)) { e.preventDefault(); all[0].focus(); }
  return undefined;
}
