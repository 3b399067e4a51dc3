// The labels of a shape, one or several.

import { T } from "../shared/texts.ts";

import type { Shape } from "./types.ts";

const labelsOf = (shape: Pick<Shape, "label" | "also">): string[] =>
  shape.label ? [shape.label, ...(shape.also ?? [])] : [];
export const labelsSaid = (shape: Pick<Shape, "label" | "also">, none = T("no label")): string =>
  labelsOf(shape).join(", ") || none;

// Whether shapes have a label, as aria-checked says it; the empty one: whether they have none.
export function labelled(shapes: Pick<Shape, "label" | "also">[], name: string): "true" | "false" | "mixed" {
  const have = shapes.filter((shape) => (name ? labelsOf(shape).includes(name) : !shape.label)).length;
  return !have ? "false" : have === shapes.length ? "true" : "mixed";
}
