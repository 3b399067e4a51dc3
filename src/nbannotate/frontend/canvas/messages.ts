// What Python sends to the canvas (canvas/outbox.py), by its type.

import type { Box, KeyRow, Kind, Label, Line, Mark, Point, Shape, Size, View } from "./types.ts";

/** The bytes that come with a message. */
export type Buffers = (DataView | ArrayBuffer)[];

/** Shapes in columns; their points are the first buffer, two float64 each. */
export interface Packed {
  ids: string[];
  kinds: string[];
  kind: number[];
  labels: string[];
  label: number[];
  count: number[];
  more: Record<number, Partial<Omit<Shape, "rings">> & { rings?: number[] }>;
}

/** Which message of which view this answers. */
export interface Tag {
  g: number;
  n: number;
  view_id: string;
}

/** Brightness and contrast, or window: width and level. */
export type Pair = [number, number];
export type Preset = [name: string, width: number, level: number];

/** Of an image of more than eight bits, `deep`; else its window is not there. */
export interface Levels {
  deep: boolean;
  window: Pair;
  adjust: Pair;
  range: Pair;
  presets?: Preset[];
  unit?: string;
  file?: boolean;
  slope: number;
  offset: number;
  inverted: boolean;
  exact: boolean;
}

export interface State extends Tag {
  tool: string;
  label: string;
  drawn: string | null;
  ready: boolean;
  labels: Label[];
  editable: boolean;
  locked: string[];
  hidden: string[];
  copied: number;
  can_undo: boolean;
  can_redo: boolean;
  marks: Mark[];
  most: number | null;
  keys_mode: string;
  several: boolean;
  levels: Levels | null;
}

export type Sized = View & { w: number; h: number; dpr: number };

export interface Pale {
  lines: Line[];
  dots: Point[];
  closed: boolean;
  line: string;
  color: string;
}

export interface Messages {
  stage: Tag & {
    image: Size | null;
    kinds: Kind[];
    shapes: Packed;
    selected: string[];
    instead: string;
    view: Sized;
    state: State;
    keys: KeyRow[];
  };
  state: State;
  keys: { keys: KeyRow[] };
  patch: Tag & { shapes: Packed; remove: string[]; order?: string[] };
  selected: Tag & { ids: string[]; frame: number };
  ack: Tag & { frame: number };
  rendering: { g: number; frame: number; view: Sized; view_id: string };
  preview: { g: number; mime: string };
  refining: { g: number; on: boolean };
  error: { text: string };
  fit: object;
  focus: object;
  pale: { g: number; rows: Pale[] };
  look: { g: number; box: Box };
  values: { g: number; mime: string; box: Box; size: Pair; whole: boolean };
}
