// How keys are named, in messages and on the screen.

import { M } from "../shared/texts.ts";

export const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function comboOf(
  e: Pick<KeyboardEvent, "key" | "code" | "altKey" | "shiftKey" | "ctrlKey" | "metaKey">,
): string {
  const letter = e.key.length === 1,
    plain =
      ({ Period: ".", Comma: "," } as Record<string, string>)[e.code] ??
      /^Digit(\d)$/.exec(e.code)?.[1] ??
      (/[^ -~]/.test(e.key) ? /^Key([A-Z])$/.exec(e.code)?.[1]?.toLowerCase() : undefined);
  const key = e.altKey && plain ? plain : letter ? e.key.toLowerCase() : e.key; // Option turns it into another character
  const shift = e.shiftKey && (!letter || /[a-z]/.test(key)) ? "shift+" : "";
  return `${e.ctrlKey || e.metaKey ? "ctrl+" : ""}${e.altKey ? "alt+" : ""}${shift}${key}`;
}

export const HANDS: Record<string, string> = { click: M("click"), drag: M("drag") }; // what stands beside a key in the key map
export const SHOWN: Record<string, string> = {
  ctrl: "Ctrl",
  alt: "Alt",
  shift: "Shift",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};
