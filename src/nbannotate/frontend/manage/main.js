// Puts the parts together, keeps the table and the statistics alive across them, and takes everything down again.

import { h, morph } from "../shared/dom.ts";
import { whenKernelEnds } from "../shared/kernel.ts";
import { repaint } from "../shared/redraw.ts";
import { said, T, useTexts } from "../shared/texts.ts";
import { addressOfStatistics, follow, go, TABS } from "./address.js";
import { campaigns } from "./campaigns.js";
import { dialog } from "./dialogs.js";
import { empty, notices, rail, reading, topBar } from "./frame.js";
import { makeGrid } from "./grid.js";
import { issues, noThreads } from "./issues.js";
import { jobs } from "./jobs.js";
import { members } from "./members.js";
import { menuLayer, openMenu } from "./menu.js";
import { closeDialog } from "./open-dialog.js";
import { noFilter, noSheet } from "./sheet.ts";
import { banner, beat, hear, send, toast, toasts } from "./talk.js";
import { showBehind, tasks } from "./tasks.js";
import "./icons.js";

const PARTS = ["page", "campaigns", "jobs", "gold", "issues", "people", "notices"];
const FIELD =
  "textarea, select, input:not([type=checkbox]):not([type=radio]), [contenteditable]:not([contenteditable=false])";

function tree(s) {
  const { refused } = s.get("page");
  if (refused && s.ui.tab !== "statistics") return empty("lock", T("This page is for managers"), said(refused));
  return { campaigns, tasks, jobs, issues, members, statistics }[s.ui.tab](s);
}

function statistics(s) {
  const { statistics: now, problem } = s.get("page");
  if (problem)
    return empty(
      "chart",
      T("No statistics"),
      said(problem),
      h("button", { type: "button", onclick: () => send(s, "statistics", {}, () => {}) }, T("Try again")),
    );
  if (now !== "ready" || !s.dashboard) return reading(T("Reading the statistics…"));
  return h("div", { class: "nbm-statistics", "data-key": "statistics", "data-keep": "" });
}

function paint(s) {
  s.waiting = false;
  if (s.gone) return;
  const away = s.ui.dialog !== null;
  morph(
    s.inner,
    h(
      "div",
      { class: "nbp-inner" },
      h(
        "div",
        { class: "nbm-all", "data-key": "all", inert: away },
        topBar(s),
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
    ),
  );
  for (const field of s.inner.querySelectorAll("[data-value]")) {
    const value = field.dataset.value;
    if (field.value !== value && !(field.type === "number" && field === document.activeElement)) field.value = value;
  }
  for (const field of s.inner.querySelectorAll("[data-checked]")) field.checked = field.dataset.checked === "true";
  place(
    s,
    ".nbm-grid-slot",
    () => (s.grid ??= makeGrid(s)).el,
    () => s.grid.paint(),
  );
  place(
    s,
    ".nbm-statistics",
    () => s.dashboard,
    () => {},
  );
}

// Puts something that lives on into the place that is there for it now.
function place(s, where, what, then) {
  const slot = s.inner.querySelector(where);
  if (!slot) return;
  const el = what();
  if (el.parentNode !== slot) {
    slot.replaceChildren(el);
    if (s.scrolled && el === s.grid?.el) el.scrollTop = s.scrolled;
  }
  then();
}

async function showDashboard(s) {
  const id = s.model.get("dashboard");
  if (!id || s.dashboard) return;
  const model = await s.model.widget_manager.get_model(String(id).replace("IPY_MODEL_", ""));
  const view = await s.model.widget_manager.create_view(model, {});
  if (s.gone) return view.remove();
  s.dashboard = view.el;
  s.dashboardView = view;
  s.statistics = model;
  s.listenTo = () => addressOfStatistics(s);
  for (const name of ["address", "view"]) model.on(`change:${name}`, s.listenTo);
  addressOfStatistics(s);
  repaint(s, true);
  // Lumino tells a widget and its children when they are in the page; here nobody else does.
  view.luminoWidget.processMessage({ type: "after-attach", isConflatable: false, conflate: () => false });
}

function onKey(s, e) {
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
    if (e.key === "Escape" && target.matches("[data-search]") && !target.value) s.grid?.el.focus();
    return;
  }
  const tab = TABS[Number(e.key) - 1]?.[0],
    search = s.inner.querySelector("[data-search]");
  if (tab) {
    go(s, tab);
    s.inner.querySelector(`#nbm-tab-${tab}`)?.focus();
  } else if (e.key === "/" && search) {
    search.focus();
    search.select();
  } else return;
  e.preventDefault();
  e.stopPropagation();
}

function theme(s) {
  const said = document.body.dataset.jpThemeLight,
    dark = said ? said === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
  s.root.dataset.theme = dark ? "dark" : "light";
}

async function render({ model, el, signal }) {
  const whole = model.get("whole");
  const s = {
    model,
    replies: new Map(),
    waiting: false,
    gone: false,
    beating: false,
    again: false,
    timer: 0,
    unpacking: Promise.resolve(),
    get: (name) => model.get(name) ?? {},
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
      menuUp: false,
      dialog: null,
      toasts: [],
      first: true,
    },
  };
  const deaf = await useTexts(model, () => repaint(s));
  s.inner = h("div", { class: "nbp-inner" });
  s.root = h(
    "div",
    {
      class: whole ? "nbp nbp-whole nbm" : "nbp nbm",
      "data-lm-suppress-shortcuts": "true",
      style: whole ? null : `height:${model.get("height")}`,
    },
    s.inner,
  );
  theme(s);
  el.replaceChildren(s.root);

  const hearing = (message, buffers) => hear(s, message, buffers),
    changed = () => repaint(s);
  model.on("msg:custom", hearing);
  for (const part of PARTS) model.on(`change:${part}`, changed);
  const dashboard = () =>
    showDashboard(s).catch((e) => toast(s, T("The statistics could not be shown: {why}", { why: e.message }), "error"));
  model.on("change:dashboard", dashboard);
  const awake = whole
    ? () => {}
    : whenKernelEnds(model, () => {
        s.ended = true;
        repaint(s);
      });
  dashboard();

  const on = (target, type, does, options = {}) => target.addEventListener(type, does, { signal, ...options });
  on(whole ? document : s.root, "keydown", (e) => onKey(s, e));
  on(document, "visibilitychange", () => beat(s));
  on(s.root, "nbannotate-tasks", (e) => {
    e.preventDefault();
    showBehind(s, e.detail);
  });
  on(
    s.root,
    "scroll",
    (e) => {
      if (e.target === s.grid?.el && e.target.isConnected) s.scrolled = e.target.scrollTop;
    },
    { capture: true, passive: true },
  );
  on(matchMedia("(prefers-color-scheme: dark)"), "change", () => theme(s));
  const looks = new MutationObserver(() => theme(s));
  looks.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  if (whole) {
    on(window, "popstate", () => follow(s));
    follow(s);
  } else go(s, "campaigns", false);

  return () => {
    s.gone = true;
    deaf();
    awake();
    clearTimeout(s.timer);
    looks.disconnect();
    model.off("msg:custom", hearing);
    model.off("change:dashboard", dashboard);
    for (const part of PARTS) model.off(`change:${part}`, changed);
    for (const name of ["address", "view"]) s.statistics?.off(`change:${name}`, s.listenTo);
    s.dashboardView?.remove();
  };
}

export default { render };
