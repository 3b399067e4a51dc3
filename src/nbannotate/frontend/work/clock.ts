// Where a person's time goes. A task is shown while it is in front in a visible window; its person works until there was
// no key, click or move of the pointer for a while; edits while a gesture or a form is in progress. The page measures with
// a clock that nobody can set, and keeps every report in the browser until the workspace has counted it.

import type { AnyAction, Measured, Report } from "../generated/work-actions.ts";
import type { ReportKey, TimeTold } from "../generated/work-views.ts";
import { post } from "./delivery.ts";
import { store } from "./journal.ts";
import type { On, Page } from "./page.ts";

const TICK_MS = 1000,
  ASLEEP_MS = 10_000,
  REPORT_MS = 10_000,
  OFFLINE_MS = 60_000,
  FORGET_MS = 30 * 86_400_000;
const NEXT = -1; // the task that comes after the one that is being left

/** A stretch of time, in milliseconds of performance.now(). */
type Stretch = Required<Measured>;

/** A gesture or a form in progress; its label is null where it is of no shape, "" of one that is not labelled yet. */
interface Hand {
  label: string | null;
}

interface Watched {
  task: number;
  on: boolean;
  idle: number;
  hand: Hand | null;
}

export interface Clock {
  look(): void;
  touch(): void;
  now(): number;
  attach(action: AnyAction): void;
  labelled(name: string): void;
  leave(): void; // waiting for the next task is of that one
  left(): void;
  set(told: TimeTold): void;
  counted(reports: ReportKey[]): void;
  close(): void;
}

// Cuts time into stretches.
function stopwatch() {
  let at: Watched = { task: 0, on: false, idle: 60_000, hand: null },
    mark = performance.now(),
    touched = -Infinity,
    rows: Stretch[] = [];
  const add = (low: number, high: number, worked: boolean) => {
    if (high <= low) return;
    let row = rows.at(-1);
    if (row?.task === at.task && row.high === low && row.worked === worked) row.high = high;
    else rows.push((row = { task: at.task, low, high, worked, editing: 0, labels: {} }));
    if (!worked || !at.hand) return;
    row.editing += high - low;
    const { label } = at.hand;
    if (label !== null) row.labels[label] = (row.labels[label] ?? 0) + high - low;
  };
  const run = () => {
    // account for the time until now
    const now = performance.now(),
      idle = touched + at.idle;
    // No tick for so long: the machine slept, or the page was frozen. Nobody was idle at it then, nor was it seen.
    const seen = now - mark > ASLEEP_MS ? Math.min(now, Math.max(mark, idle)) : now;
    if (at.on && at.task) {
      const turn = Math.min(seen, Math.max(mark, idle));
      add(mark, turn, true);
      add(turn, seen, false);
    }
    mark = now;
  };
  return {
    run,
    see(now: Watched) {
      run();
      at = now;
    },
    touch() {
      run();
      touched = mark;
    },
    rename(from: number, to: number) {
      for (const row of rows) if (row.task === from) row.task = to;
    },
    label(name: string) {
      // what was just drawn is labelled now
      for (const { labels } of rows)
        if (labels[""]) {
          labels[name] = (labels[name] ?? 0) + labels[""];
          delete labels[""];
        }
    },
    take() {
      run();
      const taken = rows.filter((row) => row.task > 0);
      rows = rows.filter((row) => row.task <= 0);
      return taken;
    },
    get due() {
      return rows.some((row) => row.task > 0) && rows.reduce((sum, row) => sum + row.high - row.low, 0) >= REPORT_MS;
    },
  };
}

/** What is kept in the browser of one page, until it is counted. */
interface Kept {
  at: number;
  reports: Report[];
}

export function openClock(s: Page, on: On): Clock {
  const watch = stopwatch(),
    sid = s.line.sid,
    front = typeof BroadcastChannel === "function" ? new BroadcastChannel("nbannotate-front") : null;
  let anchor: number | null = null,
    place = "",
    n = 0,
    kept: Report[] = [],
    mine = true,
    seen = s.model.get<boolean>("whole"),
    gesture: Hand | null = null,
    leaving = 0,
    asked = -Infinity,
    told = 0;

  const key = (of: string) =>
    `nbannotate-time2:${document.body.dataset.baseUrl ?? location.pathname}:${place}:${s.get("page").login}:${of}`;
  const read = (name: string): Kept => {
    try {
      return { at: 0, reports: [], ...(JSON.parse(store?.getItem(name) ?? "{}") as Partial<Kept>) };
    } catch {
      return { at: 0, reports: [] };
    }
  };
  const write = (name: string, reports: Report[]): void => {
    if (!reports.length) return void store?.removeItem(name);
    const row: Kept = { at: Date.now(), reports };
    try {
      store?.setItem(name, JSON.stringify(row));
    } catch {
      /* full: it is still in memory */
    }
  };
  const known = ({ "": none, ...labels }: Record<string, number>) => labels;
  const claim = () => {
    mine = true;
    front?.postMessage(sid);
  };

  const look = () => {
    // what is in front of the person now
    const page = s.get("page"),
      t = s.get("task"),
      now = page.screen === "task" && t?.mine && !t.lost ? page.task : 0;
    if (leaving && page.task !== leaving) {
      watch.run();
      watch.rename(NEXT, now || leaving);
      leaving = 0;
    }
    watch.see({
      task: leaving ? NEXT : now,
      on: mine && seen && !document.hidden && !s.gone,
      idle: (t?.idle ?? 60) * 1000,
      hand: gesture ?? formInHand(s),
    });
  };
  const report = (): Report | null => {
    const zero = anchor,
      rows = zero === null ? [] : watch.take();
    if (zero === null || !rows.length) return null;
    n += 1;
    const ms = (time: number) => Math.round(zero + time);
    const made = {
      sid,
      n,
      rows: rows
        .map(({ task, low, high, worked, editing, labels }) => ({
          task,
          low: ms(low),
          high: ms(high),
          worked,
          editing: Math.round(editing),
          labels: known(labels),
        }))
        .filter((row) => row.high > row.low),
    };
    if (!made.rows.length) return null;
    kept.push(made);
    write(key(sid), kept);
    return made;
  };
  const flush = () => {
    look();
    told = performance.now();
    const made = report();
    if (made) post(s, { do: "clock", reports: [made] });
  };
  const ask = () => {
    asked = performance.now();
    post(s, { do: "clock", ask: true });
  };
  const adopt = () => {
    // what pages that are gone could not tell any more
    if (!store) return;
    const begin = key(""),
      found: Report[] = [];
    for (const name of Object.keys(store)) {
      if (!name.startsWith(begin) || name === key(sid)) continue;
      const { at: when, reports } = read(name);
      if (Date.now() - when > FORGET_MS) store.removeItem(name);
      else found.push(...reports);
    }
    for (let i = 0; i < found.length; i += 100) post(s, { do: "clock", kept: found.slice(i, i + 100) });
  };
  const tick = () => {
    look();
    if (anchor === null && !s.line.down && performance.now() - asked > REPORT_MS) ask();
    if (watch.due && (!s.line.down || performance.now() - told > OFFLINE_MS)) flush();
  };

  if (front)
    front.onmessage = () => {
      watch.run();
      mine = false;
      look();
    };
  const back = () => {
    if (!document.hidden) {
      claim();
      watch.touch();
      look();
    } else flush();
  };
  on(document, "visibilitychange", back);
  for (const type of ["pagehide", "freeze"]) on(type === "freeze" ? document : window, type, flush);
  on(s.slot, "nba-hand", (e: CustomEvent<Hand | null>) => {
    gesture = e.detail;
    look();
  });
  for (const type of ["focusin", "focusout"]) on(s.root, type, () => queueMicrotask(look));
  const sight = new IntersectionObserver((entries) => {
    watch.run();
    seen = entries.at(-1)?.isIntersecting ?? seen;
    look();
  });
  sight.observe(s.root);
  const timer = setInterval(tick, TICK_MS);
  if (!document.hidden) {
    claim();
    watch.touch();
  } // somebody has just opened it
  ask();

  return {
    look,
    touch() {
      if (!mine) claim();
      watch.touch();
      look();
    },
    now: () => (anchor === null ? 0 : Math.round(anchor + performance.now())),
    attach(action) {
      look();
      const made = report();
      if (made) action.reports = [made];
    },
    labelled: (name) => {
      watch.run();
      if (name) watch.label(name);
    },
    leave() {
      leaving = s.get("page").task;
      look();
    }, // waiting for the next task is of that one
    left() {
      if (leaving && s.get("page").task === leaving) {
        watch.run();
        watch.rename(NEXT, leaving);
        leaving = 0;
      }
      look();
    },
    set({ sid: whose, now, store: where }) {
      if (whose !== sid) return;
      const first = anchor === null;
      place = where;
      anchor = now - performance.now();
      if (first) adopt();
    },
    counted(reports) {
      const done = new Map<string, Set<number>>();
      for (const row of reports) done.set(row.sid, (done.get(row.sid) ?? new Set()).add(row.n));
      for (const [whose, numbers] of done) {
        const rest = (whose === sid ? kept : read(key(whose)).reports).filter((row) => !numbers.has(row.n));
        if (whose === sid) kept = rest;
        write(key(whose), rest);
      }
    },
    close() {
      flush();
      clearInterval(timer);
      sight.disconnect();
      front?.close();
    },
  };
}

function formInHand(s: Page): Hand | null {
  // a field that is being filled in; whose label, if it is a shape's
  if (s.ui.dialog) return { label: null };
  const field = document.activeElement;
  if (!field || !s.root.contains(field) || !field.matches("textarea, select, input:not([type=range])")) return null;
  const d = s.get("drawing"),
    chosen = field.closest(".nbp-form") ? (d?.shapes.find((row) => row.selected)?.label ?? "") : "";
  return { label: d?.labels.find(({ name }) => chosen === name || chosen.startsWith(`${name}, `))?.name ?? null };
}
