// The form with the attributes of the selected shapes.

import type { DrawingView, FieldView, FormView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { N, said, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { FEW, fieldKeys, formKeys, hasForm, typeJson } from "./fields.ts";
import { intoView } from "./follow.ts";
import { addRow, jsonEditor } from "./json-editor.ts";
import { tagKeys, toStage } from "./keyboard.ts";
import type { At, Page, Reply } from "./page.ts";
import { send } from "./send.ts";
import { cap, keyFor } from "./words.ts";

export function attributeForm(s: Page, d: DrawingView) {
  const form = d.form;
  if (!form || !hasForm(s, d)) return null;
  const key = form.ids.join(" "),
    typing = s.ui.typing && form.text !== null;
  const of =
    form.ids.length === 1
      ? form.label
      : N(form.ids.length, "{n} shape: {label}", "{n} shapes: {label}", { label: form.label });
  return h(
    "section",
    {
      class: "nbp-form",
      "data-key": `form ${form.ids.join(" ")}`,
      "aria-label": T("Attributes of {name}", { name: of }),
      onkeydown: formKeys,
    },
    h(
      "h2",
      {},
      of,
      cap(keyFor(s, "attributes")),
      h("span", { class: "grow" }),
      h(
        "button",
        {
          type: "button",
          class: "small toggle",
          "data-key": "json",
          "aria-pressed": String(Boolean(typing)),
          disabled: form.text === null,
          title: form.text === null ? T("These shapes differ: select one of them") : T("All attributes as JSON"),
          onclick: () => typeJson(s, !typing),
        },
        "JSON",
      ),
    ),
    typing
      ? jsonEditor(s, key, form.text ?? "", {
          off: !d.editable,
          about: T("Attributes of {name}, as JSON", { name: of }),
          close: () => {
            s.ui.typing = false;
          },
          save: (body, done) => send(s, "attributes", { ids: form.ids, body }, done),
        })
      : [
          form.fields.map((f, i) => attributeField(s, form, f, `s-${i}`, !d.editable)),
          form.free && d.editable
            ? addRow(s, key, (name, value, done) =>
                send(s, "attribute", { ids: form.ids, name, text: JSON.stringify(value) }, done),
              )
            : null,
        ],
  );
}

export function attributesButton(s: Page, d: DrawingView) {
  return d.selected && d.editable && d.form?.free && !hasForm(s, d)
    ? h(
        "button",
        { type: "button", class: "quiet tiny", "data-key": "attributes", onclick: () => toAttributes(s) },
        icon("plus"),
        T("Attributes"),
        cap(keyFor(s, "attributes")),
      )
    : null;
}

type Value = FieldView["value"];

/** What is set of the input of a field. */
interface About {
  "aria-invalid": "true" | null;
  "aria-required": "true" | null;
  disabled: boolean;
  id: string;
}

function setAttribute(s: Page, form: FormView, f: FieldView, value: Value) {
  const set = { name: f.name, text: value === null || value === "" ? "" : JSON.stringify(value) },
    done: Reply = (error) => {
      s.ui.wrong = error ? { field: f.name, ids: form.ids.join(" "), text: error } : null;
      repaint(s);
    };
  if (form.tag) send(s, "tag_attribute", { ...set, tag: form.tag }, done);
  else send(s, "attribute", { ...set, ids: form.ids }, done);
}

export function attributeField(s: Page, form: FormView, f: FieldView, place: string, off: boolean) {
  const id = `nbp-field-${place}`,
    set = (value: Value) => setAttribute(s, form, f, value);
  const wrong =
    s.ui.wrong?.field === f.name && s.ui.wrong.ids === form.ids.join(" ")
      ? said(s.ui.wrong.text)
      : f.problem
        ? said(`${f.name} ${f.problem}.`)
        : "";
  const empty = f.value === null || f.value === "" || (Array.isArray(f.value) && !f.value.length);
  const title = [
    f.name,
    f.required && empty && !f.mixed
      ? h("span", { class: "needs" }, T("required"))
      : f.mixed
        ? h("span", { class: "soft" }, T("differs"))
        : null,
  ];
  const about: About = {
    "aria-invalid": wrong ? "true" : null,
    "aria-required": f.required ? "true" : null,
    disabled: off,
    id,
  };
  return h(
    "div",
    { class: "field", "data-free": form.free ? "" : null, "data-type": f.type, "data-key": f.name },
    f.type === "boolean"
      ? h(
          "label",
          { class: "check" },
          h("input", {
            ...about,
            type: "checkbox",
            checked: f.value === true,
            onchange: (e) => set(e.currentTarget.checked),
          }),
          h("span", {}, title),
        )
      : [h("label", { for: id, id: `${id}-name` }, title), attributeInput(s, f, about, set, off)],
    form.free && !off
      ? h(
          "button",
          {
            type: "button",
            class: "bare remove",
            "data-key": "remove",
            title: T("Remove"),
            "aria-label": T("Remove {name}", { name: f.name }),
            onclick: () => set(null),
          },
          icon("close"),
        )
      : null,
    wrong ? h("p", { class: "error", role: "alert" }, wrong) : null,
  );
}

function attributeInput(s: Page, f: FieldView, about: About, set: (value: Value) => void, off: boolean) {
  if (f.type === "json") return h("code", { class: "json", id: about.id }, f.value);
  if (f.type === "choice" && f.choices.length > FEW) {
    return h(
      "select",
      {
        ...about,
        value: f.value ?? "",
        onchange: (e) => set(e.currentTarget.value || null),
        onkeydown: fieldKeys,
      },
      h("option", { value: "" }, f.mixed ? T("differs") : "—"),
      f.choices.map((c) => h("option", { value: c }, c)),
    );
  }
  if (f.type === "choice" || f.type === "choices") {
    const many = f.type === "choices",
      on = (c: string) => (Array.isArray(f.value) ? f.value.includes(c) : f.value === c);
    const next = (c: string) => (many ? f.choices.filter((v) => (v === c ? !on(v) : on(v))) : on(c) ? null : c);
    return h(
      "div",
      { class: "chips", id: about.id, role: "group", "aria-labelledby": `${about.id}-name`, onkeydown: tagKeys },
      f.choices.map((c, i) =>
        h(
          "button",
          {
            type: "button",
            class: "tag",
            "data-key": c,
            disabled: off,
            "aria-pressed": String(on(c)),
            onclick: (e) => {
              set(next(c));
              toStage(s, e);
            },
          },
          c,
          cap(i + 1),
        ),
      ),
    );
  }
  const number = f.type !== "text";
  const read = (e: At<Event, HTMLInputElement>) => {
    const text = e.currentTarget.value.trim(),
      value = number && text !== "" ? Number(text.replace(",", ".")) : text;
    set(number && Number.isNaN(value) ? text : value);
  };
  return h("input", {
    ...about,
    type: "text",
    inputmode: number ? "decimal" : null,
    autocomplete: "off",
    maxlength: "4000",
    value: f.value ?? "",
    placeholder: f.mixed ? T("differs") : null,
    onchange: read,
    onkeydown: fieldKeys,
  });
}

// To a field that has to be filled in: of the selected shape, or of a tag.
export function toField(s: Page, attribute: string, tag = ""): void {
  if (!attribute) return;
  if (tag && s.ui.foldedTags.delete(tag)) repaint(s, true);
  const forms = tag ? `.nbp-tags .nbp-form[data-key="tag ${CSS.escape(tag)}"]` : ".nbp-panel .nbp-form";
  const field = s.root.querySelector<HTMLElement>(`${forms} .field[data-key="${CSS.escape(attribute)}"]`);
  for (const part of [field?.closest<HTMLElement>("li"), field]) {
    const list = part?.closest<HTMLElement>(".nbp-tags, .nbp-panel");
    if (part && list) intoView(part, list);
  }
  field?.querySelector<HTMLElement>("input, select, .tag")?.focus({ preventScroll: true });
}

export function toAttributes(s: Page, asked = false): void {
  const d = s.get("drawing");
  if (!d) return; // another screen came
  if (!d.form && !asked)
    send(s, "clock", {}, () => toAttributes(s, true)); // the label may be on its way
  else if (!d.form) toast(s, T("Select a shape that has a label."), "info");
  else {
    s.ui.tab = "shapes";
    s.ui.free = true;
    repaint(s, true);
    s.root.querySelector<HTMLElement>(".nbp-panel .nbp-form :is(input, select, textarea, .tag)")?.focus();
  }
}
