// Pictures, tables and the report, saved as files.

import { node } from "../shared/elements.ts";
import { language, said } from "../shared/texts.ts";
import { ask } from "./ask.ts";
import { library, PAPER, themed, unpacked } from "./plot.ts";
import { paint } from "./redraw.ts";
import { axesOf, localeOf, spoken } from "./spoken.ts";
import { type Card, type Dashboard, viewOf } from "./types.ts";

const clean = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/[^\w-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60) || "statistics";
const fileName = (d: Dashboard, what: string, end: string): string =>
  `${what}-${clean(viewOf(d).name ?? "")}.${end}`.toLowerCase();

function save(blob: Blob, name: string): void {
  const link = node("a", { href: URL.createObjectURL(blob), download: name, hidden: "" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export async function savePicture(d: Dashboard, card: Card, format: "png" | "svg"): Promise<void> {
  if (!card.figure) return;
  const Plotly = await library(d.model),
    { data, layout } = spoken(themed(d.model, card.figure, PAPER));
  data.forEach((trace, i) => {
    const visible = card.box.data?.[i]?.visible;
    if (visible) trace.visible = visible;
  });
  for (const [name, axis] of axesOf(card.box.layout ?? {})) {
    if (axis.autorange === false && axis.range)
      layout[name] = { ...layout[name], range: [...axis.range], autorange: false };
  }
  if (card.box.layout?.hiddenlabels) layout.hiddenlabels = card.box.layout.hiddenlabels;
  const top = layout.margin?.t ?? layout.template?.layout?.margin?.t ?? 30,
    height = (layout.height ?? 300) + 40,
    width = Math.max(640, card.box.offsetWidth);
  Object.assign(layout, {
    width,
    height,
    paper_bgcolor: PAPER.card,
    margin: { ...layout.margin, t: top + 40 },
    title: {
      text: escapedText(said(card.shown.title)),
      x: 0,
      xref: "container",
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 14, l: 14 },
      font: { size: 16, color: PAPER.ink },
    },
  });
  const url = await Plotly.toImage(
    { data, layout, config: { locale: localeOf(Plotly) } },
    { format, width, height, scale: format === "png" ? 2 : 1 },
  );
  save(blobOf(url), fileName(d, card.shown.file, format));
}

const escapedText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function blobOf(url: string): Blob {
  // without fetch, which a content policy may refuse for data
  const [head, body] = [url.slice(0, url.indexOf(",")), url.slice(url.indexOf(",") + 1)];
  const bytes = head.endsWith(";base64")
    ? Uint8Array.from(atob(body), (c) => c.charCodeAt(0))
    : new TextEncoder().encode(decodeURIComponent(body));
  return new Blob([bytes], { type: /^data:([^;,]+)/.exec(head)?.[1] ?? "" });
}

async function fileOf(data: DataView | undefined, type: string): Promise<Blob> {
  const packed = new Blob(data ? [data as BlobPart] : []);
  return new Blob([await unpacked(packed).blob()], { type });
}

export async function saveTable(d: Dashboard, card: Card): Promise<void> {
  const { data } = await ask(d, "csv", { card: card.shown.name });
  save(await fileOf(data, "text/csv"), fileName(d, card.shown.file, "csv"));
}

export async function saveReport(d: Dashboard): Promise<void> {
  d.reporting = true;
  paint(d);
  try {
    const { data } = await ask(d, "report", { language: language() });
    save(await fileOf(data, "text/html"), fileName(d, "report", "html"));
  } finally {
    d.reporting = false;
    paint(d);
  }
}
