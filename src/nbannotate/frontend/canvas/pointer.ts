// Where the pointer is, on the stage and in the image.

import type { Point, Scene } from "./types.ts";

export const DRAG = 3; // CSS pixels that make a press a drag
export const onScreen = (s: { overlay: Element }, e: { clientX: number; clientY: number }): Point => {
  const r = s.overlay.getBoundingClientRect();
  return [e.clientX - r.left, e.clientY - r.top];
};
export const toImage = (s: Pick<Scene, "v">, [sx, sy]: Point): Point => [(sx - s.v.x) / s.v.k, (sy - s.v.y) / s.v.k];
export const far = (a: Point, b: Point): boolean => Math.hypot(a[0] - b[0], a[1] - b[1]) >= DRAG;
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");

export const farBy = (a: Point, b: Point, limit: number): boolean => Math.hypot(a[0] - b[0], a[1] - b[1]) > limit;
