// The dialogs: what each one says and asks, and what it does. One is open at a time; an error stays in it.

const personChoice = (s, d, label, queue) => h("label", { class: "nbm-line" }, h("span", {}, label), h("select", { "data-first": "", "data-value": d.values.to, onchange: (e) => { d.values.to = e.target.value; repaint(s); } },
  d.people.map((p) => h("option", { value: `=${p}`, "data-key": p }, p)), queue ? h("option", { value: "-", "data-key": "-" }, "Back to the queue") : null));
const check = (s, d, name, text) => h("label", { class: "nbm-check" }, h("input", { type: "checkbox", "data-checked": String(Boolean(d.values[name])), onchange: (e) => { d.values[name] = e.target.checked; repaint(s); } }), text);
const reason = (d, ask) => h("label", { class: "nbm-line tall" }, h("span", {}, ask), h("textarea", { rows: "3", maxlength: "4000", "data-first": "", oninput: (e) => { d.values.text = e.target.value; } }));
const to = (d) => (d.values.to === "-" ? "" : d.values.to.slice(1));

const DIALOGS = {
  launch: {
    title: (d) => `Launch ${d.c.name}?`, done: "Launch", wide: true, body: (s, d) => planShown(d), blocked: (d) => !d.plan || d.plan.refusals.length > 0,
    go: (s, d, end) => {
      const key = `launch-${d.c.id}-${Date.now()}`;
      const look = setInterval(() => send(s, "activity", { key }, (error, answer) => { if (!error && s.ui.dialog === d) { d.activity = answer.activity; repaint(s); } }), 600);
      act(s, "launch", { campaign: d.c.id, key }, (error) => { clearInterval(look); d.activity = null; end(error); });
    },
  },
  due: {
    title: (d) => `Due date of ${d.c.name}`, done: "Change", wide: true, blocked: (d) => !d.plan || d.plan.refusals.length > 0,
    body: (s, d) => [
      h("div", { class: "nbm-bar" }, h("label", { class: "nbm-line" }, h("span", {}, "Last day of the work"), h("input", { type: "date", "data-first": "", "data-value": d.values.date, onchange: (e) => { d.values.date = e.target.value; planDue(s, d); } })),
        d.values.date ? h("button", { type: "button", class: "link", onclick: () => { d.values.date = ""; planDue(s, d); } }, "no due date") : null),
      d.plan ? planShown(d, true) : h("p", { class: "soft" }, d.planning ? "Looking what this changes…" : "Choose a day to see what changes. People can pull from the queue until then; what they hold they may finish later."),
    ],
    go: (s, d, end) => act(s, "due", { campaign: d.c.id, date: d.values.date || null, fingerprint: d.plan.fingerprint }, end),
  },
  complete: {
    title: (d) => `Complete ${d.c.name}?`, done: "Complete", danger: true,
    body: (s, d) => [h("p", {}, d.c.remaining ? `${count(d.c.remaining, "asset")} ${d.c.remaining === 1 ? "is" : "are"} not done; ${d.c.remaining === 1 ? "its task ends" : "their tasks end"} as skipped. What was drawn is kept.` : "Every asset is done."), reason(d, "Why? It stands in the history.")],
    go: (s, d, end) => act(s, "complete", { campaign: d.c.id, text: d.values.text ?? "" }, end),
  },
  delete: {
    title: (d) => `Delete ${d.c.name}?`, done: "Delete", danger: true, blocked: (d) => !d.deletion || d.values.name !== d.c.name,
    body: (s, d) => [
      d.deletion ? [h("p", {}, "This deletes ", h("b", {}, `${count(d.deletion.tasks, "task")}, ${count(d.deletion.drafts, "draft")}, ${count(d.deletion.issues, "issue")} and ${count(d.deletion.notices, "notice")}`), ". It cannot be undone."),
        h("p", {}, `${count(d.deletion.kept_annotations, "annotation")} ${d.deletion.kept_annotations === 1 ? "stays" : "stay"} in the version, and so does the log of events.`)] : h("p", { class: "soft" }, d.error ? "" : "Counting…"),
      h("label", { class: "nbm-line" }, h("span", {}, "Type the campaign’s name to confirm: ", h("b", {}, d.c.name)), h("input", { type: "text", "data-first": "", autocomplete: "off", spellcheck: "false", "data-value": d.values.name ?? "", oninput: (e) => { d.values.name = e.target.value; repaint(s); } })),
    ],
    go: (s, d, end) => act(s, "delete", { campaign: d.c.id, name: d.values.name }, end),
  },
  reassign: {
    before: (s, d) => { d.sum = summary(s); },             // counted anew each time: people go on working while it is open
    title: (d) => `Reassign ${count(d.sum.ids.length, "task")}`, done: "Reassign", blocked: (d) => !reassignSentence(d).n,
    body: (s, d) => [personChoice(s, d, "To", true), d.people.length ? null : h("p", { class: "soft" }, "Nobody works at all of the steps of these tasks; choose tasks of one step to give them to a person."),
      d.sum.begun ? check(s, d, "started", `Also ${d.sum.begun === 1 ? "the one that is" : `the ${number(d.sum.begun)} that are`} begun; what was drawn goes along`) : null,
      h("p", { class: "preview", role: "status" }, reassignSentence(d).text)],
    go: (s, d, end) => act(s, "reassign", { campaign: d.c.id, ids: d.sum.ids, to: to(d), on: Boolean(d.values.started) }, (error) => { if (!error) clearSelection(s); end(error); s.grid?.paint(); }),
  },
  reassign_job: {
    title: (d) => `Reassign ${d.j.member}’s job at ${d.j.name}`, done: "Reassign",
    blocked: (d) => !d.counts || !jobSentence(d).n,
    body: (s, d) => [personChoice(s, d, "To", true), held(d)[1] ? check(s, d, "started", `Also ${held(d)[1] === 1 ? "the one that is" : `the ${number(held(d)[1])} that are`} begun or returned; what was drawn goes along`) : null,
      h("p", { class: d.counts ? "preview" : "soft", role: "status" }, d.counts ? jobSentence(d).text : "Counting what is open…")],
    go: (s, d, end) => act(s, "reassign_job", { campaign: d.c.id, step: d.step, login: d.j.member, to: to(d), on: Boolean(d.values.started) }, end),
  },
  share: {
    title: (d) => `Share what remains of ${d.c.steps[d.step].name}`, done: "Share", blocked: (d) => !d.counts || !shares(d).total || !shares(d).sum,
    body: (s, d) => {
      const { total, parts, stay } = shares(d);
      return d.counts ? [
        h("p", {}, `${count(total, "open task")} ${total === 1 ? "is" : "are"} shared by these weights${stay ? `; ${number(stay)} that ${stay === 1 ? "is" : "are"} begun ${stay === 1 ? "stays" : "stay"} where ${stay === 1 ? "it is" : "they are"}` : ""}. A weight of 0 gives nothing.`),
        h("table", { class: "nbm-list small" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Member"), h("th", { scope: "col", class: "n" }, "Has now"), h("th", { scope: "col", class: "n" }, "Weight"), h("th", { scope: "col", class: "n" }, "Will have"))),
          h("tbody", {}, d.people.map((p, i) => { const has = d.counts[p] ?? [0, 0]; return h("tr", { "data-key": p }, h("th", { scope: "row" }, p), h("td", { class: "n" }, number(has[0])),
            h("td", { class: "n" }, h("input", { type: "number", min: "0", step: "any", "aria-label": `Weight of ${p}`, "data-first": i ? null : "", "data-value": d.values.weights[p], oninput: (e) => { d.values.weights[p] = Math.max(0, Number(e.target.value) || 0); d.typed = true; repaint(s); } })),
            h("td", { class: "n" }, h("b", {}, number(parts[i] + (d.values.started ? 0 : has[1]))))); })),
          h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "Sum"), h("td"), h("td"), h("td", { class: "n" }, h("b", {}, number(parts.reduce((a, b) => a + b, 0) + (d.values.started ? 0 : d.people.reduce((a, p) => a + (d.counts[p]?.[1] ?? 0), 0)))))))),
        Object.values(d.counts).some((c) => c[1]) ? check(s, d, "started", "Also tasks that are begun; what was drawn goes along") : null] : h("p", { class: "soft" }, d.error ? "" : "Counting what is open…");
    },
    go: (s, d, end) => act(s, "redistribute", { campaign: d.c.id, step: d.step, weights: d.values.weights, on: Boolean(d.values.started) }, end),
  },
  restart: {
    title: (d) => `Restart ${d.j.member}’s job at ${d.j.name}`, done: "Restart",
    body: (s, d) => [h("p", {}, d.j.rejected ? `${count(d.j.rejected, "rejected asset")} ${d.j.rejected === 1 ? "comes" : "come"} back as a task to rework.` : "No asset of this job was rejected."), personChoice(s, d, "For", false),
      check(s, d, "skipped", "Also what was skipped"), check(s, d, "discarded", "Also what was discarded")],
    go: (s, d, end) => act(s, "restart", { campaign: d.c.id, step: d.step, login: d.j.member, to: to(d) === d.j.member ? "" : to(d), also: ["skipped", "discarded"].filter((k) => d.values[k]) }, end),
  },
  complete_job: {
    title: (d) => `Complete ${d.j.member}’s job at ${d.j.name}?`, done: "Complete", danger: true,
    body: (s, d) => [h("p", {}, `${count(d.j.returned + d.j.started, "open task")} ${d.j.returned + d.j.started === 1 ? "ends" : "end"} as skipped. What was drawn is kept.`), reason(d, "Why? It stands in the history.")],
    go: (s, d, end) => act(s, "complete_job", { campaign: d.c.id, step: d.step, login: d.j.member, text: d.values.text ?? "" }, end),
  },
  add: {
    title: () => "Add a member", done: "Add", blocked: (d) => !d.values.login,
    body: (s, d) => [h("p", {}, "A password is made up and shown to you once; you pass it on. To let the person choose one, invite instead."), loginField(s, d), roleChoice(s, d)],
    go: (s, d, end) => act(s, "add", { login: d.values.login, role: d.values.role }, (error, answer) => { if (!error) d.secret = { label: "Password", value: answer.secret, text: `${d.values.login} is a member now, with this password:` }; end(error); }),
  },
  invite: {
    title: () => "Invite a member", done: "Invite", blocked: (d) => !d.values.login,
    body: (s, d) => [h("p", {}, "The person opens a link, chooses a password, and can work. The link works once and for seven days."), loginField(s, d), roleChoice(s, d)],
    go: (s, d, end) => act(s, "invite", { login: d.values.login, role: d.values.role }, (error, answer) => { if (!error) d.secret = { label: "Link", ...inviteLink(s, d.values.login, answer) }; end(error); }),
  },
  role: {
    title: (d) => `Role of ${d.m.login}`, done: "Change", blocked: (d) => d.values.role === d.m.role,
    body: (s, d) => [h("p", {}, "It holds from the next click on, in pages that are open too. Tasks stay where they are."), roleChoice(s, d)],
    go: (s, d, end) => act(s, "role", { login: d.m.login, role: d.values.role }, end),
  },
  password: {
    title: (d) => `Reset the password of ${d.m.login}?`, done: "Reset", danger: true,
    body: (s, d) => h("p", {}, `${d.m.login} is logged out everywhere, and logs in again with a new password that you are shown once.${d.m.me ? " That is your own account: this page ends, too." : ""}`),
    go: (s, d, end) => act(s, "password", { login: d.m.login }, (error, answer) => { if (!error) d.secret = { label: "Password", value: answer.secret, text: `The new password of ${d.m.login}:` }; end(error); }),
  },
  disable: {
    title: (d) => `Disable ${d.m.login}?`, done: "Disable", danger: true,
    body: (s, d) => [h("p", {}, `${d.m.login} is logged out everywhere at once and cannot log in. What ${d.m.login} drew stays, and the account can be enabled again.`),
      d.m.open ? h("p", { class: "preview" }, `${count(d.m.open, "open task")} of ${d.m.login} ${d.m.open === 1 ? "waits" : "wait"} until somebody else gets ${d.m.open === 1 ? "it" : "them"}: reassign ${d.m.open === 1 ? "it" : "them"} under Jobs.`) : null],
    go: (s, d, end) => act(s, "disable", { login: d.m.login }, end),
  },
  enable: {
    title: (d) => `Enable ${d.m.login}?`, done: "Enable",
    body: (s, d) => h("p", {}, `${d.m.login} can log in again with the password from before.`),
    go: (s, d, end) => act(s, "enable", { login: d.m.login }, end),
  },
};

// Behind the # the invitation is sent to no server. A notebook does not know where the workspace is served.
function inviteLink(s, login, { token, expires }) {
  const path = `invite#${login}/${token}`, until = `It works once, until ${new Date(expires).toLocaleDateString("en-US", { dateStyle: "long" })}.`;
  if (!s.model.get("whole")) return { value: path, text: `Put this behind the address of your site, and send it to ${login}. ${until}` };
  return { value: new URL(path, location.href.replace(/[#?].*$/, "")).href, text: `Send this link to ${login}. ${until}` };
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
  if (!p) return h("p", { class: "soft", role: "status" }, d.error ? "" : "Working out what this does…");
  const says = (kind, texts) => (texts.length ? h("ul", { class: "nbm-says", "data-kind": kind }, texts.map((text) => h("li", {}, text))) : null);
  return [
    says("refusal", p.refusals),
    change ? says("change", p.changes.length ? p.changes : ["Nothing changes."]) : [
      h("p", {}, h("b", {}, number(p.chosen)), ` of ${count(p.assets, "asset")} of the version${p.annotated ? `; ${number(p.annotated)} annotated already: ${p.existing}` : ""}.`),
      h("table", { class: "nbm-list small" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Step"), h("th", { scope: "col" }, "Who"), h("th", { scope: "col", class: "n" }, "Tasks now"))),
        h("tbody", {}, p.steps.map((step) => h("tr", {}, h("th", { scope: "row" }, step.name, " ", h("span", { class: "kind", "data-kind": step.kind }, step.kind)),
          h("td", { class: "people" }, step.how === "queue" ? [step.people.map((q) => q[0]).join(", "), h("small", {}, ", from the queue")] : step.people.map(([who, n]) => h("span", { class: "chip" }, n === null ? who : `${who} ${number(n)}`))),
          h("td", { class: "n" }, step.tasks ? number(step.tasks) : h("span", { class: "soft" }, "later")))))),
      p.left_out.length ? h("ul", { class: "nbm-says" }, p.left_out.map(([why, n, some]) => h("li", {}, `Left out: ${count(n, "asset")}, ${why}`, some.length ? h("small", {}, ` (${some.join(", ")}${n > some.length ? " …" : ""})`) : null))) : null],
    says("warning", p.warnings),
    d.activity ? activityShown(d.activity) : null,
  ];
}

function activityShown(a) {
  const [text, done, total] = Array.isArray(a) ? a : [a.text, a.done, a.total];
  return h("div", { class: "nbm-progress", role: "status" }, h("div", { class: "bar" }, h("i", { style: `width:${total ? (100 * done) / total : 0}%` })), h("span", { class: "soft" }, `${text} ${total ? `${number(done)} of ${number(total)}` : ""}`));
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
      d.error ? h("p", { class: "error", role: "alert" }, d.error) : null,
      h("div", { class: "buttons" }, d.secret ? null : h("button", { type: "button", disabled: d.busy, onclick: () => closeDialog(s) }, "Cancel"),
        h("button", { type: "submit", class: words.danger && !d.secret ? "primary warn" : "primary", disabled: d.busy || (!d.secret && Boolean(words.blocked?.(d))) }, d.secret ? "Done" : d.busy ? "One moment…" : words.done))));
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
