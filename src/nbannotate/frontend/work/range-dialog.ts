// The dialogs that do something on several slices.

import { dialogKeys } from "../shared/dialog.ts";
import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { N, said, T } from "../shared/texts.ts";
import { cellsOf, placeHere } from "./cells.ts";
import { leaveWith } from "./leave.ts";
import { closeDialog } from "./open-dialog.ts";
import type { At, Dialog, ExcludeDialog, Page, Reply, SpreadDialog } from "./page.ts";
import { type Found, rangeOf } from "./range.ts";
import { send } from "./send.ts";
import { cap } from "./words.ts";

type End = "first" | "last";

export const isRange = (d: Dialog): d is SpreadDialog | ExcludeDialog => d.kind === "spread" || d.kind === "exclude";

export function rangeDialog(s: Page, d: SpreadDialog | ExcludeDialog) {
  const found = rangeOf(s, d),
    n = cellsOf(s).length,
    set = (name: End) => (e: At<Event, HTMLInputElement>) => {
      d[name] = e.currentTarget.valueAsNumber;
      d.error = "";
      repaint(s);
    };
  const number = (name: End, label: string) =>
    h(
      "label",
      {},
      label,
      h("input", {
        type: "number",
        min: "1",
        max: n,
        step: "1",
        value: Number.isFinite(d[name]) ? d[name] : "",
        "data-key": name,
        oninput: set(name),
      }),
    );
  const quick = (title: string, first: number, last: number) =>
    first <= last
      ? h(
          "button",
          {
            type: "button",
            class: "link",
            onclick: () => {
              Object.assign(d, { first, last, error: "" });
              repaint(s, true);
              for (const name of ["first", "last"] as const) {
                const field = s.root.querySelector<HTMLInputElement>(`.nbp-range [data-key=${name}]`);
                if (field) field.value = String(d[name]);
              }
            },
          },
          title,
        )
      : null;
  const here = placeHere(s),
    after = d.kind === "spread" ? 1 : 0;
  const title = d.kind === "spread" ? T("Put onto a range of slices") : T("Exclude a range of slices");
  return h(
    "div",
    {
      class: "nbp-veil",
      "data-key": "dialog",
      onpointerdown: (e) => {
        if (e.target === e.currentTarget && !d.text) closeDialog(s);
      },
    },
    h(
      "form",
      {
        class: "nbp-dialog nbp-range",
        role: "dialog",
        "aria-modal": "true",
        "aria-labelledby": "nbp-dialog-title",
        "aria-describedby": "nbp-dialog-ask",
        novalidate: true,
        onsubmit: (e) => {
          e.preventDefault();
          confirmRange(s);
        },
        onkeydown: (e) =>
          dialogKeys(
            e,
            () => closeDialog(s),
            () => confirmRange(s),
          ),
      },
      h("h2", { id: "nbp-dialog-title" }, title),
      h(
        "fieldset",
        {},
        h("legend", {}, T("Slices")),
        h(
          "div",
          { class: "span" },
          number("first", T("from")),
          number("last", T("to")),
          h("span", { class: "soft" }, T("of {total}", { total: n })),
        ),
        h(
          "div",
          { class: "quick" },
          quick(T("All before this one"), 1, here - after),
          quick(T("All after this one"), here + after, n),
          quick(T("All slices"), 1, n),
        ),
      ),
      d.kind === "spread" ? spreadBody(s, d) : excludeBody(d),
      h("p", { id: "nbp-dialog-ask", "data-key": "ask", role: "status" }, foundText(d, found)),
      d.error ? h("p", { class: "error", role: "alert", "data-key": "error" }, d.error) : null,
      h(
        "div",
        { class: "buttons", "data-key": "buttons" },
        h("button", { type: "button", onclick: () => closeDialog(s) }, T("Cancel"), cap("Esc")),
        h(
          "button",
          { type: "submit", class: d.kind === "exclude" ? "primary warn" : "primary", disabled: d.busy || !found.able },
          d.busy
            ? T("One moment…")
            : d.kind === "exclude"
              ? N(found.able, "Exclude {n} slice", "Exclude {n} slices")
              : N(found.able, "Put onto {n} slice", "Put onto {n} slices"),
          d.busy ? null : cap(d.kind === "exclude" ? "Ctrl + ⏎" : "⏎"),
        ),
      ),
    ),
  );
}

function foundText(d: SpreadDialog | ExcludeDialog, found: Found): string {
  if (!found.valid) return T("There are no such slices.");
  const parts = [
    d.kind === "spread"
      ? N(found.able, "It goes onto {n} slice.", "It goes onto {n} slices.")
      : N(found.able, "{n} slice is excluded.", "{n} slices are excluded."),
  ];
  if (found.free)
    parts.push(
      N(found.free, "{n} of them comes out of the queue for it.", "{n} of them come out of the queue for it."),
    );
  if (found.full && d.kind === "spread")
    parts.push(N(found.full, "{n} of them has shapes already.", "{n} of them have shapes already."));
  if (found.others)
    parts.push(
      N(
        found.others,
        "{n} is left as it is: finished, or somebody else's.",
        "{n} are left as they are: finished, or somebody else's.",
      ),
    );
  return parts.join(" ");
}

type Choice<Value> = [value: Value, text: string, hint?: string] | null;

function radios<Key extends "what" | "existing">(
  s: Page,
  d: SpreadDialog,
  name: Key,
  legend: string,
  rows: Choice<SpreadDialog[Key]>[],
) {
  return h(
    "fieldset",
    { "data-key": name },
    h("legend", {}, legend),
    rows
      .filter((row) => row !== null)
      .map(([value, text, hint]) =>
        h(
          "label",
          { class: "check", "data-key": value },
          h("input", {
            type: "radio",
            name: `nbp-${name}`,
            value,
            checked: d[name] === value,
            onchange: () => {
              d[name] = value;
              repaint(s);
            },
          }),
          h("span", {}, text, hint ? h("small", {}, hint) : null),
        ),
      ),
  );
}

function spreadBody(s: Page, d: SpreadDialog) {
  const only = d.what === "tags" || !d.shapes,
    tags = d.named.join(", ");
  return [
    radios(s, d, "what", T("What"), [
      d.chosen.length && d.chosen.length < d.shapes
        ? ["selected", N(d.chosen.length, "The selected shape", "The {n} selected shapes")]
        : null,
      d.shapes ? ["all", N(d.shapes, "The shape of this slice", "All {n} shapes of this slice")] : null,
      d.named.length ? ["tags", T("Only the tags: {tags}", { tags })] : null,
      ["nothing", T("Nothing to label")],
    ]),
    d.named.length && ["all", "selected"].includes(d.what)
      ? h(
          "label",
          { class: "check", "data-key": "tags" },
          h("input", {
            type: "checkbox",
            checked: d.tags,
            onchange: (e) => {
              d.tags = e.currentTarget.checked;
            },
          }),
          h("span", {}, T("The tags, too: {tags}", { tags })),
        )
      : null,
    radios(
      s,
      d,
      "existing",
      only && d.what === "tags" ? T("Slices that have tags already") : T("Slices that have shapes already"),
      d.what === "nothing"
        ? [
            ["keep", T("Leave them as they are")],
            ["replace", T("Delete their shapes")],
          ]
        : [
            ["keep", T("Leave them as they are")],
            ["add", T("Add to what is there")],
            ["replace", T("Replace what is there")],
          ],
    ),
  ];
}

function excludeBody(d: ExcludeDialog) {
  return [
    h(
      "label",
      { class: "reason", "data-key": "reason" },
      T("Why they are of no use"),
      h(
        "textarea",
        {
          rows: "3",
          maxlength: "4000",
          "aria-invalid": d.error ? "true" : null,
          oninput: (e) => {
            d.text = e.currentTarget.value;
          },
        },
        d.text,
      ),
    ),
    h(
      "p",
      { "data-key": "warn" },
      T("They leave the campaign for good, with your reason. What was drawn on them is kept."),
    ),
  ];
}

function confirmRange(s: Page) {
  const d = s.ui.dialog;
  if (!d || !isRange(d) || d.busy) return;
  const found = rangeOf(s, d);
  if (!found.able) return;
  if (d.kind === "exclude" && !d.text.trim()) {
    d.error = T("Say why these slices are of no use.");
    repaint(s, true);
    return void s.root.querySelector<HTMLElement>(".nbp-range textarea")?.focus();
  }
  d.busy = true;
  d.error = "";
  repaint(s);
  const done: Reply = (error) => {
    if (s.ui.dialog !== d) return;
    d.busy = false;
    if (error) {
      d.error = said(error);
      return void repaint(s);
    }
    closeDialog(s);
  };
  const range = { first: found.first, last: found.last };
  if (d.kind === "exclude") {
    s.ui.replaced = true;
    return void leaveWith(s, "exclude", { ...range, text: d.text }, (error) => {
      s.ui.replaced = false;
      done(error);
    });
  }
  const existing = d.what === "nothing" && d.existing === "add" ? "keep" : d.existing;
  return void send(
    s,
    "spread",
    {
      ...range,
      existing,
      what: d.what === "all" || d.what === "nothing" ? d.what : "some",
      ids: d.what === "selected" ? d.chosen : [],
      tags: d.what === "tags" || (d.tags && d.what !== "nothing"),
    },
    done,
  );
}
