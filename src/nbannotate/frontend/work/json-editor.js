// Values that nobody declared: rows of name and value; and all values as JSON, with the place of a mistake.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { said, T } from "../shared/texts.ts";
import { fieldKeys } from "./fields.js";
import { toStage } from "./keyboard.js";
import { cap } from "./words.js";

const asTyped = (text) => {
  // what a person means by it: 12, true, "12" or a text
  const t = text.trim(),
    number = Number(t.replace(/^(-?\d+),(\d+)$/, "$1.$2"));
  if (t === "true" || t === "false") return t === "true";
  if (/^-?[\d.,]+(e-?\d+)?$/i.test(t) && Number.isFinite(number)) return number;
  return /^".*"$/s.test(t) ? t.slice(1, -1) : text;
};

// One row to add a value: add(name, value, done) calls done(error).
export function addRow(s, key, add) {
  const row = (s.ui.adding ??= {}),
    mine = (row[key] ??= { name: "", value: "", error: "" });
  const done = (e) => {
    const box = e.currentTarget.closest(".add-row"),
      [name, value] = [...box.querySelectorAll("input")].map((v) => v.value.trim());
    if (!name) {
      mine.error = T("Give it a name.");
      repaint(s, true);
      return void box.querySelector("input").focus();
    }
    if (!value) {
      mine.error = T("Give it a value.");
      repaint(s, true);
      return void box.querySelectorAll("input")[1].focus();
    }
    add(name, asTyped(value), (error) => {
      row[key] = error ? { name, value, error } : undefined;
      for (const input of box.querySelectorAll("input")) if (!error) input.value = "";
      repaint(s, true);
      box.querySelector("input")?.focus();
    });
    return undefined;
  };
  const keys = (e) => {
    if (e.key === "Enter") {
      e.preventDefault();
      e.stopPropagation();
      return void done(e);
    }
    return fieldKeys(e);
  };
  const input = (what, label) =>
    h("input", {
      type: "text",
      "data-key": what,
      "aria-label": label,
      placeholder: label,
      autocomplete: "off",
      maxlength: what === "name" ? "200" : "4000",
      onkeydown: keys,
    });
  return h(
    "div",
    { class: "add-row", "data-key": "add" },
    input("name", T("Name")),
    input("value", T("Value")),
    h(
      "button",
      { type: "button", class: "bare", title: T("Add"), "aria-label": T("Add"), onclick: done },
      icon("plus"),
    ),
    mine.error ? h("p", { class: "error", role: "alert" }, said(mine.error)) : null,
  );
}

// A text field with JSON; save(text, done) calls done(error), close() ends it.
export function jsonEditor(s, key, text, { save, close, off, about }) {
  if (s.ui.json?.key !== key) s.ui.json = { key, text, from: text, error: "" };
  const now = s.ui.json;
  const send_ = (e) => {
    const area = e.currentTarget.closest(".nbp-json").querySelector("textarea");
    now.text = area.value;
    save(area.value, (error) => {
      now.error = error ?? "";
      if (error) toPlace(area, error);
      else {
        s.ui.json = null;
        close();
      }
      repaint(s, true);
      s.root.querySelector(".nbp-json .error")?.scrollIntoView({ block: "nearest" });
    });
  };
  const keys = (e) => {
    if (e.key === "Escape") {
      e.preventDefault();
      s.ui.json = null;
      close();
      repaint(s, true);
      toStage(s);
    }
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      send_(e);
    }
    e.stopPropagation();
  };
  return h(
    "div",
    { class: "nbp-json", "data-key": `json ${key}` },
    now.error ? h("p", { class: "error", role: "alert", "data-key": "error" }, said(now.error)) : null,
    h(
      "textarea",
      {
        rows: String(Math.min(16, Math.max(4, now.text.split("\n").length + 1))),
        spellcheck: "false",
        "aria-label": about,
        "aria-invalid": now.error ? "true" : null,
        disabled: off,
        oninput: (e) => {
          now.text = e.currentTarget.value;
        },
        onkeydown: keys,
      },
      now.text,
    ),
    h(
      "div",
      { class: "buttons" },
      h(
        "button",
        { type: "button", class: "small primary", "data-key": "save", disabled: off, onclick: send_ },
        T("Save"),
        cap("Ctrl + ⏎"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "small",
          "data-key": "cancel",
          onclick: () => {
            s.ui.json = null;
            close();
            repaint(s, true);
            toStage(s);
          },
        },
        T("Cancel"),
        cap("Esc"),
      ),
    ),
  );
}

function toPlace(area, error) {
  // pages/jsontext.py: "Line 3, column 5: …"
  const found = /^Line (\d+), column (\d+)/.exec(error);
  area.focus();
  if (!found) return;
  const at =
    area.value
      .split("\n")
      .slice(0, Number(found[1]) - 1)
      .reduce((n, line) => n + line.length + 1, 0) +
    Number(found[2]) -
    1;
  area.setSelectionRange(at, Math.min(at + 1, area.value.length));
}
