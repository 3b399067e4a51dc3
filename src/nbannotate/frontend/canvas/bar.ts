// What can be done now, as buttons above the image: with the selection, with the brush, with the shape that is being drawn.
// It lies over the stage, so that nothing jumps, and goes out of the way of what is selected.

import { node } from "../shared/elements.ts";
import { locale, N, T } from "../shared/texts.ts";
import { labelSelected, removeSelected, whole } from "./actions.ts";
import { type Button, fillBar, rove } from "./bar-buttons.ts";
import { clamp, kindOf } from "./geometry.ts";
import { strokeKind } from "./hand.ts";
import { send } from "./send.ts";
import { labelled } from "./shape-labels.ts";
import { tellTools } from "./tools.ts";
import { isShown, type Shape, type Shown, type Stage } from "./types.ts";

const first300 = (s: Stage): Shape[] =>
  [...s.selected]
    .slice(0, 300)
    .map((id) => s.shapes.get(id))
    .filter((shape) => shape !== undefined);

type Some = Button | false | 0;
const those = (rows: Some[]): Button[] => rows.filter((row): row is Button => Boolean(row));

const drawing = (s: Stage): Button[] => [
  {
    id: "finish",
    icon: "check",
    title: T("Finish the shape"),
    key: "Enter",
    off: !s.gesture?.ready?.(),
    run: () => s.gesture?.key?.("Enter"),
  },
  {
    id: "undraw",
    icon: "undo",
    title: T("Take back the last point"),
    key: "Backspace",
    run: () => s.gesture?.key?.("Backspace"),
  },
  { id: "cancel", icon: "close", title: T("Cancel the shape"), key: "Esc", run: () => s.gesture?.cancel() },
];

const brushing = (s: Stage): Button[] => [
  { id: "mode:add", icon: "brush", title: T("Brush"), on: s.mode === "add" },
  { id: "mode:erase", icon: "erase", title: T("Eraser"), on: s.mode === "erase" },
  { id: "mode:fill", icon: "fill", title: T("Fill a hole"), on: s.mode === "fill" },
  { id: "brush:less", icon: "less", title: T("Smaller brush") },
  { id: "brush:more", icon: "plus", title: T("Larger brush") },
];

function forSelection(s: Stage): Button[] {
  const shapes = first300(s),
    locked = shapes.length > 0 && shapes.every((v) => s.locked.has(v.id)),
    edits = s.editable;
  const turns = edits && !locked && shapes.some((v) => kindOf(s, v).turns_into);
  return those([
    edits &&
      s.labels.length > 0 && {
        id: "label",
        icon: "label",
        title: T("Label"),
        menu: true,
        off: locked,
        run: () => toggleLabels(s),
      },
    edits && { id: "act:lock", icon: locked ? "lock" : "unlock", title: locked ? T("Unlock") : T("Lock"), on: locked },
    { id: "act:hide", icon: "hidden", title: T("Hide") },
    edits && { id: "act:front", icon: "to_front", title: T("To the front"), apart: true, off: locked },
    edits && { id: "act:back", icon: "to_back", title: T("To the back"), off: locked },
    edits && { id: "color", icon: "color", title: T("A color of its own"), off: locked },
    edits &&
      shapes.some((v) => v.color) && {
        id: "act:uncolor",
        icon: "uncolor",
        title: T("The color of the label again"),
        off: locked,
      },
    edits && { id: "act:duplicate", icon: "duplicate", title: T("Duplicate"), apart: true },
    { id: "act:copy", icon: "copy", title: T("Copy"), apart: !edits, run: () => whole(s, "copy", true) },
    edits && {
      id: "act:paste",
      icon: "paste",
      title: s.copied ? N(s.copied, "Paste {n} shape", "Paste {n} shapes") : T("Paste"),
      off: !s.copied,
    },
    ...ofSeveral(s, edits && !locked ? shapes : []).map((row, i) => ({ ...row, apart: !i })),
    Boolean(turns) && {
      id: "act:convert",
      icon: "convert",
      title: T("Outline to mask, mask or turned rectangle to polygon"),
    },
    edits && { id: "delete", icon: "trash", title: T("Delete"), off: locked, run: () => removeSelected(s) },
    edits && { id: "undo", icon: "undo", title: T("Undo"), apart: true, off: !s.canUndo },
    edits && { id: "redo", icon: "redo", title: T("Redo"), off: !s.canRedo },
  ]);
}

// Rings of one polygon, parts of one thing, things that belong together: what of it can be done with these shapes.
function ofSeveral(s: Stage, shapes: Shape[]): Button[] {
  const polygons = shapes.filter((v) => kindOf(s, v).ringed),
    one = shapes.length === 1 && polygons.length === 1;
  const joins =
    polygons.length > 1 && polygons.every((v) => v.kind === polygons[0]?.kind && v.label === polygons[0].label);
  const grouped = shapes.filter((v) => v.group != null),
    all = grouped.length === shapes.length && grouped.every((v) => v.group === grouped[0]?.group);
  return those([
    one && { id: "ring", icon: "ring", title: T("Draw another part, or a hole"), on: s.ringing === shapes[0]?.id },
    polygons.some((v) => (v.counts?.length ?? 0) > 0) && {
      id: "act:split",
      icon: "split",
      title: T("Make each part a shape of its own"),
    },
    joins && { id: "act:join", icon: "join", title: T("Join polygons of one label into one") },
    shapes.length > 1 && !all && { id: "act:group", icon: "group", title: T("Group: these belong together") },
    grouped.length > 0 && { id: "act:ungroup", icon: "ungroup", title: T("Take these out of their group") },
  ]);
}

function barRows(s: Stage): Button[] {
  if (!isShown(s)) return [];
  if (s.gesture?.name === "draw" && s.gesture.ready) return drawing(s);
  const rows = s.editable && strokeKind(s) ? brushing(s) : [],
    hidden = s.hidden.size;
  if (s.selected.size)
    rows.push(...forSelection(s).map((row, i) => (i || !rows.length ? row : { ...row, apart: true })));
  else if (hidden)
    rows.push({
      id: "act:hide",
      icon: "eye",
      title: N(hidden, "Show {n} hidden shape", "Show {n} hidden shapes"),
      text: true,
      apart: rows.length > 0,
    });
  return rows;
}

export function buildBar(s: Stage): HTMLElement {
  s.bar = node("div", { class: "nba-bar", role: "toolbar" });
  s.bar.hidden = true;
  s.bar.addEventListener("keydown", (e) => rove(s, e, ["ArrowLeft", "ArrowRight"]));
  return s.bar;
}

export function tellBar(s: Stage): void {
  const rows = barRows(s),
    quiet = s.gesture !== null && !s.gesture.ready;
  const told = rows.map((v) => `${v.id}${v.title}${v.icon}${v.off}${v.on}${v.apart}`).join();
  const ids = rows.map((v) => v.id).join();
  if (s.bar.ids !== ids) closeLabels(s); // not because something can be undone now
  s.bar.ids = ids;
  fillBar(s, s.bar, rows, told);
  s.bar.hidden = !rows.length;
  s.bar.toggleAttribute("data-quiet", quiet);
  const place = `${s.selectedAt} ${rows.length} ${quiet} ${s.w} ${s.h}`;
  if (rows.length && !quiet && s.bar.place !== place) {
    s.bar.place = place;
    if (isShown(s)) placeBar(s);
  }
  tellTools(s);
}

function placeBar(s: Shown): void {
  // above, or below where something that is selected is above
  const { k, x, y } = s.v,
    shapes = first300(s),
    wide = s.bar.offsetWidth / 2 + 8,
    tall = s.bar.offsetHeight + 16;
  const covers = (top: number, bottom: number): boolean =>
    shapes.some(
      ({ box }) =>
        box[2] * k + x > s.w / 2 - wide &&
        box[0] * k + x < s.w / 2 + wide &&
        box[3] * k + y > top &&
        box[1] * k + y < bottom,
    );
  s.bar.toggleAttribute("data-below", covers(0, tall) && !covers(s.h - tall - 32, s.h));
}

// ---- the labels, to choose one for the selection

function toggleLabels(s: Stage): void {
  if (s.labelMenu) {
    closeLabels(s, true);
    return;
  }
  const shapes = first300(s);
  const item = (name: string, color: string, i: number, run: () => void): HTMLButtonElement => {
    const swatch = node("i", { class: "nba-swatch" }),
      button = node(
        "button",
        {
          type: "button",
          role: s.several ? "menuitemcheckbox" : "menuitemradio",
          "aria-checked": labelled(shapes, name),
          tabindex: "-1",
        },
        swatch,
        node("span", {}, name || T("No label")),
        ...(i < 9 ? [node("kbd", {}, String(i + 1))] : []),
      );
    if (color) swatch.style.background = color;
    button.addEventListener("click", () => {
      closeLabels(s, true);
      run();
    });
    return button;
  };
  const items = s.labels.map((label, i) => item(label.name, label.color, i, () => labelSelected(s, label)));
  items.push(item("", "", 9, () => send(s, "label", { label: "", ids: [...s.selected] })));
  const menu = node("div", { class: "nba-menu", role: "menu", "aria-label": T("Label of the selection") }, ...items);
  s.labelMenu = menu;
  menu.addEventListener("keydown", (e) => menuKeys(s, e, items));
  menu.addEventListener("focusout", (e) => {
    const to = e.relatedTarget instanceof HTMLElement ? e.relatedTarget : null;
    if (s.labelMenu && !s.labelMenu.contains(to) && to?.dataset.do !== "label") closeLabels(s);
  });
  menu.toggleAttribute("data-below", s.bar.hasAttribute("data-below"));
  s.root.append(menu);
  const button = s.bar.querySelector("[data-do=label]"),
    root = s.root.getBoundingClientRect(),
    half = menu.offsetWidth / 2;
  button?.setAttribute("aria-expanded", "true");
  if (button)
    menu.style.left = `${clamp(button.getBoundingClientRect().left - root.left + half, half + 8, root.width - half - 8)}px`;
  (items.find((v) => v.getAttribute("aria-checked") === "true") ?? items[0])?.focus({ preventScroll: true });
}

// Digits choose, letters go to the next label that begins so: what is typed in a menu is for nothing else.
function menuKeys(s: Stage, e: KeyboardEvent, items: HTMLButtonElement[]): void {
  if (e.key === "Tab") closeLabels(s, true);
  else if (e.key === "Escape") {
    e.preventDefault();
    e.stopPropagation();
    closeLabels(s, true);
  } else if (e.key === "Enter" || e.key === " ") e.stopPropagation();
  else if (e.key.length > 1 || e.ctrlKey || e.metaKey || e.altKey) rove(s, e, ["ArrowUp", "ArrowDown"]);
  else {
    e.preventDefault();
    e.stopPropagation();
    if (/[1-9]/.test(e.key) && Number(e.key) <= s.labels.length) items[Number(e.key) - 1]?.click();
    else nextOf(items, e)?.focus();
  }
}

function nextOf(items: HTMLButtonElement[], e: KeyboardEvent): HTMLButtonElement | undefined {
  const at = items.indexOf(e.target as HTMLButtonElement),
    key = e.key.toLocaleLowerCase(locale());
  return [...items.slice(at + 1), ...items.slice(0, at + 1)].find((v) =>
    (v.querySelector("span")?.textContent ?? "").toLocaleLowerCase(locale()).startsWith(key),
  );
}

function closeLabels(s: Stage, back = false): void {
  const menu = s.labelMenu;
  if (!menu) return;
  s.labelMenu = null;
  menu.remove();
  s.bar.querySelector("[data-do=label]")?.setAttribute("aria-expanded", "false");
  if (back) s.stage.focus({ preventScroll: true });
}
