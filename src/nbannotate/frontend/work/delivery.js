// The line to Python: what is sent is numbered and kept until it arrived; what changes the draft is kept in the browser
// (journal.ts) until it is stored. If the connection comes back, what was lost goes again.

import { repaint } from "../shared/redraw.ts";
import { Journals, store } from "./journal.ts";

const PROBE_MS = 1200,
  DOWN_MS = 2500;
const PASSING = ["hello", "view", "tool", "zone", "key", "refused"]; // of the canvas: nothing to keep
const KEPT_ACTIONS = [
  "label",
  "delete",
  "undo",
  "redo",
  "tag",
  "tag_attribute",
  "nothing",
  "attribute",
  "attributes",
  "turn",
  "select",
  "replay",
];

const keyOfTab = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, "0")).join("");

export function openLine(s, overlay) {
  const sid = keyOfTab(),
    place = () => `nbannotate:${document.body.dataset.baseUrl ?? location.pathname}:${s.get("page").login}:`;
  const line = (s.line = {
    sid,
    journals: new Journals(store, place, sid),
    q: 0,
    sent: [],
    heard: performance.now(),
    asked: 0,
    last: 0,
    down: false,
    label: "",
    view: null,
    offered: new Set(),
  });
  const original = overlay.send;
  overlay.send = (content) => {
    const t = s.get("page").task ?? 0;
    if (content.view) line.view = content;
    if (content.type === "current") line.label = content.label;
    if (content.type === "label") s.clock?.labelled(content.label);
    const keeps = t && !PASSING.includes(content.type);
    post(s, { do: "draw", at: t, message: content }, keeps && { ...content, under: line.label });
  };
  const labelled = () => {
    line.label = s.get("drawing").label ?? "";
  };
  s.model.on("change:drawing", labelled);
  const timer = setInterval(() => probe(s), 300);
  const noticed = (e) => {
    if (e.detail === "closed") down(s, true);
    else if (e.detail === "there")
      s.model.widget_manager.kernel?.reconnect?.().catch(() => {}); // at once, not when its own pause is over
    else probe(s, true);
  };
  addEventListener("nbannotate-line", noticed);
  return () => {
    clearInterval(timer);
    removeEventListener("nbannotate-line", noticed);
    s.model.off("change:drawing", labelled);
    overlay.send = original;
  };
}

export function journalOf(s) {
  const { task, revision = 0 } = s.get("page");
  return s.line.journals.of(task, revision, s.get("task").asset);
}

function keep(s, entry) {
  if (!s.get("page").task) return;
  if (entry.do === "replay") s.line.journals.write();
  else s.line.journals.add(journalOf(s), entry);
}

export function post(s, message, kept = KEPT_ACTIONS.includes(message.do) && message) {
  const line = s.line;
  line.q += 1;
  const whole = { ...message, sid: line.sid, q: line.q, ...(kept ? { keep: true } : {}) };
  line.sent.push({ message: whole, at: performance.now() });
  if (kept) keep(s, { ...kept, q: line.q });
  if (s.ended) return void repaint(s); // the next kernel gets what is kept
  if (!hand(s, whole)) down(s, true);
  return true;
}

function hand(s, message) {
  const told = message.reports ? { ...message, now: s.clock.now() } : message;
  try {
    s.model.send(told);
    return true;
  } catch {
    return false;
  } // the kernel is gone
}

function probe(s, now = false) {
  // nothing heard of what was sent: ask how far it came
  const line = s.line,
    time = performance.now(),
    oldest = line.sent[0];
  if (s.ended || (!oldest && !line.down && !now)) return;
  if (line.asked && time - line.asked > DOWN_MS) down(s, true);
  if (
    now ||
    (!line.asked && time - oldest.at > PROBE_MS) ||
    (line.asked && time - line.asked > DOWN_MS && time - line.last > DOWN_MS)
  ) {
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

export function heardOf(s, m) {
  // how far Python came; of another page of the same kernel, nothing
  const line = s.line;
  if (m.closed) return line.journals.forget(m.closed);
  if (m.sid !== line.sid) return undefined;
  if (m.got !== undefined) {
    const was = line.down;
    line.sent = line.sent.filter((row) => row.message.q > m.got);
    line.asked = 0;
    down(s, false);
    if (m.probed || m.gap)
      for (const row of line.sent) {
        row.at = performance.now();
        hand(s, row.message);
      }
    if (was || m.gap) again(s);
  }
  line.journals.told(m);
  return undefined;
}

function again(s) {
  // what Python said meanwhile may be lost, too
  const { view } = s.line,
    overlay = s.overlay;
  post(s, { do: "again" });
  if (view && overlay) overlay.send({ ...view, type: "hello" });
}
