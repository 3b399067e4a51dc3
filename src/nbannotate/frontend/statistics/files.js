// Pictures, tables and the report, saved as files.

import { h } from "../shared/dom.ts";
import { language, said } from "../shared/texts.ts";
import { ask } from "./ask.js";
import { library, PAPER, themed, unpacked } from "./plot.js";
import { paint } from "./redraw.js";
import { localeOf, spoken } from "./spoken.js";

// ---- files

const clean = (text) =>
  text
    .normalize("NFKD")
    .replace(/[^\w-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60) || "statistics";
const fileName = (d, what, end) => `${what}-${clean(d.model.get("view").name ?? "")}.${end}`.toLowerCase();

function save(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export async function savePicture(d, card, format) {
  const Plotly = await library(d.model),
    { data, layout } = spoken(themed(d.model, card.figure, PAPER));
  data.forEach((trace, i) => {
    if (card.box.data?.[i]?.visible) trace.visible = card.box.data[i].visible;
  });
  for (const [name, axis] of Object.entries(card.box.layout ?? {})) {
    if (/^[xy]axis\d*$/.test(name) && axis.autorange === false && axis.range)
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
  save(await blobOf(url), fileName(d, card.shown.file, format));
}

const escapedText = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function blobOf(url) {
  // without fetch, which a content policy may refuse for data
  const [head, body] = [url.slice(0, url.indexOf(",")), url.slice(url.indexOf(",") + 1)];
  const bytes = head.endsWith(";base64")
    ? Uint8Array.from(atob(body), (c) => c.charCodeAt(0))
    : new TextEncoder().encode(decodeURIComponent(body));
  return new Blob([bytes], { type: /^data:([^;,]+)/.exec(head)?.[1] ?? "" });
}

export async function saveTable(d, card) {
  const { data } = await ask(d, "csv", { card: card.shown.name });
  save(
    await unpacked(new Blob([data]))
      .blob()
      .then((b) => new Blob([b], { type: "text/csv" })),
    fileName(d, card.shown.file, "csv"),
  );
}

export async function saveReport(d) {
  d.reporting = true;
  paint(d);
  try {
    const { data } = await ask(d, "report", { language: language() });
    save(
      await unpacked(new Blob([data]))
        .blob()
        .then((b) => new Blob([b], { type: "text/html" })),
      fileName(d, "report", "html"),
    );
  } finally {
    d.reporting = false;
    paint(d);
  }
}
