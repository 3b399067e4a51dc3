// Where a person's time goes. A task is shown while it is in front in a visible window; its person works until there was
// no key, click or move of the pointer for a while; edits while a gesture or a form is in progress. The page measures with
// a clock that nobody can set, and keeps every report in the browser until the workspace has counted it.

import { post } from "./delivery.js";
import { store } from "./journal.ts";

const TICK_MS = 1000,
  ASLEEP_MS = 10_000,
  REPORT_MS = 10_000,
  OFFLINE_MS = 60_000,
  FORGET_MS = 30 * 86_400_000;
const NEXT = -1; // the task that comes after the one that is being left

// Cuts time into stretches [task, from, to, worked, editing, by label], in milliseconds of performance.now().
function stopwatch() {
  let at = { task: 0, on: false, idle: 60_000, hand: null },
    mark = performance.now(),
    touched = -Infinity,
    rows = [];
  const add = (low, high, worked) => {
    if (high <= low) return;
    let row = rows.at(-1);
    if (row?.[0] === at.task && row[2] === low && row[3] === worked) row[2] = high;
    else rows.push((row = [at.task, low, high, worked, 0, {}]));
    if (!worked || !at.hand) return;
    row[4] += high - low;
    const { label } = at.hand; // null: of no shape; "": of one that is not labelled yet
    if (label !== null) row[5][label] = (row[5][label] ?? 0) + high - low;
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
    see(now) {
      run();
      at = { ...at, ...now };
    },
    touch() {
      run();
      touched = mark;
    },
    rename(from, to) {
      for (const row of rows) if (row[0] === from) row[0] = to;
    },
    label(name) {
      // what was just drawn is labelled now
      for (const { 5: labels } of rows)
        if (labels[""]) {
          labels[name] = (labels[name] ?? 0) + labels[""];
          delete labels[""];
        }
    },
    take() {
      run();
      const taken = rows.filter((row) => row[0] > 0);
      rows = rows.filter((row) => row[0] <= 0);
      return taken;
    },
    get due() {
      return rows.some((row) => row[0] > 0) && rows.reduce((sum, row) => sum + row[2] - row[1], 0) >= REPORT_MS;
    },
  };
}

export function openClock(s, on) {
  const watch = stopwatch(),
    sid = s.line.sid,
    front = typeof BroadcastChannel === "function" ? new BroadcastChannel("nbannotate-front") : null;
  let anchor = null,
    place = "",
    n = 0,
    kept = [],
    mine = true,
    seen = Boolean(s.model.get("whole")),
    gesture = null,
    leaving = 0,
    asked = -Infinity,
    told = 0;

  const key = (of) =>
    `nbannotate-time:${document.body.dataset.baseUrl ?? location.pathname}:${place}:${s.get("page").login}:${of}`;
  const read = (name) => {
    try {
      return JSON.parse(store?.getItem(name)) ?? {};
    } catch {
      return {};
    }
  };
  const write = (name, reports) => {
    if (!reports.length) return void store?.removeItem(name);
    try {
      store?.setItem(name, JSON.stringify({ at: Date.now(), reports }));
    } catch {
      /* full: it is still in memory */
    }
  };
  const known = ({ "": none, ...labels }) => labels;
  const claim = () => {
    mine = true;
    front?.postMessage(sid);
  };

  const look = () => {
    // what is in front of the person now
    const page = s.get("page"),
      t = s.get("task"),
      now = page.screen === "task" && t.mine && !t.lost ? page.task : 0;
    if (leaving && page.task !== leaving) {
      watch.run();
      watch.rename(NEXT, now || leaving);
      leaving = 0;
    }
    watch.see({
      task: leaving ? NEXT : now,
      on: mine && seen && !document.hidden && !s.gone,
      idle: (t.idle ?? 60) * 1000,
      hand: gesture ?? formInHand(s),
    });
  };
  const report = () => {
    const rows = anchor === null ? [] : watch.take();
    if (!rows.length) return null;
    n += 1;
    const ms = (time) => Math.round(anchor + time);
    const made = {
      sid,
      n,
      rows: rows
        .map(([task, low, high, worked, editing, labels]) => [
          task,
          ms(low),
          ms(high),
          worked,
          Math.round(editing),
          known(labels),
        ])
        .filter((row) => row[2] > row[1]),
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
    post(s, { do: "clock", name: "hello" });
  };
  const adopt = () => {
    // what pages that are gone could not tell any more
    if (!store) return;
    const begin = key(""),
      found = [];
    for (const name of Object.keys(store)) {
      if (!name.startsWith(begin) || name === key(sid)) continue;
      const { at: when = 0, reports = [] } = read(name);
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
  on(s.slot, "nba-hand", (e) => {
    gesture = e.detail;
    look();
  });
  for (const type of ["focusin", "focusout"]) on(s.root, type, () => queueMicrotask(look));
  const sight = new IntersectionObserver((entries) => {
    watch.run();
    seen = entries.at(-1).isIntersecting;
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
    attach(message) {
      look();
      const made = report();
      if (made) message.reports = [made];
    },
    labelled: (name) => {
      watch.run();
      if (name) watch.label(name);
    },
    leave() {
      leaving = s.get("page").task ?? 0;
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
    counted(keys) {
      const done = new Map();
      for (const [whose, number] of keys) done.set(whose, (done.get(whose) ?? new Set()).add(number));
      for (const [whose, numbers] of done) {
        const rest = (whose === sid ? kept : (read(key(whose)).reports ?? [])).filter((row) => !numbers.has(row.n));
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

function formInHand(s) {
  // a field that is being filled in; whose label, if it is a shape's
  if (s.ui.dialog) return { label: null };
  const field = document.activeElement;
  if (!s.root.contains(field) || !field.matches?.("textarea, select, input:not([type=range])")) return null;
  const d = s.get("drawing"),
    chosen = field.closest(".nbp-form") ? ((d.shapes ?? []).find((row) => row[4])?.[1] ?? "") : "";
  return { label: d.labels?.find(({ name }) => chosen === name || chosen.startsWith(`${name}, `))?.name ?? null };
}
