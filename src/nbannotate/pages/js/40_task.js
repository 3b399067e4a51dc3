// The task pane: the bar above, the tools at the left, the canvas, and what can be done with the task.

const keyName = (key) => key.split("+").map((part) => ({ ctrl: "Ctrl", shift: "Shift", alt: "Alt", PageDown: "Page ↓", PageUp: "Page ↑" })[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(" + ");
const keyFor = (s, action) => keyName(s.model.get("keymap").find((k) => k.action === action)?.key ?? "");
const cap = (text) => (text ? h("kbd", {}, text) : null);
const titled = (title, key) => (key ? `${title} (${key})` : title);

function taskPane(s) {
  return h("div", { class: "nbp-task", "data-key": "task" },
    taskBar(s), banner(s),
    h("div", { class: "nbp-body" }, strip(s),
      h("div", { class: "nbp-stage", "data-key": "stage", "data-keep": "" }),
      side(s)));
}

function taskBar(s) {
  const t = s.get("task"), here = t.position ? `${t.position} / ${t.total}` : "";
  return h("header", { class: "nbp-top" },
    h("button", { type: "button", class: "bare wide", title: titled("My tasks", keyFor(s, "home")), onclick: () => press(s, "home") }, icon("back"), "My tasks"),
    h("nav", { class: "crumbs", "aria-label": "Where this is" },
      h("span", { class: "soft", title: t.campaign }, t.campaign), h("span", { class: "soft", "aria-hidden": "true" }, "›"), h("span", {}, t.step_name),
      h("span", { class: "kind", "data-kind": t.kind }, STEP[t.kind])),
    h("h1", { title: t.asset }, t.asset),
    t.returned ? h("span", { class: "chip", "data-kind": "returned" }, icon("return"), "Returned") : null,
    t.round > 1 && !t.returned ? h("span", { class: "chip" }, `Round ${t.round}`) : null,
    h("div", { class: "grow" }),
    savedMark(s),
    h("div", { class: "steps", role: "group", "aria-label": "Tasks" },
      h("button", { type: "button", class: "bare", title: titled("Previous task", keyFor(s, "previous")), "aria-label": "Previous task", onclick: () => press(s, "previous") }, icon("back")),
      here && h("span", { class: "place", title: "This task's place among yours here" }, here, h("i", { class: "bar" }, h("i", { style: `width:${(100 * t.position) / Math.max(1, t.total)}%` }))),
      h("button", { type: "button", class: "bare", title: titled("Next task, without submitting", keyFor(s, "next")), "aria-label": "Next task, without submitting", onclick: () => press(s, "next") }, icon("forward"))));
}

function savedMark(s) {
  const { state, text, at } = s.get("saving"), t = s.get("task");
  if (!t.mine) return h("span", { class: "saved", "data-state": "read" }, "Read-only");
  const slow = (state === "saving" || state === "waiting") && s.ui.slow;
  const shown = { clean: "", waiting: "Saving…", saving: "Saving…", saved: `Saved ${clockTime(at)}`, offline: "Not saved yet — trying again", conflict: "Not saved", ended: "Not saved", failed: "Not saved" }[state];
  return h("span", { class: "saved", "data-state": slow ? "offline" : state, role: "status", title: text || "Drafts save by themselves" }, slow ? "Not saved yet…" : shown);
}

function banner(s) {
  const t = s.get("task"), rows = [notice(s)];
  if (t.looking) {
    rows.push(h("div", { class: "nbp-notice", "data-kind": "look", role: "status", "data-key": "looking" },
      h("span", {}, "Looking at what was submitted: ", h("b", {}, t.looking.title), t.looking.nothing ? " — nothing to label" : ""),
      h("button", { type: "button", class: "small", onclick: () => send(s, "back") }, "Back to the present")));
  } else if (!t.mine && !t.browsing && t.reason) {
    rows.push(h("div", { class: "nbp-notice", "data-kind": "quiet", role: "status", "data-key": "reason" }, h("span", {}, t.reason)));
  }
  return h("div", { class: "nbp-notices", "data-key": "notices" }, rows);
}

function strip(s) {
  const d = s.get("drawing"), t = s.get("task");
  const tool = (name, title, key, action, pressed, disabled) => h("button", { type: "button", class: "tool", "data-key": name, title: titled(title, key), "aria-label": title,
    "aria-keyshortcuts": key || null, "aria-pressed": pressed === null ? null : String(pressed), disabled, onclick: (e) => { action(); toStage(s, e); } }, icon(name));
  return h("div", { class: "nbp-strip", role: "toolbar", "aria-label": "Tools", "aria-orientation": "vertical", onkeydown: stripKeys },
    tool("select", "Select and move", "V", () => send(s, "tool", { name: "select" }), d.tool === "select", false),
    d.tools.map((k) => tool(k.name, `Draw: ${k.title.toLowerCase()}`, k.key.toUpperCase(), () => send(s, "tool", { name: k.name }), d.tool === k.name, !d.editable)),
    h("hr"),
    tool("undo", "Undo", "Ctrl + Z", () => send(s, "undo"), null, !d.can_undo),
    tool("redo", "Redo", "Ctrl + Shift + Z", () => send(s, "redo"), null, !d.can_redo),
    h("hr"),
    tool("zone", "Raise an issue on a zone", keyFor(s, "zone"), () => press(s, "zone"), d.tool === "zone", !t.pictured),
    tool("fit", "Fit the image", "F", () => send(s, "fit"), null, !t.pictured),
    h("div", { class: "grow" }),
    h("button", { type: "button", class: "tool text", title: "All keys (?)", "aria-label": "Show all keys", onclick: (e) => { help(s); e.currentTarget.blur(); } }, "?"));
}

function stripKeys(e) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (!step) return;
  const all = [...e.currentTarget.querySelectorAll("button:not(:disabled)")];
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
  e.preventDefault();
  e.stopPropagation();
}

function help(s) { s.slot.querySelector(".nba-help-button")?.click(); }

// After a click with the mouse the keyboard goes back to the canvas; after a key it stays where the person put it.
function toStage(s, e) { if (!e || e.detail > 0) s.slot.querySelector(".nba-stage")?.focus({ preventScroll: true }); }

function actionBar(s) {
  const t = s.get("task"), d = s.get("drawing"), busy = s.ui.busy;
  if (!t.mine) {
    return h("div", { class: "nbp-actions" }, h("button", { type: "button", class: "primary submit", onclick: () => press(s, "next") }, "Next task", cap(keyFor(s, "next"))));
  }
  const off = Boolean(t.looking) || Boolean(busy), review = t.kind === "review";
  const name = review ? (t.edited ? "Accept with edits" : "Accept") : "Submit";
  const working = { submit: review ? "Accepting…" : "Submitting…", rework: "Sending back…", skip: "Skipping…" }[busy];
  return h("div", { class: "nbp-actions", role: "group", "aria-label": "What to do with this task" },
    h("button", { type: "button", class: "nothing", "aria-pressed": String(t.nothing), disabled: off || d.shapes.length > 0, title: titled("There is nothing to label in this image", keyFor(s, "nothing")),
      "data-key": "nothing", onclick: (e) => { press(s, "nothing"); toStage(s, e); } }, h("i", { class: "box", "aria-hidden": "true" }, t.nothing ? icon("check") : null), "Nothing to label", cap(keyFor(s, "nothing"))),
    h("div", { class: "pair" },
      t.actions.includes("rework") ? h("button", { type: "button", "data-key": "rework", class: "warn", disabled: off, title: titled("Send it back to the person who annotated it", keyFor(s, "rework")), onclick: () => press(s, "rework") }, "To rework…", cap(keyFor(s, "rework"))) : null,
      t.actions.includes("skip") ? h("button", { type: "button", "data-key": "skip", disabled: off, title: titled("Take this image out of the campaign", keyFor(s, "skip")), onclick: () => press(s, "skip") }, "Skip…", cap(keyFor(s, "skip"))) : null),
    h("button", { type: "button", class: "primary submit", "data-key": "submit", disabled: off, "aria-busy": busy ? "true" : null, onclick: () => press(s, "submit") }, working || name, !working && cap("Ctrl + ⏎")));
}
