// What can be done with the task: submit (as what), nothing to label, rework, reject, skip, discard.

import type { TaskPane } from "../generated/work-views.ts";
import { arrows, h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { M, N, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { press } from "./commands.ts";
import { toStage } from "./keyboard.ts";
import { leaveWith } from "./leave.ts";
import type { At, Page } from "./page.ts";
import { showPanel } from "./panel.ts";
import { complain, send } from "./send.ts";
import { cap, keyFor, titled } from "./words.ts";

const WORKING: Partial<Record<string, string>> = {
  rework: M("Sending back…"),
  reject: M("Rejecting…"),
  skip: M("Skipping…"),
  discard: M("Discarding…"),
  retake: M("Taking it…"),
};

export const UNSEEN = M("The image cannot be seen, so nothing can be said of it; skip it and say why.");

export function actionBar(s: Page) {
  const t = s.need("task"),
    busy = s.ui.busy;
  if (!t.mine) return readOnlyBar(s, t);
  const off = Boolean(t.looking) || Boolean(busy),
    unseen = !t.pictured,
    review = t.kind === "review";
  const name = review ? (t.edited ? T("Accept with edits") : T("Accept")) : T("Submit"),
    as = t.statuses.length && t.status !== t.statuses[0];
  const working = busy === "submit" ? (review ? T("Accepting…") : T("Submitting…")) : T(WORKING[busy] ?? "");
  const other = (action: TaskPane["actions"][number], title: string, text: string, warn = false) =>
    t.actions.includes(action)
      ? h(
          "button",
          {
            type: "button",
            "data-key": action,
            class: warn ? "warn" : null,
            disabled: off,
            title: titled(title, keyFor(s, action)),
            onclick: () => press(s, action),
          },
          text,
          cap(keyFor(s, action)),
        )
      : null;
  return h(
    "div",
    { class: "nbp-actions", role: "group", "aria-label": T("What to do with this task") },
    h(
      "div",
      { class: "rest", "data-key": "rest" },
      mustDo(s, t),
      h(
        "button",
        {
          type: "button",
          class: "nothing",
          "aria-pressed": String(t.nothing),
          disabled: off || unseen,
          title: unseen ? T(UNSEEN) : titled(T("There is nothing to label in this image"), keyFor(s, "nothing")),
          "data-key": "nothing",
          onclick: (e) => {
            press(s, "nothing");
            toStage(s, e);
          },
        },
        h("i", { class: "box", "aria-hidden": "true" }, t.nothing ? icon("check") : null),
        T("Nothing to label"),
        cap(keyFor(s, "nothing")),
      ),
      h(
        "div",
        { class: "pair" },
        other("rework", T("Send it back to the person who annotated it"), T("To rework…"), true),
        other("reject", T("It leaves the campaign as rejected, until its job is restarted"), T("Reject…"), true),
        other("skip", T("Take this image out of the campaign; say why"), T("Skip…")),
        other("discard", T("This image is of no use; say why"), T("Discard…")),
      ),
    ),
    h(
      "div",
      { class: "split" },
      h(
        "button",
        {
          type: "button",
          class: "primary submit",
          "data-key": "submit",
          disabled: off || unseen,
          "aria-busy": busy ? "true" : null,
          title: unseen ? T(UNSEEN) : as ? T("{action} as {status}", { action: name, status: t.status }) : null,
          onclick: () => press(s, "submit"),
        },
        h(
          "span",
          { class: "name" },
          working || name,
          as && !working ? h("small", {}, T("as {status}", { status: t.status })) : null,
        ),
        !working && cap("Ctrl + ⏎"),
      ),
      t.statuses.length
        ? h(
            "button",
            {
              type: "button",
              class: "primary submit menu",
              "data-key": "status",
              disabled: off || unseen,
              "aria-haspopup": "menu",
              "aria-expanded": String(s.ui.menu),
              "aria-label": T("Submit as: {status}", { status: t.status }),
              title: titled(T("Submit as…"), keyFor(s, "status")),
              onclick: () => openMenu(s),
            },
            icon("more"),
          )
        : null,
      statusMenu(s, t),
    ),
  );
}

// Where there are shapes, the second press within a few seconds deletes them: one key, twice, and undo brings them back.
export function sayNothing(s: Page, t: TaskPane): void {
  const d = s.need("drawing"),
    n = d.shapes.length + d.more,
    sure = s.ui.sure;
  s.ui.sure = null;
  s.toasts = s.toasts.filter((v) => v.kind !== "ask");
  const again = sure?.task === t.id && sure.n === n && performance.now() - sure.at < 9000;
  if (!n || again) {
    send(s, "nothing", { sure: n > 0 }, complain(s));
    return;
  }
  s.ui.sure = { task: t.id, n, at: performance.now() };
  toast(
    s,
    N(
      n,
      "There is {n} shape here. Press {key} again to delete it and say that there is nothing to label; Ctrl+Z brings it back.",
      "There are {n} shapes here. Press {key} again to delete them and say that there is nothing to label; Ctrl+Z brings them back.",
      { key: keyFor(s, "nothing") },
    ),
    "ask",
  );
}

function readOnlyBar(s: Page, t: TaskPane) {
  return h(
    "div",
    { class: "nbp-actions" },
    t.settled
      ? h(
          "p",
          { class: "nbp-must" },
          icon("issue"),
          h("span", {}, T("This image is done. An issue sends it back to rework.")),
        )
      : null,
    t.lost
      ? h(
          "button",
          {
            type: "button",
            class: "primary submit",
            "data-key": "retake",
            disabled: Boolean(s.ui.busy),
            onclick: () => leaveWith(s, "retake"),
          },
          s.ui.busy ? T(WORKING[s.ui.busy] ?? M("One moment…")) : T("Take it again"),
        )
      : null,
    t.settled
      ? h(
          "button",
          { type: "button", "data-key": "raise", onclick: () => press(s, "issue") },
          T("Raise an issue…"),
          cap(keyFor(s, "issue")),
        )
      : null,
    h(
      "button",
      {
        type: "button",
        class: t.lost ? "submit" : "primary submit",
        "data-key": "next",
        onclick: () => (t.lost ? leaveWith(s, "start", { campaign: t.campaign_id, step: t.step }) : press(s, "next")),
      },
      t.lost ? T("Go on with the next") : T("Next task"),
      t.lost ? null : cap(keyFor(s, "next")),
    ),
  );
}

// What has to be done first, in a line above the buttons; a click shows where.
function mustDo(s: Page, t: TaskPane) {
  const look = () => {
    s.ui.issueTab = "open";
    showPanel(s, "issues");
  };
  const row = (kind: string, text: string) =>
    h(
      "button",
      { type: "button", class: "nbp-must", "data-kind": kind, "data-key": "must", onclick: look },
      icon("issue"),
      h("span", {}, text),
    );
  if (t.kind === "review" && t.open_issues)
    return row(
      "bad",
      N(
        t.open_issues,
        "{n} open issue: resolve it before you accept, or send the image to rework.",
        "{n} open issues: resolve them before you accept, or send the image to rework.",
      ),
    );
  if (t.kind === "review" && t.for_review)
    return row(
      "note",
      N(
        t.for_review,
        "{n} issue is for review. Accepting resolves it; reopen what is not fixed.",
        "{n} issues are for review. Accepting resolves them; reopen what is not fixed.",
      ),
    );
  if (t.returned && t.open_issues)
    return row(
      "warn",
      N(
        t.open_issues,
        "Returned: {n} issue says what to fix. Submitting marks it for review.",
        "Returned: {n} issues say what to fix. Submitting marks them for review.",
      ),
    );
  return null;
}

function openMenu(s: Page, open = !s.ui.menu) {
  s.ui.menu = open;
  repaint(s, true);
  if (open) s.root.querySelector<HTMLElement>(".nbp-menu [aria-checked=true]")?.focus();
  else toStage(s);
}

function statusMenu(s: Page, t: TaskPane) {
  if (!s.ui.menu || !t.statuses.length) return null;
  const take = (name: string) => {
    send(s, "status", { name }, complain(s));
    openMenu(s, false);
  };
  const leave = (e: At<FocusEvent>) => {
    if (!(e.relatedTarget instanceof Node && e.currentTarget.contains(e.relatedTarget))) {
      s.ui.menu = false;
      repaint(s);
    }
  };
  const keys = (e: At<KeyboardEvent>) => {
    if (e.key === "Escape" || e.key === "Tab") {
      e.preventDefault();
      e.stopPropagation();
      return void openMenu(s, false);
    }
    return arrows(e, "button");
  };
  return h(
    "div",
    {
      class: "nbp-menu",
      role: "menu",
      "aria-label": T("Submit as"),
      "data-key": "menu",
      onkeydown: keys,
      onfocusout: leave,
    },
    t.statuses.map((name) =>
      h(
        "button",
        {
          type: "button",
          role: "menuitemradio",
          "data-key": name,
          "aria-checked": String(name === t.status),
          onclick: () => take(name),
        },
        h("span", { class: "tick" }, name === t.status ? icon("check") : null),
        name,
      ),
    ),
  );
}
