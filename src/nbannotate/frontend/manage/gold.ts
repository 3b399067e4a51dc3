// How people answer images whose answer is known: a panel below the jobs of a campaign that has some.

import type { VNode } from "preact";
import type { CampaignView } from "../generated/manage-views.ts";
import { h, type Shown } from "../shared/dom.ts";
import { stamp } from "../shared/numbers.ts";
import { M, T } from "../shared/texts.ts";
import { act, complain } from "./talk.ts";
import type { Page } from "./types.ts";
import { number } from "./words.ts";

const GOLD_STATE = { ok: M("good enough"), below: M("not good enough"), paused: M("paused") };

export function goldPanel(s: Page, c: CampaignView): VNode | null {
  const { of, rows = [] } = s.get("gold");
  if (of !== c.id || !rows.length) return null;
  const heads: [string, number?][] = [
    [T("Member")],
    [T("State")],
    [T("Answers"), 1],
    [T("Agreement"), 1],
    [T("Lately"), 1],
    [T("Since")],
  ];
  const percent = (x: number | null): Shown =>
    x === null ? h("span", { class: "soft" }, "·") : T("{n} %", { n: Math.round(100 * x) });
  return h(
    "section",
    { class: "nbm-panel", "data-key": "gold", "aria-label": T("Gold") },
    h(
      "header",
      {},
      h("h2", {}, T("Gold")),
      h(
        "span",
        { class: "soft" },
        T("how people answer images whose answer is known; nobody else sees which ones these are"),
      ),
    ),
    h(
      "div",
      { class: "nbm-scroll" },
      h(
        "table",
        { class: "nbm-list nbm-gold" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map(([title, n]) => h("th", { scope: "col", class: n ? "n" : null }, title)),
            h("th", { scope: "col" }, h("span", { class: "nbm-hidden" }, T("Actions"))),
          ),
        ),
        h(
          "tbody",
          {},
          rows.map((m) =>
            h(
              "tr",
              { "data-key": m.member },
              h("th", { scope: "row", title: m.member }, m.member),
              h(
                "td",
                {},
                h(
                  "span",
                  { class: "nbm-state", "data-state": m.answers || m.state !== "ok" ? m.state : "none" },
                  m.answers || m.state !== "ok" ? T(GOLD_STATE[m.state]) : T("no answer yet"),
                ),
              ),
              h("td", { class: "n" }, m.answers ? number(m.answers) : h("span", { class: "soft" }, "·")),
              h("td", { class: "n" }, percent(m.score)),
              h("td", { class: "n", "data-warn": m.state === "ok" ? null : "" }, percent(m.lately)),
              h("td", {}, m.since ? stamp(m.since) : h("span", { class: "soft" }, "·")),
              h(
                "td",
                { class: "act" },
                m.state === "paused"
                  ? h(
                      "button",
                      {
                        type: "button",
                        class: "small",
                        "data-key": "resume",
                        "aria-label": T("Let {member} go on", { member: m.member }),
                        onclick: () => act(s, "resume", { campaign: c.id, member: m.member }, complain(s)),
                      },
                      T("Let go on"),
                    )
                  : null,
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
