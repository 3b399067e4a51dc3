// What the modules of the page share: the page itself, what it keeps of its own, and how it asks Python for something.

import type { AnyAction } from "../generated/work-actions.ts";
import type { NextImage, PageKey, Parts, ShapeView } from "../generated/work-views.ts";
import type { Model } from "../shared/model.ts";
import type { Message } from "../shared/texts.ts";
import type { Toasted } from "../shared/toasts.ts";
import type { Clock } from "./clock.ts";
import type { Line } from "./delivery.ts";
import type { Pulse } from "./heartbeat.ts";
import type { ShownRows } from "./job.ts";
import type { ListState } from "./job-list.ts";
import type { Slices } from "./sequence.ts";

/** An event, and the element that heard it. */
export type At<E extends Event = Event, T extends HTMLElement = HTMLElement> = E & { readonly currentTarget: T };

/** What became of a request: null, or the sentence that says why not. */
export type Reply = (error: Message | null) => unknown;

export type Name = AnyAction["do"];
type Envelope = "do" | "at" | "ref" | "sid" | "q" | "keep" | "now" | "reports";
/** What an action says besides its name. */
export type Fields<N extends Name> = Omit<Extract<AnyAction, { do: N }>, Envelope>;
/** The actions that need nothing said but their name. */
export type Bare = { [N in Name]: object extends Fields<N> ? N : never }[Name];

export type Panel = "shapes" | "issues" | "info" | "history";
export type Zone = [number, number, number, number];

export type ReasonKind = "issue" | "rework" | "reject" | "skip" | "discard" | "label" | "submit_job";

/** A dialog that asks for a text. */
export interface ReasonDialog {
  kind: ReasonKind;
  text: string;
  error: Message;
  busy: boolean;
  zone: Zone | null;
  shape: ShapeView | null;
  open: number; // issues
}

/** A dialog for a range of slices. */
export interface Range {
  first: number;
  last: number;
  text: string;
  error: Message;
  busy: boolean;
}

export type SpreadWhat = "selected" | "all" | "tags" | "nothing";

export interface SpreadDialog extends Range {
  kind: "spread";
  what: SpreadWhat;
  tags: boolean;
  existing: "keep" | "add" | "replace";
  shapes: number;
  chosen: string[]; // the ids of the selected shapes
  named: string[]; // the tags that are given
}

export interface ExcludeDialog extends Range {
  kind: "exclude";
}

export type Dialog = ReasonDialog | SpreadDialog | ExcludeDialog;

/** What is shown that Python does not know of. */
export interface Ui {
  tab: Panel;
  tabWanted: Panel | "";
  homeTab: "tasks" | "issues";
  issueTab: "open" | "closed";
  dialog: Dialog | null;
  zoneFor: { kind: ReasonKind; text: string } | null;
  busy: string; // the action that is under way
  first: boolean;
  going: boolean; // to what the address names
  placed: boolean;
  replaced: boolean; // the history of the browser does not grow meanwhile
  slow: boolean;
  bell: boolean;
  folds: Record<string, boolean>;
  reader: boolean;
  menu: boolean;
  turning: boolean;
  refreshing: boolean;
  sure: { task: number; n: number; at: number } | null;
  askedFor: number;
  typing: boolean;
  free: boolean;
  json: { key: string; text: string; error: Message } | null;
  adding: Record<string, { name: string; value: string; error: Message } | undefined>;
  wrong: { field: string; ids: string; text: Message } | null;
  meta: "" | "form" | "json";
  metaFind: string;
  unfolded: Set<string>;
  foldedTags: Set<string>;
  followed: Record<string, string | undefined>;
  issueBusy: number;
  lists: Map<string, ListState>;
  rows: ShownRows | null;
  strip: string;
  kept: { task: number; keys: string[] } | null;
}

/** The image of the next task, over the stage. */
export interface Cover {
  element: HTMLElement;
  old: string | null | undefined;
  at: number;
  since: number;
}

export interface Page extends Toasted {
  model: Model;
  replies: Map<number, Reply>;
  shown: string;
  gone: boolean;
  ended: boolean; // the kernel is gone, in a notebook
  /** A part of what Python shows; null on screens that do not have it. */
  get<N extends keyof Parts>(name: N): Parts[N];
  /** A part that the screen has. */
  need<N extends keyof Parts>(name: N): NonNullable<Parts[N]>;
  keymap(): PageKey[];
  press(action: string): void;
  ui: Ui;
  root: HTMLElement;
  inner: HTMLElement;
  slot: HTMLElement;
  overlay: Model;
  line: Line;
  clock: Clock;
  pulse: Pulse;
  seq: Slices;
  ahead: (NextImage & { element: HTMLImageElement }) | null;
  cover: Cover | null;
}

/** Hears what happens on an element, until the page is taken down. */
export type On = <E extends Event>(
  target: EventTarget,
  type: string,
  does: (e: E) => unknown,
  options?: AddEventListenerOptions,
) => void;
