// The cards: each one lives on while tabs and filters change, so that zoom, legend and order of rows stay.

import { h } from "../shared/dom.ts";
import { M, N, said, T } from "../shared/texts.ts";
import { tell } from "./ask.js";
import { savePicture, saveTable } from "./files.js";
import { drawFigure, purge } from "./plot.js";
import { soon } from "./redraw.js";

export function cardOf(d, shown) {
  let card = d.cards.get(shown.name);
  if (!card) {
    const box = h("div", { class: "nba-plot-box" });
    card = {
      name: shown.name,
      body: h("div", { class: "nba-plot" }, box),
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
    };
    d.cards.set(shown.name, card);
    d.sizes.observe(card.body);
  }
  card.shown = shown;
  return card;
}

export function takeCard(d, { card: name, key, content }) {
  const card = cardOf(d, d.cards.get(name)?.shown ?? { name, title: "", keys: 0, file: "statistics" });
  const rekeyed = card.key !== key;
  card.key = key;
  if (content !== null && content !== card.text) {
    card.text = content;
    const { figure = null, table = null, error = "", done = null } = JSON.parse(content);
    Object.assign(card, { figure, table, error, done });
    show(d, card);
  } else if (rekeyed && card.figure) show(d, card); // the same figure of another choice: its zoom begins anew
  soon(d);
}

export function show(d, card) {
  if (card.figure) {
    card.body.style.minHeight = `${card.figure.layout.height ?? 300}px`;
    drawFigure(d, card).catch((error) => {
      console.error(error);
      Object.assign(card, { figure: null, error: T("The chart could not be drawn: {why}", { why: error.message }) });
      show(d, card);
    });
    return;
  }
  purge(card);
  card.body.style.minHeight = "";
  if (card.done !== null) return card.box.replaceChildren(waits(card));
  card.box.replaceChildren(
    card.error ? h("p", { class: "nba-message", role: "alert" }, said(card.error)) : table(d, card),
  );
}

function waits({ done }) {
  return h(
    "p",
    { class: "nba-none", role: "status" },
    T("Answers are compared for the first time: {percent} %", { percent: Math.floor(100 * done) }),
  );
}

function table(d, card) {
  const { headings, rows, keys, total } = card.table,
    { sort } = card;
  if (!rows.length) return h("p", { class: "nba-none" }, T("Nothing yet"));
  const order = rows.map((_, i) => i);
  if (sort) {
    const missing = (v) => v === null || v === undefined,
      sign = sort.down ? -1 : 1;
    order.sort((a, b) => {
      const [x, y] = [keys[a][sort.at], keys[b][sort.at]];
      if (missing(x) || missing(y)) return missing(x) - missing(y) || a - b;
      return sign * (typeof x === "string" ? x.localeCompare(y, undefined, { numeric: true }) : x - y) || a - b;
    });
  }
  const by = (at) => {
    const first = headings[at].is_number; // numbers begin with the largest
    card.sort = sort?.at !== at ? { at, down: first } : sort.down === first ? { at, down: !first } : null;
    const scrolled = card.box.querySelector(".nba-scroll")?.scrollTop ?? 0;
    card.box.replaceChildren(table(d, card));
    card.box.querySelector(".nba-scroll").scrollTop = scrolled;
    card.box.querySelectorAll("th button")[at]?.focus();
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
              rows[k].map((text, i) =>
                h("td", { class: headings[i].is_number ? "n" : "" }, headings[i].is_said ? said(text) : text),
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

const WITHOUT = { step: M("all steps"), member: M("all members"), label: M("all labels") };

export function cardFrame(d, card, key) {
  const { shown } = card,
    there = card.text !== "",
    fails = (error) => tell(d, card, said(error.message));
  const button = (name, what, does, there_) =>
    h(
      "button",
      {
        type: "button",
        class: "nba-save",
        "data-key": name,
        disabled: !there_,
        title: what,
        onclick: () => does().catch(fails),
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
              button("PNG", T("Save as a picture"), () => savePicture(d, card, "png"), card.figure),
              button("SVG", T("Save as a drawing"), () => savePicture(d, card, "svg"), card.figure),
            ],
        button("CSV", T("Save the table"), () => saveTable(d, card), there),
      ),
    ),
    card.told ? h("p", { class: "nba-told", role: "status" }, card.told) : null,
    h("div", { class: "nba-slot", "data-key": "slot", "data-keep": "" }),
  );
}

export function placeCards(d) {
  for (const slot of d.inner.querySelectorAll(".nba-slot")) {
    const card = d.cards.get(slot.parentElement.dataset.key);
    if (!card || card.body.parentElement === slot) continue;
    slot.replaceChildren(card.body);
    if (card.dirty) show(d, card);
  }
}
