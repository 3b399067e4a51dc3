// A press of the pointer: which gesture begins with it.

import { T } from "../shared/texts.ts";
import { create, select } from "./actions.ts";
import { drawingStroke } from "./brush.ts";
import { drawingPath } from "./draw-path.ts";
import { handleAt, shapeAt } from "./geometry.ts";
import { banding, drawingCorners, moving, panning, reshaping, turnVertex } from "./gestures.ts";
import { begin } from "./hand.ts";
import { noRoom } from "./limit.ts";
import { onScreen, toImage } from "./pointer.ts";
import { addRing, ringedBy } from "./rings.ts";
import { drawingEdge } from "./rotated.ts";
import { refuse, send } from "./send.ts";
import { isShown, type Point, type Press, type Shown, type Stage } from "./types.ts";

export function press(s: Stage, e: Press): void {
  if (!isShown(s)) return;
  const at = onScreen(s, e),
    point = toImage(s, at);
  s.cursor = at;
  if (e.button === 1 || (e.button === 0 && s.space)) begin(s, panning(s, at));
  else if (e.button === 0 && s.gesture?.press) s.gesture.press(at, e);
  else if (e.button === 0) pressed(s, at, point, e);
}

function pressed(s: Shown, at: Point, point: Point, e: Press): void {
  const handle = s.ringing || (e.byKey && s.tool !== "select") ? null : handleAt(s, point);
  if (handle && handle.role === "vertex" && e.altKey) turnVertex(s, handle);
  else if (handle) begin(s, reshaping(s, handle, at));
  else if (s.tool === "select" || e.altKey) pressSelect(s, at, point, e);
  else if (s.tool === "zone")
    begin(
      s,
      drawingCorners(s, at, null, (points) => {
        const [[x0, y0], [x1, y1]] = points as [Point, Point];
        send(s, "zone", { zone: [x0, y0, x1, y1] });
      }),
    );
  else pressDraw(s, at, e);
}

function pressDraw(s: Shown, at: Point, e: Press): void {
  const kind = s.kinds.get(s.tool);
  if (!kind) return;
  if (kind.gesture === "stroke") {
    const gesture = drawingStroke(s, at, kind, e);
    if (gesture) begin(s, gesture);
    return;
  }
  const grown = ringedBy(s, kind, e);
  if (grown) {
    begin(
      s,
      drawingPath(s, at, kind, (points) => addRing(s, grown.id, points), e, grown),
    );
    return;
  }
  if (kind.figured && !s.figures.get(s.label)) {
    refuse(s, "figure", T("Choose a label that has a skeleton first."));
    return;
  }
  if (noRoom(s)) return;
  const draw = { corners: drawingCorners, path: drawingPath, points: drawingPath, edge: drawingEdge }[kind.gesture];
  select(s, []);
  begin(
    s,
    draw(s, at, kind, (points, seen) => create(s, kind, points, seen), e),
  );
}

function pressSelect(s: Shown, at: Point, point: Point, e: Press): void {
  const shape = shapeAt(s, point);
  if (!shape) {
    if (e.shiftKey) {
      begin(s, banding(s, at));
      return;
    }
    if (s.selected.size) select(s, []);
    begin(s, panning(s, at));
    return;
  }
  if (e.shiftKey) {
    const ids = new Set(s.selected);
    if (!ids.delete(shape.id)) ids.add(shape.id);
    select(s, ids);
    return;
  }
  if (!s.selected.has(shape.id) || s.created === shape.id) select(s, [shape.id]);
  begin(s, s.editable ? moving(s, at, shape) : panning(s, at));
}
