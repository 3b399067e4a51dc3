// The dialogs: what each one says and asks, and what it does. One is open at a time; an error stays in it.

import type { VNode } from "preact";
import { dialogKeys, focusDialog } from "../shared/dialog.ts";
import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { said, T } from "../shared/texts.ts";
import { CAMPAIGN_DIALOGS } from "./campaign-dialogs.ts";
import { MEMBER_DIALOGS } from "./member-dialogs.ts";
import { secretShown } from "./members.ts";
import { closeDialog } from "./open-dialog.ts";
import type { Dialog, DialogKind, Page, Words, WordsOf } from "./types.ts";
import { WORK_DIALOGS } from "./work-dialogs.ts";

const DIALOGS: WordsOf<DialogKind> = { ...CAMPAIGN_DIALOGS, ...WORK_DIALOGS, ...MEMBER_DIALOGS };
const wordsOf = (d: Dialog): Words<DialogKind> => DIALOGS[d.kind];

function confirmDialog(s: Page): void {
  const d = s.ui.dialog;
  if (!d) return;
  const words = wordsOf(d);
  if (d.secret) closeDialog(s);
  if (d.secret || d.busy || words.blocked?.(d)) return;
  Object.assign(d, { busy: true, error: "" });
  repaint(s);
  words.go(s, d, (error) => {
    d.busy = false;
    if (s.ui.dialog !== d) return;
    if (error) {
      d.error = error;
      repaint(s);
    } else if (d.secret) {
      repaint(s, true);
      focusDialog(s.root);
    } else closeDialog(s);
  });
}

export function dialog(s: Page): VNode | null {
  const d = s.ui.dialog;
  if (!d) return null;
  const words = wordsOf(d);
  words.before?.(s, d);
  return h(
    "div",
    { class: "nbp-veil", "data-key": "dialog" },
    h(
      "form",
      {
        class: "nbp-dialog nbm-dialog",
        "data-wide": words.wide ? "" : null,
        "data-key": d.secret ? "secret" : d.kind,
        role: "dialog",
        "aria-modal": "true",
        "aria-labelledby": "nbm-dialog-title",
        novalidate: true,
        onsubmit: (e) => {
          e.preventDefault();
          confirmDialog(s);
        },
        onkeydown: (e) =>
          dialogKeys(
            e,
            () => closeDialog(s),
            () => confirmDialog(s),
          ),
      },
      h("h2", { id: "nbm-dialog-title" }, words.title(d)),
      h("div", { class: "content" }, d.secret ? secretShown(s, d, d.secret) : words.body(s, d)),
      d.error ? h("p", { class: "error", role: "alert" }, said(d.error)) : null,
      h(
        "div",
        { class: "buttons" },
        d.secret ? null : h("button", { type: "button", disabled: d.busy, onclick: () => closeDialog(s) }, T("Cancel")),
        h(
          "button",
          {
            type: "submit",
            class: words.danger && !d.secret ? "primary warn" : "primary",
            disabled: d.busy || (!d.secret && Boolean(words.blocked?.(d))),
          },
          d.secret ? T("Done//button") : d.busy ? T("One moment…") : T(words.done),
        ),
      ),
    ),
  );
}
