// What comes from Python, by its type, and the bytes that come along.

import type { AnyEvent, StateTold } from "../generated/canvas-views.ts";

/** The bytes that come with a message. */
export type Buffers = (DataView | ArrayBuffer)[];

/** Which message of which view something answers. */
export type Tag = Pick<StateTold, "g" | "n" | "view_id">;

/** Brightness and contrast, or window: width and level. */
export type Pair = [number, number];

type Type = AnyEvent["type"];
export type Told<T extends Type> = Extract<AnyEvent, { type: T }>;
