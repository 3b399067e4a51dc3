// The shapes in the order of the list; those that belong together are one entry.

import type { DrawingView, ShapeView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { N, T } from "../shared/texts.ts";

/** A row of the list: a shape, or all those of a track. */
export interface Entry extends ShapeView {
  n: number; // its place, from 1
  ids: string[];
  all: ShapeView[];
}

export function entriesOf(d: DrawingView): Entry[] {
  const found = new Map<string, Entry>();
  d.shapes.forEach((shape, i) => {
    const key = shape.track === null ? shape.id : `track ${shape.track}`,
      entry = found.get(key);
    if (!entry) found.set(key, { ...shape, n: i + 1, ids: [shape.id], all: [shape] });
    else
      Object.assign(entry, {
        ids: [...entry.ids, shape.id],
        selected: entry.selected || shape.selected,
        all: [...entry.all, shape],
      });
  });
  return [...found.values()];
}

export function belongs(entry: Entry) {
  const several =
    entry.ids.length > 1 ? h("span", { class: "belongs" }, N(entry.ids.length, "{n} shape", "{n} shapes")) : null;
  const track =
    entry.track === null
      ? ""
      : entry.keyframe
        ? T("Track {name}: set here", { name: entry.track })
        : T("Track {name}: follows from other frames", { name: entry.track });
  return [
    several,
    entry.track === null
      ? null
      : h(
          "span",
          { class: "belongs", "data-key": "track", title: track },
          h("span", { "aria-hidden": "true" }, `${entry.keyframe ? "◆" : "◇"} ${entry.track}`),
          h("span", { class: "unseen" }, track),
        ),
    entry.group === null
      ? null
      : h(
          "span",
          { class: "belongs", "data-key": "group", title: T("Group {name}", { name: entry.group }) },
          icon("group"),
          h("span", { "aria-hidden": "true" }, entry.group),
          h("span", { class: "unseen" }, T("Group {name}", { name: entry.group })),
        ),
  ];
}
