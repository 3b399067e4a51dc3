// What the modules of the canvas share: shapes, kinds, handles, gestures, and the stage that holds all of it.

import type { Figure, Key, KindTold, LabelTold, Levels, Mark, Size } from "../generated/canvas-views.ts";
import type { Model } from "../shared/model.ts";
import type { Message } from "../shared/texts.ts";
import type { Pair } from "./messages.ts";
import type { Shapes } from "./shape-index.ts";

export type { Figure, Key as KeyRow, KindTold as Kind, LabelTold as Label, Mark, Size };

/** A place: in image pixels, or in CSS pixels of the stage where it says so. */
export type Point = [x: number, y: number];
/** Left, top, right, bottom. */
export type Box = [x0: number, y0: number, x1: number, y1: number];
export type Line = Point[];
/** Which points of a figure are joined. */
export type Edges = [number, number][];

/** What a geometry of points is made of; several rings stand one after another in `points`, `counts` says how many each has. */
export interface Outline {
  points: Point[];
  counts?: number[] | undefined;
  rings?: Line[];
  visibility?: number[] | undefined;
}

export interface Shape extends Outline {
  id: string;
  kind: string;
  label: string;
  also?: string[];
  group?: string | number | null;
  color?: string | null;
  flaws?: Message[];
  box: Box;
  order?: number; // in which they lie over one another
  cell?: number; // of the index, see shape-index.ts
  level?: number;
}

export type GestureWord = KindTold["gesture"];
export interface Handle {
  role: "corner" | "vertex" | "middle" | "turn";
  i: number;
  at: Point;
  cursor: string;
  absent?: boolean; // of a key point that is not in the image
  from?: Point;
  free?: boolean; // may leave the image
}

/** What a handle does, for one word of the vocabulary of gestures. */
export interface Word {
  handles(shape: Shape, kind: KindTold, k: number): Handle[];
  reshape<S extends Shape>(shape: S, handle: Handle, to: Point, snap?: boolean): S;
  finish(points: Point[]): Point[];
  says?(shape: Outline): string;
}

/** Where the image stands on the stage: screen = image * k + (x, y). */
export interface View {
  k: number;
  x: number;
  y: number;
  fit: boolean;
}

/** What a gesture reads of an event: of the mouse, a finger, a pen, or made by a key. */
export interface Press {
  button: number;
  clientX: number;
  clientY: number;
  shiftKey: boolean;
  altKey: boolean;
  byKey?: boolean;
  getCoalescedEvents?(): { clientX: number; clientY: number }[];
}

/** What lives from a press to its end; see gestures. */
export interface Gesture {
  name: string;
  cursor: string;
  press?(at: Point, e: Press): unknown; // another one, of those that take several
  move(at: Point, e?: Press): unknown;
  up(at: Point, e?: Press): unknown;
  dblclick?(): unknown;
  key?(combo: string): boolean;
  ready?(): boolean; // whether Enter ends it
  placed?(): number; // how many points there are
  box?(): Box | null; // what is drawn so far
  cancel(): unknown;
  paint?(ctx: CanvasRenderingContext2D): unknown;
  shown?(id: string): Shape | undefined; // how a shape is seen meanwhile
  stroke?: Stroke; // of a brush
  moves?: Map<string, Shape>; // what is moved, as it was
  readonly shift?: Point | null; // by how much
  of?: Shape; // what is reshaped
  readonly hidesHandles?: boolean;
}

/** What geometry asks of the stage. */
export interface Scene {
  shapes: Shapes;
  kinds: Map<string, KindTold>;
  figures: Map<string, Figure>;
  selected: Set<string>;
  locked: Set<string>;
  hidden: Set<string>;
  v: View;
  tool: string;
  created: string | null;
  editable: boolean;
  coarse?: number; // how much less exact a finger is than a mouse
}

/** What messages ask of the stage: who hears them, and where the person is told something. */
export interface Spoken {
  model: Pick<Model, "send" | "get">;
  g: number; // which image is shown, counted
  n: number; // messages, counted
  viewId: string;
  ended: HTMLElement;
  toast: HTMLElement;
  tip: HTMLElement;
  voice: HTMLElement;
  toastTimer?: ReturnType<typeof setTimeout>;
}

/** A path of the brush that Python has not painted yet. */
export interface Stroke {
  id: string;
  mode: "add" | "erase" | "fill";
  size: number;
  path: Point[];
  n?: number;
}

/** What ipycanvas has not painted yet. */
export interface Ghost {
  shape: Shape;
  n: number;
  frame: number; // that paints it; 0: not known yet
}

/** A view that ipycanvas painted, or is asked to. */
export interface Rendering extends View {
  frame: number;
  g: number;
  w: number;
  h: number;
  dpr: number;
}

/** A layer of ipycanvas. */
export interface Layer {
  ctx?: { lineDashOffset: number };
  canvas: HTMLCanvasElement;
  on(event: string, does: () => void): void;
  off(event: string, does: () => void): void;
}

/** A bar of buttons, with what it shows now. */
export interface Bar extends HTMLElement {
  told?: string | null;
  ids?: string;
  place?: string;
}

/** The values of an image, or its pixels, that levels are tried on. */
export interface Values {
  g: number;
  box: Box;
  whole: boolean;
  frame: number | undefined;
  canvas: OffscreenCanvas;
  ctx: OffscreenCanvasRenderingContext2D;
  out: ImageData;
  pixels: ImageData | { stored: Uint16Array; table: Uint32Array; low: number; high: number };
}

export type Held = Handle & { shape: Shape };

export interface Hover {
  handle?: Held;
  shape?: Shape;
}

/** Shapes that are painted at once on a bitmap. */
export interface Bitmap {
  canvas: HTMLCanvasElement;
  v: View;
  w: number;
  h: number;
  shapes: Shape[];
  colors: Map<string, string>;
}

/** What a widget of the canvas holds, as far as these modules know it. */
export interface Stage extends Omit<Scene, "v">, Spoken {
  paint(): void;
  v: View | null; // until there is an image
  image: Size | null;
  r: Rendering | null; // what ipycanvas painted last
  w: number;
  h: number;
  dpr: number;
  ctx: CanvasRenderingContext2D;
  root: HTMLElement;
  stage: HTMLElement;
  base: HTMLCanvasElement; // of ipycanvas
  preview: HTMLImageElement;
  overlay: HTMLCanvasElement;
  zoom: HTMLElement;
  pale: (SVGSVGElement & { generation?: number }) | null;
  scratch?: HTMLCanvasElement;
  layers: Layer[];
  renderings: Map<number, Rendering>;
  viewSince: number | null;
  viewTimer?: ReturnType<typeof setTimeout>;
  label: string;
  colors: Map<string, string>;
  marks: Mark[];
  strokes: Stroke[];
  ghosts: Map<string, Ghost>;
  bitmaps: Map<string, Bitmap>;
  ghostList: { of: Map<string, Ghost>; size: number; selected: Set<string>; list: Shape[] } | null;
  selectedLists: SelectedLists | null;
  flawed?: Shape[];
  flawedAt?: number;
  flawedOf?: Shapes;
  gesture: Gesture | null;
  held: Gesture | null; // what a key holds that a pointer would hold down
  hand: string | false | null;
  hover: Hover | null;
  hoverMark: string | null;
  walk: { id: string; i: number } | null; // the vertex that was walked to
  spot: Point | null; // the keyboard's cursor, in image pixels
  spotTimer?: ReturnType<typeof setTimeout>;
  cursor: Point | null; // in CSS pixels of the stage
  pointerInside: boolean;
  alt: boolean;
  shift: boolean;
  space: boolean;
  armed: boolean; // a tool was chosen: the arrows are for the keyboard's cursor
  mode: Stroke["mode"];
  brush: number; // its radius, in image pixels
  ringing: string | null; // the polygon that gets rings
  ready?: boolean; // what was drawn takes the next label
  several?: boolean; // a shape may have several labels
  labels: LabelTold[];
  picker: HTMLInputElement;
  pending: Map<string, number>; // by shape the message that changed it last
  stateAt: number; // the message that changed the tool or the label last
  selectedAt: number;
  tipTimer?: ReturnType<typeof setTimeout>;
  groups?: Map<string | number, Shape[]>;
  groupedAt?: number;
  groupedOf?: Shapes;
  keyRows: Key[];
  spaceHeld?: boolean; // Space is held since it pressed at the cursor
  spaceMoved?: boolean; // and arrows moved it meanwhile
  fingers: Map<number, Point>;
  finger: Finger | null;
  penAt?: number; // when a pen was seen last
  penDown?: boolean;
  tapAt?: { time: number; at: Point } | null;
  help?: HTMLElement | null;
  target: Model;
  keys: Map<string, Key>; // by combination
  keysMode: string;
  bar: Bar;
  tools: Bar | null; // beside the image, where no page has its own
  labelMenu: HTMLElement | null;
  empty: HTMLElement;
  instead?: Message; // what stands in the place of an image
  refining: HTMLElement;
  helpButton: HTMLButtonElement;
  pointerAt?: Point;
  copied?: number;
  canUndo?: boolean;
  canRedo?: boolean;
  most?: number | null; // shapes that there may be
  levels: Levels | null;
  levelsG?: number;
  levelsAt?: number; // the message that changed them last
  levelsTold?: string;
  live: Pair | null; // those that are tried
  values: Values | null;
  asked?: string | null; // for which image and frame values were asked
  levelsFrame: number | null;
  levelsTimer?: ReturnType<typeof setTimeout>;
  levelsButton: HTMLButtonElement;
  levelsPanel: { panel: HTMLElement; deep: boolean; tell(): void } | null;
}

/** The first finger on the screen. */
export interface Finger {
  id: number;
  e: PointerEvent;
  at: Point;
  before: Gesture | null;
  moved: boolean;
  pressed: boolean;
  long?: boolean;
  timer?: ReturnType<typeof setTimeout>;
}

export interface SelectedLists {
  selected: Set<string>;
  size: number;
  version: number;
  moves: Map<string, Shape> | undefined;
  moved: Shape[];
  rest: Shape[];
}

/** A stage that shows an image. */
export interface Shown extends Stage {
  v: View;
  image: Size;
}

export const isShown = (s: Stage): s is Shown => Boolean(s.image && s.v);
