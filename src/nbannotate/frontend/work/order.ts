// In which order a job is reviewed: the worst first, or a random sample that a seed gives again.

import type { JobView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { M, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import type { Fields, Page } from "./page.ts";
import { send } from "./send.ts";

type By = JobView["order"]["by"];

const ORDERS: [name: By, title: string][] = [
  ["", M("As they come")],
  ["confidence", M("Least confident first")],
  ["changes", M("Most changes first")],
  ["most shapes", M("Most shapes first")],
  ["fewest shapes", M("Fewest shapes first")],
  ["random", M("A random sample")],
];
const SAMPLE = 20;

export function orderBar(s: Page, job: JobView) {
  if (job.kind !== "review") return null;
  const { by, limit, seed } = job.order,
    most = limit || SAMPLE;
  const ask = (order: Fields<"order">) => {
    s.ui.rows = null;
    send(s, "order", order, (e) => {
      if (e) toast(s, e, "error");
      repaint(s);
    });
  };
  const choose = (name: By) => ask(name === "random" ? { by: name, limit: most, seed } : { by: name });
  const number = (label: string, value: number, set: (n: number) => void) =>
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
        { "data-key": "by", value: by, onchange: (e) => choose(e.currentTarget.value as By) },
        ORDERS.map(([name, title]) => h("option", { value: name }, T(title))),
      ),
    ),
    by === "random"
      ? [
          number(T("How many"), most, (n) => ask({ by, limit: n || SAMPLE, seed })),
          number(T("Seed"), seed, (n) => ask({ by, limit, seed: n })),
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
