// The metadata of the image: read by everybody, changed value by value or as JSON by who may.

import type { MetadataValue, MetadataView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { said, T } from "../shared/texts.ts";
import { fieldKeys } from "./fields.ts";
import { addRow, jsonEditor } from "./json-editor.ts";
import type { At, Page, Reply } from "./page.ts";
import { complain, send } from "./send.ts";

const MANY = 12,
  LONG = 140; // more values have a search; longer ones are folded

export function metadataPart(s: Page) {
  const m = s.need("info").metadata;
  if (!m.rows.length && !m.may) return null;
  const mode = m.may ? s.ui.meta : "",
    find = s.ui.metaFind.toLowerCase();
  const rows =
    find && !mode ? m.rows.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(find)) : m.rows;
  const turn = (to: "form" | "json") => () => {
    s.ui.meta = mode === to ? "" : to;
    s.ui.json = null;
    repaint(s, true);
    s.root.querySelector<HTMLElement>(".nbp-meta :is(.field input, textarea, .add-row input)")?.focus();
  };
  const button = (to: "form" | "json", text: string) =>
    h(
      "button",
      { type: "button", class: "small toggle", "data-key": to, "aria-pressed": String(mode === to), onclick: turn(to) },
      text,
    );
  return h(
    "section",
    { class: "nbp-meta", "data-key": "m", "aria-label": T("Metadata") },
    h(
      "h2",
      {},
      T("Metadata"),
      m.rows.length ? h("span", { class: "count" }, m.rows.length) : null,
      h("span", { class: "grow" }),
      m.undo
        ? h(
            "button",
            {
              type: "button",
              class: "small toggle",
              "data-key": "undo",
              title: T("Take back the last change of the metadata"),
              onclick: () => send(s, "metadata_undo", {}, complain(s)),
            },
            icon("undo"),
            T("Undo"),
          )
        : null,
      m.may ? [button("form", T("Edit")), button("json", "JSON")] : null,
    ),
    mode === "json"
      ? jsonEditor(s, `meta ${s.need("task").id}`, m.text, {
          about: T("Metadata as JSON"),
          close: () => {
            s.ui.meta = "";
          },
          save: (body, done) => send(s, "metadata_json", { body }, done),
        })
      : mode === "form"
        ? metadataForm(s, m)
        : [
            m.rows.length > MANY
              ? h("input", {
                  type: "search",
                  class: "find",
                  "data-key": "find",
                  "aria-label": T("Search the metadata"),
                  placeholder: T("Search"),
                  oninput: (e) => {
                    s.ui.metaFind = e.currentTarget.value;
                    repaint(s);
                  },
                  onkeydown: (e) => {
                    if (e.key === "Escape" && e.currentTarget.value) {
                      e.preventDefault();
                      e.currentTarget.value = s.ui.metaFind = "";
                      repaint(s);
                      e.stopPropagation();
                    } else if (e.key !== "Escape") e.stopPropagation();
                  },
                })
              : null,
            rows.length
              ? h(
                  "dl",
                  { class: "facts", "data-key": "rows" },
                  rows.map((row) =>
                    h(
                      "div",
                      { "data-key": row.name },
                      h("dt", {}, row.name),
                      h("dd", { "data-type": row.type }, metadataValue(s, row)),
                    ),
                  ),
                )
              : h(
                  "p",
                  { class: "soft", role: "status", "data-key": "none" },
                  m.rows.length ? T("Nothing is found.") : T("This image has no metadata yet."),
                ),
          ],
  );
}

function metadataValue(s: Page, { name, type, value }: MetadataValue) {
  if (type === "none") return h("span", { class: "soft" }, "—");
  if (type === "boolean") return value ? T("yes") : T("no");
  const text = String(value);
  if (type !== "json" && text.length <= LONG) return text;
  const open = s.ui.unfolded.has(name),
    turn = () => {
      if (!s.ui.unfolded.delete(name)) s.ui.unfolded.add(name);
      repaint(s);
    };
  const first = text.replace(/\s+/g, " ").slice(0, LONG / 2);
  return [
    type === "json"
      ? h(
          "code",
          { class: "json", "data-folded": open ? null : "" },
          open ? text : `${first}${text.length > first.length ? "…" : ""}`,
        )
      : h("span", {}, open ? text : `${first}… `),
    h(
      "button",
      {
        type: "button",
        class: "link",
        "aria-expanded": String(open),
        "aria-label": open ? T("Show less of {name}", { name }) : T("Show all of {name}", { name }),
        onclick: turn,
      },
      open ? T("less") : T("more"),
    ),
  ];
}

/** Gives a value to a name, or takes it away. */
type Change = (name: string, value?: string | number | boolean) => void;

function metadataForm(s: Page, m: MetadataView) {
  const wrong =
    (name: string): Reply =>
    (error) => {
      s.ui.wrong = error ? { field: name, ids: "meta", text: error } : null;
      repaint(s);
    };
  const set: Change = (name, value) =>
    send(s, "metadata", { name, text: value === undefined ? "" : JSON.stringify(value) }, wrong(name));
  return h(
    "div",
    { class: "nbp-form", "data-key": "form" },
    m.rows.map((row, i) => metadataField(s, row, `m-${i}`, set)),
    addRow(s, "meta", (name, value, done) => {
      if (m.rows.some((row) => row.name === name))
        return void done(T("{name} is there already; change it above.", { name }));
      send(s, "metadata", { name, text: JSON.stringify(value) }, done);
    }),
  );
}

function metadataField(s: Page, { name, type, value }: MetadataValue, id: string, set: Change) {
  const simple = ["text", "number", "boolean"].includes(type),
    number = type === "number";
  const wrong = s.ui.wrong?.ids === "meta" && s.ui.wrong.field === name ? said(s.ui.wrong.text) : "";
  const read = (e: At<Event, HTMLInputElement>) => {
    const text = e.currentTarget.value.trim(),
      n = Number(text.replace(",", "."));
    set(name, number && text !== "" && Number.isFinite(n) ? n : text);
  };
  const input =
    type === "boolean"
      ? h(
          "label",
          { class: "check" },
          h("input", { type: "checkbox", checked: value, onchange: (e) => set(name, e.currentTarget.checked) }),
          h("span", {}, name),
        )
      : [
          h("label", { for: `nbp-${id}` }, name),
          simple
            ? h("input", {
                id: `nbp-${id}`,
                type: "text",
                inputmode: number ? "decimal" : null,
                autocomplete: "off",
                value: String(value),
                "aria-invalid": wrong ? "true" : null,
                onchange: read,
                onkeydown: fieldKeys,
              })
            : h(
                "code",
                { class: "json", id: `nbp-${id}`, title: T("Change it as JSON"), "data-folded": "" },
                type === "none" ? "null" : String(value),
              ),
        ];
  return h(
    "div",
    { class: "field", "data-free": "", "data-type": type, "data-key": name },
    input,
    h(
      "button",
      {
        type: "button",
        class: "bare remove",
        "data-key": "remove",
        title: T("Remove"),
        "aria-label": T("Remove {name}", { name }),
        onclick: () => set(name),
      },
      icon("close"),
    ),
    wrong ? h("p", { class: "error", role: "alert" }, wrong) : null,
  );
}
