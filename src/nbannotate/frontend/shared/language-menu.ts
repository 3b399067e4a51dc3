// The choice of the language: each one by the name that it has for itself.

import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Model } from "./model.ts";
import { LANGUAGES, language, setLanguage, T } from "./texts.ts";

export function languageMenu(s: { model: Model }): HTMLElement | null {
  const all = Object.entries(LANGUAGES);
  if (all.length < 2) return null;
  return h(
    "label",
    { class: "language", "data-key": "language", title: T("Language") },
    icon("globe"),
    h(
      "select",
      {
        "aria-label": T("Language"),
        onchange: (e: Event) => void setLanguage(s.model, (e.currentTarget as HTMLSelectElement).value),
      },
      all.map(([tag, name]) =>
        h("option", { value: tag, lang: tag, "data-key": tag, selected: tag === language() }, name),
      ),
    ),
  );
}
