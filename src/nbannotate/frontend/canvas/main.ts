// Builds the stage around the view of the ipycanvas layers, wires the events, and takes everything down again.

import type { AnyEvent } from "../generated/canvas-views.ts";
import { node } from "../shared/elements.ts";
import { kernelEnded, whenKernelEnds } from "../shared/kernel.ts";
import type { Heard, Shown as Rendered } from "../shared/model.ts";
import { said, T, useTexts } from "../shared/texts.ts";
import { buildBar, tellBar } from "./bar.ts";
import { keyboard } from "./focus.ts";
import { clamp } from "./geometry.ts";
import { doubleClick } from "./gestures.ts";
import { endSpot, hoverAt, setCursor } from "./hand.ts";
import { closeHelp, toggleHelp } from "./help.ts";
import { releaseSpace } from "./keyboard-cursor.ts";
import { keyDown, keyUp } from "./keys.ts";
import { levelsFrame, pressLevels, showLevels } from "./levels.ts";
import { closeLevels, tellLevels } from "./levels-now.ts";
import { buildLevels } from "./levels-panel.ts";
import type { Buffers } from "./messages.ts";
import { DRAG, farBy, newId, onScreen } from "./pointer.ts";
import { press } from "./press.ts";
import { RECEIVE } from "./receive.ts";
import { paint } from "./redraw.ts";
import { send } from "./send.ts";
import { Shapes } from "./shape-index.ts";
import { paintStage } from "./stage-painter.ts";
import { buildTools } from "./tools.ts";
import { REACH, touchCancel, touchDown, touchMove, touchUp } from "./touch.ts";
import { isShown, type Layer, type Stage } from "./types.ts";
import { onImageFrame, onShapesFrame, resized, zoomAt } from "./view.ts";
import "./pale.ts";
import "./labels.ts";

function build(s: Stage): void {
  s.stage = node("div", {
    class: "nba-stage",
    tabindex: "0",
    role: "application",
    "data-lm-suppress-shortcuts": "true",
  });
  s.preview = node("img", { class: "nba-preview", alt: "" });
  s.preview.draggable = false;
  s.overlay = node("canvas", { class: "nba-overlay" });
  s.ctx = s.overlay.getContext("2d") as CanvasRenderingContext2D;
  s.zoom = node("span", { class: "nba-zoom", hidden: "" }); // until there is an image
  s.refining = node("span", { class: "nba-refining", role: "status", hidden: "" }); // a large image becomes sharper
  s.helpButton = node("button", { type: "button", class: "nba-help-button" }, "?");
  s.picker = node("input", { type: "color", class: "nba-picker", tabindex: "-1" });
  s.toast = node("div", { class: "nba-toast", role: "status", "aria-live": "polite" });
  s.ended = node("div", { class: "nba-toast nba-ended", role: "alert" }); // the kernel is gone; a page around it says so itself
  s.voice = node("div", { class: "nba-voice", "aria-live": "polite" });
  s.tip = node("div", { class: "nba-tip", "aria-hidden": "true" });
  s.tip.hidden = true;
  s.empty = node("div", { class: "nba-empty" });
  s.stage.append(
    s.preview,
    s.base,
    s.overlay,
    s.empty,
    node("div", { class: "nba-corner" }, s.refining, buildLevels(s), s.zoom),
    s.tip,
    s.toast,
    s.ended,
    s.voice,
    s.picker,
  );
  s.root = node("div", { class: "nba-canvas" }, ...buildTools(s), s.stage, buildBar(s), s.helpButton);
  if (s.tools) s.root.dataset.tools = "";
  relabel(s);
}

function relabel(s: Stage): void {
  // in the language of who looks, also when it changes
  const name = (element: HTMLElement, names: Record<string, string>): void => {
    for (const [key, text] of Object.entries(names)) element.setAttribute(key, text);
  };
  name(s.stage, {
    "aria-roledescription": T("image canvas"),
    "aria-label": T("Image with shapes. Press question mark for the keys."),
  });
  name(s.helpButton, { title: T("Keys (?)"), "aria-label": T("Show the keys") });
  name(s.bar, { "aria-label": T("What can be done") });
  if (s.tools) name(s.tools, { "aria-label": T("Tools") });
  name(s.picker, { "aria-label": T("Color of the selection") });
  s.empty.textContent = said(s.instead ?? "") || T("No image");
  if (s.ended.dataset.shown) s.ended.textContent = kernelEnded();
  if (s.help) closeHelp(s);
  s.bar.told = null;
  if (s.tools) s.tools.told = null;
  if (s.v) tellBar(s);
  if (s.levels) {
    closeLevels(s);
    tellLevels(s);
  }
}

function theme(s: Stage): void {
  // follow the page: whatever makes it dark, its background is
  let element = s.root.parentElement,
    color: [number, number, number] | null = null;
  while (element && !color) {
    const m = /rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)/.exec(getComputedStyle(element).backgroundColor);
    if (m && (m[4] === undefined || Number(m[4]) > 0.5)) color = [Number(m[1]), Number(m[2]), Number(m[3])];
    element = element.parentElement;
  }
  const dark = color
    ? 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] < 128
    : getComputedStyle(document.documentElement).colorScheme.includes("dark") &&
      matchMedia("(prefers-color-scheme: dark)").matches;
  s.root.dataset.theme = dark ? "dark" : "light";
}

function wire(s: Stage, signal: AbortSignal): void {
  const on = <Heard extends Event>(
    target: EventTarget,
    type: string,
    handler: (e: Heard) => unknown,
    options: AddEventListenerOptions = {},
  ): void => target.addEventListener(type, handler as (e: Event) => void, { signal, ...options });
  on(s.overlay, "pointerdown", (e: PointerEvent) => {
    keyboard.canvas = s;
    s.alt = e.altKey;
    s.armed = false;
    endSpot(s);
    s.stage.focus({ preventScroll: true });
    if (e.isTrusted) s.overlay.setPointerCapture(e.pointerId);
    if (!touchDown(s, e) && !pressLevels(s, e)) press(s, e);
  });
  on(s.overlay, "pointermove", (e: PointerEvent) => {
    if (touchMove(s, e)) return undefined;
    const at = onScreen(s, e),
      bumped = (s.spot || s.walk) && s.pointerAt && !farBy(at, s.pointerAt, DRAG);
    if (bumped) return undefined; // the table was bumped: the keyboard keeps its cursor
    s.pointerAt = at;
    s.coarse = REACH[e.pointerType] ?? 1;
    endSpot(s);
    s.pointerInside = true;
    s.cursor = at;
    s.alt = e.altKey;
    s.shift = e.shiftKey;
    if (s.gesture) return s.gesture.move(s.cursor, e);
    const before = [s.hover?.shape?.id, s.hover?.handle?.i, s.hover?.handle?.role, s.hoverMark].join();
    hoverAt(s);
    const after = [s.hover?.shape?.id, s.hover?.handle?.i, s.hover?.handle?.role, s.hoverMark].join();
    if (before !== after || s.tool !== "select") paint(s);
    return undefined;
  });
  on(s.overlay, "pointerup", (e: PointerEvent) => {
    if (!touchUp(s, e)) s.gesture?.up(onScreen(s, e), e);
    setCursor(s);
  });
  on(s.overlay, "pointercancel", (e: PointerEvent) => {
    if (!touchCancel(s, e)) s.gesture?.cancel();
  });
  on(s.overlay, "pointerleave", (e: PointerEvent) => {
    if (s.spot || e.pointerType === "touch") return;
    s.pointerInside = false;
    if (!s.gesture) hoverAt(s);
    paint(s);
  });
  on(s.overlay, "dblclick", (e: MouseEvent) => {
    if ((s.coarse ?? 1) < REACH.touch && isShown(s)) doubleClick(s, e);
  });
  on(s.overlay, "mousedown", (e: MouseEvent) => {
    e.preventDefault();
    if (e.button === 2) e.stopPropagation();
  }); // JupyterLab takes the focus
  on(s.overlay, "auxclick", (e: MouseEvent) => e.preventDefault());
  on(s.overlay, "contextmenu", (e: MouseEvent) => {
    e.preventDefault();
    e.stopPropagation();
  });
  on(
    s.overlay,
    "wheel",
    (e: WheelEvent) => {
      e.preventDefault();
      const lines = e.deltaMode === 1 ? 16 : 1,
        speed = e.ctrlKey ? 0.01 : 0.0015;
      const at = onScreen(s, e),
        known = s.pointerInside && s.cursor && !farBy(at, s.cursor, 1.5);
      zoomAt(s, Math.exp(-clamp(e.deltaY * lines, -400, 400) * speed), ...(known && s.cursor ? s.cursor : at)); // not rounded
      if (!s.gesture) hoverAt(s);
    },
    { passive: false },
  );
  on(s.root, "keydown", (e: KeyboardEvent) => keyDown(s, e));
  on(s.root, "keyup", (e: KeyboardEvent) => keyUp(s, e));
  on(s.root, "focusin", () => {
    keyboard.canvas = s;
  });
  on(
    document,
    "keydown",
    (e: KeyboardEvent) =>
      s.keysMode === "page" &&
      keyboard.canvas === s &&
      s.root.isConnected &&
      !s.root.contains(e.target as Node | null) &&
      keyDown(s, e),
  );
  on(document, "keyup", (e: KeyboardEvent) => keyboard.canvas === s && keyUp(s, e));
  on(window, "blur", () => {
    s.space = s.alt = s.shift = false;
    releaseSpace(s);
    setCursor(s);
  });
  on(s.picker, "change", () => send(s, "color", { color: s.picker.value, ids: [...s.selected] }));
  on(s.helpButton, "click", () => toggleHelp(s));
  on(matchMedia("(prefers-color-scheme: dark)"), "change", () => theme(s));
}

async function render({ model, el, signal }: Rendered): Promise<() => void> {
  const manager = model.widget_manager,
    deaf = await useTexts(model, () => relabel(s));
  const target = await manager.get_model(model.get<string>("target").slice("IPY_MODEL_".length));
  const s = {
    model,
    target,
    layers: target.get<Layer[]>("_canvases"),
    viewId: newId(),
    g: -1,
    n: 0,
    shapes: new Shapes(),
    bitmaps: new Map(),
    selected: new Set(),
    ghosts: new Map(),
    pending: new Map(),
    renderings: new Map(),
    kinds: new Map(),
    labels: [],
    colors: new Map(),
    figures: new Map(),
    marks: [],
    keys: new Map(),
    keyRows: [],
    keysMode: "stage",
    tool: "select",
    label: "",
    editable: false,
    image: null,
    v: null,
    r: null,
    gesture: null,
    hover: null,
    stateAt: 0,
    selectedAt: 0,
    strokes: [],
    ringing: null,
    mode: "add",
    brush: 10,
    locked: new Set(),
    hidden: new Set(),
    paint: () => paintStage(s),
    spot: null,
    walk: null,
    held: null,
    armed: false,
    fingers: new Map(),
    finger: null,
    coarse: 1,
  } as unknown as Stage; // build() makes its elements, resized() measures it
  const view = await manager.create_view(target, {});
  s.base = view.el as HTMLCanvasElement;
  s.base.classList.add("nba-base");
  s.base.setAttribute("tabindex", "-1");
  s.base.setAttribute("aria-hidden", "true");
  build(s);
  el.replaceChildren(s.root);
  keyboard.canvas ??= s;
  if (!keyboard.canvas.root.isConnected) keyboard.canvas = s;
  wire(s, signal);

  const receive: Heard = (message, buffers) => {
    const takes = RECEIVE[message.type as AnyEvent["type"]] as
      | ((s: Stage, m: object, buffers: Buffers) => void)
      | undefined;
    takes?.(s, message, buffers ?? []);
  };
  const imageFrame = () => {
      onImageFrame(s);
      levelsFrame(s);
    },
    shapesFrame = () => {
      onShapesFrame(s);
      if (s.live) showLevels(s);
    };
  const awake = whenKernelEnds(model, () => {
    if (!s.root.closest(".nbp")) {
      s.ended.dataset.shown = "true";
      relabel(s);
    }
  });
  model.on("msg:custom", receive);
  const [images, shapes] = s.layers;
  images?.on("new-frame", imageFrame);
  shapes?.on("new-frame", shapesFrame);
  const asked = (e: Event): void => {
    if (s.gesture) e.preventDefault();
  }; // a page that would be loaded again: a shape is in hand
  addEventListener("nbannotate-reload", asked);
  const sizes = new ResizeObserver(() => resized(s));
  sizes.observe(s.stage);
  const looks = new MutationObserver(() => {
    theme(s);
    setTimeout(() => theme(s), 500);
  }); // its style sheet may still load
  for (const element of [document.documentElement, document.body])
    looks.observe(element, {
      attributes: true,
      attributeFilter: ["class", "style", "data-jp-theme-light", "data-theme"],
    });
  theme(s);

  return () => {
    deaf();
    awake();
    removeEventListener("nbannotate-reload", asked);
    sizes.disconnect();
    looks.disconnect();
    clearTimeout(s.viewTimer);
    clearTimeout(s.toastTimer);
    clearTimeout(s.tipTimer);
    clearTimeout(s.levelsTimer);
    model.off("msg:custom", receive);
    images?.off("new-frame", imageFrame);
    shapes?.off("new-frame", shapesFrame);
    URL.revokeObjectURL(s.preview.src);
    if (keyboard.canvas === s) keyboard.canvas = null;
    view.remove();
  };
}

export default { render };
