// The gesture "edge", which draws a rectangle that is turned: first an edge, then the width beside it; and turning by keys.

import { T } from "../shared/texts.ts";
import { edit } from "./actions.ts";
import type { Done } from "./draw-path.ts";
import { boxOf, clampTo, kindOf } from "./geometry.ts";
import { drop } from "./hand.ts";
import { NEUTRAL, paintChip } from "./ink.ts";
import { DRAG, far, toImage } from "./pointer.ts";
import { paint } from "./redraw.ts";
import { announce, refuse } from "./send.ts";
import { paintLine, paintShape } from "./shape-painter.ts";
import { angleSaid, axes, degrees, EDGE, SNAP, turnedBox, turnedTo, turnOf } from "./turned.ts";
import type { Gesture, Kind, Point, Press, Shape, Shown, Stage } from "./types.ts";

export function drawingEdge(s: Shown, from: Point, kind: Kind, done: Done): Gesture {
  // press, drag, release (or click, move, click); then move and click
  const first = clampTo(s.image, toImage(s, from));
  let second = first,
    side: Point | null = null,
    dragged = false,
    clicked = false;
  const points = (): Point[] => {
    // the edge that was drawn keeps its direction, on whichever side the width is
    const { u, v, w } = turnOf([first, second, second, first]),
      reach = side ? (side[0] - first[0]) * v[0] + (side[1] - first[1]) * v[1] : 0;
    return turnedBox(first, { u, v }, [0, Math.min(0, reach), w, Math.max(0, reach)]);
  };
  const follow = (at: Point, e?: Pick<Press, "shiftKey">): void => {
    const to = clampTo(s.image, toImage(s, at));
    if (side) {
      side = to;
      return;
    }
    const dx = to[0] - first[0],
      dy = to[1] - first[1],
      turn = Math.round((Math.atan2(dy, dx) * 180) / Math.PI / SNAP) * SNAP,
      { u } = axes(turn),
      length = dx * u[0] + dy * u[1];
    second = e?.shiftKey ? [first[0] + u[0] * length, first[1] + u[1] * length] : to;
  };
  const small = (): void => {
    refuse(s, "edge", T("Too small: draw an edge, then move to the other side and click."));
    drop(s);
  };
  const end = (): void => {
    const { w, h } = turnOf(points());
    if (!side) {
      if (w * s.v.k < DRAG || w < 1) {
        small();
        return;
      }
      side = second;
      dragged = clicked = false;
      paint(s);
      return;
    }
    s.gesture = null;
    if (h * s.v.k < DRAG || h < 1) {
      small();
      return;
    }
    done(points());
    drop(s);
  };
  return {
    name: "draw",
    cursor: "crosshair",
    press: (at, e) => follow(at, e),
    box: () => (dragged || clicked || side ? boxOf(points()) : null),
    move(at, e) {
      dragged ||= !side && !clicked && far(at, from);
      follow(at, e);
      paint(s);
    },
    up(at, e) {
      if (!side && !dragged && !clicked) {
        clicked = true;
        return;
      }
      follow(at, e);
      end();
    },
    cancel: () => drop(s),
    key(combo) {
      if (combo !== "Backspace" && combo !== "ctrl+z") return false;
      if (side) {
        second = side;
        side = null;
        clicked = true;
        paint(s);
      } else drop(s);
      return true;
    },
    paint(ctx) {
      if (!dragged && !clicked && !side) return;
      const shape = { kind: kind.name, label: s.label, points: points() };
      if (side) paintShape(ctx, s, shape, { more: 0.02 });
      else paintLine(ctx, s, [first, second], s.colors.get(s.label) ?? NEUTRAL);
      sayBeside(
        ctx,
        s,
        side
          ? EDGE.says(shape)
          : T("{width} · {angle}°", {
              width: Math.round(turnOf(shape.points).w),
              angle: degrees(turnOf(shape.points).angle),
            }),
      );
    },
  };
}

export function sayBeside(ctx: CanvasRenderingContext2D, s: Shown, text: string): void {
  if (s.cursor) paintChip(ctx, s, text, s.cursor[0] + 14, s.cursor[1] - 10, "#24282d");
}

// By keys: all that is selected and can be turned, each about its own middle.
export function turn(s: Stage, by: number): false | undefined {
  if (!s.editable || !s.image) return false;
  const shapes = [...s.selected]
    .map((id) => s.shapes.get(id))
    .filter((v): v is Shape => v !== undefined && !s.locked.has(v.id) && kindOf(s, v).gesture === "edge");
  const after = shapes.map((v) => turnedTo(v, turnOf(v.points).angle + by));
  const [first] = after;
  if (!first) return false;
  edit(s, after, { nudged: true });
  announce(s, angleSaid(first));
  paint(s);
  return undefined;
}
