// What goes to Python and what comes back: actions with the task that the person saw, replies, toasts.

let counter = 0;

function send(s, what, fields = {}, reply = null) {
  const message = { do: what, ...fields }, at = s.get("page").task ?? 0;
  if (at) message.at = at;
  if (what === "label") s.clock.labelled(fields.name);
  s.clock.attach(message);
  if (reply) {
    counter += 1;
    message.ref = counter;
    s.replies.set(counter, reply);
  }
  post(s, message);
}

// Actions after which this task is not on the pane any more: one at a time, and never two for one task.
function leaveWith(s, what, fields = {}, reply = () => {}) {
  if (s.ui.busy || (what === "submit" && !askOnce(s))) return;
  const at = s.shown;
  s.ui.busy = what;
  if (what === "submit") cover(s);
  repaint(s);
  send(s, what, fields, (error) => {
    s.clock.left();
    if (s.shown === at) s.ui.busy = "";
    if (error) uncover(s); else lift(s);
    reply(error);
    repaintSoon(s);
    if (error && !s.ui.dialog) toast(s, error, "error");
  });
  s.clock.leave();
}

const RECEIVE = {
  toast: (s, m) => toast(s, m.toast, m.kind),
  reply(s, m) {
    const reply = s.replies.get(m.reply);
    s.replies.delete(m.reply);
    reply?.(m.error);
  },
  line: (s, m) => heardOf(s, m.line),
  kept: (s, m) => toldOfKept(s, m),
  clock: (s, m) => s.clock.set(m.clock),
  counted: (s, m) => s.clock.counted(m.counted),
  ahead: (s, m) => keepAhead(s, m.ahead),
  frame: (s, m) => keepFrame(s, m.frame),
  sliced: (s, m) => toldSliced(s, m.sliced),
  dialog: (s, m) => zoneDrawn(s, m.zone),
  press: (s, m) => press(s, m.press),
  tab: (s, m) => { s.ui.tab = s.ui.tabWanted = m.tab; repaint(s, true); s.ui.tabWanted = ""; toField(s, m.attribute, m.tag); },
};

function hear(s, message) {
  for (const [name, does] of Object.entries(RECEIVE)) if (name in message) does(s, message);
}

function toast(s, text, kind = "info") {
  const id = `${Date.now()}${Math.random()}`;
  s.ui.toasts = [...s.ui.toasts.filter((t) => t.text !== text), { id, text, kind }].slice(-3);
  repaintSoon(s);
  setTimeout(() => dropToast(s, id), kind === "error" || kind === "ask" ? 9000 : 4000);
}

function dropToast(s, id) {
  s.ui.toasts = s.ui.toasts.filter((t) => t.id !== id);
  repaint(s);
}

function toasts(s) {
  return h("div", { class: "nbp-toasts", "aria-live": "polite" }, s.ui.toasts.map((t) =>
    h("div", { class: "nbp-toast", "data-kind": t.kind, "data-key": t.id, role: t.kind === "error" ? "alert" : "status" },
      h("span", {}, localTimes(said(t.text))),
      h("button", { type: "button", class: "bare", "aria-label": T("Dismiss"), onclick: () => dropToast(s, t.id) }, icon("close")))));
}

function sentence(s) {                                     // the banner that stays until it is dealt with
  if (s.ended) return endedRow(s);
  const { banner: n } = s.get("page"), kept = keptRow(s);
  if (!n || kept) return kept;
  const complain = (e) => e && toast(s, e, "error"), t = s.get("task");
  const acts = {
    reload: [[T("Reload this task"), () => send(s, "reload", {}, complain)]],
    login: [[T("Log in again"), () => location.reload()]],
    retry: [[T("Try again"), () => send(s, "retry", {}, () => {})]],
    retake: [[T("Take it again"), () => leaveWith(s, "retake")], [T("Go on with the next"), () => leaveWith(s, "start", { campaign: t.campaign_id, step: t.step })]],
  }[n.action] ?? [];
  return h("div", { class: "nbp-banner", "data-kind": n.kind, role: n.kind === "info" ? "status" : "alert", "data-key": "banner" },
    h("span", {}, localTimes(said(n.text)).replaceAll("{at}", clockTime(n.at))),
    acts.map(([title, act]) => h("button", { type: "button", class: "small", "data-key": title, onclick: act }, title)),
    !["login", "retake"].includes(n.action) && h("button", { type: "button", class: "bare", "aria-label": T("Close"), title: T("Close"), onclick: () => send(s, "close_banner") },
      icon("close")));
}
