// The threads on an image.

import type { IssueView, TaskPane } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { stamp } from "../shared/numbers.ts";
import { repaint } from "../shared/redraw.ts";
import { M, pieces, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { changesHint } from "./changes.ts";
import { press } from "./commands.ts";
import { ISSUE_STATE, issueTabs } from "./issue-tabs.ts";
import { toStage } from "./keyboard.ts";
import type { At, Page, Reply } from "./page.ts";
import { complain, send } from "./send.ts";
import { cap, keyFor, titled } from "./words.ts";

const STATE_BUTTON = { for_review: M("Mark for review"), resolved: M("Resolve"), open: M("Reopen") };
const PLACE = { image: M("on the image"), zone: M("on a zone"), shape: M("on a shape") };

export function issuePanel(s: Page, t: TaskPane) {
  const [tabs, shown] = issueTabs(s, s.need("talk").issues);
  return [
    h(
      "div",
      { class: "nbp-issue-top" },
      tabs,
      h(
        "button",
        {
          type: "button",
          class: "small",
          title: titled(T("Raise an issue"), keyFor(s, "issue")),
          onclick: () => press(s, "issue"),
        },
        T("New//issue"),
        cap(keyFor(s, "issue")),
      ),
    ),
    changesHint(s),
    shown.length
      ? h(
          "ul",
          { class: "nbp-threads" },
          shown.map((i) => thread(s, i)),
        )
      : h(
          "div",
          { class: "nbp-hint" },
          s.ui.issueTab === "open"
            ? pieces("No open issues. {key} raises one on the image or the selected shape, {zone} on a zone.", {
                key: cap(keyFor(s, "issue")),
                zone: cap(keyFor(s, "zone")),
              })
            : T("No closed issues."),
        ),
  ];
}

function thread(s: Page, i: IssueView) {
  const busy = s.ui.issueBusy === i.id;
  const act = (state?: IssueView["state"]) => (e: At) => {
    const box = e.currentTarget.closest("li")?.querySelector("textarea"),
      text = box?.value.trim() ?? "";
    if (!state && !text) return box?.focus();
    s.ui.issueBusy = i.id;
    repaint(s);
    const done: Reply = (error) => {
      s.ui.issueBusy = 0;
      if (error) toast(s, error, "error");
      else if (box) box.value = "";
      repaint(s);
    };
    return state
      ? send(s, "issue_state", { issue: i.id, text, state }, done)
      : send(s, "reply", { issue: i.id, text }, done);
  };
  return h(
    "li",
    { "data-key": `i${i.id}`, "data-state": i.state, "aria-label": T("Issue by {name}", { name: i.author }) },
    h(
      "header",
      {},
      h("span", { class: "state", "data-state": i.state }, T(ISSUE_STATE[i.state])),
      i.place === "image"
        ? h("span", { class: "soft" }, T(PLACE.image))
        : h(
            "button",
            {
              type: "button",
              class: "link",
              title: T("Show the place"),
              onclick: (e) => {
                send(s, "issue_place", { issue: i.id }, complain(s));
                toStage(s, e);
              },
            },
            T(PLACE[i.place]),
          ),
    ),
    i.thread.map((c) =>
      h("div", { class: "comment" }, h("small", {}, h("b", {}, c.author), " ", stamp(c.created)), h("p", {}, c.text)),
    ),
    h("textarea", {
      rows: "1",
      placeholder: T("Reply…"),
      "aria-label": T("Reply to {name}", { name: i.author }),
      maxlength: "4000",
      onkeydown: (e) => {
        if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
          e.preventDefault();
          act()(e);
        }
        if (e.key === "Escape") toStage(s);
        e.stopPropagation();
      },
    }),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", class: "small", disabled: busy, onclick: act() }, T("Reply")),
      i.may.map((state) =>
        h(
          "button",
          {
            type: "button",
            class: "small",
            "data-key": state,
            disabled: busy,
            onclick: act(state),
          },
          T(STATE_BUTTON[state]),
        ),
      ),
    ),
  );
}
