// Written by docs/make_messages.py from the structs in nbannotate/canvas/told.py; do not edit.

/** All there is, for a view that came or for another image; `instead` stands where there is none. */
export interface StageTold {
  type: "stage";
  g: number;
  view_id: string;
  view: View;
  image: Size | null;
  instead: Sent | "";
  kinds: KindTold[];
  shapes: Packed;
  selected: string[];
  state: StateTold;
  keys: Key[];
}

/** A view of an image: `screen = image * k + (x, y)`, in CSS pixels from the stage's top-left corner. */
export interface View {
  k: number;
  x: number;
  y: number;
  w: number;
  h: number;
  dpr: number;
  fit: boolean;
}

/** Of an image, in its pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A sentence on its way: its text in English, the values of its places, and the text for one thing if it counts. */
export interface Sent {
  text: string;
  values?: Record<string, string | number | Sent>;
  one?: string;
}

/** A kind of shape, as :class:`nbannotate.shapes.Kind` says. */
export interface KindTold {
  name: string;
  title: string;
  gesture: "corners" | "edge" | "path" | "points" | "stroke";
  form: "box" | "dots" | "ellipse" | "path" | "rings";
  closed: boolean;
  opacity: number;
  figured: boolean;
  ringed: boolean;
  min_points: number;
  max_points: number | null;
  turns_into: string;
}

/** Shapes in columns; their points are the bytes that come along, two float64 each. */
export interface Packed {
  ids: string[];
  kinds: string[];
  kind: number[];
  labels: string[];
  label: number[];
  count: number[];
  more: Record<string, More>;
}

/** What few shapes have: color, other labels, what is wrong with them. */
export interface More {
  color?: string | null;
  visibility?: number[];
  also?: string[];
  counts?: number[];
  group?: string | null;
  track?: string | null;
  flaws?: (Sent | "")[];
  rings?: number[];
}

/** What there is besides shapes; see :class:`nbannotate.canvas.state.CanvasState`. */
export interface StateTold extends Tagged {
  type: "state";
  tool: string;
  label: string;
  drawn: string | null;
  ready: boolean;
  labels: LabelTold[];
  editable: boolean;
  locked: string[];
  hidden: string[];
  copied: number;
  can_undo: boolean;
  can_redo: boolean;
  marks: Mark[];
  most: number | null;
  several: boolean;
  keys_mode: "page" | "stage";
  levels: Levels | null;
}

/** What is told of an asset (`g`), and which message of which view it answers; `n` is 0 for none. */
export interface Tagged {
  g: number;
  view_id: string;
  n: number;
}

/** A label; `kinds` that it takes, none for all. */
export interface LabelTold {
  name: string;
  color: string;
  kinds: string[];
  figure: Figure | null;
}

/** The points of a skeleton, and which of them are joined. */
export interface Figure {
  points: string[];
  edges: [number, number][];
}

/** A flag on a zone or on a shape, for an issue. */
export interface Mark {
  id: string;
  color: string;
  zone: [number, number, number, number] | null;
  shape_id: string | null;
  text: string;
}

/** Brightness and contrast; and the window, of an image of more than eight bits. */
export interface Levels {
  adjust: [number, number];
  deep: DeepLevels | null;
}

/** The window of an image of more than eight bits, and how its values are seen. */
export interface DeepLevels {
  window: [number, number];
  range: [number, number];
  presets: Preset[];
  unit: string;
  file: boolean;
  slope: number;
  offset: number;
  inverted: boolean;
  exact: boolean;
}

/** A window that has a name. */
export interface Preset {
  name: string;
  width: number;
  level: number;
}

/** One row of the key map. */
export interface Key {
  id: string;
  keys: string[];
  title: string;
  group: string;
  edits: boolean;
  shown: string[];
}

/** The map of keys. */
export interface KeysTold {
  type: "keys";
  keys: Key[];
}

/** Shapes that are new or different, and those that are gone; their order where it is another one. */
export interface Patch extends Tagged {
  type: "patch";
  shapes: Packed;
  remove: string[];
  order: string[] | null;
}

/** What is selected, from a frame of ipycanvas on. */
export interface SelectedTold extends Tagged {
  type: "selected";
  ids: string[];
  frame: number;
}

/** A message was dealt with: its shapes are in a frame of ipycanvas. */
export interface Acknowledged extends Tagged {
  type: "ack";
  frame: number;
}

/** A frame of ipycanvas shows the image like this. */
export interface Rendering {
  type: "rendering";
  g: number;
  frame: number;
  view_id: string;
  view: View;
}

/** The image, small; its bytes come along. */
export interface Preview {
  type: "preview";
  g: number;
  mime: string;
}

/** Whether the image is still being decoded. */
export interface Refining {
  type: "refining";
  g: number;
  on: boolean;
}

/** A sentence for the person. */
export interface ErrorTold {
  type: "error";
  text: Sent | "";
}

/** Fit the image to the stage. */
export interface Fit {
  type: "fit";
}

/** Give the keyboard to the canvas. */
export interface Focus {
  type: "focus";
}

/** The shapes that are shown but are not there. */
export interface Pale {
  type: "pale";
  g: number;
  rows: PaleRow[];
}

/** A shape that is shown but is not there: lines and dots in image pixels. */
export interface PaleRow {
  color: string;
  line: "dashed" | "dotted" | "glow";
  closed: boolean;
  lines: [number, number][][];
  dots: [number, number][];
}

/** Bring a place into sight. */
export interface BringIntoSight {
  type: "look";
  g: number;
  box: [number, number, number, number];
}

/** The values under a part of the image, in so many pixels, or (`mime`) a picture of it; they come along. */
export interface Values {
  type: "values";
  g: number;
  mime: string;
  box: [number, number, number, number];
  size: [number, number];
  whole: boolean;
}

/** All that Python tells once. */
export type AnyEvent =
  | StageTold
  | StateTold
  | KeysTold
  | Patch
  | SelectedTold
  | Acknowledged
  | Rendering
  | Preview
  | Refining
  | ErrorTold
  | Fit
  | Focus
  | Pale
  | BringIntoSight
  | Values;
