// The map of the keys.

import { node } from "../shared/elements.ts";
import { said, T } from "../shared/texts.ts";
import { HANDS, SHOWN } from "./key-names.ts";
import type { KeyRow, Stage } from "./types.ts";

type Helped = Pick<Stage, "help" | "keyRows" | "editable" | "root" | "stage">;

function nameOf(part: string): string {
  const hand = HANDS[part.trim()];
  return SHOWN[part] ?? (part.length === 1 ? part.toUpperCase() : hand ? T(hand) : said(part));
}

function keyCaps(combos: string[]): (Node | string)[] {
  return combos.flatMap((combo, i) => {
    const parts = combo === "+" ? ["+"] : combo.split(/\+(?=.)/);
    const caps = parts.map((p) => node("kbd", {}, nameOf(p)));
    return i ? [" ", ...caps] : caps;
  });
}

export function toggleHelp(s: Helped): void {
  if (s.help) {
    closeHelp(s);
    return;
  }
  const groups = new Map<string, KeyRow[]>();
  for (const row of s.keyRows) {
    if (row.edits && !s.editable) continue;
    const rows = groups.get(row.group);
    if (rows) rows.push(row);
    else groups.set(row.group, [row]);
  }
  const close = node("button", { type: "button", class: "nba-close", "aria-label": T("Close the key map") }, "✕");
  const body = node("div", { class: "nba-help-groups" });
  for (const [title, rows] of groups) {
    const list = node("dl");
    for (const row of rows)
      list.append(
        node(
          "div",
          {},
          node("dt", {}, ...keyCaps(row.shown.length ? row.shown : row.keys)),
          node("dd", {}, row.id.startsWith("label:") ? row.title : said(row.title)),
        ),
      );
    body.append(node("section", {}, node("h3", {}, said(title)), list));
  }
  s.help = node(
    "div",
    { class: "nba-help", role: "dialog", "aria-modal": "false", "aria-label": T("Keys"), tabindex: "-1" },
    node("header", {}, node("h2", {}, T("Keys")), close),
    body,
  );
  s.help.addEventListener("keydown", (e) => {
    if (e.key === "Tab") return;
    if (e.key === "Escape" || e.key === "?") {
      e.preventDefault();
      closeHelp(s);
    }
    e.stopPropagation();
  });
  close.addEventListener("click", () => closeHelp(s));
  s.root.append(s.help);
  close.focus({ preventScroll: true });
}

export function closeHelp(s: Helped): void {
  s.help?.remove();
  s.help = null;
  s.stage.focus({ preventScroll: true });
}
