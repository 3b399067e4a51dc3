// Icons on the buttons of the canvas. That of a tool follows from how a kind is drawn, not from its name.

import { svgNode } from "../shared/elements.ts";
import { ICONS, type IconName } from "../shared/icons.ts";
import type { Kind } from "./types.ts";

export function icon(name: IconName): SVGSVGElement {
  const svg = svgNode("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "nba-icon" });
  for (const [tag, attributes] of ICONS[name])
    svg.append(svgNode(tag as keyof SVGElementTagNameMap, attributes as Record<string, string>));
  return svg;
}

export function iconOf(kind: Kind): IconName {
  if (kind.gesture === "stroke") return "mask";
  if (kind.gesture === "corners") return kind.form === "ellipse" ? "ellipse" : "rectangle";
  if (kind.gesture === "edge") return "rotated_rectangle";
  if (kind.gesture === "path") return kind.closed ? "polygon" : "polyline";
  return kind.figured ? "keypoints" : kind.max_points === 1 ? "point" : "points";
}
