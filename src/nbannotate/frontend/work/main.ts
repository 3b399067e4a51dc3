// Puts the screens together, keeps the canvas alive across them, and takes everything down again.

import type { PageKey, Parts } from "../generated/work-views.ts";
import { clear, draw } from "../shared/dom.ts";
import { node } from "../shared/elements.ts";
import { whenKernelEnds } from "../shared/kernel.ts";
import type { Heard, Model, Shown } from "../shared/model.ts";
import { repaint } from "../shared/redraw.ts";
import { followDirection, useTexts } from "../shared/texts.ts";
import { followTheme } from "../shared/theme.ts";
import { type Toast, toasts } from "../shared/toasts.ts";
import { addressed, followAddress, placeOf, syncAddress } from "./address.ts";
import { sentence } from "./banner.ts";
import type { Clock } from "./clock.ts";
import { openClock } from "./clock.ts";
import type { Line } from "./delivery.ts";
import { openLine } from "./delivery.ts";
import { dialog } from "./dialog.ts";
import { finished, opening } from "./empty.ts";
import { follow } from "./follow.ts";
import type { Pulse } from "./heartbeat.ts";
import { pulse } from "./heartbeat.ts";
import { home } from "./home.ts";
import { arriveAtJob, jobPage } from "./job.ts";
import { offerKept } from "./kept.ts";
import { toStage } from "./keyboard.ts";
import { onKey, perform } from "./keys.ts";
import { notices } from "./notices.ts";
import type { On, Page, Reply, Ui } from "./page.ts";
import { reader, wantPaper } from "./paper.ts";
import { hear } from "./receive.ts";
import type { Slices } from "./sequence.ts";
import { openSlices, placeSlices } from "./sequence.ts";
import { taskPane } from "./task.ts";

const PARTS: (keyof Parts)[] = [
  "page",
  "jobs",
  "job",
  "notices",
  "task",
  "drawing",
  "talk",
  "info",
  "paper",
  "saving",
  "sequence",
];

function tree(s: Page) {
  const { screen } = s.get("page");
  if (s.ui.going && s.ui.first) return opening(s);
  if (screen === "task") return taskPane(s);
  if (screen === "tasks") return home(s);
  if (screen === "job") return jobPage(s);
  if (screen === "finished") return finished(s);
  return opening(s);
}

function paint(s: Page) {
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
      s.ui.tab = t?.returned && t.open_issues ? "issues" : s.ui.tab === "info" ? "info" : "shapes";
      if (s.ui.tabWanted) s.ui.tab = s.ui.tabWanted;
      s.ui.tabWanted = "";
      if (s.ui.tab === "info") queueMicrotask(() => wantPaper(s));
    }
  }
  const inside = s.root.contains(document.activeElement);
  draw(s.inner, screen === "task" ? null : sentence(s), tree(s), notices(s), reader(s), dialog(s), toasts(s));
  const stage = s.root.querySelector<HTMLElement>(".nbp-stage");
  if (stage && s.slot.parentNode !== stage) stage.append(s.slot);
  if (!stage) s.slot.remove();
  placeSlices(s);
  follow(s);
  s.root.dataset.screen = screen;
  s.root.dataset.tool = s.get("drawing")?.tool ?? "";
  s.clock?.look();
  if (s.model.get("whole")) syncAddress(s);
  if (changed) {
    s.shown = shown;
    if (screen === "task") offerKept(s);
    if (s.model.get("whole") || inside) requestAnimationFrame(() => arrive(s));
  }
}

function arrive(s: Page, tries = 0) {
  // where the keyboard is when a screen comes
  if (s.gone || s.ui.dialog) return;
  const stage = s.slot.querySelector<HTMLElement>(".nba-stage");
  if (s.get("page").screen === "task") {
    if (document.activeElement === s.seq.range) return; // somebody goes through slices with the keys
    if (stage?.isConnected) toStage(s);
    else if (tries < 1000) setTimeout(() => arrive(s, tries + 1), 50); // the canvas is still being made
  } else if (s.get("page").screen === "job") arriveAtJob(s);
  else
    (s.root.querySelector<HTMLElement>("[data-first]") ?? s.root.querySelector<HTMLElement>(".nbp-sheet"))?.focus({
      preventScroll: true,
    });
}

const newUi = (): Ui => ({
  tab: "shapes",
  tabWanted: "",
  homeTab: "tasks",
  issueTab: "open",
  dialog: null,
  zoneFor: null,
  busy: "",
  first: true,
  going: false,
  placed: false,
  replaced: false,
  slow: false,
  bell: false,
  folds: {},
  reader: false,
  menu: false,
  turning: false,
  refreshing: false,
  sure: null,
  askedFor: 0,
  typing: false,
  free: false,
  json: null,
  adding: {},
  wrong: null,
  meta: "",
  metaFind: "",
  unfolded: new Set(),
  foldedTags: new Set(),
  followed: {},
  issueBusy: 0,
  lists: new Map(),
  rows: null,
  strip: "select",
  kept: null,
});

class Work implements Page {
  readonly model: Model;
  readonly replies = new Map<number, Reply>();
  readonly inner = node("div", { class: "nbp-inner" });
  readonly slot = node("div", { class: "nbp-slot" });
  readonly root = node("div", { class: "nbp", "data-lm-suppress-shortcuts": "true" }, this.inner);
  readonly ui = newUi();
  toasts: Toast[] = [];
  shown = "";
  gone = false;
  ended = false;
  waiting = false;
  soon: Page["soon"] = 0;
  ahead: Page["ahead"] = null;
  cover: Page["cover"] = null;
  // Made while the page is put together, each by the module that knows it:
  overlay!: Model;
  line!: Line;
  clock!: Clock;
  pulse!: Pulse;
  seq!: Slices;

  constructor(model: Model) {
    this.model = model;
  }

  get<N extends keyof Parts>(name: N): Parts[N] {
    return this.model.get(name);
  }

  need<N extends keyof Parts>(name: N): NonNullable<Parts[N]> {
    const part = this.get(name);
    if (!part) throw new Error(`This screen does not show ${name}.`);
    return part;
  }

  keymap(): PageKey[] {
    return this.model.get("keymap");
  }

  paint(): void {
    paint(this);
  }

  press(action: string): void {
    perform(this, action);
  }
}

async function render({ model, el, signal }: Shown): Promise<() => void> {
  const whole = model.get<boolean>("whole"),
    s = new Work(model);
  const deaf = await useTexts(model, () => repaint(s));
  if (whole) s.root.classList.add("nbp-whole");
  else s.root.style.height = model.get("height");
  const on: On = (target, type, does, options = {}) =>
    target.addEventListener(type, does as (e: Event) => unknown, { signal, ...options });
  const closeSlices = openSlices(s, on);
  const direction = followDirection(s.root);
  const theme = followTheme(s.root);
  el.replaceChildren(s.root);

  const canvas = await model.widget_manager.get_model(model.get<string>("canvas").replace("IPY_MODEL_", ""));
  const [overlay] = await Promise.all(canvas.get<Promise<Model>[]>("children"));
  if (!overlay) throw new Error("The canvas has no overlay.");
  s.overlay = overlay;
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
  const hearing: Heard = (event) => hear(s, event);
  const changed = () => repaint(s);
  model.on("msg:custom", hearing);
  for (const part of PARTS) model.on(`change:${part}`, changed);
  let slow: ReturnType<typeof setTimeout> | undefined;
  const saving = () => {
    clearTimeout(slow);
    s.ui.slow = false;
    if (["saving", "waiting"].includes(s.get("saving")?.state ?? ""))
      slow = setTimeout(() => {
        s.ui.slow = true;
        repaint(s);
      }, 3000);
  };
  model.on("change:saving", saving);

  on(whole ? document : s.root, "keydown", (e: KeyboardEvent) => onKey(s, e), { capture: true });
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
      const field = document.activeElement,
        typed = (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) && field.value;
      if (s.ui.dialog || typed) e.preventDefault();
    });
    if (addressed()) followAddress(s);
  }
  paint(s);
  s.ui.first = s.ui.going;

  return () => {
    s.gone = true;
    deaf();
    direction();
    hangUp();
    awake();
    closeSlices();
    s.clock.close();
    clearTimeout(s.soon);
    s.pulse.stop();
    clearTimeout(slow);
    theme.stop();
    sizes.disconnect();
    model.off("msg:custom", hearing);
    model.off("change:saving", saving);
    for (const part of PARTS) model.off(`change:${part}`, changed);
    view.remove();
    clear(s.inner);
  };
}

export default { render };
