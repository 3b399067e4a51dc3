// What is shown stands in the address: the open task, the job, or a task of a list that somebody goes through.

import { repaint } from "../shared/redraw.ts";
import { T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import type { Page, Reply } from "./page.ts";
import { send } from "./send.ts";

export const addressed = () => location.hash.slice(1);
const withHash = (name: string): string => `${location.pathname}${location.search}${name ? `#${name}` : ""}`;

export function placeOf(s: Page) {
  const { screen, task, job } = s.get("page");
  return screen === "task"
    ? `${s.get("task")?.listed ? "view" : "task"}=${task}`
    : screen === "job"
      ? `job=${job}`
      : "";
}

export function syncAddress(s: Page) {
  const { screen } = s.get("page");
  const name = screen === "task" ? s.get("task")?.asset : screen === "job" ? s.get("job")?.name : null;
  document.title = `${name ?? T("My tasks")} · nbannotate`;
  if (s.ui.going || screen === "opening" || screen === "failed") return;
  const place = placeOf(s);
  if (place === addressed()) {
    s.ui.placed = true;
    return;
  }
  if (s.ui.placed && !s.ui.replaced) history.pushState(null, "", withHash(place));
  else history.replaceState(null, "", withHash(place));
  s.ui.placed = true;
}

// The list that another page wrote before it opened this one: the ids of its tasks, in its order.
function viewedList(task: number): number[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem("nbannotate-view") ?? "[]");
    return Array.isArray(ids) && ids.includes(task) ? ids.map(Number) : [];
  } catch {
    return [];
  } // no storage, or not ours: the task is opened alone
}

export function followAddress(s: Page) {
  // back, forward, reload, or a link
  const place = addressed();
  if (place === placeOf(s)) return;
  s.ui.going = true;
  const done: Reply = (error) => {
    s.ui.going = s.ui.first = false;
    if (error) toast(s, error, "error");
    repaint(s);
  };
  const task = /^task=(\d{1,15})$/.exec(place),
    job = /^job=(\d{1,15})\.(\d{1,4})$/.exec(place);
  const view = /^view=(\d{1,15})(?:\.(\d{1,15}))?$/.exec(place),
    issue = Number(view?.[2] ?? 0);
  if (view)
    send(s, "view", { task: Number(view[1]), ids: viewedList(Number(view[1])), issue }, (error) => {
      done(error);
      if (!error && issue && s.get("talk")?.issues.some((i) => i.id === issue && i.place !== "image"))
        send(s, "issue_place", { issue });
    });
  else if (task) send(s, "open", { task: Number(task[1]) }, done);
  else if (job) send(s, "job", { campaign: Number(job[1]), step: Number(job[2]) }, done);
  else send(s, "home", {}, done);
}
