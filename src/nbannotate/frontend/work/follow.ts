// What is chosen is in sight in its list: the label, the shape. Only when the choice changes: who scrolls is left alone.

import { hasForm } from "./fields.ts";
import type { Page } from "./page.ts";

export function follow(s: Page): void {
  const d = s.get("drawing"),
    at = s.ui.followed;
  if (!d) return;
  const first = d.shapes.find((v) => v.selected)?.id ?? "";
  const once = (name: string, what: string, box: string, row: string, whole: boolean) => {
    if (at[name] === what) return;
    const list = s.root.querySelector<HTMLElement>(box),
      found = list?.querySelector<HTMLElement>(row);
    at[name] = found ? what : undefined;
    if (list && found) intoView(found, list, whole);
  };
  const said = d.labels.filter((v) => (d.for_label ? v.on : v.name === d.label)).map((v) => v.name);
  once(
    "label",
    `${s.shown} ${said.join("\n")}`,
    ".nbp-labels .list",
    ".label:not(.none):is([aria-pressed=true], [aria-pressed=mixed])",
    !d.for_label,
  );
  once(
    "shape",
    `${s.shown} ${s.ui.tab} ${first} ${hasForm(s, d) ? d.form?.label : ""}`,
    ".nbp-panel",
    "li[data-selected]",
    !d.drawn,
  );
}

export function intoView(row: HTMLElement, list: HTMLElement, whole = true): void {
  // scrolls the list, and all the lists, never the page around the pane
  for (const box of whole ? [list, list.closest<HTMLElement>(".nbp-lists")] : [list]) {
    if (!box) continue;
    const its = row.getBoundingClientRect(),
      view = box.getBoundingClientRect(),
      above = its.top - view.top,
      below = its.bottom - view.bottom;
    if (box.scrollHeight <= box.clientHeight) continue;
    if (above < 0 || its.height > view.height) box.scrollTop += above - 4;
    else if (below > 0) box.scrollTop += Math.min(below + 4, above);
  }
}
