// What is chosen is in sight in its list: the label, the shape. Only when the choice changes: who scrolls is left alone.

import { hasForm } from "./fields.js";

export function follow(s) {
  const d = s.get("drawing"),
    at = (s.ui.followed ??= {});
  const first = d.shapes?.find((v) => v[4])?.[0] ?? "";
  const once = (name, what, box, row, whole) => {
    if (at[name] === what) return;
    const list = s.root.querySelector(box),
      found = list?.querySelector(row);
    if (!found) {
      at[name] = undefined;
      return;
    }
    at[name] = what;
    intoView(found, list, whole);
  };
  const said = (d.labels ?? []).filter((v) => (d.for_label ? v.on : v.name === d.label)).map((v) => v.name);
  once(
    "label",
    `${s.shown} ${said.join("\n")}`,
    ".nbp-labels .list",
    ".label:not(.none):is([aria-pressed=true], [aria-pressed=mixed])",
    !d.for_label,
  );
  once(
    "shape",
    `${s.shown} ${s.ui.tab} ${first} ${hasForm(s, d) ? d.form.label : ""}`,
    ".nbp-panel",
    "li[data-selected]",
    !d.drawn,
  );
}

export function intoView(row, list, whole = true) {
  // scrolls the list, and all the lists, never the page around the pane
  for (const box of whole ? [list, list.closest(".nbp-lists")] : [list]) {
    const its = row.getBoundingClientRect(),
      view = box.getBoundingClientRect(),
      above = its.top - view.top,
      below = its.bottom - view.bottom;
    if (box.scrollHeight <= box.clientHeight) continue;
    if (above < 0 || its.height > view.height) box.scrollTop += above - 4;
    else if (below > 0) box.scrollTop += Math.min(below + 4, above);
  }
}
