// Shows a Plotly figure that arrives as JSON, in the colors of the page's theme. The library comes from the kernel once,
// is kept in the browser's cache, and is shared by all figures of a page. No other server is asked.

const M = (text) => text;                                  // the page says it in its language (texts.js, sayBelow)

const CACHE = "nbannotate-plotly";

function fromKernel(model, version) {
  return new Promise((resolve) => {
    const heard = (message, buffers) => {
      if (message.library !== version) return;
      model.off("msg:custom", heard);
      resolve(new Blob([buffers[0]]));
    };
    model.on("msg:custom", heard);
    model.send({ ask: "library" });
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

async function load(model) {
  const version = model.get("version");
  const blob = await packed(model, version);
  const source = await new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    await import(/* @vite-ignore */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
  return globalThis.Plotly;
}

function library(model) {
  globalThis.__nbannotatePlotly ??= load(model).catch((error) => {
    globalThis.__nbannotatePlotly = undefined;
    throw error;
  });
  return globalThis.__nbannotatePlotly;
}

function themed(text, model, el) {
  const style = getComputedStyle(el);
  const value = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const [gray, grid] = model.get("gray");
  const ink = value("--nba-muted", gray);
  const figure = JSON.parse(text.replaceAll(gray, ink).replaceAll(grid, value("--nba-line", grid)));
  figure.layout.hoverlabel = {
    bgcolor: value("--nba-card", "#fff"),
    bordercolor: value("--nba-line", "#ccc"),
    font: { color: value("--nba-ink", "#222") },
  };
  return figure;
}

// The names of days and months on the axes, in the language of the page.
function localeOf(Plotly) {
  const name = globalThis.nbannotateTexts?.tag || "en";
  if (name === "en") return name;
  const names = (n, from, step, options) => Array.from({ length: n }, (_, i) => new Date(from + i * step).toLocaleString(name, { timeZone: "UTC", ...options }));
  const DAY = 86_400_000, sunday = Date.UTC(2023, 0, 1), month = (style) => names(12, Date.UTC(2023, 0, 15), 30.4 * DAY, { month: style });
  Plotly.register({ moduleType: "locale", name, dictionary: {}, format: {
    days: names(7, sunday, DAY, { weekday: "long" }), shortDays: names(7, sunday, DAY, { weekday: "short" }), months: month("long"), shortMonths: month("short"), date: "%Y-%m-%d",
  } });
  return name;
}

export default {
  render({ model, el }) {
    el.classList.add("nba-plot");
    el.setAttribute("role", "img");
    el.setAttribute("aria-label", model.get("title"));
    const box = document.createElement("div");
    box.className = "nba-plot-box";
    box.textContent = M("Loading the chart…");
    el.append(box);
    let gone = false;
    let drawn = false;

    const draw = async () => {
      const text = model.get("figure");
      if (!text) return;
      try {
        const Plotly = await library(model);
        if (gone || text !== model.get("figure")) return;
        const { data, layout } = themed(text, model, el);
        if (!drawn) box.textContent = "";
        drawn = true;
        await Plotly.react(box, data, { ...layout, autosize: true }, {
          displaylogo: false,
          locale: localeOf(Plotly),
          displayModeBar: false,
          doubleClick: "reset",
        });
      } catch (error) {
        box.textContent = `${M("The chart could not be drawn:")} ${error.message}`;
      }
    };
    model.on("change:figure", draw);
    const seen = new ResizeObserver(() => {
      if (drawn && box.offsetWidth) globalThis.Plotly.Plots.resize(box);
    });
    seen.observe(el);
    document.addEventListener("nba-theme", draw);
    addEventListener("nbannotate-language", draw);
    draw();
    return () => {
      gone = true;
      seen.disconnect();
      model.off("change:figure", draw);
      document.removeEventListener("nba-theme", draw);
      removeEventListener("nbannotate-language", draw);
      if (drawn) globalThis.Plotly.purge(box);
    };
  },
};
