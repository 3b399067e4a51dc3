// The line to Python: what is sent is numbered and kept until it arrived; what changes the draft is kept in the browser
// (journal.ts) until it is stored. If the connection comes back, what was lost goes again.

import type { AnyAction } from "../generated/work-actions.ts";
import type { Arrived, Ended, Stored, Storing } from "../generated/work-views.ts";
import type { Model } from "../shared/model.ts";
import { repaint } from "../shared/redraw.ts";
import { type Journal, Journals, store } from "./journal.ts";
import type { Name, Page } from "./page.ts";

const PROBE_MS = 1200,
  DOWN_MS = 2500;
const PASSING = ["hello", "view", "tool", "zone", "key", "refused"]; // of the canvas: nothing to keep
const KEPT_ACTIONS: Name[] = [
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

/** What the canvas' overlay sends, as far as it matters here. */
interface Gesture extends Record<string, unknown> {
  type: string;
  view?: object;
  label?: string;
}

/** What is kept of an action or a gesture; `under` is the label that was the current one. */
type Keep = Record<string, unknown> & { do?: Name; under?: string };

type Numbered = AnyAction & { q: number; sid: string };

export interface Line {
  sid: string; // this page
  journals: Journals;
  q: number; // messages, counted
  sent: { message: Numbered; at: number }[]; // that are not known to have arrived
  asked: number; // since when, and when last, it was asked how far they came
  last: number;
  down: boolean;
  label: string; // the current one of the canvas
  view: Gesture | null; // the last view of the canvas
  offered: Set<string>; // journals that were put onto a task
}

const keyOfTab = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, "0")).join("");

export function openLine(s: Page, overlay: Model): () => void {
  const sid = keyOfTab(),
    place = () => `nbannotate:${document.body.dataset.baseUrl ?? location.pathname}:${s.get("page").login}:`;
  const line: Line = {
    sid,
    journals: new Journals(store, place, sid),
    q: 0,
    sent: [],
    asked: 0,
    last: 0,
    down: false,
    label: "",
    view: null,
    offered: new Set(),
  };
  s.line = line;
  const original = overlay.send;
  overlay.send = (content: object) => {
    const gesture = content as Gesture,
      task = s.get("page").task;
    if (gesture.view) line.view = gesture;
    if (gesture.type === "current") line.label = gesture.label ?? "";
    if (gesture.type === "label") s.clock.labelled(gesture.label ?? "");
    const keeps = Boolean(task) && !PASSING.includes(gesture.type);
    post(s, { do: "draw", at: task, message: gesture }, keeps && { ...gesture, under: line.label });
  };
  const labelled = () => {
    line.label = s.get("drawing")?.label ?? "";
  };
  s.model.on("change:drawing", labelled);
  const timer = setInterval(() => probe(s), 300);
  const noticed = (e: Event) => {
    const { detail } = e as CustomEvent<unknown>;
    if (detail === "closed") down(s, true);
    else if (detail === "there")
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

export function journalOf(s: Page): Journal {
  const { task, revision } = s.get("page");
  return s.line.journals.of(task, revision, s.get("task")?.asset);
}

function keep(s: Page, entry: Keep & { q: number }): void {
  if (!s.get("page").task) return;
  if (entry.do === "replay") s.line.journals.write();
  else s.line.journals.add(journalOf(s), entry);
}

export function post(
  s: Page,
  action: AnyAction,
  kept: Keep | false = KEPT_ACTIONS.includes(action.do) && { ...action },
) {
  const line = s.line;
  line.q += 1;
  const whole: Numbered = { ...action, sid: line.sid, q: line.q, ...(kept ? { keep: true } : {}) };
  line.sent.push({ message: whole, at: performance.now() });
  if (kept) keep(s, { ...kept, q: line.q });
  if (s.ended)
    repaint(s); // the next kernel gets what is kept
  else if (!hand(s, whole)) down(s, true);
}

function hand(s: Page, action: AnyAction): boolean {
  const told = action.reports ? { ...action, now: s.clock.now() } : action;
  try {
    s.model.send(told);
    return true;
  } catch {
    return false;
  } // the kernel is gone
}

function probe(s: Page, now = false): void {
  // nothing heard of what was sent: ask how far it came
  const line = s.line,
    time = performance.now(),
    oldest = line.sent[0];
  if (s.ended || (!oldest && !line.down && !now)) return;
  if (line.asked && time - line.asked > DOWN_MS) down(s, true);
  if (
    now ||
    (!line.asked && oldest && time - oldest.at > PROBE_MS) ||
    (line.asked && time - line.asked > DOWN_MS && time - line.last > DOWN_MS)
  ) {
    line.asked ||= time;
    line.last = time;
    hand(s, { do: "probe", sid: line.sid });
  }
}

function down(s: Page, is: boolean): void {
  const line = s.line;
  if (line.down === is) return;
  line.down = is;
  line.asked ||= performance.now();
  repaint(s);
}

/** Python said how far messages came; of another page of the same kernel, nothing is heard. */
export function heardOf(s: Page, m: Arrived): void {
  const line = s.line;
  if (m.sid !== line.sid) return;
  const was = line.down;
  line.sent = line.sent.filter((row) => row.message.q > m.upto);
  line.asked = 0;
  down(s, false);
  if (m.probed || m.gap)
    for (const row of line.sent) {
      row.at = performance.now();
      hand(s, row.message);
    }
  if (was || m.gap) again(s);
}

export function toldStoring(s: Page, m: Storing): void {
  if (m.sid === s.line.sid) s.line.journals.told({ task: m.task, next: { revision: m.revision, upto: m.upto } });
}

export function toldStored(s: Page, m: Stored): void {
  if (m.sid === s.line.sid) s.line.journals.told({ task: m.task, revision: m.revision, stored: m.upto });
}

export const toldEnded = (s: Page, m: Ended): void => s.line.journals.forget(m.task);

function again(s: Page): void {
  // what Python said meanwhile may be lost, too
  const { view } = s.line;
  post(s, { do: "again" });
  if (view) s.overlay.send({ ...view, type: "hello" });
}
