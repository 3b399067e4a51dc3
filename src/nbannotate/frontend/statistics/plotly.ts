import type { Sent } from "../generated/message.ts";

// As much of Plotly as the pages use.

export interface Axis {
  title?: { text?: string };
  type?: string;
  categoryarray?: string[];
  ticktext?: unknown[];
  autorange?: boolean;
  range?: unknown[];
}

export interface Trace {
  type?: string;
  name?: string;
  uid?: string;
  xaxis?: string;
  visible?: unknown;
  hovertemplate?: unknown;
  text?: unknown;
  colorbar?: { title?: { text?: string } };
  x?: unknown;
  y?: unknown;
}

export interface Layout {
  [axis: `xaxis${string}` | `yaxis${string}`]: Axis | undefined;
  height?: number;
  width?: number;
  margin?: { t?: number };
  template?: { layout?: { margin?: { t?: number } } };
  annotations?: { text?: string }[];
  legend?: object;
  hoverlabel?: object;
  hiddenlabels?: string[];
  uirevision?: string | null;
  dragmode?: false;
  paper_bgcolor?: string;
  title?: object;
  autosize?: boolean;
}

export interface Figure {
  data: Trace[];
  layout: Layout;
  /** What it says in our words, by its English; all else are names. */
  said?: Record<string, Sent | string>;
}

/** What somebody points at. */
export interface Pointed {
  points?: { customdata?: unknown }[];
}

/** An element with a figure in it. */
export interface Plotted extends Figure {
  on(event: "plotly_hover" | "plotly_unhover" | "plotly_click", does: (event: Pointed) => void): void;
}

export interface Library {
  react(box: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<unknown>;
  purge(box: HTMLElement): void;
  toImage(figure: Figure & { config: object }, options: object): Promise<string>;
  register(module: object): void;
  Plots: { resize(box: HTMLElement): void };
}

declare global {
  var Plotly: Library | undefined;
  var nbannotatePlotly: Promise<Library> | undefined; // one for all figures of a window
}
