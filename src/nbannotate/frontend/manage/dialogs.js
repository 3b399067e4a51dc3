// The dialogs: what each one says and asks, and what it does. One is open at a time; an error stays in it.

import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { said, T } from "../shared/texts.ts";
import { CAMPAIGN_DIALOGS } from "./campaign-dialogs.js";
import { MEMBER_DIALOGS } from "./member-dialogs.js";
import { secretShown } from "./members.js";
import { closeDialog } from "./open-dialog.js";
import { WORK_DIALOGS } from "./work-dialogs.js";

const DIALOGS = { ...CAMPAIGN_DIALOGS, ...WORK_DIALOGS, ...MEMBER_DIALOGS };

function confirmDialog(s) {
  const d = s.ui.dialog,
    words = DIALOGS[d.kind];
  if (d.secret) return closeDialog(s);
  if (d.busy || words.blocked?.(d)) return undefined;
  Object.assign(d, { busy: true, error: "" });
  repaint(s);
  return words.go(s, d, (error) => {
    d.busy = false;
    if (s.ui.dialog !== d) return;
    if (error) {
      d.error = error;
      repaint(s);
    } else if (d.secret) {
      repaint(s, true);
      s.root.querySelector(".nbp-dialog [data-first]")?.focus();
    } else closeDialog(s);
  });
}

export function dialog(s) {
  const d = s.ui.dialog;
  if (!d) return null;
  const words = DIALOGS[d.kind];
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
        onkeydown: (e) => dialogKeys(s, e),
      },
      h("h2", { id: "nbm-dialog-title" }, words.title(d)),
      h("div", { class: "content" }, d.secret ? secretShown(s, d) : words.body(s, d)),
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

function dialogKeys(s, e) {
  e.stopPropagation();
  if (e.key === "Escape") {
    e.preventDefault();
    return closeDialog(s);
  }
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
    e.preventDefault();
    return confirmDialog(s);
  }
  if (e.key !== "Tab") return undefined;
  const all = [...e.currentTarget.querySelectorAll("a, button:not(:disabled), input:not(:disabled), select, textarea")];
  if (e.shiftKey && document.activeElement === all[0]) {
    e.preventDefault();
    all.at(-1).focus();
  } else if (!e.shiftKey && document.activeElement === all.at(-1)) {
    e.preventDefault();
    all[0].focus();
  }
  return undefined;
}
