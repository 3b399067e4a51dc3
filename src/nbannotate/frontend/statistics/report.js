import { sayBelow, T, takeTable } from "../shared/texts.ts";
import { localeOf, spoken } from "./spoken.js";

// Draws the figures of a report, in its language, in the theme of the system; on paper they are light, and as wide as it.
const words = JSON.parse(document.getElementById("words").textContent);
if (words) {
  const tag = document.documentElement.lang;
  takeTable(tag, words);
}
const figures = JSON.parse(document.getElementById("figures").textContent),
  [gray, grid] = JSON.parse(document.getElementById("gray").textContent);
const scheme = matchMedia("(prefers-color-scheme: dark)"),
  PAPER_WIDTH = 690;

function draw(dark, width) {
  document.body.dataset.theme = dark ? "dark" : "light";
  const style = getComputedStyle(document.body),
    color = (name) => style.getPropertyValue(name).trim();
  const colored = JSON.parse(
    JSON.stringify(figures).replaceAll(gray, color("--nba-muted")).replaceAll(grid, color("--nba-line")),
  );
  for (const [name, figure] of Object.entries(colored)) {
    const box = document.getElementById(name),
      { data, layout } = spoken(figure);
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
      box.textContent = T("The chart could not be drawn: {why}", { why: error.message });
    }
  }
}

const shown = () => draw(scheme.matches);
scheme.addEventListener("change", shown);
addEventListener("beforeprint", () => draw(false, PAPER_WIDTH));
addEventListener("afterprint", shown);
let resized = 0;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(shown, 150);
});
shown();
if (words) for (const name of Object.keys(figures)) sayBelow(document.getElementById(name));
document.body.dataset.drawn = "";
