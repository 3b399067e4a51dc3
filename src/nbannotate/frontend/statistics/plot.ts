// Draws a figure that arrives as JSON, in the colors of the page's theme. The library comes from the kernel once, is kept
// in the browser's cache, and is shared by all figures of a page. No other server is asked.

import type { AskLibrary } from "../generated/statistics-actions.ts";
import type { AnyEvent } from "../generated/statistics-views.ts";
import { clear } from "../shared/dom.ts";
import type { Model } from "../shared/model.ts";
import { sayBelow } from "../shared/texts.ts";
import { behind, pointOf } from "./behind.ts";
import type { Figure, Library, Trace } from "./plotly.ts";
import { localeOf, spoken } from "./spoken.ts";
import type { Card, Dashboard } from "./types.ts";

const CACHE = "nbannotate-plotly";

function fromKernel(model: Model, version: string): Promise<Blob> {
  return new Promise((resolve) => {
    const heard = (message: Record<string, unknown>, buffers: DataView[]): void => {
      const event = message as unknown as AnyEvent;
      if (event.type !== "library" || event.version !== version) return;
      model.off("msg:custom", heard);
      resolve(new Blob(buffers.slice(0, 1) as BlobPart[]));
    };
    model.on("msg:custom", heard);
    const asked: AskLibrary = { do: "library" };
    model.send(asked);
  });
}

async function packed(model: Model, version: string): Promise<Blob> {
  // Caches exist on https and on localhost only, and a browser may refuse them; then the kernel is asked every time.
  const key = `${location.origin}/nbannotate/plotly-${version}.js.gz`;
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  const kept = await cache?.match(key);
  if (kept) return kept.blob();
  const blob = await fromKernel(model, version);
  await cache?.put(key, new Response(blob)).catch((error: Error) => console.info("Plotly is not kept:", error.message));
  return blob;
}

export const unpacked = (blob: Blob): Response =>
  new Response(blob.stream().pipeThrough(new DecompressionStream("gzip")));

async function load(model: Model): Promise<Library> {
  const source = await unpacked(await packed(model, model.get<string>("library"))).text();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    await import(/* @vite-ignore */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
  if (!globalThis.Plotly) throw new Error("Plotly");
  return globalThis.Plotly;
}

export function library(model: Model): Promise<Library> {
  globalThis.nbannotatePlotly ??= load(model).catch((error: unknown) => {
    globalThis.nbannotatePlotly = undefined;
    throw error;
  });
  return globalThis.nbannotatePlotly;
}

// The colors of a theme: of the page, or, for what is saved, those of paper.
interface Colors {
  ink: string;
  soft: string;
  line: string;
  card: string;
}
export const PAPER: Colors = { ink: "#1d2329", soft: "#5d6670", line: "#e1e5ea", card: "#ffffff" };

function colorsOf(root: Element): Colors {
  const style = getComputedStyle(root),
    value = (name: string): string => style.getPropertyValue(name).trim();
  return { ink: value("--nba-ink"), soft: value("--nba-muted"), line: value("--nba-line"), card: value("--nba-card") };
}

export function themed(model: Model, figure: Figure, colors: Colors): Figure {
  const [gray, grid] = model.get<[string, string]>("gray");
  const made: Figure = JSON.parse(JSON.stringify(figure).replaceAll(gray, colors.soft).replaceAll(grid, colors.line));
  made.layout.hoverlabel = {
    ...made.layout.hoverlabel,
    bgcolor: colors.card,
    bordercolor: colors.line,
    font: { color: colors.ink },
  };
  return made;
}

// What somebody hid in the legend is found again by the name of a trace, also if another one came before it.
function named(data: Trace[]): void {
  const seen = new Map<string, number>();
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

export async function drawFigure(d: Dashboard, card: Card): Promise<void> {
  if (!card.box.offsetWidth) {
    card.dirty = true;
    return;
  } // drawn when it is seen
  card.dirty = false;
  const Plotly = await library(d.model);
  if (d.gone || !card.figure) return;
  const { data, layout, said } = themed(d.model, card.figure, colorsOf(d.root)),
    first = !card.drawn;
  named(data);
  spoken({ data, layout, said });
  layout.uirevision = card.key; // the zoom stays until something else is chosen,
  layout.legend = { ...layout.legend, uirevision: "kept" }; // what is hidden stays always
  if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
  if (first) clear(card.box);
  card.drawn = true;
  await Plotly.react(
    card.box,
    data,
    { ...layout, autosize: true },
    { displaylogo: false, locale: localeOf(Plotly), displayModeBar: false, doubleClick: "reset" },
  );
  if (!first) return;
  card.deaf = sayBelow(card.box);
  const cursor = (to: string): void => {
    for (const part of card.box.querySelectorAll<HTMLElement>(".nsewdrag")) part.style.cursor = to;
  };
  card.box.on?.("plotly_hover", (e) => cursor(pointOf(card, e) ? "pointer" : ""));
  card.box.on?.("plotly_unhover", () => cursor(""));
  card.box.on?.("plotly_click", (e) => behind(d, card, e));
}

export function purge(card: Card): void {
  card.deaf?.();
  if (card.drawn) {
    globalThis.Plotly?.purge(card.box);
    card.box.replaceChildren();
  }
  card.drawn = false;
}
