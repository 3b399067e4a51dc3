// In which order a job is reviewed: the worst first, or a random sample that a seed gives again.

import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { M, T } from "../shared/texts.ts";
import { send } from "./send.js";
import { toast } from "./toasts.js";

const ORDERS = [
  ["", M("As they come")],
  ["confidence", M("Least confident first")],
  ["changes", M("Most changes first")],
  ["most shapes", M("Most shapes first")],
  ["fewest shapes", M("Fewest shapes first")],
  ["random", M("A random sample")],
];
const SAMPLE = 20;

export function orderBar(s, job) {
  if (job.kind !== "review") return null;
  const [by, most, seed] = job.order;
  const ask_ = (name, ids) => {
    s.ui.rows = null;
    send(s, "order", { name, ids: ids.map(String) }, (e) => {
      if (e) toast(s, e, "error");
      repaint(s);
    });
  };
  const choose = (name) => ask_(name, name === "random" ? [most || SAMPLE, seed] : [0, 0]);
  const number = (label, value, set) =>
    h(
      "label",
      {},
      label,
      h("input", {
        type: "number",
        min: "0",
        max: "100000",
        step: "1",
        value,
        "data-key": label,
        onchange: (e) => set(Math.max(0, Math.min(100000, Math.round(Number(e.currentTarget.value) || 0)))),
      }),
    );
  return h(
    "div",
    {
      class: "nbp-order",
      role: "group",
      "aria-label": T("Order of the review"),
      "data-key": "order",
      onkeydown: (e) => {
        if (e.key !== "Tab") e.stopPropagation();
      },
    },
    h(
      "label",
      {},
      T("Order"),
      h(
        "select",
        { "data-key": "by", onchange: (e) => choose(e.currentTarget.value) },
        ORDERS.map(([name, title]) => h("option", { value: name, selected: name === by }, T(title))),
      ),
    ),
    by === "random"
      ? [
          number(T("How many"), most || SAMPLE, (n) => ask_(by, [n || SAMPLE, seed])),
          number(T("Seed"), seed, (n) => ask_(by, [most, n])),
        ]
      : null,
    by
      ? h(
          "span",
          { class: "soft" },
          by === "random"
            ? T("The same seed gives the same sample again.")
            : T("Continue goes on in this order, with images of the queue, too."),
        )
      : null,
  );
}
