// Pictures on buttons: one path each, in a box of 24. Those of tools follow from how a kind is drawn, not from its name.

import { svgNode } from "./dom.ts";
import type { Kind } from "./types.ts";

const ICONS: Record<string, string> = {
  select: "M5 3l14 8-6 1.5L10 19z",
  corners: "M4 6h16v12H4z",
  edge: "M9.500 3.500L21 10l-6.500 10.500L3 14zM3.500 8.500A7 7 0 0 1 6 5",
  ellipse: "M12 6c5 0 9 2.7 9 6s-4 6-9 6-9-2.7-9-6 4-6 9-6",
  closed: "M12 3l8 6-3 10H7L4 9z",
  open: "M4 18l5-10 6 7 5-10",
  point: "M12 9a3 3 0 1 1-.1 0M12 2.5V6M12 18v3.5M2.5 12H6M18 12h3.5",
  points: "M6 5a2 2 0 1 1-.1 0M17 8a2 2 0 1 1-.1 0M9 16a2 2 0 1 1-.1 0",
  figure:
    "M12 6.2v5.3M10.7 13.2l-4 4.6M13.3 13.2l4 4.6M12 3a1.5 1.5 0 1 1-.1 0M12 11a1.4 1.4 0 1 1-.1 0M5.6 18a1.5 1.5 0 1 1-.1 0M18.4 18a1.5 1.5 0 1 1-.1 0",
  brush: "M4 20c3 0 5-1 5-3.5a2.5 2.5 0 0 1 5 0C14 19 11 20 4 20zM12 14l7-10",
  erase: "M8 19l-4-4 9-10 6 6-8 8zM8 10l6 6M8 19h12",
  fill: "M5 11l7-7 7 7-7 7zM5 11h14M20 15c1.5 2 1.5 4 0 4s-1.5-2 0-4",
  less: "M5 12h14",
  more: "M5 12h14M12 5v14",
  undo: "M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4",
  redo: "M16 5l4 4-4 4M20 9H10a5 5 0 0 0 0 10h4",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  label: "M4 4h8l8 8-8 8-8-8zM8 8h.1",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.5 11V7a3.5 3.5 0 0 1 6.8-1",
  eye: "M2.5 12C5 7.5 8.5 6 12 6s7 1.5 9.5 6C19 16.5 15.5 18 12 18s-7-1.5-9.5-6M12 9.500a2.5 2.5 0 1 1-.1 0",
  hide: "M2.5 12C5 7.5 8.5 6 12 6s7 1.5 9.5 6C19 16.5 15.5 18 12 18s-7-1.5-9.5-6M4 20L20 4",
  front: "M5 20h14M12 16V4M7 9l5-5 5 5",
  back: "M5 4h14M12 8v12M7 15l5 5 5-5",
  color: "M12 3c4 5 6 7.5 6 11a6 6 0 0 1-12 0c0-3.5 2-6 6-11z",
  uncolor: "M12 3c4 5 6 7.5 6 11a6 6 0 0 1-12 0c0-3.5 2-6 6-11zM4 4l16 16",
  duplicate: "M9 9h11v11H9zM15 9V4H4v11h5M14.5 12v5M12 14.500h5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  paste: "M8 5H5v16h14V5h-3M9 3h6v4H9zM9 12h6M9 16h6",
  ring: "M12 3l8 6-3 10H7L4 9zM12 9.500v5M9.500 12h5",
  split: "M3 5h7v14H3zM14 9h7v10h-7zM12 2v3M12 8v2",
  join: "M3 4h11v11H3zM10 10h11v10H10z",
  group: "M3 3h4M17 3h4v4M21 17v4h-4M7 21H3v-4M3 7V3M7 8h6v6H7zM12 11h5v5h-5z",
  ungroup: "M3 3h8v8H3zM13 13h8v8h-8zM14 4l6 0M4 20h6",
  convert: "M4 9h13l-3-4M20 15H7l3 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  check: "M5 12.500l4.5 4.500L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
};

export function icon(name: string): SVGSVGElement {
  const svg = svgNode("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "nba-icon" });
  svg.append(svgNode("path", { d: ICONS[name] ?? ICONS.closed ?? "" }));
  return svg;
}

export function iconOf(kind: Kind): string {
  if (kind.gesture === "stroke") return "brush";
  if (kind.gesture === "corners") return kind.form === "ellipse" ? "ellipse" : "corners";
  if (kind.gesture === "edge") return "edge";
  if (kind.gesture === "path") return kind.closed ? "closed" : "open";
  return kind.figured ? "figure" : kind.max_points === 1 ? "point" : "points";
}
