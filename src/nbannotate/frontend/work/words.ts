// Names of keys and kinds, and small marks beside words.

import type { ToolView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { count } from "../shared/numbers.ts";
import { locale, said, T } from "../shared/texts.ts";
import type { Page } from "./page.ts";

const KEY_NAMES: Record<string, string> = {
  ctrl: "Ctrl",
  shift: "Shift",
  alt: "Alt",
  PageDown: "Page ↓",
  PageUp: "Page ↑",
};

export const keyName = (key: string): string =>
  key
    .split("+")
    .map((part) => KEY_NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" + ");
export const keyFor = (s: Page, action: string): string =>
  keyName(s.keymap().find((k) => k.action === action)?.key ?? "");
export const cap = (text: string | number) => (text ? h("kbd", {}, text) : null);
export const titled = (title: string, key: string): string => (key ? `${title} (${key})` : title);

export const kindName = (kind: ToolView): string => said(kind.title.toLowerCase()); // within a sentence; German nouns stay large

export const eitherOf = (words: string[]): string =>
  new Intl.ListFormat(locale(), { type: "disjunction" }).format(words);
export const limit = (n: number, most: number) =>
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
