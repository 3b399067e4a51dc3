// The tabs of issues by their state.

import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { M, T } from "../shared/texts.ts";
import { tabKeys } from "./keyboard.js";

export const ISSUE_STATE = { open: M("open"), for_review: M("for review"), resolved: M("resolved") };

export function issueTabs(s, issues) {
  const isOpen = (i) => i.state !== "resolved";
  const shown = s.ui.issueTab,
    counts = { open: issues.filter(isOpen).length, closed: issues.filter((i) => !isOpen(i)).length };
  return [
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": T("Issues"), onkeydown: (e) => tabKeys(e) },
      ["open", "closed"].map((name) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            "aria-selected": String(shown === name),
            tabindex: shown === name ? "0" : "-1",
            "data-key": name,
            onclick: () => {
              s.ui.issueTab = name;
              repaint(s);
            },
          },
          name === "open" ? T("Open//issues") : T("Closed//issues"),
          h("span", { class: "count" }, counts[name]),
        ),
      ),
    ),
    issues.filter((i) => isOpen(i) === (shown === "open")),
  ];
}
