// The map of the keys.

import { said, T } from "../shared/texts.js";
import { node } from "./dom.js";
import { HANDS, SHOWN } from "./key-names.js";

function keyCaps(combos) {
  return combos.flatMap((combo, i) => {
    const parts = combo === "+" ? ["+"] : combo.split(/\+(?=.)/);
    const caps = parts.map((p) =>
      node("kbd", {}, SHOWN[p] ?? (p.length === 1 ? p.toUpperCase() : HANDS[p.trim()] ? T(HANDS[p.trim()]) : said(p))),
    );
    return i ? [" ", ...caps] : caps;
  });
}

export function toggleHelp(s) {
  if (s.help) return closeHelp(s);
  const groups = new Map();
  for (const row of s.keyRows) {
    if (row.edits && !s.editable) continue;
    if (!groups.has(row.group)) groups.set(row.group, []);
    groups.get(row.group).push(row);
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
  return undefined;
}

export function closeHelp(s) {
  s.help?.remove();
  s.help = null;
  s.stage.focus({ preventScroll: true });
}
