// The cards: each one lives on while tabs and filters change, so that zoom, legend and order of rows stay.

import type { VNode } from "preact";
import type { AnyContent, CardSent, CardView, Cells } from "../generated/statistics-views.ts";
import { draw, h } from "../shared/dom.ts";
import { node } from "../shared/elements.ts";
import { locale, M, N, said, T } from "../shared/texts.ts";
import { fails } from "./ask.ts";
import { savePicture, saveTable } from "./files.ts";
import { drawFigure, purge } from "./plot.ts";
import type { Figure } from "./plotly.ts";
import { soon } from "./redraw.ts";
import type { Card, Dashboard } from "./types.ts";

export function cardOf(d: Dashboard, shown: CardView): Card {
  let card = d.cards.get(shown.name);
  if (!card) {
    const box = node("div", { class: "nba-plot-box" });
    card = {
      name: shown.name,
      shown,
      body: node("div", { class: "nba-plot" }, box),
      box,
      key: null,
      text: "",
      figure: null,
      table: null,
      error: "",
      done: null,
      drawn: false,
      dirty: false,
      sort: null,
      told: "",
      telling: 0,
    };
    d.cards.set(shown.name, card);
    d.sizes.observe(card.body);
  }
  card.shown = shown;
  return card;
}

const unknown = (name: string): CardView => ({
  name,
  title: "",
  tab: "throughput",
  keys: 0,
  file: "statistics",
  wide: false,
  table: false,
  without: [],
}); // until Python says which cards there are

export function takeCard(d: Dashboard, { card: name, key, content }: CardSent): void {
  const card = cardOf(d, d.cards.get(name)?.shown ?? unknown(name));
  const rekeyed = card.key !== key;
  card.key = key;
  if (content !== null && content !== card.text) {
    card.text = content;
    Object.assign(card, { figure: null, table: null, error: "", done: null, ...contentSent(JSON.parse(content)) });
    show(d, card);
  } else if (rekeyed && card.figure) show(d, card); // the same figure of another choice: its zoom begins anew
  soon(d);
}

function contentSent(sent: AnyContent): Partial<Pick<Card, "figure" | "table" | "error" | "done">> {
  switch (sent.kind) {
    case "figure":
      return { figure: { ...(sent.figure as Figure), said: sent.said } };
    case "table":
      return { table: sent.table };
    case "error":
      return { error: sent.error };
    case "reading":
      return { done: sent.done };
  }
}

export function show(d: Dashboard, card: Card): void {
  if (card.figure) {
    card.body.style.minHeight = `${card.figure.layout.height ?? 300}px`;
    drawFigure(d, card).catch((error: Error) => {
      console.error(error);
      Object.assign(card, { figure: null, error: T("The chart could not be drawn: {why}", { why: error.message }) });
      show(d, card);
    });
    return;
  }
  purge(card);
  card.body.style.minHeight = "";
  draw(card.box, contentOf(d, card));
}

function contentOf(d: Dashboard, card: Card): VNode {
  if (card.done !== null) return waits(card.done);
  if (card.error || !card.table) return h("p", { class: "nba-message", role: "alert" }, said(card.error));
  return table(d, card, card.table);
}

function waits(done: number): VNode {
  return h(
    "p",
    { class: "nba-none", role: "status" },
    T("Answers are compared for the first time: {percent} %", { percent: Math.floor(100 * done) }),
  );
}

function table(d: Dashboard, card: Card, of: Cells): VNode {
  const { headings, rows, keys, total } = of,
    { sort } = card;
  if (!rows.length) return h("p", { class: "nba-none" }, T("Nothing yet"));
  const order = rows.map((_, i) => i);
  if (sort) {
    const sign = sort.down ? -1 : 1,
      value = (row: number) => keys[row]?.[sort.at] ?? null;
    order.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return Number(x === null) - Number(y === null) || a - b;
      const by =
        typeof x === "string" ? x.localeCompare(String(y), locale(), { numeric: true }) : Number(x) - Number(y);
      return sign * by || a - b;
    });
  }
  const by = (at: number): void => {
    const first = headings[at]?.is_number ?? false; // numbers begin with the largest
    card.sort = sort?.at !== at ? { at, down: first } : sort.down === first ? { at, down: !first } : null;
    draw(card.box, table(d, card, of));
  };
  return h(
    "div",
    {},
    h(
      "div",
      { class: "nba-scroll", tabindex: "0", role: "region", "aria-label": said(card.shown.title) },
      h(
        "table",
        { class: "nba-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            headings.map((head, i) =>
              h(
                "th",
                {
                  scope: "col",
                  class: head.is_number ? "n" : "",
                  title: said(head.what),
                  "aria-sort": sort?.at === i ? (sort.down ? "descending" : "ascending") : null,
                },
                h(
                  "button",
                  { type: "button", onclick: () => by(i) },
                  said(head.title),
                  sort?.at === i ? (sort.down ? " ↓" : " ↑") : "",
                ),
              ),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          order.map((k) =>
            h(
              "tr",
              {},
              rows[k]?.map((text, i) =>
                h("td", { class: headings[i]?.is_number ? "n" : "" }, headings[i]?.is_said ? said(text) : text),
              ),
            ),
          ),
        ),
      ),
    ),
    h(
      "p",
      { class: "nba-rows" },
      total > rows.length
        ? T("{shown} of {n} rows; the CSV has all of them", { shown: rows.length, n: total })
        : N(total, "{n} row", "{n} rows"),
    ),
  );
}

const WITHOUT: Record<string, string> = { step: M("all steps"), member: M("all members"), label: M("all labels") };

export function cardFrame(d: Dashboard, card: Card, key: string): VNode {
  const { shown } = card,
    there = card.text !== "";
  const button = (name: string, what: string, does: () => Promise<void>, can: boolean) =>
    h(
      "button",
      {
        type: "button",
        class: "nba-save",
        "data-key": name,
        disabled: !can,
        title: what,
        onclick: () => does().catch(fails(d, card)),
      },
      name,
    );
  return h(
    "section",
    {
      class: `nba-card${shown.wide ? " wide" : ""}`,
      "data-key": shown.name,
      "data-old": there && card.key !== key,
      "data-reading": !there,
      "aria-busy": String(card.key !== key),
      "aria-label": said(shown.title),
    },
    h(
      "header",
      { class: "nba-card-head" },
      h("h2", {}, said(shown.title)),
      shown.without.map((name) =>
        h(
          "span",
          { class: "nba-chip", "data-key": name, title: T("This does not depend on the filter") },
          T(WITHOUT[name] ?? name),
        ),
      ),
      h(
        "div",
        { class: "nba-saves" },
        shown.table
          ? null
          : [
              button("PNG", T("Save as a picture"), () => savePicture(d, card, "png"), Boolean(card.figure)),
              button("SVG", T("Save as a drawing"), () => savePicture(d, card, "svg"), Boolean(card.figure)),
            ],
        button("CSV", T("Save the table"), () => saveTable(d, card), there),
      ),
    ),
    card.told ? h("p", { class: "nba-told", role: "status" }, card.told) : null,
    h("div", { class: "nba-slot", "data-key": "slot" }),
  );
}

export function placeCards(d: Dashboard): void {
  for (const slot of d.inner.querySelectorAll(".nba-slot")) {
    const card = d.cards.get(slot.parentElement?.dataset.key ?? "");
    if (!card || card.body.parentElement === slot) continue;
    slot.replaceChildren(card.body);
    if (card.dirty) show(d, card);
  }
}
