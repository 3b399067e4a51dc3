// Written by docs/make_messages.py from the structs in nbannotate/pages/manage; do not edit.

/** All that the page shows. */
export interface Parts {
  page: PageView;
  campaigns: CampaignsView;
  jobs: JobsView;
  gold: GoldsView;
  issues: IssuesView;
  people: PeopleView;
  notices: NoticesView;
}

/** Who is there, the banner, and whether there is anything to see; `refused` and `problem` say why not. */
export interface PageView {
  login: string;
  role: "annotator" | "developer" | "manager" | "owner" | "reviewer" | "";
  roles: ("annotator" | "developer" | "manager" | "owner" | "reviewer")[];
  refused: Sent | "";
  banner: BannerView | null;
  statistics: "" | "loading" | "ready";
  problem: Sent | "";
}

/** A sentence on its way: its text in English, the values of its places, and the text for one thing if it counts. */
export interface Sent {
  text: string;
  values?: Record<string, string | number | Sent>;
  one?: string;
}

/** A sentence that stays above the page. */
export interface BannerView {
  text: Sent | "";
  kind: "error" | "info" | "warning";
  action: "" | "login" | "reload" | "retake" | "retry";
  at: string | null;
}

/** The campaigns, newest first; `read`: whether they were read. */
export interface CampaignsView {
  read: boolean;
  rows: CampaignView[];
}

/** What a campaign's card says; `waits`: whether assets that come later wait until they are let in. */
export interface CampaignView {
  id: number;
  name: string;
  dataset: string;
  version: string;
  state: "active" | "archived" | "completed" | "draft" | "overdue";
  total: number;
  remaining: number;
  done: number;
  skipped: number;
  issues: number;
  due: string | null;
  created: string;
  launched: string | null;
  waits: boolean;
  steps: StepView[];
  facts: Fact[];
}

/** A step of a campaign, and how many assets are in which state at it; none before it is launched. */
export interface StepView {
  name: string;
  kind: "annotation" | "consensus" | "review";
  people: string[];
  how: "equal" | "queue" | "weighted";
  how_text: string;
  weights: number[];
  waiting: number;
  in_progress: number;
  to_rework: number;
  passed: number;
}

/** Something that a campaign was written with. */
export interface Fact {
  name: string;
  value: Sent | "";
}

/** The jobs of a campaign. */
export interface JobsView {
  of: number;
  rows: JobView[];
}

/** A job in numbers; times in seconds. */
export interface JobView {
  step: number;
  name: string;
  kind: "annotation" | "consensus" | "review";
  member: string;
  state: "completed" | "completed_with_issues" | "in_progress" | "on_review" | "pending";
  total: number;
  remaining: number;
  returned: number;
  in_progress: number;
  waiting: number;
  done: number;
  issues: number;
  rejected: number;
  skipped: number;
  objects: number;
  per_task: number | null;
  per_object: number | null;
}

/** How the members of a campaign answer images whose answer is known. */
export interface GoldsView {
  of: number;
  rows: GoldView[];
}

/** How a member answers images whose answer is known: all scores and those that count now, and since when so. */
export interface GoldView {
  member: string;
  answers: number;
  score: number | null;
  lately: number | null;
  state: "below" | "ok" | "paused";
  since: string | null;
}

/** The issues of all campaigns; `read`: whether they were read. */
export interface IssuesView {
  read: boolean;
  rows: IssueLine[];
}

/** A line of the list of issues. */
export interface IssueLine {
  id: number;
  campaign_id: number;
  campaign: string;
  asset: string;
  task: number;
  step: string;
  place: "image" | "shape" | "zone";
  state: "for_review" | "open" | "resolved";
  author: string;
  text: string;
  comments: number;
  created: string;
  answered: string;
  gold: boolean;
}

/** The members; `read`: whether they were read. */
export interface PeopleView {
  read: boolean;
  rows: MemberView[];
}

/** A member, with what they have open, and whether they are who looks, or may not be changed by who looks. */
export interface MemberView {
  login: string;
  role: "annotator" | "developer" | "manager" | "owner" | "reviewer";
  active: boolean;
  me: boolean;
  open: number;
  protected: boolean;
}

/** The notices, newest first. */
export interface NoticesView {
  rows: NoticeLine[];
}

/** A notice. */
export interface NoticeLine {
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
  at: string;
  campaign: number | null;
  seen: boolean;
}

/** What goes packed with :class:`RowsSent`: rows that are new or different, and those that are gone. */
export interface Rows {
  columns: Columns;
  gone: RowKey[];
}

/** Rows of tasks by columns; :class:`Row` says what they hold. */
export interface Columns {
  asset_id: number[];
  task_id: number[];
  asset: string[];
  step: number[];
  state: number[];
  who: string[];
  round: number[];
  issues: number[];
  status: string[];
  begun: number[];
  at: number[];
  copy: number[];
}

/** Which row: it is of an asset, or of one of its copies. */
export interface RowKey {
  asset_id: number;
  copy: number;
}

/** What became of a request: its answer, or the sentence that says why not, and its code. */
export interface Replied {
  type: "reply";
  ref: number;
  error: Sent | "" | null;
  code: string;
  answer: unknown;
}

/** Rows of the tasks of a campaign, which make version `known` of them `version`; `known` is 0: all rows. */
export interface RowsSent {
  type: "rows";
  version: number;
  campaign: number;
  known: number;
}

/** How far a long operation is; `total` is 0 while it is not known. */
export interface Activity {
  text: string;
  done: number;
  total: number;
}

/** What a launch or a change would do. */
export interface PlanView {
  assets: number;
  chosen: number;
  annotated: number;
  existing: string;
  launched: boolean;
  fingerprint: string;
  steps: PlannedStep[];
  left_out: LeftOut[];
  changes: string[];
  warnings: string[];
  refusals: string[];
}

/** The tasks that a step would have. */
export interface PlannedStep {
  name: string;
  kind: "annotation" | "consensus" | "review";
  tasks: number;
  how: "equal" | "queue" | "weighted";
  people: Share[];
}

/** How many tasks of a step a person would get; None: as many as they take from the queue. */
export interface Share {
  login: string;
  tasks: number | null;
}

/** Assets of the version that the campaign does not take, and why. */
export interface LeftOut {
  reason: string;
  assets: number;
  examples: string[];
}

/** What deleting a campaign would delete, or deleted; the annotations of the version stay. */
export interface Deletion {
  campaign: string;
  tasks: number;
  drafts: number;
  issues: number;
  notices: number;
  kept_annotations: number;
  deleted: boolean;
}

/** The open tasks of a step by login; those of the queue as `""`. */
export interface OpenTasks {
  people: Record<string, OpenOf>;
}

/** How many tasks somebody has open, and how many of them are begun. */
export interface OpenOf {
  open: number;
  begun: number;
}

/** What was done, as a sentence for a moment. */
export interface Done {
  toast: Sent | "";
}

/** A password that is shown once. */
export interface NewPassword {
  secret: string;
}

/** What the link of an invitation holds, and until when it works. */
export interface NewInvitation {
  token: string;
  expires: string;
}

/** What each action is answered with. */
export interface Answers {
  beat: null;
  activity: Activity | null;
  statistics: null;
  plan_launch: PlanView;
  plan_due: PlanView;
  deletion: Deletion;
  open_tasks: OpenTasks;
  close_banner: null;
  launch: Done;
  due: Done;
  join: Done;
  complete: Done;
  archive: Done;
  delete: Done;
  reassign: Done;
  reassign_job: Done;
  redistribute: Done;
  resume: Done;
  restart: Done;
  complete_job: Done;
  add: NewPassword;
  invite: NewInvitation;
  role: Done;
  password: NewPassword;
  disable: Done;
  enable: Done;
  see: null;
}

/** All that Python tells once. */
export type AnyEvent = Replied | RowsSent;
