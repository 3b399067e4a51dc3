// The list of all my issues, empty states, the screen at the end of a job, and the one before the first.

import type { IssueView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { emptyState } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { stamp } from "../shared/numbers.ts";
import { N, T } from "../shared/texts.ts";
import { ISSUE_STATE, issueTabs } from "./issue-tabs.ts";
import { leaveWith } from "./leave.ts";
import type { Page } from "./page.ts";

export function myIssues(s: Page, issues: IssueView[]) {
  const [tabs, shown] = issueTabs(s, issues);
  return h(
    "div",
    { class: "nbp-my-issues" },
    tabs,
    shown.length
      ? h(
          "ul",
          { class: "rows" },
          shown.map((i) =>
            h(
              "li",
              { "data-key": `i${i.id}` },
              h(
                "button",
                { type: "button", class: "row", onclick: () => leaveWith(s, "open_issue", { issue: i.id }) },
                h("span", { class: "state", "data-state": i.state }, T(ISSUE_STATE[i.state])),
                h(
                  "span",
                  { class: "text" },
                  h("b", {}, i.thread[0]?.text ?? ""),
                  h("small", {}, `${i.asset} · ${i.campaign} · ${i.author}, `, stamp(i.created)),
                ),
                i.thread.length > 1
                  ? h("span", { class: "soft" }, N(i.thread.length - 1, "{n} reply", "{n} replies"))
                  : null,
                icon("forward"),
              ),
            ),
          ),
        )
      : emptyState(
          "issue",
          s.ui.issueTab === "open" ? T("No open issues") : T("No closed issues"),
          T("Issues on the images that you work on, or worked on, appear here."),
        ),
  );
}
