// The labels of a shape, one or several.

import { T } from "../shared/texts.js";

const labelsOf = (shape) => (shape.label ? [shape.label, ...(shape.also ?? [])] : []);
export const labelsSaid = (shape, none = T("no label")) => labelsOf(shape).join(", ") || none;

// Whether shapes have a label, as aria-checked says it; the empty one: whether they have none.
export function labelled(shapes, name) {
  const have = shapes.filter((shape) => (name ? labelsOf(shape).includes(name) : !shape.label)).length;
  return !have ? "false" : have === shapes.length ? "true" : "mixed";
}
