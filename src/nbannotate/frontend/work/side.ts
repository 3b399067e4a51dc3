// The right side: labels, tags, and the list of shapes; the panels are beside it in this folder.

import type { DrawingView, TaskPane } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { N, pieces, said, T } from "../shared/texts.ts";
import { actionBar } from "./actions.ts";
import { angleField } from "./angle.ts";
import { answersPart } from "./answers.ts";
import { attributeForm, attributesButton } from "./attributes.ts";
import type { Entry } from "./entries.ts";
import { belongs, entriesOf } from "./entries.ts";
import { flawLines, flawsHint, labelButton, noLabel } from "./flaws.ts";
import { issuePanel } from "./issues.ts";
import { tabKeys, toStage } from "./keyboard.ts";
import { openDialog } from "./open-dialog.ts";
import type { At, Page, Panel } from "./page.ts";
import { PANELS, showPanel } from "./panel.ts";
import { historyPanel, infoPanel } from "./panels.ts";
import { send } from "./send.ts";
import { tagList } from "./tags.ts";
import { cap, keyName, kindName, limit } from "./words.ts";

export function side(s: Page) {
  const t = s.need("task"),
    d = s.need("drawing"),
    { issues } = s.need("talk");
  const counts = { shapes: d.shapes.length + d.more, issues: issues.filter((i) => i.state !== "resolved").length };
  const counted = (name: Panel) => (name === "shapes" || name === "issues" ? counts[name] : 0);
  const body = { shapes: shapeList, issues: issuePanel, info: infoPanel, history: historyPanel }[s.ui.tab];
  return h(
    "aside",
    { class: "nbp-side", "aria-label": T("Labels, shapes and issues") },
    h(
      "div",
      { class: "nbp-lists", "data-key": "lists" },
      answersPart(s),
      labelList(s, d),
      tagList(s, d),
      h(
        "div",
        { class: "tabs", role: "tablist", "aria-label": T("Panels"), onkeydown: (e) => tabKeys(e) },
        PANELS.map(([name, title]) =>
          h(
            "button",
            {
              type: "button",
              role: "tab",
              "data-key": name,
              "aria-selected": String(s.ui.tab === name),
              tabindex: s.ui.tab === name ? "0" : "-1",
              onclick: () => showPanel(s, name),
            },
            T(title),
            counted(name) ? h("span", { class: "count", "data-kind": name }, counted(name)) : null,
          ),
        ),
      ),
      h(
        "div",
        {
          class: "nbp-panel",
          role: "tabpanel",
          "aria-label": T(PANELS.find(([name]) => name === s.ui.tab)?.[1] ?? ""),
          "data-key": s.ui.tab,
          tabindex: "-1",
        },
        body(s, t, d),
      ),
    ),
    actionBar(s),
  );
}

function labelList(s: Page, d: DrawingView) {
  if (!d.labels.length && !d.open_labels) return null;
  const rows = d.labels.length + Number(d.editable && d.labels.length > 0) + Number(d.open_labels && d.editable);
  return h(
    "section",
    { class: "nbp-labels", "aria-label": T("Labels"), style: `--rows:${rows}` },
    h(
      "h2",
      {},
      h(
        "span",
        { class: "name" },
        d.for_label && d.several
          ? T("Labels of the selection")
          : d.for_label
            ? T("Label of the selection")
            : T("Labels"),
      ),
      attributesButton(s, d),
      d.most_shapes ? limit(d.counted, d.most_shapes) : null,
    ),
    h(
      "div",
      { class: "list" },
      d.labels.map((label, i) => labelButton(s, d, label, i)),
      noLabel(s, d),
      d.open_labels && d.editable
        ? h(
            "button",
            { type: "button", class: "label add", "data-key": "+", onclick: () => openDialog(s, "label") },
            icon("plus"),
            h("span", { class: "name" }, T("Add a label…")),
          )
        : null,
    ),
  );
}

function shapeList(s: Page, t: TaskPane, d: DrawingView) {
  if (!d.shapes.length) {
    const nothing = t.looking ? t.looking.nothing : t.nothing;
    const tools = d.tools.map((k) => h("span", {}, cap(keyName(k.key)), ` ${kindName(k)}  `));
    return h(
      "div",
      { class: "nbp-hint" },
      nothing
        ? T("The answer is: nothing to label.")
        : d.editable
          ? pieces("No shapes yet. Draw with {tools}", { tools })
          : T("No shapes."),
    );
  }
  const entries = entriesOf(d),
    first = entries.find((v) => v.selected); // the form stands below its row
  return [
    d.most_shapes && d.counted > d.most_shapes
      ? h(
          "p",
          { class: "nbp-limit" },
          limit(d.counted, d.most_shapes),
          h("span", { class: "soft" }, T("delete {n} to save", { n: d.counted - d.most_shapes })),
        )
      : null,
    first ? null : [angleField(s, d), attributeForm(s, d)],
    flawsHint(s, d),
    d.unlabelled && d.editable
      ? h(
          "p",
          { class: "nbp-hint warn", role: "status" },
          N(
            d.unlabelled,
            "{n} shape without a label: select, then press the label's number.",
            "{n} shapes without a label: select, then press the label's number.",
          ),
        )
      : null,
    d.hidden.length
      ? h(
          "p",
          { class: "nbp-limit" },
          h(
            "button",
            {
              type: "button",
              class: "small",
              "data-key": "show all",
              onclick: (e) => {
                send(s, "hide", { ids: d.hidden, on: false });
                toStage(s, e);
              },
            },
            icon("eye"),
            N(d.hidden.length, "Show {n} hidden shape", "Show {n} hidden shapes"),
          ),
        )
      : null,
    h(
      "ul",
      { class: "nbp-shapes", "aria-label": T("Shapes") },
      entries.map((entry) => shapeEntry(s, d, entry, entry === first)),
    ),
    d.more
      ? h(
          "p",
          { class: "nbp-hint" },
          N(d.more, "… and {n} more shape, all on the canvas.", "… and {n} more shapes, all on the canvas."),
        )
      : null,
  ];
}

function shapeEntry(s: Page, d: DrawingView, entry: Entry, withForm: boolean) {
  const { id, ids, label, color, selected, n } = entry,
    missing = [...new Set(entry.all.flatMap((v) => v.missing))],
    flawed = entry.all.filter((v) => v.flaws.length);
  const locked = ids.every((v) => d.locked.includes(v)),
    hidden = ids.every((v) => d.hidden.includes(v)),
    name = label || T("shape");
  return h(
    "li",
    { "data-key": id, "data-selected": selected ? "" : null, "data-hidden": hidden ? "" : null },
    h(
      "button",
      {
        type: "button",
        class: "shape",
        "aria-pressed": String(selected),
        "aria-describedby": flawed[0] ? `nbp-flaws-${flawed[0].id}` : null,
        onclick: (e) => pick(s, e, ids, selected),
      },
      h("i", { class: "swatch", style: color ? `background:${color}` : null, "data-none": color ? null : "" }),
      h(
        "span",
        { class: "name", "data-none": label ? null : "" },
        label || T("no label"),
        entry.values ? h("small", {}, entry.values) : null,
        missing.length ? h("small", { class: "needs" }, T("needs {what}", { what: missing.join(", ") })) : null,
      ),
      belongs(entry),
      h("span", { class: "soft" }, `${said(entry.kind)}\u00a0${n}`),
    ),
    shapeSwitch(s, ids, "lock", locked, d.editable, name, n),
    shapeSwitch(s, ids, "hide", hidden, true, name, n),
    d.editable
      ? h(
          "button",
          {
            type: "button",
            class: "bare remove",
            title: T("Delete"),
            "aria-label": T("Delete {name} {n}", { name, n }),
            onclick: (e) => {
              send(s, "delete", { ids });
              toStage(s, e);
            },
          },
          icon("trash"),
        )
      : null,
    flawed.map(flawLines),
    withForm ? [angleField(s, d), attributeForm(s, d)] : null,
  );
}

// Lock and hide of one shape; what is so is seen, the rest when one points at the row.
function shapeSwitch(
  s: Page,
  ids: string[],
  what: "lock" | "hide",
  on: boolean,
  may: boolean,
  name: string,
  n: number,
) {
  if (!may) return null;
  const title =
    what === "lock"
      ? on
        ? T("Unlock {name} {n}", { name, n })
        : T("Lock {name} {n}", { name, n })
      : on
        ? T("Show {name} {n}", { name, n })
        : T("Hide {name} {n}", { name, n });
  return h(
    "button",
    {
      type: "button",
      class: "bare switch",
      "data-key": what,
      "data-on": on ? "" : null,
      "aria-pressed": String(on),
      title,
      "aria-label": title,
      onclick: (e) => {
        send(s, what, { ids, on: !on });
        toStage(s, e);
      },
    },
    icon(what === "lock" ? (on ? "lock" : "unlock") : on ? "hidden" : "eye"),
  );
}

function pick(s: Page, e: At<MouseEvent>, ids: string[], selected: boolean): void {
  const now = s.need("drawing").shapes.flatMap((v) => (v.selected ? [v.id] : [])),
    more = e.shiftKey || e.ctrlKey || e.metaKey;
  const next = !more ? ids : selected ? now.filter((v) => !ids.includes(v)) : [...now, ...ids];
  send(s, "select", { ids: next, look: ids[0] !== undefined && next.includes(ids[0]) });
  toStage(s, e);
}
