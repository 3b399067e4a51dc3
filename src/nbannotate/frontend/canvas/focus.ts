// The canvas that keys of the whole page go to.

import type { Stage } from "./types.ts";

export const keyboard: { canvas: Stage | null } = { canvas: null };
