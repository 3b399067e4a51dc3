import { language, said, T } from "../shared/texts.ts";
import type { Axis, Figure, Layout, Library, Trace } from "./plotly.ts";

// A line of a hover text; in the tables its values are {a}, {b} …, here they are Plotly's: %{x}, %{customdata[2]:.0f}.
const VALUES = "abcdefghij";

function spokenLine(line: string): string {
  const head = line.match(/^%\{fullData\.name\}: /)?.[0] ?? "",
    values: string[] = [];
  const key = line.slice(head.length).replace(/%\{[^}]*\}/g, (value) => `{${VALUES[values.push(value) - 1]}}`),
    to = T(key);
  return to === key ? line : head + to.replace(/\{([a-j])\}/g, (_, name) => values[VALUES.indexOf(name)] ?? "");
}

/** The axes of a figure, by name. */
export const axesOf = (layout: Layout): [name: `xaxis${string}`, axis: Axis][] =>
  (Object.entries(layout) as [`xaxis${string}`, Axis][]).filter(([name]) => /^[xy]axis\d*$/.test(name));

// What a figure says, in the language of the page, before Plotly measures it; what somebody points at is said by sayBelow.
export function spoken({ data, layout, said: known = {} }: Figure): Figure {
  const axes = axesOf(layout),
    say = (text: string): string => (known[text] ? said(known[text]) : text);
  for (const note of layout.annotations ?? [])
    if (note.text) note.text = known[note.text] ? say(note.text) : said(note.text);
  for (const [, axis] of axes) {
    if (axis.title?.text) axis.title.text = say(axis.title.text);
    if (axis.ticktext) axis.ticktext = axis.ticktext.map((text) => (typeof text === "string" ? say(text) : text));
  }
  for (const trace of data) {
    if (trace.name) trace.name = say(trace.name);
    const bar = trace.colorbar?.title;
    if (bar?.text) bar.text = say(bar.text);
    if (Array.isArray(trace.text))
      trace.text = trace.text.map((text: unknown) => (typeof text === "string" ? say(text) : text));
    if (typeof trace.hovertemplate === "string")
      trace.hovertemplate = trace.hovertemplate
        .split(/(<br>|<extra>.*)/)
        .map(spokenLine)
        .join("");
    for (const [name, axis] of axes)
      if (axis.type === "category") sayValues(trace, name.startsWith("x") ? "x" : "y", say);
  }
  for (const [, axis] of axes) if (axis.categoryarray) axis.categoryarray = axis.categoryarray.map(say);
  return { data, layout };
}

function sayValues(trace: Trace, along: "x" | "y", say: (text: string) => string): void {
  const values = trace[along];
  if (Array.isArray(values))
    trace[along] = values.map((value: unknown) => (typeof value === "string" ? say(value) : value));
}

// The names of days and months on the axes, in the language of the page.
export function localeOf(Plotly: Library): string {
  const name = language();
  if (name === "en") return name;
  const names = (n: number, from: number, step: number, options: Intl.DateTimeFormatOptions): string[] =>
    Array.from({ length: n }, (_, i) =>
      new Date(from + i * step).toLocaleString(name, { timeZone: "UTC", ...options }),
    );
  const DAY = 86_400_000,
    sunday = Date.UTC(2023, 0, 1),
    month = (style: "long" | "short"): string[] => names(12, Date.UTC(2023, 0, 15), 30.4 * DAY, { month: style });
  Plotly.register({
    moduleType: "locale",
    name,
    dictionary: {},
    format: {
      days: names(7, sunday, DAY, { weekday: "long" }),
      shortDays: names(7, sunday, DAY, { weekday: "short" }),
      months: month("long"),
      shortMonths: month("short"),
      date: "%Y-%m-%d",
    },
  });
  return name;
}
