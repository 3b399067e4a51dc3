// The image of the next task: Python sends it small while this task is worked on. After Ctrl+Enter it covers the stage
// until the next task is there, so that nobody waits for the workspace before they can look. It decides nothing: if
// another task comes, or submitting is refused, the cover goes away.

import type { NextImage } from "../generated/work-views.ts";
import { node } from "../shared/elements.ts";
import type { Page } from "./page.ts";

const AHEAD_MARGIN = 16,
  COVERED_MS = 8000; // the margin is that of a fitted image

export function keepAhead(s: Page, ahead: NextImage): void {
  const image = node("img", { alt: "", src: ahead.image });
  s.ahead = { ...ahead, element: image };
  image.decode().catch(() => {
    if (s.ahead?.element === image) s.ahead = null;
  });
}

function finished_(s: Page) {
  // as far as the page knows; the workspace decides
  const t = s.get("task"),
    d = s.get("drawing");
  if (!t || !d) return false;
  const said = d.shapes.length || t.nothing || d.tags.some((tag) => tag.on);
  const missing = d.unlabelled || d.shapes.some((row) => row.missing.length);
  return t.mine && !t.looking && said && !missing && !(t.kind === "review" && t.open_issues);
}

export function cover(s: Page) {
  const next = s.ahead,
    page = s.get("page");
  if (!next || next.task !== page.task || !finished_(s) || s.cover) return;
  const w = s.slot.clientWidth,
    ht = s.slot.clientHeight;
  const k = Math.min(
    Math.max(1, w - 2 * AHEAD_MARGIN) / next.width,
    Math.max(1, ht - 2 * AHEAD_MARGIN) / next.height,
    64,
  );
  next.element.style.cssText = `width:${next.width * k}px;height:${next.height * k}px;left:${(w - next.width * k) / 2}px;top:${(ht - next.height * k) / 2}px`;
  const old = s.slot.querySelector<HTMLElement>(".nba-preview")?.getAttribute("src");
  s.cover = {
    element: node("div", { class: "nbp-ahead", "aria-hidden": "true" }, next.element),
    old,
    at: next.task,
    since: performance.now(),
  };
  s.slot.append(s.cover.element);
  s.ahead = null;
}

export function uncover(s: Page) {
  s.cover?.element.remove();
  s.cover = null;
}

export function lift(s: Page) {
  // once the next image itself is on the stage
  const c = s.cover,
    page = s.get("page");
  if (!c || s.gone) return;
  const image = s.slot.querySelector<HTMLImageElement>(".nba-preview"),
    src = image?.getAttribute("src");
  const there =
    page.task !== c.at &&
    (page.screen !== "task" || !s.get("task")?.pictured || (src && src !== c.old && image?.complete));
  if (there || performance.now() - c.since > COVERED_MS) uncover(s);
  else requestAnimationFrame(() => lift(s));
}
