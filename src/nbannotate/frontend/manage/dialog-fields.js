// Fields of dialogs.

import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { T } from "../shared/texts.ts";

export const personChoice = (s, d, label, queue) =>
  h(
    "label",
    { class: "nbm-line" },
    h("span", {}, label),
    h(
      "select",
      {
        "data-first": "",
        "data-value": d.values.to,
        onchange: (e) => {
          d.values.to = e.target.value;
          repaint(s);
        },
      },
      d.people.map((p) => h("option", { value: `=${p}`, "data-key": p }, p)),
      queue ? h("option", { value: "-", "data-key": "-" }, T("Back to the queue")) : null,
    ),
  );
export const check = (s, d, name, text) =>
  h(
    "label",
    { class: "nbm-check" },
    h("input", {
      type: "checkbox",
      "data-checked": String(Boolean(d.values[name])),
      onchange: (e) => {
        d.values[name] = e.target.checked;
        repaint(s);
      },
    }),
    text,
  );
export const reason = (d, ask) =>
  h(
    "label",
    { class: "nbm-line tall" },
    h("span", {}, ask),
    h("textarea", {
      rows: "3",
      maxlength: "4000",
      "data-first": "",
      oninput: (e) => {
        d.values.text = e.target.value;
      },
    }),
  );
export const to = (d) => (d.values.to === "-" ? "" : d.values.to.slice(1));
