// What another page of this browser kept when its kernel was gone: the task that is opened gets it, or the person is asked
// (pages/work/offline_replay.py).

import type { Replayed } from "../generated/work-views.ts";
import { bannerShown, endedBanner } from "../shared/banner.ts";
import { repaint } from "../shared/redraw.ts";
import { T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { journalOf } from "./delivery.ts";
import { rested, store } from "./journal.ts";
import type { Page } from "./page.ts";
import { complain, send } from "./send.ts";

const others = (s: Page) => (s.get("page").login ? s.line.journals.others() : []);

export function offerKept(s: Page, force = false) {
  // a task was opened: what is kept for it goes onto it
  const { task } = s.get("page"),
    t = s.get("task"),
    line = s.line;
  const found = others(s).filter(
    ([key, kept]) =>
      line.journals.taskOf(key) === task && (force || !line.offered.has(key)) && (kept.name ?? t?.asset) === t?.asset,
  ); // a new workspace in memory counts its tasks from one again
  for (const [key, kept] of found) {
    line.offered.add(key);
    const j = journalOf(s);
    if (!t?.mine) {
      line.journals.drop([key]);
      continue;
    }
    j.after.push(key);
    send(s, "replay", { revision: kept.revision, marks: kept.marks, entries: kept.entries, force });
    j.replayed = line.q;
  }
}

export function toldOfKept(s: Page, m: Replayed): void {
  const j = s.line.journals.current,
    keys = j?.after ?? [];
  if (m.outcome === "ask") {
    s.ui.kept = { task: m.task, keys };
    if (j) j.after = [];
  }
  if (m.outcome === "over") {
    s.line.journals.drop(keys);
    toast(s, T("What this browser kept for this image was drawn before it was finished; it is dropped."), "info");
  }
  if (m.outcome === "done" && m.differs)
    toast(s, T("What you drew before the connection was lost is here again."), "good");
  repaint(s);
}

export function endedRow(s: Page) {
  // in a notebook, where only the person can start another
  const kept = store && s.get("task")?.mine && s.line.journals.current?.entries.length;
  return endedBanner(kept ? ` ${T("What was not saved yet is kept in this browser.")}` : "");
}

export function keptRow(s: Page) {
  // in the place of a banner
  const { screen, task } = s.get("page");
  const row = (text: string, acts: [title: string, act: () => unknown][]) =>
    bannerShown({ text, kind: "warning" }, acts);
  if (screen === "task" && s.ui.kept?.task === task) {
    const { keys } = s.ui.kept,
      end = () => {
        s.ui.kept = null;
        repaint(s);
      };
    return row(
      T(
        "This browser kept what you drew here before the connection was lost, but what is saved of this image is not what you drew it on.",
      ),
      [
        [
          T("Put it on top"),
          () => {
            end();
            offerKept(s, true);
          },
        ],
        [
          T("Forget it"),
          () => {
            s.line.journals.drop(keys);
            end();
          },
        ],
      ],
    );
  }
  if (screen !== "tasks") return null;
  const rows = others(s).filter(([, kept]) => rested(kept));
  const [first] = rows;
  if (!first) return null;
  const [key, { name }] = first;
  return row(
    rows.length > 1
      ? T(
          "This browser kept what you drew on {name} and {more} more when the connection was lost. Open it to save it.",
          { name, more: rows.length - 1 },
        )
      : T("This browser kept what you drew on {name} when the connection was lost. Open it to save it.", {
          name,
        }),
    [
      [T("Open it"), () => send(s, "open", { task: s.line.journals.taskOf(key) }, complain(s))],
      [
        T("Forget it"),
        () => {
          s.line.journals.drop(rows.map(([key]) => key));
          repaint(s);
        },
      ],
    ],
  );
}
