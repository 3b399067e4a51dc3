// Keys. The table comes from Python (canvas/keys.py); here is what each action does, and the panel that shows them.

import { chooseLabel, cycle, pickColor, removeSelected, setTool, stepBack, whole } from "./actions.ts";
import { resizeBrush, setMode } from "./brush.ts";
import { skipFirst } from "./draw-path.ts";
import { removeVertex } from "./gestures.ts";
import { hoverAt, setCursor } from "./hand.ts";
import { toggleHelp } from "./help.ts";
import { comboOf } from "./key-names.ts";
import { arrow, releaseSpace, saySoon, spotKey, toolByKey } from "./keyboard-cursor.ts";
import { paint } from "./redraw.ts";
import { deleteRing, selectGroup, startRing } from "./rings.ts";
import { turn } from "./rotated.ts";
import { send } from "./send.ts";
import { SNAP } from "./turned.ts";
import { isShown, type KeyRow, type Stage } from "./types.ts";
import { walk } from "./vertices.ts";
import { fitted, setView, zoomAt } from "./view.ts";

/** What an action does; false if the key was not for it. */
type Action = (s: Stage, combo: string) => unknown;

export const ACTIONS: Record<string, Action> = {
  "tool:select": (s) => setTool(s, "select"),
  undo: (s) => s.editable && send(s, "undo", {}),
  redo: (s) => s.editable && send(s, "redo", {}),
  delete: (s) =>
    isShown(s) && s.editable && s.hover?.handle?.role === "vertex"
      ? removeVertex(s, s.hover.handle)
      : removeSelected(s),
  fit: (s) => isShown(s) && setView(s, fitted(s)),
  actual: (s) => isShown(s) && zoomAt(s, 1 / s.v.k),
  "zoom:in": (s) => zoomAt(s, 1.25, ...zoomCenter(s)),
  "zoom:out": (s) => zoomAt(s, 1 / 1.25, ...zoomCenter(s)),
  next: (s) => cycle(s, 1),
  previous: (s) => cycle(s, -1),
  nudge: arrow,
  "nudge:far": arrow,
  "nudge:fine": arrow,
  "vertex:next": (s) => walk(s, 1),
  "vertex:previous": (s) => walk(s, -1),
  "mode:add": (s) => setMode(s, "add"),
  "mode:erase": (s) => setMode(s, "erase"),
  "mode:fill": (s) => setMode(s, "fill"),
  "brush:less": (s) => resizeBrush(s, 1 / 1.25),
  "brush:more": (s) => resizeBrush(s, 1.25),
  "turn:back": (s) => turn(s, -1),
  "turn:on": (s) => turn(s, 1),
  "turn:far back": (s) => turn(s, -SNAP),
  "turn:far on": (s) => turn(s, SNAP),
  ring: (s) => (isShown(s) ? startRing(s) : undefined),
  "ring:delete": (s) => (isShown(s) ? deleteRing(s) : undefined),
  "group:all": (s) => selectGroup(s),
  color: (s) => pickColor(s),
  escape: stepBack,
  help: (s) => toggleHelp(s),
};
const zoomCenter = (s: Stage): [] | [number, number] => (s.pointerInside && s.cursor ? s.cursor : []);

const TEXT =
  "textarea, select, [contenteditable]:not([contenteditable=false]), .cm-editor, " +
  "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]):not([type=range])";
const OWN_KEYS = new Set([" ", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

function elsewhere(s: Stage, e: KeyboardEvent): boolean {
  // a key that belongs to another element of the page
  const target = e.composedPath()[0];
  if (!(target instanceof Element) || s.root.contains(target)) return false;
  if (target.closest(TEXT) || target.closest("[role=dialog], [role=menu], [role=listbox]")) return true;
  return (
    OWN_KEYS.has(e.key) &&
    target.matches("button, a[href], input, summary, [role=button], [role=tab], [role=radio], [tabindex]")
  );
}

export function keyDown(s: Stage, e: KeyboardEvent): void {
  if (e.defaultPrevented || e.isComposing || e.key === "Tab" || elsewhere(s, e)) return;
  if (e.target instanceof Element && e.target.closest(".nba-help")) return;
  if (e.key === " ") {
    if (!(e.target instanceof HTMLButtonElement) && spotKey(s, e)) {
      e.preventDefault();
      e.stopPropagation();
      return;
    }
    if (!e.ctrlKey && !e.metaKey && !e.altKey && !(e.target instanceof HTMLButtonElement)) {
      s.space = true;
      e.preventDefault();
      setCursor(s);
    }
    return;
  }
  if (e.key === "Alt") {
    s.alt = true;
    hoverAt(s);
    paint(s);
    return;
  }
  if (e.key === "Shift") {
    s.shift = true;
    paint(s);
    return;
  }
  const combo = comboOf(e);
  const button = e.target instanceof HTMLButtonElement && e.key === "Enter";
  if (button) return;
  if (spotKey(s, e)) {
    e.preventDefault();
    e.stopPropagation();
    return;
  }
  if (s.gesture?.key?.(combo)) {
    e.preventDefault();
    e.stopPropagation();
    if (s.spot) saySoon(s);
    return;
  }
  if (combo === "0" && skipFirst(s)) {
    e.preventDefault();
    e.stopPropagation();
    return;
  }
  const key = s.keys.get(combo);
  if (!key) return;
  if (act(s, key, combo, e.repeat) === false) return;
  e.preventDefault();
  e.stopPropagation();
}

const REPEATS = /^(brush|turn|undo|redo|zoom|nudge|next|previous|vertex)/;

export function act(s: Stage, key: Pick<KeyRow, "id" | "title">, combo: string, repeat: boolean): unknown {
  if (repeat && !REPEATS.test(key.id)) return undefined;
  if (key.id.startsWith("act:")) return whole(s, key.id.slice(4));
  if (key.id.startsWith("label:")) chooseLabel(s, Number(key.id.slice(6)));
  else if (key.id.startsWith("tool:")) toolByKey(s, key);
  else if (key.id.startsWith("bound:")) send(s, "key", { key: key.id });
  else return ACTIONS[key.id]?.(s, combo);
  return undefined;
}

export function keyUp(s: Stage, e: KeyboardEvent): void {
  if (e.key === " ") {
    s.space = false;
    releaseSpace(s);
    setCursor(s);
  }
  if (e.key === "Alt") {
    s.alt = false;
    hoverAt(s);
    paint(s);
  }
  if (e.key === "Shift") {
    s.shift = false;
    paint(s);
  }
}
