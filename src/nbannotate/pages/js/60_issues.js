// The threads on an image, and the dialog in which one is raised, alone or as the reason for rework or skipping.

const STATE_BUTTON = { for_review: "Mark for review", resolved: "Resolve", open: "Reopen" };
const PLACE = { image: "on the image", zone: "on a zone", shape: "on a shape" };

function issuePanel(s, t) {
  const [tabs, shown] = issueTabs(s, s.get("talk").issues);
  return [
    h("div", { class: "nbp-issue-top" }, tabs, h("button", { type: "button", class: "small", title: titled("Raise an issue", keyFor(s, "issue")), onclick: () => press(s, "issue") }, "New", cap(keyFor(s, "issue")))),
    shown.length ? h("ul", { class: "nbp-threads" }, shown.map((i) => thread(s, i)))
      : h("div", { class: "nbp-hint" }, s.ui.issueTab === "open" ? ["No open issues. ", cap(keyFor(s, "issue")), " raises one on the image or the selected shape, ", cap(keyFor(s, "zone")), " on a zone."] : "No closed issues."),
  ];
}

function thread(s, i) {
  const busy = s.ui.issueBusy === i.id;
  const act = (what, fields) => (e) => {
    const box = e.currentTarget.closest("li").querySelector("textarea"), text = box.value.trim();
    if (what === "reply" && !text) return box.focus();
    s.ui.issueBusy = i.id;
    repaint(s);
    return send(s, what, { issue: i.id, text, ...fields }, (error) => {
      s.ui.issueBusy = 0;
      if (error) toast(s, error, "error");
      else box.value = "";
      repaint(s);
    });
  };
  return h("li", { "data-key": `i${i.id}`, "data-state": i.state, "aria-label": `Issue by ${i.author}` },
    h("header", {}, h("span", { class: "state", "data-state": i.state }, ISSUE_STATE[i.state]),
      i.place === "shape" ? h("button", { type: "button", class: "link", onclick: (e) => { send(s, "issue_place", { issue: i.id }); toStage(s, e); } }, PLACE.shape) : h("span", { class: "soft" }, PLACE[i.place])),
    i.thread.map((c) => h("div", { class: "comment" }, h("small", {}, h("b", {}, c.author), " ", stamp(c.created)), h("p", {}, c.text))),
    h("textarea", { rows: "1", placeholder: "Reply…", "aria-label": `Reply to ${i.author}`, maxlength: "4000",
      onkeydown: (e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); act("reply", {})(e); } if (e.key === "Escape") toStage(s); e.stopPropagation(); } }),
    h("div", { class: "buttons" }, h("button", { type: "button", class: "small", disabled: busy, onclick: act("reply", {}) }, "Reply"),
      i.may.map((state) => h("button", { type: "button", class: "small", "data-key": state, disabled: busy, onclick: act("issue_state", { name: state }) }, STATE_BUTTON[state]))));
}

const DIALOG = {
  issue: { title: "Raise an issue", ask: "Say what is wrong.", done: "Raise the issue" },
  rework: { title: "Send to rework", ask: "Say what is wrong; it goes back to the person who annotated it.", done: "Send to rework" },
  skip: { title: "Skip this image", ask: "Say why; the image leaves the campaign.", done: "Skip the image" },
};

function openDialog(s, kind, more = {}) {
  const d = s.get("drawing"), t = s.get("task");
  const selected = d.shapes.filter((v) => v[4]);
  s.ui.dialog = { kind, text: "", error: "", busy: false, zone: null, shape: kind === "issue" && selected.length === 1 ? selected[0] : null, open: t.open_issues, ...more };
  repaint(s, true);
  s.root.querySelector(".nbp-dialog textarea")?.focus();
}

function zoneDrawn(s, zone) {
  const waiting = s.ui.zoneFor ?? { kind: "issue" };
  s.ui.zoneFor = null;
  s.ui.toasts = s.ui.toasts.filter((t) => t.kind !== "info");
  openDialog(s, waiting.kind, { text: waiting.text ?? "", zone, shape: null });
}

function closeDialog(s) {
  s.ui.dialog = null;
  repaint(s, true);
  toStage(s);
}

function dialog(s) {
  const d = s.ui.dialog;
  if (!d) return null;
  const words = DIALOG[d.kind], optional = d.kind !== "issue" && d.open > 0;
  const go = () => confirmDialog(s);
  const where = d.zone ? "On the zone that you drew" : d.shape ? `On the selected shape: ${d.shape[1] || "no label"}` : "On the whole image";
  return h("div", { class: "nbp-veil", "data-key": "dialog", onpointerdown: (e) => { if (e.target === e.currentTarget && !s.root.querySelector(".nbp-dialog textarea").value) closeDialog(s); } },
    h("form", { class: "nbp-dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "nbp-dialog-title", novalidate: true,
      onsubmit: (e) => { e.preventDefault(); go(); }, onkeydown: (e) => dialogKeys(s, e) },
      h("h2", { id: "nbp-dialog-title" }, words.title),
      h("p", { id: "nbp-dialog-ask" }, optional ? `${plural(d.open, "open issue says", "open issues say")} why already. You may add another one.` : words.ask),
      h("textarea", { rows: "4", maxlength: "4000", "aria-describedby": "nbp-dialog-ask", "aria-invalid": d.error ? "true" : null }, d.text),
      d.error ? h("p", { class: "error", role: "alert" }, d.error) : null,
      h("div", { class: "where" }, h("span", {}, icon("issue"), where),
        d.zone || d.shape ? h("button", { type: "button", class: "link", onclick: () => { Object.assign(d, { zone: null, shape: null }); repaint(s); } }, "whole image instead") : null,
        !d.zone && s.get("task").pictured ? h("button", { type: "button", class: "link", onclick: () => drawZone(s, d.kind) }, "point at a zone") : null),
      h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => closeDialog(s) }, "Cancel", cap("Esc")),
        h("button", { type: "submit", class: d.kind === "issue" ? "primary" : "primary warn", disabled: d.busy }, d.busy ? "One moment…" : words.done, d.busy ? null : cap("Ctrl + ⏎")))));
}

function drawZone(s, kind) {
  s.ui.zoneFor = { kind, text: s.root.querySelector(".nbp-dialog textarea").value };
  closeDialog(s);
  send(s, "zone", {}, (error) => error && toast(s, error, "error"));
}

function dialogKeys(s, e) {
  e.stopPropagation();
  if (e.key === "Escape") { e.preventDefault(); return closeDialog(s); }
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); return confirmDialog(s); }
  if (e.key === "Tab") {
    const all = [...e.currentTarget.querySelectorAll("textarea, button:not(:disabled)")], last = all.at(-1);
    if (e.shiftKey && document.activeElement === all[0]) { e.preventDefault(); last.focus(); }
    else if (!e.shiftKey && document.activeElement === last) { e.preventDefault(); all[0].focus(); }
  }
  return undefined;
}

function confirmDialog(s) {
  const d = s.ui.dialog, box = s.root.querySelector(".nbp-dialog textarea"), text = box.value.trim();
  if (!d || d.busy) return;
  if (!text && !(d.kind !== "issue" && d.open > 0)) {
    d.error = "Say what is wrong, in a few words.";
    repaint(s);
    return void box.focus();
  }
  d.busy = true;
  d.error = "";
  repaint(s);
  const fields = { text, zone: d.zone, shape: d.shape ? d.shape[0] : null };
  const done = (error) => {
    if (s.ui.dialog !== d) return;
    d.busy = false;
    if (error) { d.error = error; return void repaint(s); }
    if (d.kind === "issue") { s.ui.tab = "issues"; s.ui.issueTab = "open"; }
    closeDialog(s);
  };
  if (d.kind === "issue") send(s, "issue", fields, done);
  else leaveWith(s, d.kind, fields, done);
}
