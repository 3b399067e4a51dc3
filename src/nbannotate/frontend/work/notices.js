// The bar above the lists, and the bell with the notices.

import { arrows, h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { localTimes, stamp } from "../shared/numbers.ts";
import { M, said, T } from "../shared/texts.ts";
import { emptyState } from "./empty.js";
import { ring } from "./home-bar.js";
import { leaveWith } from "./leave.js";
import { send } from "./send.js";
import { toast } from "./toasts.js";

const NOTICE = {
  assigned: ["list", M("Given to you")],
  returned: ["return", M("Returned")],
  restarted: ["refresh", M("Restarted")],
  issue: ["issue", M("Issue")],
  issue_answered: ["issue", M("Answer")],
  due_near: ["clock", M("Due soon")],
  due_past: ["clock", M("Overdue")],
  lease_out: ["clock", M("Time ran out")],
  account: ["key", M("Account")],
  gold: ["point", M("Known answer")],
};

export function notices(s) {
  if (!s.ui.bell) return null;
  const { list = [], unseen = 0 } = s.get("notices"),
    complain = (e) => e && toast(s, e, "error");
  const go = (n) => {
    s.ui.bell = false;
    leaveWith(s, "notice", { notice: n.id });
  };
  return h(
    "div",
    {
      class: "nbp-popover",
      "data-key": "notices",
      onpointerdown: (e) => {
        if (e.target === e.currentTarget) ring(s);
      },
    },
    h(
      "section",
      {
        class: "nbp-notices",
        role: "dialog",
        "aria-label": T("Notices"),
        tabindex: "-1",
        onkeydown: (e) => noticeKeys(s, e),
      },
      h(
        "header",
        {},
        h("h2", {}, T("Notices")),
        unseen ? h("span", { class: "soft" }, T("{n} new", { n: unseen })) : null,
        h("div", { class: "grow" }),
        unseen
          ? h(
              "button",
              {
                type: "button",
                class: "small",
                onclick: () => {
                  s.root.querySelector(".nbp-notices")?.focus();
                  send(s, "notices_seen", {}, complain);
                },
              },
              icon("check"),
              T("Mark all as seen"),
            )
          : null,
        h("button", { type: "button", class: "bare", "aria-label": T("Close"), onclick: () => ring(s) }, icon("close")),
      ),
      list.length
        ? h(
            "ul",
            {},
            list.map((n) =>
              h(
                "li",
                { "data-key": `n${n.id}` },
                h(
                  "button",
                  {
                    type: "button",
                    class: "notice",
                    "data-kind": n.kind,
                    "data-new": n.seen ? null : "",
                    onclick: () => go(n),
                  },
                  h("span", { class: "mark" }, icon(NOTICE[n.kind]?.[0] ?? "bell")),
                  h(
                    "span",
                    { class: "text" },
                    h("span", {}, localTimes(said(n.text))),
                    h(
                      "small",
                      {},
                      [T(NOTICE[n.kind]?.[1] ?? n.kind), n.campaign].filter(Boolean).join(" · "),
                      " · ",
                      stamp(n.at),
                    ),
                  ),
                  n.seen ? null : h("i", { class: "dot", title: T("new") }),
                ),
              ),
            ),
          )
        : emptyState(
            "bell",
            T("No notices"),
            T("What is given or returned to you, answers to your issues and due dates appear here."),
          ),
    ),
  );
}

function noticeKeys(s, e) {
  if (e.key === "Escape" || e.key === "N") {
    e.preventDefault();
    e.stopPropagation();
    return void ring(s);
  }
  arrows(e, ".notice");
  if (e.key !== "Tab") e.stopPropagation();
  return undefined;
}
