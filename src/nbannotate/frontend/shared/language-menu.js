// The choice of the language.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { LANGUAGES, language, setLanguage, T } from "./texts.js";

// The choice of the language: each one by the name that it has for itself.
export function languageMenu(s) {
  const all = Object.entries(LANGUAGES);
  if (all.length < 2) return null;
  return h(
    "label",
    { class: "language", "data-key": "language", title: T("Language") },
    icon("globe"),
    h(
      "select",
      { "aria-label": T("Language"), onchange: (e) => setLanguage(s.model, e.currentTarget.value) },
      all.map(([tag, name]) =>
        h("option", { value: tag, lang: tag, "data-key": tag, selected: tag === language() }, name),
      ),
    ),
  );
}
