// Written by docs/make_messages.py from the structs in nbannotate/canvas/messages.py; do not edit.

/** A view was opened, reloaded, or got a size. */
export interface Hello extends Message {
  type: "hello";
  view: View;
}

/** What somebody did on a view of the canvas: a struct for each kind of message, told apart by its `type`. */
export interface Message {
  g: number;
  view_id: string;
  n: number;
}

/** A view of an image: `screen = image * k + (x, y)`, in CSS pixels from the stage's top-left corner. */
export interface View {
  k: number;
  x: number;
  y: number;
  w: number;
  h: number;
  dpr?: number;
  fit?: boolean;
}

/** Someone zoomed or moved the image, and paused. */
export interface LookAt extends Message {
  type: "view";
  view: View;
}

/** Select these shapes, and no others. */
export interface Select extends OfShapes {
  type: "select";
}

/** Something about several shapes. */
export interface OfShapes extends Message {
  ids: string[];
}

/** Add a shape that was drawn; `visibility` is that of its key points. */
export interface Create extends OfShape {
  type: "create";
  kind: string;
  points: [number, number][];
  visibility?: number[];
}

/** Something about one shape. */
export interface OfShape extends Message {
  id: string;
}

/** Paint on a mask, or begin one, with a brush of a radius (`size`). */
export interface Stroke extends OfShape {
  type: "stroke";
  kind: string;
  points: [number, number][];
  size: number;
  mode: "add" | "erase" | "fill";
}

/** Take over shapes that were moved or reshaped. */
export interface Edit extends Message {
  type: "edit";
  shapes: Edited[];
  nudged?: boolean;
  visibility?: number[];
  rings?: number[] | null;
}

/** The points of a shape as they are now. */
export interface Edited {
  id: string;
  points: [number, number][];
}

/** Delete shapes. */
export interface Delete extends OfShapes {
  type: "delete";
}

/** Do something to the selection as a whole, by the name of the action. */
export interface Act extends Message {
  type: "act";
  action: string;
}

/** Give shapes a color of their own. */
export interface Color extends OfShapes {
  type: "color";
  color: string;
}

/** Label shapes; empty takes the labels away. `only`: also where shapes may have several labels. */
export interface GiveLabel extends OfShapes {
  type: "label";
  label: string;
  only?: boolean;
}

/** Choose the label of the next shape. */
export interface ChooseLabel extends Message {
  type: "current";
  label: string;
}

/** Pick a tool. */
export interface PickTool extends Message {
  type: "tool";
  tool: string;
}

/** Take back. */
export interface Undo extends Message {
  type: "undo";
}

/** Do again. */
export interface Redo extends Message {
  type: "redo";
}

/** Hand on a zone that was drawn, for an issue. */
export interface DrawZone extends Message {
  type: "zone";
  zone: [number, number, number, number];
}

/** Take over the levels that someone has dragged, or find them (`how`). */
export interface SetLevels extends Message {
  type: "levels";
  window?: [number, number] | null;
  adjust?: [number, number] | null;
  how?: "" | "auto" | "full" | "reset";
}

/** Send the values, of this image now and of the next ones ahead. */
export interface AskValues extends Message {
  type: "values";
}

/** Call what the page has bound to a key. */
export interface PressKey extends Message {
  type: "key";
  key: string;
}

/** A gesture came to nothing; the stage has said so already. */
export interface Refused extends Message {
  type: "refused";
  reason: "edge" | "figure" | "limit" | "mask" | "points" | "small" | "vertices";
}

/** All that the browser asks for. */
export type AnyAction =
  | Hello
  | LookAt
  | Select
  | Create
  | Stroke
  | Edit
  | Delete
  | Act
  | Color
  | GiveLabel
  | ChooseLabel
  | PickTool
  | Undo
  | Redo
  | DrawZone
  | SetLevels
  | AskValues
  | PressKey
  | Refused;
