// The issues of all campaigns: filters, and a table whose rows open the image at the place.

import type { VNode } from "preact";
import type { IssueLine } from "../generated/manage-views.ts";
import { h, type KeyPress } from "../shared/dom.ts";
import { emptyState, reading } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { ago } from "../shared/numbers.ts";
import { repaint } from "../shared/redraw.ts";
import { locale, M, N, T } from "../shared/texts.ts";
import { picked } from "./frame.ts";
import type { Page, Threads } from "./types.ts";
import { viewPage } from "./view.ts";
import { number } from "./words.ts";

const THREAD_STATE: Record<IssueLine["state"], string> = {
  open: M("open"),
  for_review: M("for review"),
  resolved: M("closed"),
};
const THREAD_PLACE: Record<IssueLine["place"], string> = { image: M("image"), zone: M("zone"), shape: M("shape") };
const AGES: [days: string, title: string][] = [
  ["", M("Any age")],
  ["1", M("Older than a day")],
  ["7", M("Older than a week")],
  ["30", M("Older than a month")],
];
const MANY = 200;
export const noThreads = (): Threads => ({
  states: new Set(["open", "for_review"]),
  campaign: "",
  place: "",
  step: "",
  author: "",
  age: "",
  text: "",
  sort: "new",
  most: MANY,
});

function threadsThat(s: Page, but = "") {
  const f = s.ui.threads,
    text = f.text.trim().toLowerCase(),
    before = f.age ? Date.now() - 86400000 * Number(f.age) : Infinity;
  const rows = (s.get("issues").rows ?? []).filter(
    (i) =>
      (but === "states" || !f.states.size || f.states.has(i.state)) &&
      (!f.campaign || i.campaign_id === Number(f.campaign)) &&
      (!f.place || i.place === f.place) &&
      (!f.step || i.step === f.step) &&
      (!f.author || i.author === f.author) &&
      new Date(i.created).getTime() <= before &&
      (!text || i.text.toLowerCase().includes(text) || i.asset.toLowerCase().includes(text)),
  );
  const by: Record<string, (a: IssueLine, b: IssueLine) => number> = {
    new: (a, b) => b.id - a.id,
    old: (a, b) => a.id - b.id,
    answered: (a, b) => (a.answered < b.answered ? 1 : a.answered > b.answered ? -1 : b.id - a.id),
  };
  return rows.sort(by[f.sort]);
}

export function issues(s: Page): VNode {
  const { read, rows: all = [] } = s.get("issues"),
    f = s.ui.threads;
  if (!read) return reading(T("Reading the issues…"));
  if (!all.length)
    return emptyState(
      "thread",
      T("No issues yet"),
      T("What annotators and reviewers ask or object to on an image appears here."),
    );
  const set = (change: Partial<Threads>): void => {
    Object.assign(f, { most: MANY }, change);
    repaint(s);
  };
  const values = (name: "step" | "author"): string[] =>
    [...new Set(all.map((i) => i[name]))].sort((a, b) => a.localeCompare(b, locale(), { numeric: true }));
  const names = new Map(all.map((i) => [i.campaign_id, i.campaign])),
    rows = threadsThat(s),
    shown = rows.slice(0, f.most);
  const under = threadsThat(s, "states"),
    counted = (name: string): number => under.filter((i) => i.state === name).length;
  const open = (i: IssueLine): void => viewPage(s, [...new Set(rows.map((r) => r.task))], i.task, i.id);
  return h(
    "div",
    { class: "nbm-page", "data-key": "issues" },
    h(
      "div",
      { class: "nbm-bar" },
      picked(
        f.campaign,
        [["", T("All campaigns")], ...[...names].map(([id, name]): [string, string] => [String(id), name])],
        T("Campaign"),
        (v) => set({ campaign: v }),
      ),
      picked(
        f.place,
        [["", T("Everything")], ...Object.entries(THREAD_PLACE).map(([k, v]) => [k, T(v)] as [string, string])],
        T("About"),
        (v) => set({ place: v }),
      ),
      picked(f.step, [["", T("All steps")], ...values("step").map((v): [string, string] => [v, v])], T("Step"), (v) =>
        set({ step: v }),
      ),
      picked(
        f.author,
        [["", T("Everybody")], ...values("author").map((v): [string, string] => [v, v])],
        T("Author"),
        (v) => set({ author: v }),
      ),
      picked(
        f.age,
        AGES.map(([k, v]) => [k, T(v)] as [string, string]),
        T("Age"),
        (v) => set({ age: v }),
      ),
      picked(
        f.sort,
        [
          ["new", T("Newest first")],
          ["old", T("Oldest first")],
          ["answered", T("Answered last")],
        ],
        T("Order"),
        (v) => set({ sort: v }),
      ),
      h(
        "label",
        { class: "nbm-field search" },
        h("span", {}, T("Text or asset")),
        h(
          "span",
          { class: "input" },
          icon("search"),
          h("input", {
            type: "search",
            placeholder: T("Part of it"),
            "data-search": "",
            value: f.text,
            maxlength: "200",
            oninput: (e) => set({ text: e.currentTarget.value }),
          }),
          h("kbd", { "aria-hidden": "true" }, "/"),
        ),
      ),
    ),
    h(
      "div",
      { class: "nbm-bar status" },
      h(
        "div",
        { class: "nbm-chips", role: "group", "aria-label": T("Status") },
        Object.entries(THREAD_STATE).map(([name, title]) =>
          h(
            "button",
            {
              type: "button",
              class: "tag",
              "data-key": name,
              "aria-pressed": String(f.states.has(name)),
              onclick: () => {
                if (!f.states.delete(name)) f.states.add(name);
                set({});
              },
            },
            T(title),
            h("span", { class: "count" }, number(counted(name))),
          ),
        ),
      ),
      h(
        "p",
        { class: "soft", role: "status" },
        rows.length === all.length
          ? N(all.length, "{n} issue", "{n} issues")
          : N(all.length, "{shown} of {n} issue", "{shown} of {n} issues", { shown: rows.length }),
        rows.length === all.length
          ? null
          : [
              " · ",
              h(
                "button",
                {
                  type: "button",
                  class: "link",
                  onclick: () => {
                    s.ui.threads = { ...noThreads(), states: new Set() };
                    repaint(s);
                  },
                },
                T("clear the filters"),
              ),
            ],
      ),
    ),
    rows.length
      ? h(
          "section",
          { class: "nbm-panel", "aria-label": T("Issues") },
          h(
            "div",
            { class: "nbm-scroll" },
            h(
              "table",
              { class: "nbm-list nbm-threads" },
              h(
                "thead",
                {},
                h(
                  "tr",
                  {},
                  [
                    T("Issue"),
                    T("Status"),
                    T("About"),
                    T("Asset"),
                    T("Campaign"),
                    T("Step"),
                    T("Author"),
                    T("Raised"),
                    T("Answered"),
                  ].map((title) => h("th", { scope: "col" }, title)),
                ),
              ),
              h(
                "tbody",
                { onkeydown: rowKeys },
                shown.map((i) =>
                  h(
                    "tr",
                    {
                      "data-key": `i${i.id}`,
                      "data-issue": i.id,
                      onclick: (e) => {
                        if (!String(getSelection()) && !(e.target as Element).closest("button")) open(i);
                      },
                    },
                    h(
                      "th",
                      { scope: "row" },
                      h(
                        "div",
                        { class: "issue" },
                        h("button", { type: "button", class: "link", title: i.text, onclick: () => open(i) }, i.text),
                        i.comments > 1
                          ? h("span", { class: "chip" }, N(i.comments - 1, "{n} answer", "{n} answers"))
                          : null,
                        i.gold
                          ? h(
                              "span",
                              {
                                class: "chip",
                                title: T("The answer of this image is known; nothing waits for the issue"),
                              },
                              T("Gold"),
                            )
                          : null,
                      ),
                    ),
                    h("td", {}, h("span", { class: "nbm-state", "data-state": i.state }, T(THREAD_STATE[i.state]))),
                    h("td", {}, T(THREAD_PLACE[i.place])),
                    h("td", { class: "cut", title: i.asset }, i.asset),
                    h("td", { class: "cut", title: i.campaign }, i.campaign),
                    h("td", { class: "cut", title: i.step }, i.step),
                    h("td", {}, i.author),
                    h("td", { class: "soft" }, ago(i.created)),
                    h("td", { class: "soft" }, i.comments > 1 ? ago(i.answered) : "–"),
                  ),
                ),
              ),
            ),
          ),
        )
      : h("p", { class: "none soft", role: "status" }, T("No issue matches these filters.")),
    rows.length > shown.length
      ? h(
          "button",
          {
            type: "button",
            onclick: () => {
              f.most += MANY;
              repaint(s);
            },
          },
          N(rows.length - shown.length, "{n} more", "{n} more"),
        )
      : null,
  );
}

function rowKeys(e: KeyPress): void {
  const all = [...(e.currentTarget as Element).querySelectorAll<HTMLElement>("button.link")],
    at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
  if (to === undefined || at < 0) return;
  all[Math.min(all.length - 1, Math.max(0, to))]?.focus();
  e.preventDefault();
}
