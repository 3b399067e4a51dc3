// The line to Python: what is sent is numbered and kept until it arrived; what changes the draft is kept in the browser
// (its local storage) until it is stored. If the connection comes back, what was lost goes again; if the kernel is gone,
// the next one gets what was kept, once the task is opened (pages/keep.py).

const PROBE_MS = 1200, DOWN_MS = 2500, STALE_MS = 5000;
const PASSING = ["hello", "view", "tool", "zone", "key", "refused"];        // of the canvas: nothing to keep
const KEPT_ACTIONS = ["label", "delete", "undo", "redo", "tag", "tag_attribute", "nothing", "attribute", "attributes", "turn", "select", "replay"];
const store = (() => { try { localStorage.setItem("nbannotate", "1"); localStorage.removeItem("nbannotate"); return localStorage; } catch { return null; } })();

function openLine(s, overlay) {
  const line = s.line = { sid: keyOfTab(), q: 0, sent: [], heard: performance.now(), asked: 0, last: 0, down: false, journal: null, label: "", view: null, at: null, offered: new Set() };
  const original = overlay.send;
  overlay.send = (content) => {
    const t = s.get("page").task ?? 0;
    if (content.view) line.view = content;
    if (content.type === "current") line.label = content.label;
    if (content.type === "label") s.clock?.labelled(content.label);
    const keeps = t && !PASSING.includes(content.type);
    post(s, { do: "draw", at: t, message: content }, keeps && { ...content, under: line.label });
  };
  const labelled = () => { line.label = s.get("drawing").label ?? ""; };
  s.model.on("change:drawing", labelled);
  const timer = setInterval(() => probe(s), 300);
  const noticed = (e) => {
    if (e.detail === "closed") down(s, true);
    else if (e.detail === "there") s.model.widget_manager.kernel?.reconnect?.().catch(() => {});   // at once, not when its own pause is over
    else probe(s, true);
  };
  addEventListener("nbannotate-line", noticed);
  return () => { clearInterval(timer); removeEventListener("nbannotate-line", noticed); s.model.off("change:drawing", labelled); overlay.send = original; };
}

const keyOfTab = () => Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, "0")).join("");

function post(s, message, kept = KEPT_ACTIONS.includes(message.do) && message) {
  const line = s.line;
  line.q += 1;
  const whole = { ...message, sid: line.sid, q: line.q, ...(kept ? { keep: true } : {}) };
  line.sent.push({ message: whole, at: performance.now() });
  if (kept) keep(s, { ...kept, q: line.q });
  if (s.ended) return void repaint(s);                    // the next kernel gets what is kept
  if (!hand(s, whole)) down(s, true);
  return true;
}

function hand(s, message) {
  const told = message.reports ? { ...message, now: s.clock.now() } : message;
  try { s.model.send(told); return true; } catch { return false; }       // the kernel is gone
}

function probe(s, now = false) {                           // nothing heard of what was sent: ask how far it came
  const line = s.line, time = performance.now(), oldest = line.sent[0];
  if (s.ended || (!oldest && !line.down && !now)) return;
  if (line.asked && time - line.asked > DOWN_MS) down(s, true);
  if (now || (!line.asked && time - oldest.at > PROBE_MS) || (line.asked && time - line.asked > DOWN_MS && time - line.last > DOWN_MS)) {
    line.asked ||= time;
    line.last = time;
    hand(s, { do: "probe", sid: line.sid });
  }
}

function down(s, is) {
  const line = s.line;
  if (line.down === is) return;
  line.down = is;
  line.asked ||= performance.now();
  repaint(s);
}

function heardOf(s, m) {                                   // how far Python came; of another page of the same kernel, nothing
  const line = s.line;
  if (m.closed) return forget(s, m.closed);
  if (m.sid !== line.sid) return undefined;
  if (m.got !== undefined) {
    const was = line.down;
    line.sent = line.sent.filter((row) => row.message.q > m.got);
    line.asked = 0;
    down(s, false);
    if (m.probed || m.gap) for (const row of line.sent) { row.at = performance.now(); hand(s, row.message); }
    if (was || m.gap) again(s);
  }
  const j = line.journal;
  if (m.revision !== undefined) line.at = { task: m.task, revision: m.revision };
  if (j && j.task === m.task) {
    if (m.next) j.marks = m.next;
    if (m.stored !== undefined) {
      if (m.revision !== undefined) j.revision = m.revision;
      j.entries = j.entries.filter((entry) => entry.q > m.stored);
      j.marks = null;
      for (const key of [...(j.after ?? [])]) if (j.replayed <= m.stored) { store?.removeItem(key); j.after = []; }
    }
    write(s);
  }
  return undefined;
}

function again(s) {                                        // what Python said meanwhile may be lost, too
  const { view } = s.line, overlay = s.overlay;
  post(s, { do: "again" });
  if (view && overlay) overlay.send({ ...view, type: "hello" });
}

// ---- what is kept in the browser, by member and task

const place = (s) => `nbannotate:${document.body.dataset.baseUrl ?? location.pathname}:${s.get("page").login}:`;

function journalOf(s) {
  const { task, revision = 0 } = s.get("page"), line = s.line;
  if (line.journal?.task !== task) line.journal = { task, revision: Math.max(revision, line.at?.task === task ? line.at.revision : 0), marks: null, entries: [], name: s.get("task").asset, key: `${place(s)}${task}:${line.sid}` };
  return line.journal;
}

function keep(s, entry) {
  if (!s.get("page").task) return;
  const { g, view_id, n, at, reports, now, ref, ...rest } = entry;
  if (rest.do !== "replay") journalOf(s).entries.push(rest);
  write(s);
}

function write(s) {
  const j = s.line.journal;
  if (!j || !store) return;
  if (!j.entries.length) return void store.removeItem(j.key);
  try { store.setItem(j.key, JSON.stringify({ revision: j.revision, marks: j.marks, entries: j.entries, name: j.name, at: Date.now() })); } catch { /* full: it is still in memory */ }
}

function forget(s, task) {                                 // it is closed, or was loaded anew on purpose
  for (const [key] of keptOf(s)) if (key.startsWith(`${place(s)}${task}:`)) store.removeItem(key);
  if (s.line.journal?.task === task) s.line.journal = null;
}

function keptOf(s) {                                       // of pages that are gone
  if (!store || !s.get("page").login) return [];
  return Object.keys(store).filter((key) => key.startsWith(place(s))).map((key) => {
    try { return [key, JSON.parse(store.getItem(key))]; } catch { return [key, null]; }
  }).filter(([, kept]) => kept?.entries?.length);
}

const strange = (s, [key]) => !key.endsWith(`:${s.line.sid}`);
const taskOf = (s, key) => Number(key.slice(place(s).length).split(":")[0]);
const rested = ([, kept]) => Date.now() - kept.at > STALE_MS;

function offerKept(s, force = false) {                     // a task was opened: what is kept for it goes onto it
  const { task } = s.get("page"), t = s.get("task"), line = s.line;
  const found = keptOf(s).filter((row) => strange(s, row) && taskOf(s, row[0]) === task && (force || !line.offered.has(row[0]))
    && (row[1].name ?? t.asset) === t.asset);              // a new workspace in memory counts its tasks from one again
  for (const [key, kept] of found) {
    line.offered.add(key);
    const j = journalOf(s);
    if (!t.mine) { store.removeItem(key); continue; }
    j.after = [...(j.after ?? []), key];
    send(s, "replay", { revision: kept.revision, marks: kept.marks ?? null, entries: kept.entries, on: force });
    j.replayed = line.q;
  }
}

function toldOfKept(s, m) {
  const j = s.line.journal, keys = j?.after ?? [];
  if (m.kept === "ask") { s.ui.kept = { task: m.task, keys }; if (j) j.after = []; }
  if (m.kept === "over") { for (const key of keys) store?.removeItem(key); toast(s, T("What this browser kept for this image was drawn before it was finished; it is dropped."), "info"); }
  if (m.kept === "done" && m.differs) toast(s, T("What you drew before the connection was lost is here again."), "good");
  repaint(s);
}

function endedRow(s) {                                     // in a notebook, where only the person can start another
  const kept = store && s.get("task").mine && s.line.journal?.entries.length;
  return h("div", { class: "nbp-banner", "data-kind": "warning", role: "alert", "data-key": "ended" },
    h("span", {}, kernelEnded(), kept ? ` ${T("What was not saved yet is kept in this browser.")}` : ""));
}

function keptRow(s) {                                      // in the place of a banner
  const { screen, task } = s.get("page");
  const row = (text, acts) => h("div", { class: "nbp-banner", "data-kind": "warning", role: "alert", "data-key": "kept" }, h("span", {}, text),
    acts.map(([title, act]) => h("button", { type: "button", class: "small", "data-key": title, onclick: act }, title)));
  if (screen === "task" && s.ui.kept?.task === task) {
    const { keys } = s.ui.kept, end = () => { s.ui.kept = null; repaint(s); };
    return row(T("This browser kept what you drew here before the connection was lost, but what is saved of this image is not what you drew it on."),
      [[T("Put it on top"), () => { end(); offerKept(s, true); }], [T("Forget it"), () => { for (const key of keys) store?.removeItem(key); end(); }]]);
  }
  if (screen !== "tasks") return null;
  const rows = keptOf(s).filter((one) => strange(s, one) && rested(one));
  if (!rows.length) return null;
  return row(rows.length > 1 ? T("This browser kept what you drew on {name} and {more} more when the connection was lost. Open it to save it.", { name: rows[0][1].name, more: rows.length - 1 })
    : T("This browser kept what you drew on {name} when the connection was lost. Open it to save it.", { name: rows[0][1].name }),
    [[T("Open it"), () => send(s, "open", { task: taskOf(s, rows[0][0]) }, (error) => error && toast(s, error, "error"))],
      [T("Forget it"), () => { for (const [key] of rows) store.removeItem(key); repaint(s); }]]);
}
