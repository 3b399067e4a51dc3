// What the page of the statistics holds of its own.

import type { AnyAction } from "../generated/statistics-actions.ts";
import type { Answers, CardView, Cells, View } from "../generated/statistics-views.ts";
import type { Model } from "../shared/model.ts";
import type { Requests } from "../shared/requests.ts";
import type { Message } from "../shared/texts.ts";
import type { Figure, Plotted } from "./plotly.ts";

export interface Card {
  name: string;
  shown: CardView;
  body: HTMLElement;
  box: HTMLElement & Partial<Plotted>;
  key: string | null;
  text: string;
  figure: Figure | null;
  table: Cells | null;
  error: Message;
  done: number | null;
  drawn: boolean;
  dirty: boolean; // to be drawn when it is seen
  sort: { at: number; down: boolean } | null;
  told: string;
  telling: ReturnType<typeof setTimeout> | 0;
  deaf?: () => void;
}

/** What the page holds. */
export interface Dashboard {
  model: Model;
  requests: Requests<AnyAction, Answers>;
  root: HTMLElement;
  inner: HTMLElement;
  sizes: ResizeObserver;
  cards: Map<string, Card>;
  tab: string; // that was chosen, until Python says so
  reporting: boolean;
  trouble: string;
  gone: boolean;
  painting: boolean;
  width: number;
  paint(): void;
}

/** What stands above the cards; nothing before it is read. */
export const viewOf = (d: Dashboard): Partial<View> => d.model.get<Partial<View>>("view");
