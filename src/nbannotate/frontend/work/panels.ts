// The panels info (instructions, PDF, recipe, facts) and history, and the PDF in large.

import type { AttributeWords, RecipeView, TaskPane } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { ago } from "../shared/numbers.ts";
import { M, N, said, T } from "../shared/texts.ts";
import { changesPart } from "./changes.ts";
import { metadataPart } from "./metadata.ts";
import type { Page } from "./page.ts";
import { paper } from "./paper.ts";
import { complain, send } from "./send.ts";
import { eitherOf } from "./words.ts";

export function infoPanel(s: Page) {
  const info = s.need("info");
  const text = (key: string, title: string, html: string) =>
    html
      ? h(
          "section",
          { class: "prose", "data-key": key },
          h("h2", {}, title),
          h("div", { html, "data-key": `${html.length}.${html.slice(0, 40)}` }),
        )
      : null;
  return [
    text("i", T("Instructions"), info.instructions),
    info.pdf ? h("section", { "data-key": "p" }, h("h2", {}, icon("paper"), info.pdf), paper(s, false)) : null,
    recipePart(info.recipe),
    h(
      "section",
      { "data-key": "f" },
      h("h2", {}, T("This image")),
      h(
        "dl",
        { class: "facts" },
        info.facts.map(({ name, value }) => h("div", {}, h("dt", {}, said(name)), h("dd", {}, said(value)))),
      ),
    ),
    metadataPart(s),
    text("r", T("Dataset"), info.readme),
  ];
}

const attributeWords = (a: AttributeWords) =>
  `${a.name}: ${said(a.type)}${a.choices.length ? ` ${a.choices.join(", ")}` : ""}${a.required ? ` (${T("required")})` : ""}`;

function recipePart(recipe: RecipeView) {
  return h(
    "section",
    { "data-key": "c" },
    h("h2", {}, T("Recipe")),
    h(
      "ul",
      { class: "nbp-recipe" },
      recipe.labels.map((v) =>
        h(
          "li",
          { "data-key": v.name },
          h(
            "div",
            {},
            h("i", { class: "swatch", style: `background:${v.color}` }),
            h("b", {}, v.name),
            h("span", { class: "soft" }, eitherOf(v.kinds.map((kind) => said(kind))) || T("any shape")),
          ),
          v.attributes.map((a) => h("small", {}, attributeWords(a))),
        ),
      ),
    ),
    recipe.tags.length
      ? h("p", {}, h("span", { class: "soft" }, T("Tags:"), " "), recipe.tags.map((v) => v.name).join(", "))
      : null,
    recipe.tags.map((v) =>
      v.attributes.map((a) => h("p", { class: "soft" }, h("small", {}, `${v.name}, ${attributeWords(a)}`))),
    ),
    recipe.limits.map((text) => h("p", { class: "soft" }, said(text))),
  );
}

const DID: Record<string, string> = {
  submitted: M("submitted"),
  accepted: M("accepted"),
  "accepted with edits": M("accepted with edits"),
  rework: M("sent to rework"),
  rejected: M("rejected"),
  skipped: M("skipped"),
  discarded: M("discarded"),
  existing: M("was there"),
  ended: M("ended"),
  agreed: M("agreed"),
  "in progress": M("in progress"),
  "to rework": M("to rework"),
  "to come": M("to come"),
};

export function historyPanel(s: Page, t: TaskPane) {
  const { history } = s.need("info");
  if (!history) return [changesPart(s), h("div", { class: "nbp-hint" }, T("Reading the history…"))];
  return [
    changesPart(s),
    h(
      "ol",
      { class: "nbp-history" },
      history.map((item, i) => {
        const { annotation } = item,
          here = annotation !== null && t.looking?.id === annotation;
        const text = [
          h("b", {}, item.step),
          item.round > 1 ? h("span", { class: "soft" }, ` ${T("round {n}", { n: item.round })}`) : null,
          h("span", { class: "did", "data-did": item.action }, T(DID[item.action] ?? item.action)),
          item.status && !["completed", "approved", "returned", item.action].includes(item.status)
            ? h("span", { class: "chip" }, item.status)
            : null,
          item.note ? h("small", { class: "note" }, T("“{text}”", { text: item.note })) : null,
          h(
            "small",
            {},
            [
              item.by ? T("{member} (by {by})", { member: item.member, by: item.by }) : item.member,
              item.at && ago(item.at),
              item.shapes !== null && N(item.shapes, "{n} shape", "{n} shapes"),
            ]
              .filter(Boolean)
              .join(" · "),
          ),
        ];
        return h(
          "li",
          { "data-key": `${i}`, "data-state": item.state, "data-now": here ? "" : null },
          annotation !== null
            ? h(
                "button",
                {
                  type: "button",
                  "aria-pressed": String(here),
                  title: T("Look at what was submitted then"),
                  onclick: () => (here ? send(s, "back") : send(s, "look", { annotation }, complain(s))),
                },
                text,
                icon("forward"),
              )
            : h("div", {}, text),
        );
      }),
    ),
  ];
}
