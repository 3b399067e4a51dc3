// Puts the screens together, keeps the canvas alive across them, and takes everything down again.

import { h, morph } from "../shared/dom.ts";
import { whenKernelEnds } from "../shared/kernel.ts";
import { repaint } from "../shared/redraw.ts";
import { useTexts } from "../shared/texts.ts";
import { addressed, followAddress, placeOf, syncAddress } from "./address.js";
import { sentence } from "./banner.js";
import { openClock } from "./clock.js";
import { openLine } from "./delivery.js";
import { dialog } from "./dialog.js";
import { finished, opening } from "./empty.js";
import { follow } from "./follow.js";
import { pulse } from "./heartbeat.js";
import { home } from "./home.js";
import { arriveAtJob, jobPage } from "./job.js";
import { offerKept } from "./kept.js";
import { toStage } from "./keyboard.js";
import { onKey, perform } from "./keys.js";
import { notices } from "./notices.js";
import { reader, wantPaper } from "./paper.js";
import { hear } from "./receive.js";
import { openSlices, placeSlices } from "./sequence.js";
import { taskPane } from "./task.js";
import { toasts } from "./toasts.js";

const PARTS = ["page", "jobs", "job", "notices", "task", "drawing", "talk", "info", "paper", "saving", "sequence"];

function tree(s) {
  const { screen } = s.get("page");
  if (s.ui.going && s.ui.first) return opening(s);
  if (screen === "task") return taskPane(s);
  if (screen === "tasks") return home(s);
  if (screen === "job") return jobPage(s);
  if (screen === "finished") return finished(s);
  return opening(s);
}

function paint(s) {
  s.waiting = false;
  clearTimeout(s.soon);
  s.soon = 0;
  if (s.gone) return;
  const { screen } = s.get("page"),
    shown = `${screen}/${placeOf(s)}`,
    changed = shown !== s.shown;
  if (changed) {
    s.ui.dialog = s.ui.zoneFor = null;
    s.ui.reader = s.ui.bell = s.ui.menu = s.ui.turning = false;
    s.ui.busy = ""; // what was under way is done: the reply may come later
    if (screen === "task") {
      // a returned task begins with what is wrong
      const t = s.get("task");
      s.ui.issueTab = "open";
      s.ui.tab = t.returned && t.open_issues ? "issues" : s.ui.tab === "info" ? "info" : "shapes";
      if (s.ui.tabWanted) s.ui.tab = s.ui.tabWanted;
      s.ui.tabWanted = "";
      if (s.ui.tab === "info") queueMicrotask(() => wantPaper(s));
    }
  }
  const inside = s.root.contains(document.activeElement);
  const next = h(
    "div",
    { class: "nbp-inner" },
    screen === "task" ? null : sentence(s),
    tree(s),
    notices(s),
    reader(s),
    dialog(s),
    toasts(s),
  );
  morph(s.inner, next);
  const stage = s.root.querySelector(".nbp-stage");
  if (stage && s.slot.parentNode !== stage) stage.append(s.slot);
  if (!stage) s.slot.remove();
  placeSlices(s);
  follow(s);
  s.root.dataset.screen = screen;
  s.root.dataset.tool = s.get("drawing").tool ?? "";
  s.clock?.look();
  if (s.model.get("whole")) syncAddress(s);
  if (changed) {
    s.shown = shown;
    if (screen === "task") offerKept(s);
    if (s.model.get("whole") || inside) requestAnimationFrame(() => arrive(s));
  }
}

function arrive(s, tries = 0) {
  // where the keyboard is when a screen comes
  if (s.gone || s.ui.dialog) return;
  const stage = s.slot.querySelector(".nba-stage");
  if (s.get("page").screen === "task") {
    if (document.activeElement === s.seq.range) return; // somebody goes through slices with the keys
    if (stage?.isConnected) toStage(s);
    else if (tries < 1000) setTimeout(() => arrive(s, tries + 1), 50); // the canvas is still being made
  } else if (s.get("page").screen === "job") arriveAtJob(s);
  else (s.root.querySelector("[data-first]") ?? s.root.querySelector(".nbp-sheet"))?.focus({ preventScroll: true });
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
    shown: "",
    waiting: false,
    gone: false,
    get: (name) => model.get(name) ?? {},
    paint: () => paint(s),
    press: (action) => perform(s, action),
    ui: {
      tab: "shapes",
      homeTab: "tasks",
      issueTab: "open",
      toasts: [],
      dialog: null,
      busy: "",
      tabWanted: "",
      first: true,
      going: false,
      placed: false,
      slow: false,
      bell: false,
      folds: {},
      reader: false,
      menu: false,
      turning: false,
    },
  };
  const deaf = await useTexts(model, () => repaint(s));
  s.inner = h("div", { class: "nbp-inner" });
  s.slot = h("div", { class: "nbp-slot" });
  s.root = h(
    "div",
    {
      class: whole ? "nbp nbp-whole" : "nbp",
      "data-lm-suppress-shortcuts": "true",
      style: whole ? null : `height:${model.get("height")}`,
    },
    s.inner,
  );
  const on = (target, type, does, options = {}) => target.addEventListener(type, does, { signal, ...options });
  const closeSlices = openSlices(s, on);
  theme(s);
  el.replaceChildren(s.root);

  const canvas = await model.widget_manager.get_model(String(model.get("canvas")).replace("IPY_MODEL_", ""));
  [s.overlay] = await Promise.all(canvas.get("children"));
  const hangUp = openLine(s, s.overlay);
  s.clock = openClock(s, on);
  const view = await model.widget_manager.create_view(canvas, {});
  s.slot.append(view.el);
  // Lumino tells a widget and its children when they are in the page; here nobody else does.
  view.luminoWidget.processMessage({ type: "after-attach", isConflatable: false, conflate: () => false });

  const awake = whole
    ? () => {}
    : whenKernelEnds(model, () => {
        s.ended = true;
        repaint(s);
      }); // a whole page is loaded again: serve/assets/page.js
  const hearing = (message) => hear(s, message);
  const changed = () => repaint(s);
  model.on("msg:custom", hearing);
  for (const part of PARTS) model.on(`change:${part}`, changed);
  let slow = 0;
  const saving = () => {
    clearTimeout(slow);
    s.ui.slow = false;
    if (["saving", "waiting"].includes(s.get("saving").state))
      slow = setTimeout(() => {
        s.ui.slow = true;
        repaint(s);
      }, 3000);
  };
  model.on("change:saving", saving);

  on(whole ? document : s.root, "keydown", (e) => onKey(s, e), { capture: true });
  for (const type of ["pointermove", "pointerdown", "wheel", "keydown"])
    on(
      whole ? document : s.root,
      type,
      () => {
        s.clock.touch();
        s.pulse.active();
      },
      { capture: true, passive: true },
    );
  on(matchMedia("(prefers-color-scheme: dark)"), "change", () => theme(s));
  const looks = new MutationObserver(() => theme(s));
  looks.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const sizes = new ResizeObserver(() => {
    s.ui.followed = {};
    follow(s);
  });
  sizes.observe(s.root);
  s.pulse = pulse(s);
  on(document, "visibilitychange", () => s.pulse.back());
  if (whole) {
    on(window, "popstate", () => followAddress(s));
    on(window, "nbannotate-reload", (e) => {
      if (s.ui.dialog || (/^(TEXTAREA|INPUT)$/.test(document.activeElement?.tagName) && document.activeElement.value))
        e.preventDefault();
    });
    if (addressed()) followAddress(s);
  }
  paint(s);
  s.ui.first = s.ui.going;

  return () => {
    s.gone = true;
    deaf();
    hangUp();
    awake();
    closeSlices();
    s.clock.close();
    clearTimeout(s.soon);
    s.pulse.stop();
    clearTimeout(slow);
    looks.disconnect();
    sizes.disconnect();
    model.off("msg:custom", hearing);
    model.off("change:saving", saving);
    for (const part of PARTS) model.off(`change:${part}`, changed);
    view.remove();
  };
}

export default { render };
