// Shapes with flaws in the list, and taking labels away.

import type { DrawingView, LabelView, ShapeView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { N, said, T } from "../shared/texts.ts";
import { toStage } from "./keyboard.ts";
import type { At, Page } from "./page.ts";
import { send } from "./send.ts";
import { cap, eitherOf, keyName, titled } from "./words.ts";

export function flawsHint(s: Page, d: DrawingView) {
  // how many there are, and what becomes of them
  if (!d.flawed) return null;
  const text =
    d.flaws === "keep"
      ? N(d.flawed, "{n} shape to look at, marked ⚠.", "{n} shapes to look at, marked ⚠.")
      : d.flaws === "repair" && d.mendable === d.flawed
        ? N(
            d.flawed,
            "{n} shape is repaired when you submit, marked ⚠.",
            "{n} shapes are repaired when you submit, marked ⚠.",
          )
        : N(
            d.flawed - d.mendable,
            "{n} shape cannot be submitted as it is, marked ⚠.",
            "{n} shapes cannot be submitted as they are, marked ⚠.",
          );
  return h(
    "p",
    {
      class: "nbp-hint warn flawed",
      "data-hard": d.flaws !== "keep" && d.mendable < d.flawed ? "" : null,
      "data-key": "flawed",
      role: "status",
    },
    text,
    " ",
    h("button", { type: "button", class: "small", onclick: (e) => nextFlawed(s, e) }, T("Show")),
  );
}

function nextFlawed(s: Page, e: At<MouseEvent>) {
  // the next one after what is selected, those that stand in the way first
  const rows = s.need("drawing").shapes,
    wrong = rows.filter((v) => v.flaws.length),
    hard = wrong.filter((v) => !v.mendable);
  const among = hard.length ? hard : wrong,
    after = rows.findIndex((v) => v.selected);
  const next = among.find((v) => rows.indexOf(v) > after) ?? among[0];
  if (next) send(s, "select", { ids: [next.id], look: true });
  toStage(s, e);
}

export const flawLines = ({ id, flaws, mendable }: ShapeView) =>
  flaws.length
    ? h(
        "p",
        { class: "flaws", id: `nbp-flaws-${id}` },
        flaws.map((sentence) => h("span", { class: "flaw" }, `⚠ ${said(sentence)}`)),
        mendable ? h("small", {}, T("It is repaired when you submit.")) : null,
      )
    : null;

export function noLabel(s: Page, d: DrawingView) {
  if (!d.labels.length || !d.editable) return null;
  const title = d.for_label
    ? titled(T("Take the labels of the selection away"), keyName("shift+Delete"))
    : T("Draw without a label");
  return h(
    "button",
    {
      type: "button",
      class: "label none",
      "data-key": "-",
      title,
      "aria-pressed": d.for_label ? null : String(!d.label),
      onclick: (e) => {
        send(s, "label", { name: "" });
        toStage(s, e);
      },
    },
    h("i", { class: "swatch", "data-none": "" }),
    h("span", { class: "name" }, T("No label")),
  );
}

const PRESSED_AS = { all: "true", some: "mixed", "": "false" };

export function labelButton(s: Page, d: DrawingView, label: LabelView, i: number) {
  const { name } = label;
  const title =
    d.for_label && d.several
      ? label.on === "all"
        ? T("Take {name} away from the selection", { name })
        : T("Add {name} to the selection", { name })
      : d.for_label
        ? T("Label the selection {name}", { name })
        : label.kinds.length
          ? T("Draw {name} ({kinds})", { name: label.name, kinds: eitherOf(label.kinds.map((kind) => said(kind))) })
          : T("Draw {name}", { name });
  return h(
    "button",
    {
      type: "button",
      class: "label",
      "data-key": label.name,
      disabled: !d.editable,
      title,
      "aria-pressed": d.for_label ? PRESSED_AS[label.on] : String(d.label === label.name),
      onclick: (e) => {
        send(s, "label", { name: label.name, only: Boolean(d.for_label && e.altKey) });
        toStage(s, e);
      },
    },
    h("i", { class: "swatch", style: `background:${label.color}` }),
    h("span", { class: "name" }, label.name),
    label.count ? h("span", { class: "soft" }, label.count) : null,
    i < 9 ? cap(i + 1) : null,
  );
}
