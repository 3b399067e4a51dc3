// Pictures on buttons: one path each, in a box of 24.

const SVG = "http://www.w3.org/2000/svg";

export const ICONS: Record<string, string> = {
  select: "M5 3l14 8-6 1.5L10 19z",
  rectangle: "M4 6h16v12H4z",
  polygon: "M12 3l8 6-3 10H7L4 9z",
  rotated_rectangle: "M9.500 3.500L21 10l-6.500 10.500L3 14zM3.500 8.500A7 7 0 0 1 6 5",
  ellipse: "M12 6c5 0 9 2.7 9 6s-4 6-9 6-9-2.7-9-6 4-6 9-6",
  polyline: "M4 18l5-10 6 7 5-10",
  point: "M12 9a3 3 0 1 1-.1 0M12 2.5V6M12 18v3.5M2.5 12H6M18 12h3.5",
  keypoints:
    "M12 6.2v5.3M10.7 13.2l-4 4.6M13.3 13.2l4 4.6M12 3a1.5 1.5 0 1 1-.1 0M12 11a1.4 1.4 0 1 1-.1 0M5.6 18a1.5 1.5 0 1 1-.1 0M18.4 18a1.5 1.5 0 1 1-.1 0",
  mask: "M4 20c3 0 5-1 5-3.5a2.5 2.5 0 0 1 5 0C14 19 11 20 4 20zM12 14l7-10",
  group: "M3 8V3h5M16 3h5v5M21 16v5h-5M8 21H3v-5M8 8h5v5H8zM13 11h3v5h-5v-3",
  undo: "M9 7L4 12l5 5M4 12h10a5 5 0 0 1 0 10h-3",
  redo: "M15 7l5 5-5 5M20 12H10a5 5 0 0 0 0 10h3",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  zone: "M4 8V4h4M10 4h4M16 4h4v4M20 10v4M20 16v4h-4M14 20h-4M8 20H4v-4M4 14v-4M12 9v4M12 15.5v.1",
  issue: "M5 21V4h11l-2 4 2 4H5",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  refresh: "M20 12a8 8 0 1 1-2.5-5.8M20 3v4h-4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  return: "M9 7L4 12l5 5M4 12h16",
  globe: "M12 3.5a8.5 8.5 0 1 1-.1 0M3.5 12h17M12 3.5c-4.6 5-4.6 12 0 17M12 3.5c4.6 5 4.6 12 0 17",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 20.5a2.2 2.2 0 0 0 4 0",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1",
  key: "M11.5 13.5a4 4 0 1 1 0-3H21v3h-2.5v2.5h-3v-2.5zM7.7 12h.1",
  more: "M6 15l6-6 6 6",
  plus: "M12 5v14M5 12h14",
  play: "M8 5l11 7-11 7z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  copynext: "M4 5h9v14H4zM16 12h5M18.5 9.5L21 12l-2.5 2.5",
  spread: "M3 6h4v12H3zM10 6h4v12h-4zM17 6h4v12h-4z",
  exclude: "M12 3.5a8.5 8.5 0 1 1-.1 0M6 6l12 12",
  large: "M4 10V4h6M20 14v6h-6M4 4l7 7M20 20l-7-7",
  clock: "M12 7v5l3 2M12 3.5a8.5 8.5 0 1 1-.1 0",
  eye: "M2.5 12C5 7.5 8.5 6 12 6s7 1.5 9.5 6C19 16.5 15.5 18 12 18s-7-1.5-9.5-6M12 9.5a2.5 2.5 0 1 1-.1 0",
  hidden: "M2.5 12C5 7.5 8.5 6 12 6s7 1.5 9.5 6C19 16.5 15.5 18 12 18s-7-1.5-9.5-6M4 20L20 4",
  paste: "M8 5H5v16h14V5h-3M9 3h6v4H9zM9 12h6M9 16h6",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.6-1.6",
  paper: "M6 3h9l4 4v14H6zM14 3v5h5",
  empty: "M4 14h4l1.5 3h5L16 14h4M4 14l3-9h10l3 9v5H4z",
};

export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg"),
    path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  path.setAttribute("d", ICONS[name] ?? ICONS.polygon ?? "");
  svg.append(path);
  return svg;
}
