// Names of keys and kinds, and small marks beside words.

import { h } from "../shared/dom.ts";
import { count } from "../shared/numbers.ts";
import { locale, said, T } from "../shared/texts.ts";

export const keyName = (key) =>
  key
    .split("+")
    .map(
      (part) =>
        ({ ctrl: "Ctrl", shift: "Shift", alt: "Alt", PageDown: "Page ↓", PageUp: "Page ↑" })[part] ??
        (part.length === 1 ? part.toUpperCase() : part),
    )
    .join(" + ");
export const keyFor = (s, action) => keyName(s.model.get("keymap").find((k) => k.action === action)?.key ?? "");
export const cap = (text) => (text ? h("kbd", {}, text) : null);
export const titled = (title, key) => (key ? `${title} (${key})` : title);

export const kindName = (kind) => said(kind.title).toLocaleLowerCase(locale());

export const eitherOf = (words) => new Intl.ListFormat(locale(), { type: "disjunction" }).format(words);
export const limit = (n, most) =>
  h(
    "span",
    {
      class: "limit",
      "data-full": n >= most ? "" : null,
      "data-over": n > most ? "" : null,
      role: "status",
      title: T("{n} of at most {most}", { n, most }),
    },
    h("span", { "aria-hidden": "true" }, `${count(n)} / ${count(most)}`),
    h("span", { class: "unseen" }, T("{n} of at most {most}", { n, most })),
  );
