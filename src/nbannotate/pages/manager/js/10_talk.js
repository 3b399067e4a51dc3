// What goes to Python and what comes back: requests with their answers, rows of tasks, toasts; and the beat that keeps
// the page fresh while somebody looks. How elements are written comes from pages/js/10_dom.js.

Object.assign(ICONS, {
  flag: "M5 21V4h13l-3 4 3 4H5",
  tasks: "M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h11",
  jobs: "M4 8h16v11H4zM9 8V5h6v3M4 13h16",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.6c2.1.8 3.5 2.8 3.5 5.4",
  chart: "M4 20V4M4 20h16M8 16v-4M12.5 16V8M17 16v-6",
  bell: "M6 16V10.5a6 6 0 0 1 12 0V16l1.8 2H4.2zM10 20.5h4",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  thread: "M4 5h16v11H9.5L5 20v-4H4zM8 9h8M8 12h5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
  up: "M6 15l6-6 6 6", down: "M6 9l6 6 6-6",
  copy: "M8 8h12v12H8zM4 16V4h12",
  plus: "M12 5v14M5 12h14",
  play: "M7 4l12 8-12 8z",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  shuffle: "M4 7h4l8 10h4M4 17h4l2-2.5M14 9.5L16 7h4M17.5 4.5L20 7l-2.5 2.5M17.5 14.5L20 17l-2.5 2.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
});

let asked = 0;

function send(s, what, fields = {}, reply = null) {
  if (s.ended) return;                                     // nobody hears it
  const message = { do: what, ...fields };
  if (reply) {
    asked += 1;
    message.ref = asked;
    s.replies.set(asked, reply);
  }
  s.model.send(message);
}

// Something that changes the workspace: the sentence of the answer is shown, and the page is read again.
function act(s, what, fields, done = () => {}) {
  send(s, what, fields, (error, answer) => {
    if (!error && answer.toast) toast(s, answer.toast, "good");
    done(error, answer);
    beat(s);
  });
}

function hear(s, message, buffers) {
  if ("reply" in message) {
    const reply = s.replies.get(message.reply);
    s.replies.delete(message.reply);
    reply?.(message.error, message.answer);
  } else if ("sheet" in message) {
    s.unpacking = s.unpacking.then(() => takeSheet(s, message, buffers[0])).catch((e) => toast(s, T("The tasks could not be shown: {why}", { why: e.message }), "error"));
  }
}

// One look at a time; the next one some seconds after the answer. What was asked for meanwhile is asked once more.
function beat(s) {
  clearTimeout(s.timer);
  if (s.gone) return;
  if (s.beating) { s.again = true; return; }
  if (document.visibilityState !== "visible" || (s.get("page").refused && !s.get("page").login)) return;
  s.beating = true;
  const began = performance.now();
  const { tab } = s.ui, campaign = campaignOf(s)?.id ?? 0;
  const known = s.sheet.campaign === campaign ? s.sheet.version : 0;
  send(s, "beat", { tab, campaign: tab === "tasks" || tab === "jobs" ? campaign : 0, known }, (error) => {
    if (error && error !== s.trouble && !s.get("page").banner) toast(s, error, "error");
    s.trouble = error;
    s.unpacking.then(() => {
      s.beating = false;
      s.ui.first = false;
      const missed = s.again || ((tab === "tasks" || tab === "jobs") && !campaign && campaignOf(s));
      s.again = false;
      if (missed) return beat(s);
      // A look at very many tasks takes its time; it is then taken less often, so that people at work do not wait for it.
      if (s.get("page").banner?.action !== "login") s.timer = setTimeout(() => beat(s), Math.max(1000 * s.model.get("refresh_s"), 8 * (performance.now() - began)));
      return repaint(s);
    });
  });
}

function toast(s, text, kind = "info") {
  const id = `${Date.now()}${Math.random()}`;
  s.ui.toasts = [...s.ui.toasts.filter((t) => t.text !== text), { id, text, kind }].slice(-3);
  repaint(s);
  setTimeout(() => dropToast(s, id), kind === "error" ? 12000 : 7000);
}

function dropToast(s, id) {
  s.ui.toasts = s.ui.toasts.filter((t) => t.id !== id);
  repaint(s);
}

function toasts(s) {
  return h("div", { class: "nbp-toasts nbm-toasts", "aria-live": "polite", "data-key": "toasts" }, s.ui.toasts.map((t) =>
    h("div", { class: "nbp-toast", "data-kind": t.kind, "data-key": t.id, role: t.kind === "error" ? "alert" : "status" },
      h("span", {}, said(t.text)),
      h("button", { type: "button", class: "bare", "aria-label": T("Dismiss"), onclick: () => dropToast(s, t.id) }, icon("close")))));
}

function banner(s) {
  if (s.ended) return h("div", { class: "nbp-banner", "data-kind": "warning", role: "alert", "data-key": "ended" }, h("span", {}, kernelEnded()));
  const { banner: b } = s.get("page");
  if (!b) return null;
  const action = { login: [T("Log in again"), () => location.reload()], retry: [T("Try again"), () => beat(s)] }[b.action];
  return h("div", { class: "nbp-banner", "data-kind": b.kind, role: "alert", "data-key": "banner" }, h("span", {}, said(b.text)),
    action && h("button", { type: "button", class: "small", onclick: action[1] }, action[0]),
    b.action === "" && h("button", { type: "button", class: "bare", "aria-label": T("Close"), onclick: () => send(s, "close_banner") }, icon("close")));
}
