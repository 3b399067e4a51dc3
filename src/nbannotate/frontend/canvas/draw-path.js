// Drawing by clicks: the gestures "path" (vertices of a line) and "points" (places that stand for themselves).

import { T } from "../shared/texts.js";
import { create, select } from "./actions.js";
import { clampTo, VOCABULARY } from "./geometry.js";
import { begin, drop } from "./hand.js";
import { colorOf, HALO, NEUTRAL, paintChip, trace } from "./ink.js";
import { noRoom } from "./limit.js";
import { DRAG, farBy, toImage } from "./pointer.js";
import { paint } from "./redraw.js";
import { announce, kindWord, refuse } from "./send.js";
import { paintCrossings, paintHandle, paintShape } from "./shape-painter.js";

export const placedPoints = (points, seen) => {
  // as in shapes/skeleton.py
  let last = points[seen.findIndex(Boolean)];
  return points.map((p, i) => (last = seen[i] ? p : last));
};

export function skipFirst(s) {
  // a skeleton whose first point is not in the image
  const kind = s.kinds.get(s.tool);
  if (!kind?.figured || !s.figures.get(s.label) || s.gesture) return false;
  if (noRoom(s)) return true;
  select(s, []);
  begin(
    s,
    drawingPath(s, s.cursor ?? [s.w / 2, s.h / 2], kind, (points, seen) => create(s, kind, points, seen), {
      absent: true,
    }),
  );
  return true;
}

export function drawingPath(s, from, kind, done, e, of = { label: s.label }) {
  // of: the shape that it becomes a ring of; click, click, …; double click, Enter, the first or last vertex ends
  const word = VOCABULARY[kind.gesture],
    figure = kind.figured ? s.figures.get(of.label) : null;
  const least = figure?.points.length ?? kind.min_points,
    most = figure?.points.length ?? kind.max_points ?? Infinity;
  const fixed = [clampTo(s.image, toImage(s, from))],
    seen = [e?.absent ? 0 : e?.shiftKey && figure ? 1 : 2];
  let live = fixed[0],
    last = live;
  const near = (at, point, reach = 9 * (s.coarse ?? 1)) =>
    !farBy(at, [point[0] * s.v.k + s.v.x, point[1] * s.v.k + s.v.y], reach);
  const enough = () => fixed.length >= least;
  const say = () => {
    if (figure?.points[fixed.length]) announce(s, T("Next: {name}", { name: figure.points[fixed.length] }));
  };
  const finish = () => {
    if (!enough())
      return refuse(s, "points", T("A {kind} needs at least {n} points.", { kind: kindWord(kind), n: least }));
    if (!seen.some(Boolean)) return refuse(s, "points", T("At least one point must be in the image."));
    s.gesture = null;
    done(word.finish(figure ? placedPoints(fixed, seen) : fixed), figure && seen.some((v) => v < 2) ? seen : undefined);
    return drop(s);
  };
  const add = (point, state) => {
    fixed.push(point);
    seen.push(state);
    say();
    paint(s);
  };
  say();
  return {
    name: "draw",
    cursor: "crosshair",
    ready: enough,
    placed: () => fixed.length,
    press(at, e2) {
      if (kind.closed && enough() && near(at, fixed[0])) return finish();
      if (near(at, last, DRAG)) return undefined; // the second click of a double click
      last = clampTo(s.image, toImage(s, at));
      return add(last, e2.shiftKey && figure ? 1 : 2);
    },
    move(at) {
      live = clampTo(s.image, toImage(s, at));
      paint(s);
    },
    up() {
      if (fixed.length >= most) finish();
    },
    dblclick: () => (figure ? undefined : finish()),
    cancel: () => drop(s),
    key(combo) {
      if (combo === "Enter") finish();
      else if (combo === "0" && figure) {
        add(live, 0);
        if (fixed.length >= most) finish();
      } else if (combo === "Backspace" || combo === "Delete" || combo === "ctrl+z") {
        fixed.pop();
        seen.pop();
        last = [-1e6, -1e6];
        if (fixed.length) paint(s);
        else drop(s);
      } else return false;
      return true;
    },
    paint(ctx) {
      const color = colorOf(s, of),
        closing = kind.closed && enough() && s.cursor && near(s.cursor, fixed[0]);
      const points = closing ? fixed : [...fixed, live];
      if (kind.form === "dots") {
        paintShape(ctx, s, { kind: kind.name, label: of.label, points: fixed, visibility: seen }, { width: 3 });
        const next = figure?.points[fixed.length],
          at = [live[0] * s.v.k + s.v.x + 12, live[1] * s.v.k + s.v.y - 8];
        if (next)
          paintChip(
            ctx,
            s,
            T("{name} · {n} of {most} · 0: not in the image, Shift: hidden", { name: next, n: fixed.length + 1, most }),
            ...at,
            color,
          );
        return;
      }
      trace(ctx, s, [points], false);
      if (kind.closed) {
        ctx.globalAlpha = 0.12;
        ctx.fillStyle = color;
        ctx.fill();
        ctx.globalAlpha = 1;
      }
      trace(ctx, s, [points], closing);
      ctx.lineJoin = "round";
      ctx.lineWidth = 4;
      ctx.strokeStyle = HALO;
      ctx.stroke();
      ctx.lineWidth = 2;
      ctx.strokeStyle = color;
      ctx.stroke();
      fixed.forEach((at, i) =>
        paintHandle(ctx, s, { role: "vertex", at }, color === NEUTRAL ? "#333333" : color, i === 0 && enough()),
      );
      paintCrossings(ctx, s, kind, { points });
    },
  };
}
