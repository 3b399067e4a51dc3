// Written by docs/make_messages.py from the structs in nbannotate/pages/manage/statistics_messages.py; do not edit.

/** What stands above the cards, and which cards there are. */
export interface View {
  choice: ChoiceView;
  key: string;
  name: string;
  scopes: Offer[];
  steps: string[];
  members: string[];
  labels: string[];
  tabs: ("agreement" | "efficiency" | "forecast" | "jobs" | "members" | "quality" | "throughput")[];
  periods: ("30 days" | "7 days" | "90 days" | "all" | "custom" | "today")[];
  by: ("day" | "hour" | "month" | "week")[];
  tiles: Tile[];
  done: number;
  skipped: number;
  hint: Sent | "";
  empty: boolean;
  cards: CardView[];
}

/** What is chosen (:class:`~nbannotate.pages.manage.filters.Choice`); `added` people by step, `add` as JSON. */
export interface ChoiceView {
  tab: "agreement" | "efficiency" | "forecast" | "jobs" | "members" | "quality" | "throughput";
  scope: string;
  period: "30 days" | "7 days" | "90 days" | "all" | "custom" | "today";
  start: string;
  end: string;
  step: string;
  member: string;
  label: string;
  by: "day" | "hour" | "month" | "week";
  tz: string;
  add: string;
  added: Record<string, number>;
}

/** Something that may be chosen. */
export interface Offer {
  value: string;
  text: string;
  group: string;
}

/** A number that stands alone. */
export interface Tile {
  name: string;
  value: string;
  mood: "" | "good" | "warn";
}

/** A sentence on its way: its text in English, the values of its places, and the text for one thing if it counts. */
export interface Sent {
  text: string;
  values?: Record<string, string | number | Sent>;
  one?: string;
}

/** A card. */
export interface CardView {
  name: string;
  tab: "agreement" | "efficiency" | "forecast" | "jobs" | "members" | "quality" | "throughput";
  title: Sent | "";
  wide: boolean;
  keys: number;
  file: string;
  table: boolean;
  without: string[];
}

/** A figure of Plotly, and by its English what is said in it in the language of who looks, and is no name. */
export interface FigureShown {
  kind: "figure";
  figure: unknown;
  said: Record<string, Sent | "">;
}

/** A table. */
export interface TableShown {
  kind: "table";
  table: Cells;
}

/** A table as texts. */
export interface Cells {
  headings: Heading[];
  rows: string[][];
  keys: (string | number | boolean | null)[][];
  total: number;
}

/** What stands above a column. */
export interface Heading {
  title: string;
  what: string;
  is_number: boolean;
  is_said: boolean;
}

/** Why there is nothing. */
export interface WhyNot {
  kind: "error";
  error: Sent | "";
}

/** How much of what takes long is read, from 0 to 1. */
export interface HowFar {
  kind: "reading";
  done: number;
}

/** What became of a request: its answer, or the sentence that says why not, and its code. */
export interface Replied {
  type: "reply";
  ref: number;
  error: Sent | "" | null;
  code: string;
  answer: unknown;
}

/** What a card shows of which choice: a content as JSON; None if it is what it was. */
export interface CardSent {
  type: "card";
  card: string;
  key: string;
  content: string | null;
}

/** plotly.js, packed, goes along. */
export interface LibrarySent {
  type: "library";
  version: string;
}

/** The rows behind a bar: what the card is called, how many there are, and the assets by campaign. */
export interface Behind {
  title: Sent | "";
  rows: number;
  campaigns: Record<string, number[]>;
}

/** What each action is answered with. */
export interface Answers {
  ready: null;
  choose: null;
  go: null;
  beat: null;
  refresh: null;
  library: null;
  csv: null;
  behind: Behind;
  report: null;
}

/** All that a card may show. */
export type AnyContent = FigureShown | TableShown | WhyNot | HowFar;

/** All that Python tells once. */
export type AnyEvent = Replied | CardSent | LibrarySent;
