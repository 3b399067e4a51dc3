// The choice of the language: each one by the name that it has for itself.

import type { VNode } from "preact";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Model } from "./model.ts";
import { LANGUAGES, language, setLanguage, T } from "./texts.ts";

export function languageMenu(s: { model: Model }): VNode | null {
  const all = Object.entries({ [language()]: language(), ...LANGUAGES }); // a pseudo-locale stands there while it is chosen
  if (all.length < 2) return null;
  return h(
    "label",
    { class: "language", "data-key": "language", title: T("Language") },
    icon("globe"),
    h(
      "select",
      {
        "aria-label": T("Language"),
        value: language(),
        onchange: (e: Event) => void setLanguage(s.model, (e.currentTarget as HTMLSelectElement).value),
      },
      all.map(([tag, name]) => h("option", { value: tag, lang: tag, "data-key": tag }, name)),
    ),
  );
}
