// The tabs of issues by their state.

import type { VNode } from "preact";
import type { IssueView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { M, T } from "../shared/texts.ts";
import { tabKeys } from "./keyboard.ts";
import type { Page } from "./page.ts";

export const ISSUE_STATE = { open: M("open"), for_review: M("for review"), resolved: M("resolved") };

export function issueTabs(s: Page, issues: IssueView[]): [tabs: VNode, shown: IssueView[]] {
  const isOpen = (i: IssueView) => i.state !== "resolved";
  const shown = s.ui.issueTab,
    counts = { open: issues.filter(isOpen).length, closed: issues.filter((i) => !isOpen(i)).length };
  return [
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": T("Issues"), onkeydown: (e) => tabKeys(e) },
      (["open", "closed"] as const).map((name) =>
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
