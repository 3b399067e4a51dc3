// The shapes in the order of the list; those that belong together are one entry.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { N, T } from "../shared/texts.ts";

const SHAPE_ROW = [
  "id",
  "label",
  "color",
  "kind",
  "selected",
  "values",
  "missing",
  "flaws",
  "mendable",
  "group",
  "track",
  "keyframe",
];

// The rows of the list: one for each shape, one for all those of a track, with the ids of all of them.
export function entriesOf(d) {
  const found = new Map();
  d.shapes.forEach((row, i) => {
    const shape = Object.fromEntries(SHAPE_ROW.map((name, j) => [name, row[j]])),
      key = shape.track === null ? shape.id : `track ${shape.track}`,
      entry = found.get(key);
    if (!entry) found.set(key, { ...shape, n: i + 1, ids: [shape.id], keyframe: shape.keyframe, all: [shape] });
    else
      Object.assign(entry, {
        ids: [...entry.ids, shape.id],
        selected: entry.selected || shape.selected,
        all: [...entry.all, shape],
      });
  });
  return [...found.values()];
}

export function belongs(entry) {
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
