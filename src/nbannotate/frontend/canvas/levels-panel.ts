// The panel of the levels: sliders, presets, and the button that opens it.

import { node } from "../shared/elements.ts";
import { said, T } from "../shared/texts.ts";
import { askValues, change, commit, usePreset } from "./levels.ts";
import { closeLevels, fine, isLeveled, type Leveled, levelsHow, levelsNow, sane, short } from "./levels-now.ts";
import type { Pair } from "./messages.ts";
import { newId } from "./pointer.ts";
import type { Stage } from "./types.ts";

export function buildLevels(s: Stage): HTMLButtonElement {
  s.levelsButton = node("button", {
    type: "button",
    class: "nba-levels-button",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
  });
  s.levelsButton.hidden = true;
  s.levelsButton.addEventListener("click", () => {
    if (s.levelsPanel) closeLevels(s, true);
    else if (isLeveled(s)) openLevels(s);
  });
  return s.levelsButton;
}

interface Slider {
  row: HTMLElement;
  tell(): void;
}

interface Slid {
  title: string;
  least: number;
  most: number;
  step: number;
  get(): number;
  set(v: number): Pair;
  shown(v: number): string;
}

function slider(s: Leveled, { title, least, most, step, get, set, shown }: Slid): Slider {
  const id = `nba-${newId()}`,
    input = node("input", { type: "range", id, min: `${least}`, max: `${most}`, step: `${step}` });
  const said = node("output", { for: id });
  input.addEventListener("input", () => {
    askValues(s);
    change(s, sane(s, set(Number(input.value))));
  });
  input.addEventListener("change", () => commit(s));
  return {
    row: node("div", { class: "nba-slider" }, node("label", { for: id }, title), input, said),
    tell() {
      const v = get();
      if (Math.abs(Number(input.value) - v) > step / 2) input.value = `${v}`;
      said.textContent = shown(v);
      input.setAttribute("aria-valuetext", shown(v));
    },
  };
}

function openLevels(s: Leveled): void {
  const deep = s.levels.deep,
    close = node("button", { type: "button", class: "nba-close", "aria-label": T("Close") }, "✕");
  const [low, high] = deep ? deep.range : [0, 1],
    step = deep ? fine(s) : 0.01,
    span = Math.max(high - low, step);
  const wider = (v: number): Pair => {
    // by one step at least, or an arrow key would be rounded away
    const [width, level] = levelsNow(s),
      by = Math.exp(v) - width;
    return [width + Math.sign(by) * Math.max(step, Math.abs(by)), level];
  };
  const sliders = deep
    ? [
        slider(s, {
          title: T("Width"),
          least: Math.log(step),
          most: Math.log(2 * span),
          step: 0.01,
          get: () => Math.log(levelsNow(s)[0]),
          set: wider,
          shown: () => `${short(levelsNow(s)[0])}`,
        }),
        slider(s, {
          title: T("Level"),
          least: low - span / 4,
          most: high + span / 4,
          step,
          get: () => levelsNow(s)[1],
          set: (v) => [levelsNow(s)[0], v],
          shown: (v) => `${short(v)}`,
        }),
      ]
    : [
        slider(s, {
          title: T("Brightness"),
          least: -1,
          most: 1,
          step: 0.01,
          get: () => levelsNow(s)[0],
          set: (v) => [v, levelsNow(s)[1]],
          shown: (v) => `${Math.round(100 * v)} %`,
        }),
        slider(s, {
          title: T("Contrast"),
          least: -2.3,
          most: 2.3,
          step: 0.02,
          get: () => Math.log(levelsNow(s)[1]),
          set: (v) => [levelsNow(s)[0], Math.abs(v) < 0.01 ? 1 : Math.exp(v)],
          shown: (v) => `${Math.round(100 * Math.exp(v))} %`,
        }),
      ];
  const button = (title: string, press: () => void, hint = ""): HTMLButtonElement => {
    const b = node("button", { type: "button", title: hint }, title);
    b.addEventListener("click", press);
    return b;
  };
  const presets = (deep?.presets ?? []).map((p) =>
    button(
      said(p.name),
      () => usePreset(s, p),
      T("width {width}, level {level}", { width: short(p.width), level: short(p.level) }),
    ),
  );
  const ways = [
    button(
      T("Automatic"),
      () => levelsHow(s, "auto"),
      T("Leave out the darkest and the brightest half percent (Shift+A)"),
    ),
    ...(deep ? [button(T("All values"), () => levelsHow(s, "full"), T("From the least to the greatest value"))] : []),
    button(deep?.file ? T("As in the file") : T("Reset"), () => levelsHow(s, "reset"), "Shift+R"),
  ];
  const title = deep ? `${T("Window")}${deep.unit ? ` (${deep.unit})` : ""}` : T("Brightness and contrast");
  const panel = node(
    "div",
    { class: "nba-levels", role: "dialog", "aria-modal": "false", "aria-label": title },
    node("header", {}, node("h2", {}, title), close),
    ...sliders.map((v) => v.row),
    ...(presets.length
      ? [node("div", { class: "nba-ways", role: "group", "aria-label": T("Presets") }, ...presets)]
      : []),
    node("div", { class: "nba-ways", role: "group", "aria-label": T("Ways") }, ...ways),
  );
  panel.addEventListener("keydown", (e) => {
    if (e.key === "Tab") return;
    if (e.key === "Escape") {
      e.preventDefault();
      closeLevels(s, true);
    }
    e.stopPropagation();
  });
  close.addEventListener("click", () => closeLevels(s, true));
  const tell = () => {
    for (const v of sliders) v.tell();
    const [width, level] = levelsNow(s);
    presets.forEach((b, i) =>
      b.setAttribute("aria-pressed", String(deep?.presets[i]?.width === width && deep.presets[i]?.level === level)),
    );
  };
  s.levelsPanel = { panel, deep: deep !== null, tell };
  s.root.append(panel);
  s.levelsButton.setAttribute("aria-expanded", "true");
  s.levelsPanel.tell();
  panel.querySelector("input")?.focus({ preventScroll: true });
}
