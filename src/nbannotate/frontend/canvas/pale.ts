// Shapes that are shown but are not there (`canvas.ghosts`), and bringing a place into sight (`canvas.look_at`).
// They are an SVG in image pixels, moved as a whole: lines keep their width at every zoom, and nothing can hit them.

import type { PaleRow } from "../generated/canvas-views.ts";
import { svgNode } from "../shared/elements.ts";
import { clamp } from "./geometry.ts";
import { RECEIVE } from "./receive.ts";
import { isShown } from "./types.ts";
import { fitted, placePale, setView } from "./view.ts";

const LOOK_PART = 0.4,
  LOOK_MOST = 12,
  LOOK_LEAST_PX = 16,
  LOOK_EDGE = 24;

const pathOf = (row: PaleRow): string =>
  row.lines.map((line) => `M${line.map((at) => at.join(" ")).join("L")}${row.closed ? "Z" : ""}`).join("") +
  row.dots.map(([x, y]) => `M${x} ${y}h0`).join("");

RECEIVE.pale = (s, m) => {
  s.pale?.remove();
  s.pale = null;
  if (m.rows.length) {
    const rows = m.rows.map((row) =>
      svgNode(
        "g",
        { class: "nba-pale-row", "data-line": row.line, "data-dots": row.lines.length ? "no" : "only" },
        svgNode("path", { d: pathOf(row), class: "halo" }),
        svgNode("path", { d: pathOf(row), stroke: row.color }),
      ),
    );
    s.pale = Object.assign(svgNode("svg", { class: "nba-pale", "aria-hidden": "true" }, svgNode("g", {}, ...rows)), {
      generation: m.g,
    });
    s.stage.insertBefore(s.pale, s.overlay);
  }
  placePale(s);
};

// Only if it is not in sight already, or too small to be seen: a view that somebody has chosen is not taken from them.
RECEIVE.look = (s, m) => {
  if (!isShown(s) || m.g !== s.g) return;
  const [x0, y0, x1, y1] = m.box,
    { k, x, y } = s.v;
  const inside = x0 * k + x >= 0 && y0 * k + y >= 0 && x1 * k + x <= s.w && y1 * k + y <= s.h;
  if (inside && Math.max(x1 - x0, y1 - y0) * k >= LOOK_LEAST_PX) return;
  const fits = LOOK_PART * Math.min(s.w / Math.max(1, x1 - x0), s.h / Math.max(1, y1 - y0));
  const whole = Math.min((s.w - 2 * LOOK_EDGE) / Math.max(1, x1 - x0), (s.h - 2 * LOOK_EDGE) / Math.max(1, y1 - y0));
  const wanted = clamp(fits, Math.min(fitted(s).k, whole), LOOK_MOST);
  const next = inside || k > whole ? wanted : k * Math.max(x1 - x0, y1 - y0) >= LOOK_LEAST_PX ? k : wanted;
  setView(s, { k: next, x: s.w / 2 - ((x0 + x1) / 2) * next, y: s.h / 2 - ((y0 + y1) / 2) * next, fit: false });
};
