// The dialogs: raising an issue, and what takes an image out of the person's hands: with the reason, or to be confirmed.

import type { JobView } from "../generated/work-views.ts";
import { dialogKeys } from "../shared/dialog.ts";
import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { M, N, said, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { listState } from "./job-list.ts";
import { leaveWith } from "./leave.ts";
import { closeDialog, textField } from "./open-dialog.ts";
import type { Page, ReasonDialog, ReasonKind, Reply } from "./page.ts";
import { isRange, rangeDialog } from "./range-dialog.ts";
import { complain, send } from "./send.ts";
import { cap } from "./words.ts";

// text: "must" be given, "may" be given, or one "line"; zone: whether a place may be pointed at.
interface Words {
  title: string;
  ask?: string;
  done: string;
  text: "must" | "may" | "line" | "";
  zone?: boolean;
  warn?: boolean;
}

const DIALOG: Record<ReasonKind, Words> = {
  issue: {
    title: M("Raise an issue"),
    ask: M("Say what is wrong."),
    done: M("Raise the issue"),
    text: "must",
    zone: true,
  },
  rework: {
    title: M("Send to rework"),
    ask: M("Say what is wrong; it goes back to the person who annotated it."),
    done: M("Send to rework"),
    text: "must",
    zone: true,
    warn: true,
  },
  reject: {
    title: M("Reject this image"),
    ask: M("It leaves the campaign as rejected, until its job is restarted with what was rejected. You may say why."),
    done: M("Reject the image"),
    text: "may",
    zone: true,
    warn: true,
  },
  skip: {
    title: M("Skip this image"),
    ask: M("Say why; the image leaves the campaign."),
    done: M("Skip the image"),
    text: "must",
    zone: true,
    warn: true,
  },
  discard: {
    title: M("Discard this image"),
    ask: M("Say why it is of no use; it leaves the campaign for good, with your reason."),
    done: M("Discard the image"),
    text: "must",
    warn: true,
  },
  label: {
    title: M("Add a label"),
    ask: M("Everybody in this campaign can use it from now on."),
    done: M("Add the label"),
    text: "line",
  },
  submit_job: { title: M("Submit this job"), done: M("Submit"), text: "" },
};

const reasoned = (d: ReasonDialog) => ["rework", "skip"].includes(d.kind) && d.open > 0; // an issue says why already

function ask(s: Page, d: ReasonDialog) {
  const words = DIALOG[d.kind];
  if (d.kind === "submit_job") return askJob(s.need("job"));
  if (d.kind === "issue" && s.need("task").settled)
    return T("This image is done. The issue sends it back to rework, to the person who annotated it.");
  return reasoned(d)
    ? N(
        d.open,
        "{n} open issue says why already. You may add another one.",
        "{n} open issues say why already. You may add another one.",
      )
    : T(words.ask ?? "");
}

function askJob(job: JobView) {
  const ready = job.held - job.unbegun;
  if (job.unbegun) {
    return N(
      job.unbegun,
      "Nothing is saved yet for {n} image of the {held} that you hold. A job is submitted as a whole: finish or skip it first.",
      "Nothing is saved yet for {n} images of the {held} that you hold. A job is submitted as a whole: finish or skip them first.",
      { held: job.held },
    );
  }
  return [
    N(
      ready,
      "{n} image goes on to the next step with what you saved, and can be changed again only when returned.",
      "{n} images go on to the next step with what you saved, and can be changed again only when returned.",
    ),
    job.waiting ? N(job.waiting, "{n} image of the queue stays there.", "{n} images of the queue stay there.") : "",
    T("Images that are not finished are named, and then nothing is submitted."),
  ]
    .filter(Boolean)
    .join(" ");
}

export function dialog(s: Page) {
  const d = s.ui.dialog;
  if (!d) return null;
  if (isRange(d)) return rangeDialog(s, d);
  const words = DIALOG[d.kind],
    blocked = d.kind === "submit_job" && s.need("job").unbegun > 0;
  const about = {
    "aria-describedby": "nbp-dialog-ask",
    "aria-label": T(words.title),
    "aria-invalid": d.error ? "true" : null,
  };
  return h(
    "div",
    {
      class: "nbp-veil",
      "data-key": "dialog",
      onpointerdown: (e) => {
        if (e.target === e.currentTarget && !textField(s)?.value) closeDialog(s);
      },
    },
    h(
      "form",
      {
        class: "nbp-dialog",
        role: "dialog",
        "aria-modal": "true",
        "aria-labelledby": "nbp-dialog-title",
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
      h("h2", { id: "nbp-dialog-title" }, T(words.title)),
      h("p", { id: "nbp-dialog-ask" }, ask(s, d)),
      words.text === "line"
        ? h("input", { ...about, type: "text", maxlength: "200", autocomplete: "off" })
        : words.text
          ? h("textarea", { ...about, rows: "4", maxlength: "4000" }, d.text)
          : null,
      d.error ? h("p", { class: "error", role: "alert" }, said(d.error)) : null,
      words.zone ? whereRow(s, d) : null,
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", onclick: () => closeDialog(s) }, T("Cancel"), cap("Esc")),
        blocked
          ? h("button", { type: "button", class: "primary", onclick: () => showUnbegun(s) }, T("Show them"))
          : h(
              "button",
              { type: "submit", class: words.warn ? "primary warn" : "primary", disabled: d.busy },
              d.busy ? T("One moment…") : T(words.done),
              d.busy ? null : cap(words.text === "must" || words.text === "may" ? "Ctrl + ⏎" : "⏎"),
            ),
      ),
    ),
  );
}

function whereRow(s: Page, d: ReasonDialog) {
  const where = d.zone
    ? T("On the zone that you drew")
    : d.shape
      ? T("On the selected shape: {label}", { label: d.shape.label || T("no label") })
      : T("On the whole image");
  return h(
    "div",
    { class: "where" },
    h("span", {}, icon("issue"), where),
    d.zone || d.shape
      ? h(
          "button",
          {
            type: "button",
            class: "link",
            onclick: () => {
              Object.assign(d, { zone: null, shape: null });
              repaint(s);
            },
          },
          T("whole image instead"),
        )
      : null,
    !d.zone && s.need("task").pictured
      ? h("button", { type: "button", class: "link", onclick: () => drawZone(s, d.kind) }, T("point at a zone"))
      : null,
  );
}

function drawZone(s: Page, kind: ReasonKind): void {
  s.ui.zoneFor = { kind, text: textField(s)?.value ?? "" };
  closeDialog(s);
  send(s, "zone", {}, complain(s));
}

function confirmDialog(s: Page) {
  const d = s.ui.dialog,
    box = textField(s),
    text = box?.value.trim() ?? "";
  if (!d || isRange(d) || d.busy) return;
  if (!text && ["must", "line"].includes(DIALOG[d.kind].text) && !reasoned(d)) {
    d.error = d.kind === "label" ? T("Say how the label is called.") : T("Say what is wrong, in a few words.");
    repaint(s);
    return void box?.focus();
  }
  d.busy = true;
  d.error = "";
  repaint(s);
  const done: Reply = (error) => {
    if (s.ui.dialog !== d) return;
    d.busy = false;
    if (error && d.kind === "submit_job") {
      toast(s, error, "error");
      listState(s).filter = "refused";
      return closeDialog(s);
    }
    if (error) {
      d.error = error;
      return void repaint(s);
    }
    if (d.kind === "issue") {
      s.ui.tab = "issues";
      s.ui.issueTab = "open";
    }
    closeDialog(s);
  };
  const reason = { text, zone: d.zone, shape: d.shape?.id ?? null };
  if (d.kind === "issue") return void send(s, "issue", reason, done);
  if (d.kind === "label") return void send(s, "add_label", { text }, done);
  if (d.kind === "submit_job") {
    const job = s.need("job");
    return void send(s, "submit_job", { campaign: job.campaign_id, step: job.step }, done);
  }
  if (d.kind === "discard") return void leaveWith(s, "discard", { text }, done);
  leaveWith(s, d.kind, reason, done);
}

function showUnbegun(s: Page) {
  listState(s).filter = "remaining";
  closeDialog(s);
  s.root.querySelector<HTMLElement>(".nbp-list")?.focus();
}
