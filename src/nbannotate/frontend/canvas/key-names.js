// How keys are named, in messages and on the screen.

import { M } from "../shared/texts.js";

export const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function comboOf(e) {
  const letter = e.key.length === 1,
    plain =
      { Period: ".", Comma: "," }[e.code] ??
      /^Digit(\d)$/.exec(e.code)?.[1] ??
      (/[^ -~]/.test(e.key) ? /^Key([A-Z])$/.exec(e.code)?.[1].toLowerCase() : undefined);
  const key = e.altKey && plain ? plain : letter ? e.key.toLowerCase() : e.key; // Option turns it into another character
  const shift = e.shiftKey && (!letter || /[a-z]/.test(key)) ? "shift+" : "";
  return `${e.ctrlKey || e.metaKey ? "ctrl+" : ""}${e.altKey ? "alt+" : ""}${shift}${key}`;
}

export const HANDS = { click: M("click"), drag: M("drag") }; // what stands beside a key in the key map
export const SHOWN = {
  ctrl: "Ctrl",
  alt: "Alt",
  shift: "Shift",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};
