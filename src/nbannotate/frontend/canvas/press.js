// A press of the pointer: which gesture begins with it.

import { T } from "../shared/texts.js";
import { create, select } from "./actions.js";
import { drawingStroke } from "./brush.js";
import { drawingPath } from "./draw-path.js";
import { handleAt, shapeAt } from "./geometry.js";
import { banding, drawingCorners, moving, panning, reshaping, turnVertex } from "./gestures.js";
import { begin } from "./hand.js";
import { noRoom } from "./limit.js";
import { onScreen, toImage } from "./pointer.js";
import { addRing, ringedBy } from "./rings.js";
import { drawingEdge } from "./rotated.js";
import { refuse, send } from "./send.js";

export function press(s, e) {
  if (!s.image || !s.v) return;
  const at = onScreen(s, e),
    point = toImage(s, at);
  s.cursor = at;
  if (e.button === 1 || (e.button === 0 && s.space)) return begin(s, panning(s, at));
  if (e.button !== 0) return;
  if (s.gesture?.press) return s.gesture.press(at, e);
  const handle = s.ringing || (e.byKey && s.tool !== "select") ? null : handleAt(s, point);
  if (handle && handle.role === "vertex" && e.altKey) return turnVertex(s, handle);
  if (handle) return begin(s, reshaping(s, handle, at));
  if (s.tool === "select" || e.altKey) return pressSelect(s, at, point, e);
  if (s.tool === "zone")
    return begin(
      s,
      drawingCorners(s, at, { closed: true }, (points) => {
        send(s, "zone", { zone: [...points[0], ...points[1]] });
      }),
    );
  const kind = s.kinds.get(s.tool);
  if (kind.gesture === "stroke") {
    const gesture = drawingStroke(s, at, kind, e);
    return gesture && begin(s, gesture);
  }
  const grown = ringedBy(s, kind, e);
  if (grown)
    return begin(
      s,
      drawingPath(s, at, kind, (points) => addRing(s, grown.id, points), e, grown),
    );
  if (kind.figured && !s.figures.get(s.label))
    return refuse(s, "figure", T("Choose a label that has a skeleton first."));
  if (noRoom(s)) return undefined;
  const draw = { corners: drawingCorners, path: drawingPath, points: drawingPath, edge: drawingEdge }[kind.gesture];
  select(s, []);
  begin(
    s,
    draw(s, at, kind, (points, seen) => create(s, kind, points, seen), e),
  );
}

function pressSelect(s, at, point, e) {
  const shape = shapeAt(s, point);
  if (!shape) {
    if (e.shiftKey) return begin(s, banding(s, at));
    if (s.selected.size) select(s, []);
    return begin(s, panning(s, at));
  }
  if (e.shiftKey) {
    const ids = new Set(s.selected);
    if (!ids.delete(shape.id)) ids.add(shape.id);
    return select(s, [...ids]);
  }
  if (!s.selected.has(shape.id) || s.created === shape.id) select(s, [shape.id]);
  begin(s, s.editable ? moving(s, at, shape) : panning(s, at));
}
