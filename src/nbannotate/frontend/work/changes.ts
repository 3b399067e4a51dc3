// What changed since the person knew the image last: a key, a list whose rows lead to the place, and what the lines mean.

import type { ChangeView } from "../generated/work-views.ts";
import { arrows, h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { count, stamp } from "../shared/numbers.ts";
import { repaint } from "../shared/redraw.ts";
import { M, N, pieces, said, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { PRESSED } from "./commands.ts";
import { toStage } from "./keyboard.ts";
import type { Page } from "./page.ts";
import { showPanel } from "./panel.ts";
import { complain, send } from "./send.ts";
import { cap, keyFor, titled } from "./words.ts";

type How = ChangeView["how"][number];

PRESSED.changes = (s) => toggleChanges(s);

const WRONG: Partial<Record<How, string>> = { added: M("extra"), removed: M("missed") }; // against a known answer
const worded = (s: Page, how: How) => T((s.need("info").changes?.known && WRONG[how]) || CHANGED[how]);
const CHANGED: Record<How, string> = {
  added: M("added"),
  removed: M("removed"),
  moved: M("moved"),
  relabeled: M("relabeled"),
  attributes: M("attributes"),
};

function toggleChanges(s: Page) {
  const on = Boolean(s.need("info").changes);
  send(s, "changes", {}, (error) => {
    if (error) return void toast(s, error);
    if (!on && s.ui.tab !== "history") showPanel(s, "history");
    return repaint(s);
  });
}

const changesButton = (s: Page, small = false) =>
  h(
    "button",
    {
      type: "button",
      class: small ? "small" : "small wide-toggle",
      "data-key": "changes",
      "aria-pressed": String(Boolean(s.need("info").changes)),
      title: titled(T("Show on the image what was added, removed, moved or labeled anew"), keyFor(s, "changes")),
      onclick: (e) => {
        toggleChanges(s);
        toStage(s, e);
      },
    },
    icon("refresh"),
    s.need("info").changes?.known ? T("What was wrong") : T("What changed"),
    cap(keyFor(s, "changes")),
  );

export function changesHint(s: Page) {
  // beside the threads of an image that comes again
  return s.need("task").round > 1 && !s.need("info").changes
    ? h("p", { class: "nbp-again", "data-key": "again" }, changesButton(s, true))
    : null;
}

/** Something that differs and is no shape. */
type Other = [how: How, text: string, values: string[]];

export function changesPart(s: Page) {
  const c = s.need("info").changes;
  if (!c) return h("div", { class: "nbp-changes", "data-key": "changes" }, changesButton(s));
  const others: Other[] = [
    ...c.tags_added.map((tag): Other => ["added", T("tag {name}", { name: tag }), []]),
    ...c.tags_removed.map((tag): Other => ["removed", T("tag {name}", { name: tag }), []]),
    ...c.tags_changed.map(({ tag, values }): Other => ["attributes", T("tag {name}", { name: tag }), values]),
    ...(c.nothing === null ? [] : [[c.nothing ? "added" : "removed", T("nothing to label"), []] as Other]),
  ];
  const n = c.rows.length + c.more;
  return h(
    "section",
    { class: "nbp-changes", "data-key": "changes", "aria-label": T("What changed"), "data-on": "" },
    changesButton(s),
    h(
      "p",
      { class: "soft" },
      c.known
        ? T("Compared with the known answer.")
        : pieces("Compared with {title}, {time}.", { title: said(c.title), time: stamp(c.at) }),
    ),
    n + others.length
      ? h(
          "p",
          { class: "counts", role: "status" },
          c.counts.map(({ how, n: k }) =>
            h(
              "span",
              { class: "change-count", "data-how": how },
              lineSample(how),
              h("b", {}, count(k)),
              ` ${worded(s, how)}`,
            ),
          ),
        )
      : h("p", { class: "nbp-hint", role: "status" }, c.known ? T("Nothing was wrong.") : T("Nothing changed.")),
    n + others.length
      ? h(
          "ul",
          { class: "nbp-change-list", onkeydown: (e) => arrows(e, "button") },
          c.rows.map((row) => h("li", { "data-key": row.id }, changeRow(s, row))),
          others.map(([how, text, values]) =>
            h(
              "li",
              { "data-key": `${how} ${text}` },
              h(
                "div",
                { class: "change plain" },
                lineSample(how),
                h(
                  "span",
                  { class: "text" },
                  h("span", {}, text),
                  values.map((v) => h("small", {}, v)),
                ),
                h("small", {}, worded(s, how)),
              ),
            ),
          ),
        )
      : null,
    c.more
      ? h(
          "p",
          { class: "nbp-hint" },
          N(c.more, "… and {n} more shape, all on the canvas.", "… and {n} more shapes, all on the canvas."),
        )
      : null,
  );
}

function changeRow(s: Page, row: ChangeView) {
  const name = (label: string) => label || T("no label");
  const text = row.was !== null ? [h("s", {}, name(row.was)), " → ", name(row.label)] : name(row.label);
  return h(
    "button",
    {
      type: "button",
      class: "change",
      title: T("Show the place"),
      onclick: (e) => {
        send(s, "change_place", { shape: row.id }, complain(s));
        toStage(s, e);
      },
    },
    lineSample(row.how[0]),
    h(
      "span",
      { class: "text" },
      h("i", {
        class: "swatch",
        style: row.color ? `background:${row.color}` : null,
        "data-none": row.color ? null : "",
      }),
      h("span", {}, text),
      row.attributes.map((a) => h("small", {}, a)),
    ),
    h("small", {}, row.how.map((how) => worded(s, how)).join(", ")),
  );
}

// The line that the canvas draws for it (pages/work/changes.py, canvas/overlay.css).
const lineSample = (how: How | undefined) => h("i", { class: "line-sample", "data-how": how, "aria-hidden": "true" });
