// How many shapes there may be (canvas/limits.py): the next one is refused where it would begin.

import { N } from "../shared/texts.ts";
import { refuse } from "./send.ts";
import type { Scene, Shape, Spoken } from "./types.ts";

interface Limited extends Spoken, Pick<Scene, "shapes"> {
  most?: number | null;
  colors: Map<string, string>;
}

const counts = (s: Limited, shape: Shape): boolean => !shape.label || s.colors.has(shape.label); // another label was left by something else

export function noRoom(s: Limited): boolean {
  // says so, and returns true, if no other shape may be drawn
  if (!s.most || s.shapes.size < s.most) return false;
  let n = 0;
  for (const shape of s.shapes.values()) n += counts(s, shape) ? 1 : 0;
  if (n < s.most) return false;
  refuse(
    s,
    "limit",
    N(
      s.most,
      "This image may have {n} shape at most; it has it. Delete it to draw another one.",
      "This image may have {n} shapes at most; it has them. Delete one to draw another.",
    ),
  );
  return true;
}
