// Puts the parts together, keeps the table and the statistics alive across them, and takes everything down again.

import type { VNode } from "preact";
import type { Parts } from "../generated/manage-views.ts";
import { clear, draw, h } from "../shared/dom.ts";
import { node } from "../shared/elements.ts";
import { emptyState, reading } from "../shared/empty.ts";
import { whenKernelEnds } from "../shared/kernel.ts";
import type { Shown as Rendered } from "../shared/model.ts";
import { repaint } from "../shared/redraw.ts";
import { Requests } from "../shared/requests.ts";
import { followDirection, said, T, useTexts } from "../shared/texts.ts";
import { followTheme } from "../shared/theme.ts";
import { toast, toasts } from "../shared/toasts.ts";
import { addressOfStatistics, follow, go, TABS } from "./address.ts";
import { campaigns } from "./campaigns.ts";
import { dialog } from "./dialogs.ts";
import { bar, notices, rail } from "./frame.ts";
import { makeGrid } from "./grid.ts";
import { issues, noThreads } from "./issues.ts";
import { jobs } from "./jobs.ts";
import { members } from "./members.ts";
import { menuLayer, openMenu } from "./menu.ts";
import { closeDialog } from "./open-dialog.ts";
import { noFilter, noSheet } from "./sheet.ts";
import { banner, beat, hear, tell } from "./talk.ts";
import { type Behind, showBehind, tasks } from "./tasks.ts";
import type { Page } from "./types.ts";

const PARTS: (keyof Parts)[] = ["page", "campaigns", "jobs", "gold", "issues", "people", "notices"];
const FIELD =
  "textarea, select, input:not([type=checkbox]):not([type=radio]), [contenteditable]:not([contenteditable=false])";

function tree(s: Page): VNode {
  const { refused } = s.get("page");
  if (refused && s.ui.tab !== "statistics") return emptyState("lock", T("This page is for managers"), said(refused));
  return { campaigns, tasks, jobs, issues, members, statistics }[s.ui.tab](s);
}

function statistics(s: Page): VNode {
  const { statistics: now, problem } = s.get("page");
  if (problem)
    return emptyState(
      "chart",
      T("No statistics"),
      said(problem),
      h("button", { type: "button", onclick: () => tell(s, "statistics", {}) }, T("Try again")),
    );
  if (now !== "ready" || !s.dashboard) return reading(T("Reading the statistics…"));
  return h("div", { class: "nbm-statistics", "data-key": "statistics" });
}

function paint(s: Page): void {
  clearTimeout(s.soon);
  s.soon = 0;
  s.waiting = false;
  if (s.gone) return;
  const away = s.ui.dialog !== null;
  draw(
    s.inner,
    h(
      "div",
      { class: "nbm-all", "data-key": "all", inert: away },
      bar(s),
      banner(s),
      h(
        "div",
        { class: "nbm-body", "data-key": "body" },
        rail(s),
        h(
          "main",
          {
            class: "nbm-part",
            id: "nbm-part",
            "data-key": `part-${s.ui.tab}`,
            "data-tab": s.ui.tab,
            role: "tabpanel",
            "aria-labelledby": `nbm-tab-${s.ui.tab}`,
            tabindex: "-1",
          },
          tree(s),
        ),
      ),
    ),
    menuLayer(s),
    notices(s),
    dialog(s),
    toasts(s),
  );
  const grid = s.inner.querySelector(".nbm-grid-slot"),
    statistics = s.inner.querySelector(".nbm-statistics");
  if (grid) {
    s.grid ??= makeGrid(s);
    if (place(grid, s.grid.el)) s.grid.el.scrollTop = s.scrolled;
    s.grid.paint();
  }
  if (statistics && s.dashboard) place(statistics, s.dashboard);
}

// Puts something that lives on into the place that is there for it now; true if it was elsewhere.
function place(slot: Element, el: Element): boolean {
  if (el.parentNode === slot) return false;
  slot.replaceChildren(el);
  return true;
}

async function showDashboard(s: Page): Promise<void> {
  const id = s.model.get("dashboard");
  if (!id || s.dashboard) return;
  const model = await s.model.widget_manager.get_model(String(id).replace("IPY_MODEL_", ""));
  const view = await s.model.widget_manager.create_view(model, {});
  if (s.gone) return view.remove();
  s.dashboard = view.el;
  s.dashboardView = view;
  s.statistics = model;
  for (const name of ["address", "view"]) model.on(`change:${name}`, s.listenTo);
  addressOfStatistics(s);
  repaint(s, true);
  // Lumino tells a widget and its children when they are in the page; here nobody else does.
  view.luminoWidget.processMessage({ type: "after-attach", isConflatable: false, conflate: () => false });
}

function onKey(s: Page, e: KeyboardEvent): void {
  if (e.key === "Escape" && s.ui.dialog && !e.defaultPrevented) {
    e.preventDefault();
    return void closeDialog(s);
  }
  if (e.defaultPrevented || e.isComposing || e.ctrlKey || e.metaKey || e.altKey || s.ui.dialog || !s.root.isConnected)
    return;
  const target = e.composedPath()[0];
  if (e.key === "Escape" && s.ui.menu) {
    e.preventDefault();
    return void openMenu(s, "");
  }
  if (target instanceof Element && target.closest(FIELD)) {
    if (e.key === "Escape" && target.matches("[data-search]") && !(target as HTMLInputElement).value)
      s.grid?.el.focus();
    return;
  }
  const tab = TABS[Number(e.key) - 1]?.[0],
    search = s.inner.querySelector<HTMLInputElement>("[data-search]");
  if (tab) {
    go(s, tab);
    s.inner.querySelector<HTMLElement>(`#nbm-tab-${tab}`)?.focus();
  } else if (e.key === "/" && search) {
    search.focus();
    search.select();
  } else return;
  e.preventDefault();
  e.stopPropagation();
}

async function render({ model, el, signal }: Rendered): Promise<() => void> {
  const whole = model.get<boolean>("whole"),
    inner = node("div", { class: "nbp-inner" }),
    root = node("div", { class: whole ? "nbp nbp-whole nbm" : "nbp nbm", "data-lm-suppress-shortcuts": "true" }, inner);
  if (!whole) root.style.height = model.get("height");
  const s: Page = {
    model,
    root,
    inner,
    requests: new Requests(model),
    toasts: [],
    soon: 0,
    ended: false,
    trouble: "",
    scrolled: 0,
    dashboardView: null,
    listenTo: () => addressOfStatistics(s),
    menu: null,
    back: null,
    waiting: false,
    gone: false,
    beating: false,
    again: false,
    timer: 0,
    unpacking: Promise.resolve(),
    get: <Name extends keyof Parts>(name: Name) => model.get<Partial<Parts[Name]> | null>(name) ?? {},
    paint: () => paint(s),
    sheet: noSheet(),
    shown: [],
    counts: [0, 0, 0, 0],
    chosen: new Set(),
    anchor: -1,
    active: 0,
    activeTask: 0,
    stepNames: [],
    steps: "",
    grid: null,
    dashboard: null,
    statistics: null,
    led: true,
    ui: {
      tab: "campaigns",
      view: "",
      campaign: 0,
      list: { shown: "current", dataset: "", sort: "recent" },
      filter: noFilter(),
      sort: { by: "", down: false },
      people: "",
      threads: noThreads(),
      opened: new Set(),
      menu: "",
      menuAt: "",
      dialog: null,
      first: true,
    },
  };
  const deaf = await useTexts(model, () => repaint(s));
  const direction = followDirection(root);
  const theme = followTheme(root);
  el.replaceChildren(root);

  const hearing = (message: Record<string, unknown>, buffers: DataView[]) => hear(s, message, buffers),
    changed = () => repaint(s);
  model.on("msg:custom", hearing);
  for (const part of PARTS) model.on(`change:${part}`, changed);
  const dashboard = () =>
    showDashboard(s).catch((e: Error) =>
      toast(s, T("The statistics could not be shown: {why}", { why: e.message }), "error"),
    );
  model.on("change:dashboard", dashboard);
  const awake = whole
    ? () => {}
    : whenKernelEnds(model, () => {
        s.ended = true;
        repaint(s);
      });
  dashboard();

  (whole ? document : root).addEventListener("keydown", (e) => onKey(s, e as KeyboardEvent), { signal });
  document.addEventListener("visibilitychange", () => beat(s), { signal });
  root.addEventListener(
    "nbannotate-tasks",
    (e) => {
      e.preventDefault();
      showBehind(s, (e as CustomEvent<Behind>).detail);
    },
    { signal },
  );
  root.addEventListener(
    "scroll",
    (e) => {
      if (e.target === s.grid?.el && s.grid.el.isConnected) s.scrolled = s.grid.el.scrollTop;
    },
    { capture: true, passive: true, signal },
  );
  if (whole) {
    addEventListener("popstate", () => follow(s), { signal });
    follow(s);
  } else go(s, "campaigns", false);

  return () => {
    s.gone = true;
    deaf();
    direction();
    awake();
    clearTimeout(s.timer);
    clearTimeout(s.soon);
    theme.stop();
    model.off("msg:custom", hearing);
    model.off("change:dashboard", dashboard);
    for (const part of PARTS) model.off(`change:${part}`, changed);
    for (const name of ["address", "view"]) s.statistics?.off(`change:${name}`, s.listenTo);
    s.dashboardView?.remove();
    clear(s.inner);
  };
}

export default { render };
