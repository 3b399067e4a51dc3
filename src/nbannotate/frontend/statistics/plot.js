// Draws a figure that arrives as JSON, in the colors of the page's theme. The library comes from the kernel once, is kept
// in the browser's cache, and is shared by all figures of a page. No other server is asked.

import { sayBelow } from "../shared/texts.ts";
import { behind, pointOf } from "./behind.js";
import { localeOf, spoken } from "./spoken.js";

const CACHE = "nbannotate-plotly";

function fromKernel(model, version) {
  return new Promise((resolve) => {
    const heard = (message, buffers) => {
      if (message.library !== version) return;
      model.off("msg:custom", heard);
      resolve(new Blob([buffers[0]]));
    };
    model.on("msg:custom", heard);
    model.send({ do: "library" });
  });
}

async function packed(model, version) {
  // Caches exist on https and on localhost only, and a browser may refuse them; then the kernel is asked every time.
  const key = `${location.origin}/nbannotate/plotly-${version}.js.gz`;
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  const kept = await cache?.match(key);
  if (kept) return kept.blob();
  const blob = await fromKernel(model, version);
  await cache?.put(key, new Response(blob)).catch((error) => console.info("Plotly is not kept:", error.message));
  return blob;
}

export const unpacked = (blob) => new Response(blob.stream().pipeThrough(new DecompressionStream("gzip")));

async function load(model) {
  const source = await unpacked(await packed(model, model.get("library"))).text();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    await import(/* @vite-ignore */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
  return globalThis.Plotly;
}

export function library(model) {
  globalThis.__nbannotatePlotly ??= load(model).catch((error) => {
    globalThis.__nbannotatePlotly = undefined;
    throw error;
  });
  return globalThis.__nbannotatePlotly;
}

// The colors of a theme: of the page, or, for what is saved, those of paper.
export const PAPER = { ink: "#1d2329", soft: "#5d6670", line: "#e1e5ea", card: "#ffffff" };

function colorsOf(root) {
  const style = getComputedStyle(root),
    value = (name) => style.getPropertyValue(name).trim();
  return { ink: value("--nba-ink"), soft: value("--nba-muted"), line: value("--nba-line"), card: value("--nba-card") };
}

export function themed(model, figure, colors) {
  const [gray, grid] = model.get("gray");
  const made = JSON.parse(JSON.stringify(figure).replaceAll(gray, colors.soft).replaceAll(grid, colors.line));
  made.layout.hoverlabel = {
    ...made.layout.hoverlabel,
    bgcolor: colors.card,
    bordercolor: colors.line,
    font: { color: colors.ink },
  };
  return made;
}

// What somebody hid in the legend is found again by the name of a trace, also if another one came before it.
function named(data) {
  const seen = new Map();
  for (const trace of data) {
    const name = `t-${trace.type}-${trace.name ?? ""}-${trace.xaxis ?? ""}`.replace(
        /[^\w-]/g,
        (c) => `_${c.charCodeAt(0)}`,
      ),
      n = seen.get(name) ?? 0;
    seen.set(name, n + 1);
    trace.uid = n ? `${name}-${n}` : name; // Plotly makes selectors of it
  }
}

export async function drawFigure(d, card) {
  if (!card.box.offsetWidth) {
    card.dirty = true;
    return;
  } // drawn when it is seen
  card.dirty = false;
  const Plotly = await library(d.model);
  if (d.gone || !card.figure) return;
  const { data, layout } = themed(d.model, card.figure, colorsOf(d.root)),
    first = !card.drawn;
  named(data);
  spoken({ data, layout });
  layout.uirevision = card.key; // the zoom stays until something else is chosen,
  layout.legend = { ...layout.legend, uirevision: "kept" }; // what is hidden stays always
  if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
  if (first) card.box.textContent = "";
  card.drawn = true;
  await Plotly.react(
    card.box,
    data,
    { ...layout, autosize: true },
    { displaylogo: false, locale: localeOf(Plotly), displayModeBar: false, doubleClick: "reset" },
  );
  if (!first) return;
  card.deaf = sayBelow(card.box);
  const cursor = (to) => {
    for (const part of card.box.querySelectorAll(".nsewdrag")) part.style.cursor = to;
  };
  card.box.on("plotly_hover", (e) => cursor(pointOf(card, e) ? "pointer" : ""));
  card.box.on("plotly_unhover", () => cursor(""));
  card.box.on("plotly_click", (e) => behind(d, card, e));
}

export function purge(card) {
  card.deaf?.();
  if (card.drawn) globalThis.Plotly.purge(card.box);
  card.drawn = false;
}
