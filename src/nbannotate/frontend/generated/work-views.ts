// Written by docs/make_messages.py from the structs in nbannotate/pages; do not edit.

/** All that a page shows. */
export interface Parts {
  page: PageView;
  notices: NoticesView;
  jobs: JobsView | null;
  job: JobView | null;
  task: TaskPane | null;
  drawing: DrawingView | null;
  talk: TalkView | null;
  info: InfoView | null;
  paper: PaperView | null;
  sequence: SequenceView | null;
  saving: SavingView | null;
}

/** Which screen is shown, who is there, and the banner; `job` is campaign and step, `beat` in seconds. */
export interface PageView {
  screen: "failed" | "finished" | "job" | "opening" | "task" | "tasks";
  login: string;
  role: "annotator" | "developer" | "manager" | "owner" | "reviewer" | "";
  task: number;
  job: string;
  revision: number;
  beat: number;
  banner: BannerView | null;
}

/** A sentence that stays above the page. */
export interface BannerView {
  text: Sent | "";
  kind: "error" | "info" | "warning";
  action: "" | "login" | "reload" | "retake" | "retry";
  at: string | null;
}

/** A sentence on its way: its text in English, the values of its places, and the text for one thing if it counts. */
export interface Sent {
  text: string;
  values?: Record<string, string | number | Sent>;
  one?: string;
}

/** The notices, newest first. */
export interface NoticesView {
  unseen: number;
  rows: NoticeView[];
}

/** A notice; `leads` says whether it goes anywhere. */
export interface NoticeView {
  id: number;
  kind:
    | "account"
    | "assigned"
    | "due_near"
    | "due_past"
    | "gold"
    | "issue"
    | "issue_answered"
    | "lease_out"
    | "restarted"
    | "returned";
  text: Sent | "";
  at: string | null;
  campaign: string;
  seen: boolean;
  leads: boolean;
}

/** *My tasks*: campaigns with their jobs, the issues, and the job that was just finished. */
export interface JobsView {
  groups: JobGroup[];
  issues: IssueView[];
  finished: JobNumbers | null;
}

/** The jobs of a campaign. */
export interface JobGroup {
  campaign: string;
  dataset: string;
  due: string | null;
  jobs: JobNumbers[];
}

/** A job in numbers; times in seconds. */
export interface JobNumbers {
  campaign_id: number;
  campaign: string;
  dataset: string;
  step: number;
  name: string;
  kind: "annotation" | "consensus" | "review";
  state: "completed" | "completed_with_issues" | "in_progress" | "on_review" | "pending";
  total: number;
  remaining: number;
  returned: number;
  in_progress: number;
  waiting: number;
  done: number;
  issues: number;
  rejected: number;
  objects: number;
  per_object: number | null;
  per_task: number | null;
  due: string | null;
  paused: Sent | "";
}

/** An issue with its thread; `may` are the states that the person may give it. */
export interface IssueView {
  id: number;
  asset: string;
  campaign: string;
  state: "for_review" | "open" | "resolved";
  author: string;
  created: string | null;
  may: ("for_review" | "open" | "resolved")[];
  place: "image" | "shape" | "zone";
  shape: string | null;
  thread: Comment[];
}

/** What somebody said in a thread. */
export interface Comment {
  author: string;
  text: string;
  created: string | null;
}

/** The page of a job. */
export interface JobView extends JobNumbers {
  how: Sent | "";
  held: number;
  unbegun: number;
  unfinished: Record<string, Sent | "">;
  order: OrderView;
  rows: JobImage[];
}

/** The order of a review; no name: as the images come. A limit of 0 is none. */
export interface OrderView {
  by: "changes" | "confidence" | "fewest shapes" | "most shapes" | "random" | "";
  limit: number;
  seed: number;
}

/** An image of a job; `figure` is what it is ordered by, `waits` whether it is in the queue. */
export interface JobImage {
  task: number;
  asset: string;
  state: "done" | "in_progress" | "skipped" | "to_rework";
  status: string;
  issues: number;
  drafted: boolean;
  round: number;
  sequence: string;
  figure: Sent | "";
  waits: boolean;
}

/** The frame around the canvas: where one is, and what may be done. `mine`: the person may work on it. */
export interface TaskPane {
  id: number;
  campaign_id: number;
  campaign: string;
  step: number;
  step_name: string;
  kind: "annotation" | "consensus" | "review";
  asset: string;
  round: number;
  sequence: string;
  state: "done" | "in_progress" | "skipped" | "to_rework";
  listed: boolean;
  position: number;
  total: number;
  editable: boolean;
  mine: boolean;
  reason: Sent | "";
  actions: ("discard" | "reject" | "rework" | "save" | "skip" | "submit")[];
  edited: boolean;
  nothing: boolean;
  open_issues: number;
  for_review: number;
  returned: boolean;
  browsing: boolean;
  pictured: boolean;
  statuses: string[];
  status: string;
  closed_as: string;
  lost: boolean;
  settled: boolean;
  idle: number;
  looking: LookingView | null;
}

/** The revision of the past that is shown. */
export interface LookingView {
  id: number;
  title: Sent | "";
  nothing: boolean;
}

/** Tools, labels, tags and shapes, with what is chosen. */
export interface DrawingView {
  tool: string;
  label: string;
  editable: boolean;
  can_undo: boolean;
  can_redo: boolean;
  copied: number;
  locked: string[];
  hidden: string[];
  tools: ToolView[];
  labels: LabelView[];
  tags: TagView[];
  shapes: ShapeView[];
  counted: number;
  most_shapes: number | null;
  most_tags: number | null;
  open_labels: boolean;
  several: boolean;
  flaws: "keep" | "refuse" | "repair";
  flawed: number;
  mendable: number;
  form: FormView | null;
  angle: AngleView | null;
  more: number;
  unlabelled: number;
  selected: number;
  for_label: number;
  drawn: boolean;
}

/** A kind of shape that can be drawn. */
export interface ToolView {
  name: string;
  title: string;
  key: string;
}

/** A label; `on` says whether all, some or none of the selected shapes have it. */
export interface LabelView {
  name: string;
  color: string;
  count: number;
  kinds: string[];
  on: "" | "all" | "some";
}

/** A tag; `known`: the recipe has it; `needs`: the required attributes that are not given. */
export interface TagView {
  name: string;
  on: boolean;
  locked: boolean;
  known: boolean;
  form: FormView | null;
  needs: string[];
}

/** The attributes of shapes, or of a tag (`tag`); `free`: any may be added; `text`: all of them as JSON. */
export interface FormView {
  ids: string[];
  label: string;
  fields: FieldView[];
  free: boolean;
  text: string | null;
  tag: string;
}

/** A field of a form; `mixed`: the shapes differ. A value of the type `json` is its text. */
export interface FieldView {
  name: string;
  type: "boolean" | "choice" | "choices" | "integer" | "json" | "number" | "text";
  choices: string[];
  required: boolean;
  mixed: boolean;
  value: string | number | boolean | string[] | null;
  problem: string | null;
}

/** A shape in the list; `values` are its attributes in a few words. */
export interface ShapeView {
  id: string;
  label: string;
  color: string;
  kind: string;
  selected: boolean;
  values: string;
  missing: string[];
  flaws: (Sent | "")[];
  mendable: boolean;
  group: string | null;
  track: string | null;
  keyframe: boolean;
}

/** The angle of the selected rotated rectangles (degrees); None where they differ. */
export interface AngleView {
  ids: string[];
  value: number | null;
}

/** The threads on the image. */
export interface TalkView {
  issues: IssueView[];
}

/** What is to know about the task, and its history once it was read. Instructions and readme are clean HTML. */
export interface InfoView {
  instructions: string;
  readme: string;
  facts: Fact[];
  history: HistoryLine[] | null;
  recipe: RecipeView;
  pdf: string;
  changes: ChangesView | null;
  answers: AnswersView | null;
  metadata: MetadataView;
}

/** Something that is to know about the image. */
export interface Fact {
  name: string;
  value: Sent | "";
}

/** A line of the history; `by`: the owner who acted for the member. */
export interface HistoryLine {
  step: string;
  kind: "annotation" | "consensus" | "review";
  round: number;
  state: "done" | "in_progress" | "skipped" | "to_rework" | "to_come";
  member: string | null;
  action: string;
  at: string | null;
  annotation: number | null;
  shapes: number | null;
  status: string;
  note: string;
  by: string;
}

/** The recipe in words. */
export interface RecipeView {
  labels: LabelWords[];
  tags: TagWords[];
  limits: (Sent | "")[];
}

/** A label of the recipe in words. */
export interface LabelWords {
  name: string;
  color: string;
  kinds: string[];
  attributes: AttributeWords[];
}

/** An attribute of the recipe in words. */
export interface AttributeWords {
  name: string;
  type: string;
  choices: string[];
  required: boolean;
}

/** A tag of the recipe in words. */
export interface TagWords {
  name: string;
  attributes: AttributeWords[];
}

/** What changed since the person knew the image last; `known`: compared with a known answer. */
export interface ChangesView {
  title: Sent | "";
  known: boolean;
  at: string;
  counts: Counted[];
  rows: ChangeView[];
  more: number;
  tags_added: string[];
  tags_removed: string[];
  tags_changed: TagChange[];
  nothing: boolean | null;
}

/** How many shapes differ in one way. */
export interface Counted {
  how: "added" | "attributes" | "moved" | "relabeled" | "removed";
  n: number;
}

/** A shape that differs; `was`: the label that it had, if it has another one. */
export interface ChangeView {
  id: string;
  how: ("added" | "attributes" | "moved" | "relabeled" | "removed")[];
  label: string;
  was: string | null;
  color: string;
  kind: string;
  attributes: string[];
}

/** A tag whose attributes differ. */
export interface TagChange {
  tag: string;
  values: string[];
}

/** What several people said of the image. */
export interface AnswersView {
  people: PersonView[];
  disputes: DisputeView[];
  at: number | null;
  left: number;
  quorum: number;
}

/** One of those who answered. */
export interface PersonView {
  name: string;
  color: string;
  alone: boolean;
  said: Sent | "";
  note: string;
}

/** Something that people do not agree about; `decided`: the place of the answer that was taken, or `none`. */
export interface DisputeView {
  what: "nothing" | "shape" | "tag";
  name: string;
  decided: string | null;
  choices: ChoiceView[];
}

/** An answer that can be taken; `person` is a place in the people. */
export interface ChoiceView {
  person: number;
  text: string;
}

/** The metadata of the image; `undo`: how many changes can be taken back. */
export interface MetadataView {
  rows: MetadataValue[];
  may: boolean;
  text: string;
  undo: number;
}

/** A value of the metadata; what is nested is a text of JSON. */
export interface MetadataValue {
  name: string;
  type: "boolean" | "json" | "list" | "none" | "number" | "text";
  value: string | number | boolean | null;
}

/** The page of the PDF that is shown, from 0; its image is a `data:` URL. */
export interface PaperView {
  name: string;
  pages: number;
  page: number;
  image: string;
  width: number;
  height: number;
  error: Sent | "";
}

/** The slices around the open task, from 1; none where it is alone. `look` names how small images are shown. */
export interface SequenceView {
  name: string;
  cells: Cell[];
  step: number;
  look: string;
  here: number;
  undo: boolean;
  undo_what: string;
}

/** A slice of a sequence; of a hidden one nothing more is said. */
export interface Cell {
  hold: "free" | "hidden" | "mine" | "seen";
  task: number;
  asset: number;
  name: string;
  state: "done" | "in_progress" | "skipped" | "to_rework";
  outcome:
    | "accepted"
    | "accepted_with_edits"
    | "agreed"
    | "discarded"
    | "ended"
    | "existing"
    | "rejected"
    | "rework"
    | "skipped"
    | "submitted"
    | null;
  step: number;
  labels: LabelCount[];
  tags: string[];
  nothing: boolean;
  drafted: boolean;
  tracks: string[];
}

/** How many shapes have a label; no name: have none. */
export interface LabelCount {
  name: string;
  count: number;
}

/** Whether what was drawn is stored. */
export interface SavingView {
  state: "clean" | "conflict" | "ended" | "failed" | "kept" | "offline" | "refused" | "saved" | "saving" | "waiting";
  text: Sent | "";
  at: string | null;
}

/** Show a sentence for a moment. */
export interface Toast {
  type: "toast";
  text: Sent | "";
  kind: "error" | "good" | "info";
}

/** What became of a request: done, or the sentence that says why not, and its code. */
export interface Replied {
  type: "reply";
  ref: number;
  error: Sent | "" | null;
  code: string;
}

/** How far the messages of a page came; `gap`: one is missing; `probed`: the page asked. */
export interface Arrived {
  type: "arrived";
  sid: string;
  upto: number;
  gap: boolean;
  probed: boolean;
}

/** A draft is about to be stored: it would be this revision, with all messages up to a number. */
export interface Storing {
  type: "storing";
  sid: string;
  task: number;
  revision: number;
  upto: number;
}

/** A draft is stored: this revision, with all messages up to a number. */
export interface Stored {
  type: "stored";
  sid: string;
  task: number;
  revision: number;
  upto: number;
}

/** A task is closed, or was loaded anew on purpose: what a browser keeps for it is not wanted any more. */
export interface Ended {
  type: "ended";
  task: number;
}

/** What became of what a browser had kept: done again, too late, or the person has to say whether it goes on top. */
export interface Replayed {
  type: "replayed";
  outcome: "ask" | "done" | "over";
  task: number;
  differs: boolean;
}

/** What time it is for the workspace (ms since 1970), and what tells it from others in the same browser. */
export interface TimeTold {
  type: "time";
  sid: string;
  now: number;
  store: string;
}

/** Reports of time that are counted. */
export interface TimeCounted {
  type: "counted";
  reports: ReportKey[];
}

/** Which report of a page. */
export interface ReportKey {
  sid: string;
  n: number;
}

/** The image of what comes after a task, small, as a `data:` URL; and the size of the image itself. */
export interface NextImage {
  type: "next_image";
  task: number;
  image: string;
  width: number;
  height: number;
}

/** The small image of a slice as a `data:` URL, empty where there is none; and the size of the image itself. */
export interface FrameMade {
  type: "frame";
  asset: number;
  image: string;
  look: string;
  width: number;
  height: number;
}

/** What an operation on many slices did; of a copy, with how many shapes. */
export interface SlicesChanged {
  type: "slices";
  did: "copy" | "exclude" | "spread" | "undo";
  changed: number[];
  same: number[];
  left: LeftSlices[];
  taken: number;
  dropped: string[];
  spread_id: number | null;
  shapes: number;
}

/** Slices that an operation left as they were, and why. */
export interface LeftSlices {
  reason: Sent | "";
  places: number[];
}

/** A zone was drawn for an issue: left, top, right, bottom. */
export interface ZoneDrawn {
  type: "zone";
  zone: [number, number, number, number];
}

/** A key of the page was pressed on the canvas. */
export interface Pressed {
  type: "press";
  action: string;
}

/** Open a panel, and lead to an attribute of the selected shape or of a tag. */
export interface PanelOpened {
  type: "panel";
  panel: "history" | "info" | "issues" | "shapes";
  tag: string;
  attribute: string;
}

/** A key of the task pane. */
export interface PageKey {
  key: string;
  action: string;
  title: string;
  group: string;
}

/** All that Python tells once. */
export type AnyEvent =
  | Toast
  | Replied
  | Arrived
  | Storing
  | Stored
  | Ended
  | Replayed
  | TimeTold
  | TimeCounted
  | NextImage
  | FrameMade
  | SlicesChanged
  | ZoneDrawn
  | Pressed
  | PanelOpened;
