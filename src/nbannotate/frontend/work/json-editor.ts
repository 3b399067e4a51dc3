// Values that nobody declared: rows of name and value; and all values as JSON, with the place of a mistake.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { type Message, said, T } from "../shared/texts.ts";
import { fieldKeys } from "./fields.ts";
import { toStage } from "./keyboard.ts";
import type { At, Page, Reply } from "./page.ts";
import { cap } from "./words.ts";

const asTyped = (text: string): unknown => {
  // what a person means by it: 12, true, "12" or a text
  const t = text.trim(),
    number = Number(t.replace(/^(-?\d+),(\d+)$/, "$1.$2"));
  if (t === "true" || t === "false") return t === "true";
  if (/^-?[\d.,]+(e-?\d+)?$/i.test(t) && Number.isFinite(number)) return number;
  return /^".*"$/s.test(t) ? t.slice(1, -1) : text;
};

// One row to add a value: add(name, value, done) calls done(error).
export function addRow(s: Page, key: string, add: (name: string, value: unknown, done: Reply) => unknown) {
  const row = s.ui.adding,
    mine = (row[key] ??= { name: "", value: "", error: "" });
  const done = (e: At) => {
    const box = e.currentTarget.closest(".add-row"),
      fields = [...(box?.querySelectorAll("input") ?? [])],
      [name, value] = fields.map((v) => v.value.trim());
    if (!name) {
      mine.error = T("Give it a name.");
      repaint(s, true);
      return void fields[0]?.focus();
    }
    if (!value) {
      mine.error = T("Give it a value.");
      repaint(s, true);
      return void fields[1]?.focus();
    }
    add(name, asTyped(value), (error) => {
      row[key] = error ? { name, value, error } : undefined;
      for (const input of fields) if (!error) input.value = "";
      repaint(s, true);
      fields[0]?.focus();
    });
    return undefined;
  };
  const keys = (e: At<KeyboardEvent>) => {
    if (e.key === "Enter") {
      e.preventDefault();
      e.stopPropagation();
      return void done(e);
    }
    return fieldKeys(e);
  };
  const input = (what: string, label: string) =>
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
interface Editing {
  save(text: string, done: Reply): unknown;
  close(): void;
  off?: boolean;
  about: string;
}

export function jsonEditor(s: Page, key: string, text: string, { save, close, off, about }: Editing) {
  const now = s.ui.json?.key === key ? s.ui.json : { key, text, error: "" };
  s.ui.json = now;
  const send_ = (e: At) => {
    const area = e.currentTarget.closest(".nbp-json")?.querySelector("textarea");
    if (!area) return;
    now.text = area.value;
    save(area.value, (error) => {
      now.error = error ?? "";
      if (error) toPlace(area, error);
      else {
        s.ui.json = null;
        close();
      }
      repaint(s, true);
      s.root.querySelector<HTMLElement>(".nbp-json .error")?.scrollIntoView({ block: "nearest" });
    });
  };
  const keys = (e: At<KeyboardEvent>) => {
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

function toPlace(area: HTMLTextAreaElement, error: Message): void {
  const { line, column } = typeof error === "string" ? {} : (error.values ?? {}); // of pages/shared/json_input.py
  area.focus();
  if (typeof line !== "number" || typeof column !== "number") return;
  const at =
    area.value
      .split("\n")
      .slice(0, line - 1)
      .reduce((n, line) => n + line.length + 1, 0) +
    column -
    1;
  area.setSelectionRange(at, Math.min(at + 1, area.value.length));
}
