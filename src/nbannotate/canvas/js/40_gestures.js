// Gestures. Each one is an object that lives from its first press to its end: {move, up, key, dblclick, cancel, paint,
// points}. There is one at a time, s.gesture; ending it is dropping it, so there are no flags to forget.

const DRAG = 3;                                            // CSS pixels that make a press a drag
const onScreen = (s, e) => { const r = s.overlay.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
const toImage = (s, [sx, sy]) => [(sx - s.v.x) / s.v.k, (sy - s.v.y) / s.v.k];
const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) >= DRAG;
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");

// The label of what somebody draws, moves or reshapes ("": not yet labelled; false: of no one label), null where nothing is
// in hand. A page around the canvas hears of it.
function inHand(s) {
  const g = s.gesture;
  if (g?.name === "draw") return s.tool === "zone" ? false : s.label;
  const shapes = g?.name === "reshape" ? [g.of] : g?.name === "move" ? [...g.moves.values()] : null;
  if (!shapes?.length) return null;                        // what is locked is not in hand
  return shapes.every((shape) => shape.label && shape.label === shapes[0].label) ? shapes[0].label : false;
}

function tellHand(s) {
  const now = inHand(s);
  if (now === (s.hand ?? null)) return;
  s.hand = now;
  s.root.dispatchEvent(new CustomEvent("nba-hand", { bubbles: true, detail: now === null ? null : { label: now === false ? null : now } }));
}

function begin(s, gesture) { s.gesture = gesture; s.hover = null; paint(s); }
function drop(s) { s.gesture = null; hoverAt(s); paint(s); }

function press(s, e) {
  if (!s.image || !s.v) return;
  const at = onScreen(s, e), point = toImage(s, at);
  s.cursor = at;
  if (e.button === 1 || (e.button === 0 && s.space)) return begin(s, panning(s, at));
  if (e.button !== 0) return;
  if (s.gesture?.press) return s.gesture.press(at, e);
  const handle = s.ringing || (e.byKey && s.tool !== "select") ? null : handleAt(s, point);
  if (handle && handle.role === "vertex" && e.altKey) return turnVertex(s, handle);
  if (handle) return begin(s, reshaping(s, handle, at));
  if (s.tool === "select" || e.altKey) return pressSelect(s, at, point, e);
  if (s.tool === "zone") return begin(s, drawingCorners(s, at, { closed: true }, (points) => {
    send(s, "zone", { zone: [...points[0], ...points[1]] });
  }));
  const kind = s.kinds.get(s.tool);
  if (kind.gesture === "stroke") { const gesture = drawingStroke(s, at, kind, e); return gesture && begin(s, gesture); }
  const grown = ringedBy(s, kind, e);
  if (grown) return begin(s, drawingPath(s, at, kind, (points) => addRing(s, grown.id, points), e, grown));
  if (kind.figured && !s.figures.get(s.label)) return refuse(s, "figure", T("Choose a label that has a skeleton first."));
  if (noRoom(s)) return undefined;
  const draw = { corners: drawingCorners, path: drawingPath, points: drawingPath, edge: drawingEdge }[kind.gesture];
  select(s, []);
  begin(s, draw(s, at, kind, (points, seen) => create(s, kind, points, seen), e));
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

function panning(s, from) {                                // what was being drawn goes on afterwards
  const v = s.v, drawn = s.gesture?.name === "draw" ? s.gesture : null;
  return {
    name: "pan", cursor: "grabbing", paint: (ctx) => drawn?.paint(ctx),
    move: (at) => far(at, from) && setView(s, { ...v, x: v.x + at[0] - from[0], y: v.y + at[1] - from[1], fit: false }),
    up() { s.gesture = drawn; hoverAt(s); paint(s); },
    cancel() { if (drawn) drawn.cancel(); else drop(s); },
  };
}

function banding(s, from) {                                // a box beside the shapes: selects what it holds or cuts a point of
  const first = toImage(s, from), before = [...s.selected];
  let box = null;
  const held = (shape) => (shape.box[0] >= box[0] && shape.box[1] >= box[1] && shape.box[2] <= box[2] && shape.box[3] <= box[3])
    || shape.points.some(([x, y]) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
  return {
    name: "band", cursor: "crosshair",
    move(at) { if (box || far(at, from)) { box = boxOf([first, toImage(s, at)]); paint(s); } },
    up() {
      s.gesture = null;
      if (box) select(s, [...new Set([...before, ...[...s.shapes.values()].filter((v) => !s.hidden.has(v.id) && held(v)).map((v) => v.id)])]);
      drop(s);
    },
    cancel: () => drop(s),
    paint(ctx) { if (box) paintDraft(ctx, s, {}, [[box[0], box[1]], [box[2], box[3]]], GLOW); },
  };
}

function moving(s, from, pressed) {
  const ids = [...s.selected].filter((id) => !s.locked.has(id)), start = new Map(ids.map((id) => [id, s.shapes.get(id)]));
  const box = boxOf([...start.values()].flatMap((v) => v.points));
  let shift = null;
  return {
    name: "move", cursor: "move", moves: start,
    get shift() { return shift; },
    get hidesHandles() { return shift !== null; },
    shown: (id) => (shift && start.has(id) ? shiftedShape(s, start.get(id), ...shift) : undefined),
    move(at) {
      if (!ids.length || (!shift && !far(at, from))) return;
      shift = shiftWithin(s.image, box, (at[0] - from[0]) / s.v.k, (at[1] - from[1]) / s.v.k);
      paint(s);
    },
    up() {
      const moved = shift && ids.filter((id) => s.shapes.has(id)).map((id) => shiftedShape(s, start.get(id), ...shift));
      s.gesture = null;
      if (moved) edit(s, moved); else if (s.selected.size > 1) select(s, [pressed.id]);
      drop(s);
    },
    cancel: () => drop(s),
  };
}

function reshaping(s, handle, from) {
  const { shape } = handle, word = VOCABULARY[s.kinds.get(shape.kind).gesture];
  const grab = [from[0] - (handle.at[0] * s.v.k + s.v.x), from[1] - (handle.at[1] * s.v.k + s.v.y)];
  let now = null;
  return {
    name: "reshape", of: shape, cursor: handle.cursor === "grab" ? "grabbing" : handle.cursor,
    shown: (id) => (id === shape.id && now) || undefined,
    move(at, e) {
      if (!now && !far(at, from)) return;
      const to = toImage(s, [at[0] - grab[0], at[1] - grab[1]]);
      now = word.reshape(shape, handle, handle.free ? to : clampTo(s.image, to), e?.shiftKey);
      paint(s);
    },
    up() {
      s.gesture = null;
      if (now && s.shapes.has(shape.id) && handle.absent) see(s, shape, handle.i, 2, word.finish(now.points));
      else if (now && s.shapes.has(shape.id)) edit(s, [withPoints(now, word.finish(now.points))]);
      drop(s);
    },
    cancel: () => drop(s),
    paint: (ctx) => { if (now && word.says) sayBeside(ctx, s, word.says(now)); },
  };
}

function paintDraft(ctx, s, kind, points, color = "#ffb000") {
  if (kind.name) return paintShape(ctx, s, { kind: kind.name, label: s.label, points }, { more: 0.02 });
  trace(ctx, s, FORMS.box({ points }), true);                                        // a zone
  ctx.setLineDash([]); ctx.lineWidth = 4; ctx.strokeStyle = HALO; ctx.stroke();
  ctx.setLineDash([3, 3]); ctx.lineWidth = 2; ctx.strokeStyle = color; ctx.stroke();
  ctx.setLineDash([]);
}

function drawingCorners(s, from, kind, done) {             // press, drag, release; or click, move, click
  const first = clampTo(s.image, toImage(s, from));
  let points = [first, first], dragged = false, clicked = false;
  const follow = (at) => { points = [first, clampTo(s.image, toImage(s, at))]; };
  const end = (at) => {
    follow(at);
    s.gesture = null;
    const [x0, y0, x1, y1] = boxOf(points);
    if (Math.max(x1 - x0, y1 - y0) * s.v.k >= DRAG && x1 > x0 && y1 > y0) done(VOCABULARY.corners.finish(points));
    else refuse(s, "small", T("Too small: drag from one corner to the opposite one."));
    drop(s);
  };
  return {
    name: "draw", cursor: "crosshair",
    press: (at) => follow(at),
    box: () => (dragged || clicked ? boxOf(points) : null),
    move(at) { dragged ||= !clicked && far(at, from); follow(at); paint(s); },
    up(at) { if (dragged || clicked) end(at); else clicked = true; },
    cancel: () => drop(s),
    paint: (ctx) => (dragged || clicked) && paintDraft(ctx, s, kind, points),
  };
}

const farBy = (a, b, limit) => Math.hypot(a[0] - b[0], a[1] - b[1]) > limit;

function doubleClick(s, e) {                               // on an edge of the selected path: a new vertex there
  if (s.gesture?.dblclick) return s.gesture.dblclick();
  const shape = editedShape(s), point = toImage(s, onScreen(s, e));
  if (!shape || s.created === shape.id || (s.tool !== "select" && !e.altKey)) return;
  const kind = s.kinds.get(shape.kind), handle = handleAt(s, point);
  if (kind.gesture !== "path" || handle?.role === "vertex") return;
  const edge = edgeOf(shape, kind.closed, ...point);
  if (edge.distance * s.v.k > 8) return;
  edit(s, [inserted(shape, edge.i, clampTo(s.image, point))]);
  drop(s);
}

function turnVertex(s, handle) {                           // visible, hidden, not in the image; or deleted
  const { shape, i } = handle;
  if (!s.kinds.get(shape.kind).figured) return removeVertex(s, handle);
  const seen = shape.visibility?.[i] ?? 2;
  return see(s, shape, i, seen ? seen - 1 : 2, shape.points);
}

function see(s, shape, i, state, points) {                 // what is not in the image is where another point is
  const seen = points.map((_, j) => (j === i ? state : shape.visibility?.[j] ?? 2));
  if (!seen.some(Boolean)) return refuse(s, "vertices", T("One point stays in the image; delete the whole shape instead."));
  edit(s, [{ ...withPoints(shape, placedPoints(points, seen)), visibility: seen }], { visibility: seen });
  return drop(s);
}

function removeVertex(s, handle) {
  const { shape } = handle, kind = s.kinds.get(shape.kind);
  if (kind.figured) return see(s, shape, handle.i, 0, shape.points);
  const ring = ringOf(shape, handle.i);
  if (shape.counts?.length > 1 && shape.counts[ring] <= kind.min_points) return removeRing(s, handle);
  if (shape.points.length <= kind.min_points)
    return refuse(s, "vertices", T("A {kind} keeps at least {n} points; delete the whole shape instead.", { kind: kindWord(kind), n: kind.min_points }));
  edit(s, [withPoints(shape, shape.points.filter((_, i) => i !== handle.i), shape.counts?.map((n, r) => (r === ring ? n - 1 : n)))]);
  drop(s);
}

function hoverAt(s) {
  const kept = s.image && s.v && walked(s);               // the keyboard holds a vertex
  if (!s.image || !s.v || !s.cursor || !s.pointerInside || kept) { s.hover = kept ? { handle: kept } : null; return setCursor(s); }
  const point = toImage(s, s.cursor), handle = s.spot && s.tool !== "select" ? null : handleAt(s, point);
  const shape = handle ? null : s.tool === "select" || s.alt ? shapeAt(s, point) : null;
  s.hover = handle ? { handle } : shape ? { shape } : null;
  const mark = s.marks.findLast?.((m) => {
    const b = markBox(s, m);
    return b && point[0] >= b[0] - 6 / s.v.k && point[0] <= b[2] && point[1] >= b[1] - 24 / s.v.k && point[1] <= b[3];
  });
  s.hoverMark = mark?.id ?? null;
  setCursor(s);
}

function setCursor(s) {
  let cursor = "default";
  if (s.gesture) cursor = s.gesture.cursor;
  else if (s.space) cursor = "grab";
  else if (s.hover?.handle) cursor = s.alt && s.hover.handle.role === "vertex" ? "not-allowed" : s.hover.handle.cursor;
  else if (s.hover?.shape) cursor = s.editable ? "move" : "pointer";
  else if (s.tool !== "select" && !s.alt) cursor = strokeKind(s) ? "none" : "crosshair";
  if (s.overlay.style.cursor !== cursor) s.overlay.style.cursor = cursor;
}
