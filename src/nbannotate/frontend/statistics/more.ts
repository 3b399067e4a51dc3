// What would be with more people: the form above the forecast.

import type { VNode } from "preact";
import type { View } from "../generated/statistics-views.ts";
import { h } from "../shared/dom.ts";
import { T } from "../shared/texts.ts";
import { choose } from "./ask.ts";
import { paint } from "./redraw.ts";
import type { Dashboard } from "./types.ts";

const MOST_MORE = 1000;

export function more(d: Dashboard, view: View): VNode {
  const { added } = view.choice;
  const put = (step: string, many: number): void => {
    const now: Record<string, number> = { ...added, [step]: Math.max(0, Math.min(MOST_MORE, Math.round(many) || 0)) };
    if (now[step] === (added[step] ?? 0)) {
      paint(d);
      return;
    }
    const some = Object.fromEntries(Object.entries(now).filter(([, n]) => n > 0));
    choose(d, { add: Object.keys(some).length ? JSON.stringify(some) : "" });
  };
  const one = (step: string): VNode => {
    const many = added[step] ?? 0,
      name = T("People added at {step}", { step });
    const by = (change: number, sign: string, what: string): VNode =>
      h(
        "button",
        {
          type: "button",
          "data-key": sign,
          "aria-label": what,
          title: what,
          disabled: many + change < 0 || many + change > MOST_MORE,
          onclick: () => put(step, many + change),
        },
        sign,
      );
    return h(
      "div",
      { class: `nba-more-step${many ? " some" : ""}`, role: "group", "aria-label": name, "data-key": `m-${step}` },
      h("span", {}, step),
      by(-1, "−", T("One person fewer at {step}", { step })),
      h("input", {
        type: "number",
        min: "0",
        max: String(MOST_MORE),
        step: "1",
        value: String(many),
        "aria-label": name,
        onchange: (e) => put(step, Number(e.currentTarget.value)),
      }),
      by(1, "+", T("One person more at {step}", { step })),
    );
  };
  return h(
    "div",
    { class: "nba-more", "data-key": "more", role: "group", "aria-label": T("What if more people worked?") },
    h("h2", {}, T("What if more people worked?")),
    view.steps.map(one),
    h(
      "button",
      {
        type: "button",
        class: "nba-clear",
        "data-key": "nobody",
        disabled: !Object.keys(added).length,
        onclick: () => choose(d, { add: "" }),
      },
      T("Nobody"),
    ),
    h(
      "p",
      {},
      view.choice.period === "all"
        ? T("At the pace of the last 14 days; another period is chosen above.")
        : T("At the pace of the period that is chosen above."),
    ),
  );
}
