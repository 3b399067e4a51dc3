// The bell, and the notices that it opens.

import type { VNode } from "preact";
import { arrows, h, type KeyPress, type Shown } from "./dom.ts";
import { emptyState } from "./empty.ts";
import { type IconName, icon } from "./icons.ts";
import { localTimes, stamp } from "./numbers.ts";
import { M, type Message, said, T } from "./texts.ts";

export interface Notice {
  id: number;
  kind: string;
  text: Message;
  at: string | null;
  seen: boolean;
}

const KIND: Record<string, [IconName, string]> = {
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

export const bellButton = (unseen: number, open: boolean, title: string, ring: () => void): VNode =>
  h(
    "button",
    {
      type: "button",
      class: "bare bell",
      "data-key": "bell",
      "data-menu": "bell",
      "aria-haspopup": "dialog",
      "aria-expanded": String(open),
      "aria-label": unseen ? T("Notices, {n} not seen", { n: unseen }) : T("Notices"),
      title,
      onclick: ring,
    },
    icon("bell"),
    unseen ? h("span", { class: "count" }, unseen > 99 ? "99+" : unseen) : null,
  );

interface Notices<Row extends Notice> {
  rows: Row[];
  unseen: number;
  none: string;
  about(row: Row): string; // what stands beside its kind
  go(row: Row): void;
  see(): void;
  close(): void;
}

export function noticesShown<Row extends Notice>({ rows, unseen, none, about, go, see, close }: Notices<Row>): VNode {
  const row = (n: Row): Shown =>
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
        h("span", { class: "mark" }, icon(KIND[n.kind]?.[0] ?? "bell")),
        h(
          "span",
          { class: "text" },
          h("span", {}, localTimes(said(n.text))),
          h("small", {}, [T(KIND[n.kind]?.[1] ?? n.kind), about(n)].filter(Boolean).join(" · "), " · ", stamp(n.at)),
        ),
        n.seen ? null : h("i", { class: "dot", title: T("new") }),
      ),
    );
  return h(
    "div",
    {
      class: "nbp-popover",
      "data-key": "notices",
      onpointerdown: (e) => {
        if (e.target === e.currentTarget) close();
      },
    },
    h(
      "section",
      {
        class: "nbp-notices",
        role: "dialog",
        "aria-label": T("Notices"),
        tabindex: "-1",
        onkeydown: (e) => keys(e, close),
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
                onclick: (e) => {
                  e.currentTarget.closest<HTMLElement>(".nbp-notices")?.focus(); // this button goes away
                  see();
                },
              },
              icon("check"),
              T("Mark all as seen"),
            )
          : null,
        h("button", { type: "button", class: "bare", "aria-label": T("Close"), onclick: close }, icon("close")),
      ),
      rows.length ? h("ul", {}, rows.map(row)) : emptyState("bell", T("No notices"), none),
    ),
  );
}

function keys(e: KeyPress, close: () => void): void {
  if (e.key === "Escape" || e.key === "N") {
    e.preventDefault();
    e.stopPropagation();
    close();
    return;
  }
  arrows(e, ".notice");
  if (e.key !== "Tab") e.stopPropagation();
}

/** Where the keyboard is when the notices open. */
export const focusNotices = (root: Element): void =>
  (root.querySelector<HTMLElement>(".nbp-notices .notice") ?? root.querySelector<HTMLElement>(".nbp-notices"))?.focus();
