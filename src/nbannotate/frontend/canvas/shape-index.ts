// The shapes by id, with an index of where they are, so that what is under the pointer is found without looking at all.
// Each shape lies in one cell of a grid whose cells are at least as large as the shape: one grid for each power of two.

import type { Box, Shape } from "./types.ts";

const LEAST_CELL = 5; // 2 ** 5 pixels, the smallest
let versions = 0;

export class Shapes extends Map<string, Shape> {
  #cells = new Map<number, Shape[]>(); // "level x y" as a number -> shapes
  #levels = new Map<number, number>(); // level -> how many shapes
  #later = new Set<string>(); // ids that have no cell yet: most are never looked for
  #last = 0;
  version = 0; // another one after each change, of all that there are

  override set(id: string, shape: Shape): this {
    const old = this.get(id);
    if (old) this.#leave(old);
    shape.order = old?.order ?? this.#last++;
    this.#later.add(id);
    this.version = ++versions;
    return super.set(id, shape);
  }

  override delete(id: string): boolean {
    const old = this.get(id);
    if (old) this.#leave(old);
    this.version = ++versions;
    return super.delete(id);
  }

  *near([x0, y0, x1, y1]: Box): Generator<Shape, void> {
    // those whose boxes touch this one, and some more
    for (const id of this.#later) {
      const shape = this.get(id);
      if (shape) this.#enter(shape);
    }
    this.#later.clear();
    for (const level of this.#levels.keys()) {
      const size = 2 ** level; // a shape reaches at most half a cell beyond its own
      const left = Math.floor(x0 / size - 0.5),
        right = Math.floor(x1 / size + 0.5);
      const top = Math.floor(y0 / size - 0.5),
        bottom = Math.floor(y1 / size + 0.5);
      if ((right - left + 1) * (bottom - top + 1) > this.size) {
        yield* this.values();
        return;
      }
      for (let x = left; x <= right; x++)
        for (let y = top; y <= bottom; y++) yield* this.#cells.get(keyOf(level, x, y)) ?? [];
    }
  }

  #enter(shape: Shape): void {
    const [x0, y0, x1, y1] = shape.box,
      level = Math.max(LEAST_CELL, Math.ceil(Math.log2(Math.max(x1 - x0, y1 - y0, 1))));
    const key = (shape.cell = keyOf(
      level,
      Math.floor((x0 + x1) / 2 ** (level + 1)),
      Math.floor((y0 + y1) / 2 ** (level + 1)),
    ));
    shape.level = level;
    const cell = this.#cells.get(key);
    if (cell) cell.push(shape);
    else this.#cells.set(key, [shape]);
    this.#levels.set(level, (this.#levels.get(level) ?? 0) + 1);
  }

  #leave(shape: Shape): void {
    if (this.#later.delete(shape.id)) return;
    const { cell: key, level } = shape;
    if (key === undefined || level === undefined) return;
    const cell = this.#cells.get(key) ?? [],
      count = (this.#levels.get(level) ?? 0) - 1;
    cell.splice(cell.indexOf(shape), 1);
    if (!cell.length) this.#cells.delete(key);
    if (count > 0) this.#levels.set(level, count);
    else this.#levels.delete(level);
  }
}

const keyOf = (level: number, x: number, y: number): number =>
  (level * 2 ** 22 + (x + 2 ** 21)) * 2 ** 22 + (y + 2 ** 21);
