// Drawing by clicks: the gestures "path" (vertices of a line) and "points" (places that stand for themselves).

import { T } from "../shared/texts.ts";
import { create, select } from "./actions.ts";
import { clampTo, VOCABULARY } from "./geometry.ts";
import { begin, drop } from "./hand.ts";
import { colorOf, HALO, NEUTRAL, paintChip, trace } from "./ink.ts";
import { noRoom } from "./limit.ts";
import { DRAG, farBy, toImage } from "./pointer.ts";
import { paint } from "./redraw.ts";
import { announce, kindWord, refuse } from "./send.ts";
import { paintCrossings, paintHandle, paintShape } from "./shape-painter.ts";
import {
  type Gesture,
  isShown,
  type Kind,
  type Point,
  type Press,
  type Shape,
  type Shown,
  type Stage,
} from "./types.ts";

// Points that are not in the image are where the one before them is, as in shapes/skeleton.py.
export const placedPoints = (points: Point[], seen: number[]): Point[] => {
  let last = points[seen.findIndex(Boolean)];
  return points.map((p, i) => {
    if (seen[i] || !last) last = p;
    return last;
  });
};

export function skipFirst(s: Stage): boolean {
  // a skeleton whose first point is not in the image
  const kind = s.kinds.get(s.tool);
  if (!isShown(s) || !kind?.figured || !s.figures.get(s.label) || s.gesture) return false;
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

/** What is done with what was drawn; `seen`: which points are visible, if some are not. */
export type Done = (points: Point[], seen?: number[]) => void;

export function drawingPath(
  s: Shown,
  from: Point,
  kind: Kind,
  done: Done,
  e?: Partial<Press> & { absent?: boolean },
  of: Pick<Shape, "label" | "color"> = { label: s.label },
): Gesture {
  // of: the shape that it becomes a ring of; click, click, …; double click, Enter, the first or last vertex ends
  const word = kind.gesture === "points" ? VOCABULARY.points : VOCABULARY.path,
    figure = kind.figured ? s.figures.get(of.label) : null;
  const least = figure?.points.length ?? kind.min_points,
    most = figure?.points.length ?? kind.max_points ?? Infinity;
  const start = clampTo(s.image, toImage(s, from)),
    fixed: Point[] = [start],
    seen: number[] = [e?.absent ? 0 : e?.shiftKey && figure ? 1 : 2];
  let live = start,
    last = live;
  const near = (at: Point, point: Point | undefined, reach = 9 * (s.coarse ?? 1)): boolean =>
    point !== undefined && !farBy(at, [point[0] * s.v.k + s.v.x, point[1] * s.v.k + s.v.y], reach);
  const enough = () => fixed.length >= least;
  const say = () => {
    if (figure?.points[fixed.length]) announce(s, T("Next: {name}", { name: figure.points[fixed.length] }));
  };
  const finish = (): void => {
    if (!enough()) {
      refuse(s, "points", T("A {kind} needs at least {n} points.", { kind: kindWord(kind), n: least }));
      return;
    }
    if (!seen.some(Boolean)) {
      refuse(s, "points", T("At least one point must be in the image."));
      return;
    }
    s.gesture = null;
    done(word.finish(figure ? placedPoints(fixed, seen) : fixed), figure && seen.some((v) => v < 2) ? seen : undefined);
    drop(s);
  };
  const add = (point: Point, state: number): void => {
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
          left = live[0] * s.v.k + s.v.x + 12,
          top = live[1] * s.v.k + s.v.y - 8;
        if (next)
          paintChip(
            ctx,
            s,
            T("{name} · {n} of {most} · 0: not in the image, Shift: hidden", { name: next, n: fixed.length + 1, most }),
            left,
            top,
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
      trace(ctx, s, [points], Boolean(closing));
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
