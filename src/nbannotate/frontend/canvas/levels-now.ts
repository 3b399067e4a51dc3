// What the levels are now, and how the button and the panel say it.

import type { Levels } from "../generated/canvas-views.ts";
import { T } from "../shared/texts.ts";
import { clamp } from "./geometry.ts";
import type { Pair } from "./messages.ts";
import { send } from "./send.ts";
import type { Stage } from "./types.ts";

/** A stage whose image has levels. */
export interface Leveled extends Stage {
  levels: Levels;
}

export const isLeveled = (s: Stage): s is Leveled => Boolean(s.levels);

export const levelsNow = (s: Leveled): Pair => s.live ?? (s.levels.deep ? s.levels.deep.window : s.levels.adjust);

export const short = (v: number): number => (Math.abs(v) >= 100 ? Math.round(v) : Number(v.toPrecision(3)));
export const fine = (s: Leveled): number => {
  const [low, high] = s.levels.deep?.range ?? [0, 1];
  return high - low > 50 ? 1 : 10 ** Math.floor(Math.log10((high - low) / 500 || 1));
};

export function sane(s: Leveled, [a, b]: Pair): Pair {
  // width and level, or brightness and contrast, as Python takes them
  const { deep } = s.levels;
  if (!deep) return [clamp(Math.round(a * 1000) / 1000, -1, 1), clamp(Math.round(b * 1000) / 1000, 0.05, 20)];
  const step = fine(s),
    tidy = (v: number): number => Number((Math.round(v / step) * step).toPrecision(9));
  const [low, high] = deep.range,
    span = Math.max(high - low, step);
  return [clamp(tidy(a), step, Math.max(8 * span, a)), clamp(tidy(b), low - 4 * span, high + 4 * span)];
}

export function levelsHow(s: Stage, how: "auto" | "full" | "reset"): void {
  if (s.image && s.levels) s.levelsAt = send(s, "levels", { how });
}

// ---- the control in the corner

export function levelsText(s: Leveled): string {
  const [a, b] = levelsNow(s);
  return s.levels.deep
    ? `${T("width {width}, level {level}", { width: short(a), level: short(b) })}${s.levels.deep.unit ? ` ${s.levels.deep.unit}` : ""}`
    : T("brightness {brightness} %, contrast {contrast} %", {
        brightness: Math.round(100 * a),
        contrast: Math.round(100 * b),
      });
}

export function tellLevels(s: Stage): void {
  const button = s.levelsButton;
  button.hidden = !s.image || !s.levels;
  if (button.hidden || !isLeveled(s)) {
    closeLevels(s);
    return;
  }
  const [a, b] = levelsNow(s),
    plain = !s.levels.deep && a === 0 && b === 1;
  button.textContent = s.levels.deep
    ? `W ${short(a)} · L ${short(b)}`
    : plain
      ? "◐"
      : `◐ ${a > 0 ? "+" : ""}${Math.round(100 * a)} · ${Math.round(100 * b)} %`;
  const what = s.levels.deep ? T("Window") : T("Brightness and contrast");
  button.title = `${what} (C): ${levelsText(s)}`;
  button.setAttribute("aria-label", `${what}: ${levelsText(s)}`);
  s.levelsPanel?.tell();
}

export function closeLevels(s: Stage, back = false): void {
  if (!s.levelsPanel) return;
  s.levelsPanel.panel.remove();
  s.levelsPanel = null;
  s.levelsButton.setAttribute("aria-expanded", "false");
  if (back) s.stage.focus({ preventScroll: true });
}
