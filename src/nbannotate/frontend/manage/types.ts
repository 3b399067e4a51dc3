// What the page holds of its own.

import type { AnyAction, Beat } from "../generated/manage-actions.ts";
import type {
  Activity,
  Answers,
  CampaignView,
  Deletion,
  JobView,
  MemberView,
  OpenTasks,
  Parts,
  PlanView,
} from "../generated/manage-views.ts";
import type { Shown } from "../shared/dom.ts";
import type { Model, View } from "../shared/model.ts";
import type { Painted } from "../shared/redraw.ts";
import type { Requests } from "../shared/requests.ts";
import type { Message } from "../shared/texts.ts";
import type { Toast } from "../shared/toasts.ts";
import type { Filter, SortBy, Summary, Table } from "./sheet.ts";

export type Tab = Beat["tab"];
export type Role = MemberView["role"];

/** Open tasks by person, the queue as "". */
export type Open = OpenTasks["people"];

/** A password or a link that is shown once. */
export interface Secret {
  label: string;
  value: string;
  text: string;
}

/** What each dialog is about, and what was typed and chosen in it. */
export interface Dialogs {
  launch: { c: CampaignView; plan: PlanView | null; activity: Activity | null };
  due: { c: CampaignView; plan: PlanView | null; planning: boolean; values: { date: string } };
  complete: { c: CampaignView; values: { text: string } };
  delete: { c: CampaignView; deletion: Deletion | null; values: { name: string } };
  reassign: { c: CampaignView; sum: Summary; people: string[]; values: { to: string; started: boolean } };
  reassign_job: JobAsked & { people: string[]; counts: Open | null; values: { to: string; started: boolean } };
  share: {
    c: CampaignView;
    step: number;
    people: string[];
    counts: Open | null;
    values: { weights: Record<string, number>; started: boolean };
  };
  restart: JobAsked & { people: string[]; values: { to: string; skipped: boolean; discarded: boolean } };
  complete_job: JobAsked & { values: { text: string } };
  add: { values: { login: string; role: Role } };
  invite: { values: { login: string; role: Role } };
  role: { m: MemberView; values: { role: Role } };
  password: { m: MemberView };
  disable: { m: MemberView };
  enable: { m: MemberView };
}
interface JobAsked {
  c: CampaignView;
  step: number;
  j: JobView;
}

interface Asked<Kind> {
  kind: Kind;
  error: Message;
  busy: boolean;
  secret: Secret | null; // what came of it, shown once
  copied: boolean;
}
export type DialogKind = keyof Dialogs;
export type Dialog<Kind extends DialogKind = DialogKind> = { [K in Kind]: Asked<K> & Dialogs[K] }[Kind];

export interface Threads {
  states: Set<string>;
  campaign: string;
  place: string;
  step: string;
  author: string;
  age: string;
  text: string;
  sort: string;
  most: number;
}

export type MenuItem = [text: string, does: () => void, kind?: "danger"];

export interface Ui {
  tab: Tab;
  view: string; // address of the statistics
  campaign: number;
  list: { shown: string; dataset: string; sort: string };
  filter: Filter;
  sort: { by: SortBy; down: boolean };
  people: string;
  threads: Threads;
  opened: Set<number>;
  menu: string; // key of the open one; "bell": the notices
  menuAt: string;
  dialog: Dialog | null;
  first: boolean;
}

export interface Grid {
  el: HTMLElement;
  paint(): void;
  show(place: number): void;
  toTop(): void;
}

/** What the page holds. */
export interface Page extends Painted, Table {
  model: Model;
  root: HTMLElement;
  inner: HTMLElement;
  requests: Requests<AnyAction, Answers>;
  toasts: Toast[];
  gone: boolean;
  ended: boolean; // the kernel of its cell
  beating: boolean;
  again: boolean;
  timer: ReturnType<typeof setTimeout> | 0;
  trouble: string;
  unpacking: Promise<void>;
  get<Name extends keyof Parts>(name: Name): Partial<Parts[Name]>;
  stepNames: string[];
  steps: string;
  grid: Grid | null;
  scrolled: number;
  dashboard: HTMLElement | null;
  dashboardView: View | null;
  statistics: Model | null;
  listenTo: () => void;
  led: boolean; // the address leads, what is shown follows
  menu: { label: string; items: MenuItem[] } | null;
  back: Element | null; // where the focus was before the dialog
  ui: Ui;
}

/** What a dialog says and asks, and what it does. */
export interface Words<Kind extends DialogKind> {
  title(d: Dialog<Kind>): string;
  done: string;
  wide?: boolean;
  danger?: boolean;
  before?(s: Page, d: Dialog<Kind>): void;
  blocked?(d: Dialog<Kind>): boolean;
  body(s: Page, d: Dialog<Kind>): Shown;
  go(s: Page, d: Dialog<Kind>, end: (error?: Message | null) => void): void;
}
export type WordsOf<Kind extends DialogKind> = { [K in Kind]: Words<K> };
