import { sayBelow, T, type Table, takeTable } from "../shared/texts.ts";
import type { Figure } from "./plotly.ts";
import { localeOf, spoken } from "./spoken.ts";

// Draws the figures of a report, in its language, in the theme of the system; on paper they are light, and as wide as it.
const read = (id: string): string => document.getElementById(id)?.textContent ?? "null";
const words: Table | null = JSON.parse(read("words"));
if (words) takeTable(document.documentElement.lang, words);
const figures: Record<string, Figure> = JSON.parse(read("figures")),
  [gray, grid]: [string, string] = JSON.parse(read("gray"));
const scheme = matchMedia("(prefers-color-scheme: dark)"),
  PAPER_WIDTH = 690;

function draw(dark: boolean, width?: number): void {
  const { Plotly } = globalThis;
  if (!Plotly) return;
  document.body.dataset.theme = dark ? "dark" : "light";
  const style = getComputedStyle(document.body),
    color = (name: string): string => style.getPropertyValue(name).trim();
  const colored: Record<string, Figure> = JSON.parse(
    JSON.stringify(figures).replaceAll(gray, color("--nba-muted")).replaceAll(grid, color("--nba-line")),
  );
  for (const [name, figure] of Object.entries(colored)) {
    const box = document.getElementById(name);
    if (!box) continue;
    const { data, layout } = spoken(figure);
    layout.hoverlabel = {
      bgcolor: color("--nba-card"),
      bordercolor: color("--nba-line"),
      font: { color: color("--nba-ink") },
    };
    try {
      Plotly.react(
        box,
        data,
        { ...layout, uirevision: "kept", width: width ?? box.offsetWidth },
        { displayModeBar: false, responsive: true, locale: localeOf(Plotly) },
      );
    } catch (error) {
      box.textContent = T("The chart could not be drawn: {why}", { why: String((error as Error).message) });
    }
  }
}

const shown = () => draw(scheme.matches);
scheme.addEventListener("change", shown);
addEventListener("beforeprint", () => draw(false, PAPER_WIDTH));
addEventListener("afterprint", shown);
let resized: ReturnType<typeof setTimeout> | 0 = 0;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(shown, 150);
});
shown();
if (words)
  for (const name of Object.keys(figures)) {
    const box = document.getElementById(name);
    if (box) sayBelow(box);
  }
document.body.dataset.drawn = "";
