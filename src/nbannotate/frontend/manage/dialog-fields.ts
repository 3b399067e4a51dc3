// Fields of dialogs.

import type { VNode } from "preact";
import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { T } from "../shared/texts.ts";
import type { Page } from "./types.ts";

interface Giving {
  people: string[];
  values: { to: string };
}

export const personChoice = (s: Page, d: Giving, label: string, queue: boolean): VNode =>
  h(
    "label",
    { class: "nbm-line" },
    h("span", {}, label),
    h(
      "select",
      {
        "data-first": "",
        value: d.values.to,
        onchange: (e) => {
          d.values.to = e.currentTarget.value;
          repaint(s);
        },
      },
      d.people.map((p) => h("option", { value: `=${p}`, "data-key": p }, p)),
      queue ? h("option", { value: "-", "data-key": "-" }, T("Back to the queue")) : null,
    ),
  );
/** A box for a choice that is yes or no. */
export const check = <Name extends string>(
  s: Page,
  values: { [K in Name]: boolean },
  name: Name,
  text: string,
): VNode =>
  h(
    "label",
    { class: "nbm-check" },
    h("input", {
      type: "checkbox",
      checked: values[name],
      onchange: (e) => {
        values[name] = e.currentTarget.checked as { [K in Name]: boolean }[Name];
        repaint(s);
      },
    }),
    text,
  );
export const reason = (values: { text: string }, ask: string): VNode =>
  h(
    "label",
    { class: "nbm-line tall" },
    h("span", {}, ask),
    h("textarea", {
      rows: "3",
      maxlength: "4000",
      "data-first": "",
      oninput: (e) => {
        values.text = e.currentTarget.value;
      },
    }),
  );
/** Who is chosen; "" is the queue. */
export const to = (d: { values: { to: string } }): string => (d.values.to === "-" ? "" : d.values.to.slice(1));
