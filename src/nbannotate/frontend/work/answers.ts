// What several people said of the image, for whoever decides: who has which color, and each disagreement with its answers.

import type { AnswersView, DisputeView, PersonView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { M, N, pieces, said, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { PRESSED } from "./commands.ts";
import { toStage } from "./keyboard.ts";
import type { At, Fields, Page } from "./page.ts";
import { complain, send } from "./send.ts";
import { cap, keyFor, titled } from "./words.ts";

PRESSED.dispute = (s) => goDispute(s, {});
PRESSED.alone = (s) => send(s, "alone", {}, complain(s));

function goDispute(s: Page, fields: Fields<"dispute">): void {
  // the answers of it have the keys then
  if (!s.need("info").answers)
    return void toast(s, T("There is nothing to decide between here: this is no consensus step."), "error");
  send(s, "dispute", fields, (error) => {
    if (error) return void toast(s, error, "error");
    repaint(s, true);
    s.root.querySelector<HTMLElement>(".nbp-answers .dispute[data-at]")?.focus();
  });
}

export function answersPart(s: Page) {
  const a = s.need("info").answers;
  if (!a) return null;
  return h(
    "section",
    { class: "nbp-answers", "data-key": "answers", "aria-label": T("Answers") },
    h(
      "h2",
      {},
      h("span", { class: "name" }, T("Answers")),
      h(
        "span",
        { class: "limit", role: "status", "data-left": a.left ? "" : null },
        a.left ? N(a.left, "{n} to decide", "{n} to decide") : T("all decided"),
      ),
    ),
    h(
      "div",
      { class: "people", role: "group", "aria-label": T("People") },
      a.people.map((p, i) =>
        h(
          "button",
          {
            type: "button",
            class: "person",
            "data-key": `p${i}`,
            "aria-pressed": String(p.alone),
            title: titled(
              p.alone ? T("Show all answers over one another") : T("Show this answer alone"),
              keyFor(s, "alone"),
            ),
            onclick: (e) => {
              send(s, "alone", { person: p.alone ? 0 : i + 1 });
              toStage(s, e);
            },
          },
          h("i", { class: "swatch", style: `background:${p.color}` }),
          h("b", {}, personName(p)),
          h("small", {}, said(p.said)),
          p.note ? h("small", { class: "note" }, p.note) : null,
        ),
      ),
    ),
    a.disputes.length
      ? h(
          "ol",
          { class: "nbp-disputes" },
          a.disputes.map((d, i) => dispute(s, a, d, i)),
        )
      : h("p", { class: "nbp-hint" }, T("All people agree about this image.")),
    a.disputes.length
      ? h(
          "p",
          { class: "nbp-hint" },
          pieces("{key}: next disagreement; {numbers} takes an answer, {none} none of them.", {
            key: cap(keyFor(s, "dispute")),
            numbers: cap("1 …"),
            none: cap("0"),
          }),
        )
      : null,
  );
}

const personName = (p: PersonView) => (/^\d+$/.test(p.name) ? T("Person {n}", { n: p.name }) : p.name);
const WHAT = { shape: M("Shape"), tag: M("Tag"), nothing: M("Nothing to label") };

function dispute(s: Page, a: AnswersView, d: DisputeView, i: number) {
  const take = (answer: string) => send(s, "take_answer", { place: i, answer }, complain(s));
  const keys = (e: At<KeyboardEvent>) => {
    // one key for each answer, while the disagreement has the focus
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const n = /^\d$/.test(e.key) ? Number(e.key) : -1;
    if (e.key === "Enter" && e.target === e.currentTarget) {
      e.preventDefault();
      e.stopPropagation();
      return void toStage(s);
    }
    if (n < 0 || n > d.choices.length) return;
    e.preventDefault();
    e.stopPropagation();
    take(n ? String(n - 1) : "none");
  };
  return h(
    "li",
    {
      class: "dispute",
      "data-key": `d${i}`,
      "data-at": a.at === i ? "" : null,
      "data-decided": d.decided ?? null,
      tabindex: "-1",
      onkeydown: keys,
    },
    h(
      "button",
      {
        type: "button",
        class: "bare what",
        "data-key": "what",
        title: T("Show the place"),
        onclick: () => goDispute(s, { place: i }),
      },
      h("small", {}, T(WHAT[d.what])),
      h("b", {}, d.name || (d.what === "shape" ? T("no label") : "")),
    ),
    h(
      "div",
      { class: "choices" },
      d.choices.map((c, n) => choice(s, d, n, a.people[c.person], c.text, () => take(String(n)))),
      choice(s, d, null, null, T("none of them"), () => take("none")),
    ),
  );
}

function choice(
  s: Page,
  d: DisputeView,
  n: number | null,
  person: PersonView | null | undefined,
  text: string,
  take: () => void,
) {
  const on = d.decided === (n === null ? "none" : String(n)),
    may = s.need("task").mine;
  return h(
    "button",
    {
      type: "button",
      class: "choice",
      "data-key": n === null ? "none" : `c${n}`,
      "aria-pressed": String(on),
      disabled: !may,
      onclick: (e) => {
        take();
        toStage(s, e);
      },
    },
    person
      ? h("i", { class: "swatch", style: `background:${person.color}` })
      : h("i", { class: "swatch", "data-none": "" }),
    h("span", { class: "text" }, person ? h("b", {}, personName(person)) : null, h("span", {}, text)),
    cap(n === null ? "0" : n < 9 ? String(n + 1) : ""),
  );
}

export function askOnce(s: Page): boolean {
  // whether it was said already that something is not decided
  const left = s.get("info")?.answers?.left ?? 0,
    task = s.get("page").task;
  if (!left || s.ui.askedFor === task) return true;
  s.ui.askedFor = task;
  toast(
    s,
    N(
      left,
      "{n} disagreement is not decided: nobody's answer is taken there. Submit again if that is right.",
      "{n} disagreements are not decided: nobody's answer is taken there. Submit again if that is right.",
    ),
    "error",
  );
  goDispute(s, {});
  return false;
}
