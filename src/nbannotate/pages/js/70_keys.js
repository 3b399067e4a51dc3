// The keys of the page (the canvas has its own), how long somebody was active, and the address.

const TEXT_FIELD = "textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]), [contenteditable]:not([contenteditable=false])";

function press(s, action) {
  const page = s.get("page"), t = s.get("task");
  if (page.screen !== "task" || s.ui.dialog) return;
  const complain = (error) => error && toast(s, error, "error");
  if (action === "home") return void leaveWith(s, "home");
  if (action === "next" || action === "previous") return void leaveWith(s, "step", { name: action });
  if (action === "issue") return void openDialog(s, "issue");
  if (action === "zone") return void send(s, "zone", {}, complain);
  if (action === "tags") return void s.root.querySelector(".nbp-tags button")?.focus();
  if (action === "panel") {
    const names = PANELS.map(([name]) => name);
    return void showPanel(s, names[(names.indexOf(s.ui.tab) + 1) % names.length]);
  }
  if (t.looking) return void toast(s, "You are looking at an earlier revision; go back to the present first.", "error");
  if (!t.mine) return void toast(s, t.reason || "This task can be looked at, but not changed.", "error");
  if (action === "nothing") return void send(s, "nothing", {}, complain);
  if (action === "submit") return void leaveWith(s, "submit");
  if (!t.actions.includes(action)) return void toast(s, "Sending to rework is for review steps.", "error");
  if (!s.ui.busy) openDialog(s, action);
}

function onKey(s, e) {
  if (e.defaultPrevented || e.isComposing || e.repeat || s.get("page").screen !== "task" || s.ui.dialog) return;
  const target = e.composedPath()[0];
  if (target instanceof Element && (target.closest(TEXT_FIELD) || target.closest(".nba-help"))) return;
  if (!s.root.isConnected) return;
  const letter = e.key.length === 1, key = letter ? e.key.toLowerCase() : e.key;
  const combo = `${e.ctrlKey || e.metaKey ? "ctrl+" : ""}${e.altKey ? "alt+" : ""}${e.shiftKey && (!letter || /[a-z]/.test(key)) ? "shift+" : ""}${key}`;
  if (key === "Escape" && target instanceof Element && target.closest(".nbp-side, .nbp-strip, .nbp-top")) { e.preventDefault(); e.stopPropagation(); return void toStage(s); }
  const row = s.model.get("keymap").find((k) => k.key === combo);
  if (!row) return;
  e.preventDefault();
  e.stopPropagation();
  press(s, row.action);
}

const IDLE_MS = 60_000, REPORT_MS = 10_000;

function clock() {                                         // time between interactions; a pause over a minute is no work
  let last = 0, sum = 0;
  return {
    tick() {
      const now = performance.now();
      if (last && now - last <= IDLE_MS) sum += now - last;
      last = now;
    },
    take() { const seconds = Math.round(sum / 10) / 100; sum = 0; return seconds; },
    get due() { return sum > REPORT_MS; },
  };
}

const addressed = () => Number(/^#task=(\d{1,15})$/.exec(location.hash)?.[1] ?? 0);
const withHash = (id) => `${location.pathname}${location.search}${id ? `#task=${id}` : ""}`;

function syncAddress(s) {                                  // the open task stands in the address
  const { screen, task } = s.get("page");
  document.title = screen === "task" ? `${s.get("task").asset} · nbannotate` : "My tasks · nbannotate";
  if (s.ui.going || screen === "opening" || screen === "failed") return;
  const id = screen === "task" ? task : 0;
  if (id === addressed()) { s.ui.placed = true; return; }
  if (s.ui.placed) history.pushState(null, "", withHash(id)); else history.replaceState(null, "", withHash(id));
  s.ui.placed = true;
}

function followAddress(s) {                                // back, forward, reload, or a link
  const id = addressed(), { screen, task } = s.get("page");
  if (id === (screen === "task" ? task : 0)) return;
  s.ui.going = true;
  const done = (error) => {
    s.ui.going = s.ui.first = false;
    if (error) toast(s, error, "error");
    repaint(s);
  };
  if (id) send(s, "open", { task: id }, done); else send(s, "home", {}, done);
}
