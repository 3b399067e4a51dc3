// Written by docs/make_messages.py from the structs in nbannotate/pages; do not edit.

/** Show *My tasks*. */
export interface Home extends Action {
  do: "home";
}

/** What a person did in the browser: a struct for each action, told apart by its name (`do`). */
export interface Action {
  at?: number;
  ref?: number;
  sid?: string;
  q?: number;
  keep?: boolean;
  now?: number;
  reports?: Report[];
}

/** What a page (`sid`) measured since its report before; the page keeps it until it is counted. */
export interface Report {
  sid: string;
  n: number;
  rows: Measured[];
}

/** A stretch of time that a page measured: the task that it showed, from when to when (ms since 1970, UTC). */
export interface Measured {
  task: number;
  low: number;
  high: number;
  worked: boolean;
  editing?: number;
  labels?: Record<string, number>;
}

/** Open a task that was chosen, or that the address names. */
export interface Open extends Action {
  do: "open";
  task: number;
}

/** Open the task of an issue. */
export interface OpenIssue extends Action {
  do: "open_issue";
  issue: number;
}

/** Open a task of a list that is gone through, at the place of an issue if one is named. */
export interface View extends Action {
  do: "view";
  task: number;
  ids?: number[];
  issue?: number;
}

/** Open the task again as it is stored. */
export interface Reload extends Action {
  do: "reload";
}

/** Go to the previous or the next task without submitting. */
export interface Step extends Action {
  do: "step";
  name?: "next" | "previous";
}

/** Go on with a job. */
export interface Start extends Action {
  do: "start";
  campaign: number;
  step: number;
}

/** Open an image that waits in the queue. */
export interface Take extends Action {
  do: "take";
  task: number;
}

/** Show the page of a job. */
export interface ShowJob extends Action {
  do: "job";
  campaign: number;
  step: number;
}

/** Show the page of the job of the open task. */
export interface ShowJobOfTask extends Action {
  do: "job_of_task";
}

/** Submit all images of a job that are held. */
export interface SubmitJob extends Action {
  do: "submit_job";
  campaign: number;
  step: number;
}

/** Show what has changed meanwhile. */
export interface Refresh extends Action {
  do: "refresh";
}

/** Review the job that is shown in an order; no name: as the images come. A limit of 0 is none. */
export interface Order extends Action {
  do: "order";
  by: "changes" | "confidence" | "fewest shapes" | "most shapes" | "random" | "";
  limit?: number;
  seed?: number;
}

/** Submit, or accept at a review step, and go to the next task. */
export interface Submit extends Action {
  do: "submit";
}

/** Choose what the task will be submitted as; no name: the next status. */
export interface ChooseStatus extends Action {
  do: "status";
  name?: string;
}

/** Send the asset back, with the issue that says why. */
export interface Rework extends WithIssue {
  do: "rework";
}

/** An action with an issue that says why, on a zone or on a shape; no text: without one. */
export interface WithIssue extends Action {
  text?: string;
  zone?: [number, number, number, number] | null;
  shape?: string | null;
}

/** Reject what was annotated. */
export interface Reject extends WithIssue {
  do: "reject";
}

/** Take the asset out of the workflow, with the issue that says why. */
export interface Skip extends WithIssue {
  do: "skip";
}

/** Take the asset out of the workflow because it is of no use, with the reason. */
export interface Discard extends Action {
  do: "discard";
  text: string;
}

/** Say that the person still works on the open task. */
export interface Beat extends Action {
  do: "beat";
}

/** Take up a task again that was lost. */
export interface Retake extends Action {
  do: "retake";
}

/** Go to what a notice is about. */
export interface FollowNotice extends Action {
  do: "notice";
  notice: number;
}

/** Note that all notices that are shown were seen. */
export interface SeeNotices extends Action {
  do: "notices_seen";
}

/** Show a page of the PDF, from 0. */
export interface TurnPaper extends Action {
  do: "paper";
  page: number;
}

/** Raise an issue on the asset, on a zone or on a shape. */
export interface RaiseIssue extends WithIssue {
  do: "issue";
}

/** Answer in a thread. */
export interface Reply extends Action {
  do: "reply";
  issue: number;
  text: string;
}

/** Mark an issue for review, resolve or reopen it; the text is said first. */
export interface SetIssueState extends Action {
  do: "issue_state";
  issue: number;
  state: "for_review" | "open" | "resolved";
  text?: string;
}

/** Bring what an issue is about into sight. */
export interface ShowIssuePlace extends Action {
  do: "issue_place";
  issue: number;
}

/** Read what happened to the asset. */
export interface ReadHistory extends Action {
  do: "history";
}

/** Show a revision of the past. */
export interface Look extends Action {
  do: "look";
  annotation: number;
}

/** Go back to the present. */
export interface Back extends Action {
  do: "back";
}

/** Give the asset a tag, or take it away. */
export interface ToggleTag extends Action {
  do: "tag";
  name: string;
}

/** Set an attribute of a tag; the text is its JSON, empty to take it away. */
export interface SetTagAttribute extends Action {
  do: "tag_attribute";
  tag: string;
  name: string;
  text?: string;
}

/** Lock a tag, or unlock it. */
export interface LockTag extends Action {
  do: "tag_lock";
  name: string;
}

/** Change one value; the text is its JSON, empty to take it away. */
export interface SetMetadata extends Action {
  do: "metadata";
  name: string;
  text?: string;
}

/** Change all values, typed as JSON. */
export interface SetAllMetadata extends Action {
  do: "metadata_json";
  body: string;
}

/** Take back the last change that was made here. */
export interface UndoMetadata extends Action {
  do: "metadata_undo";
}

/** Open a slice; `take` takes it out of the queue. */
export interface GoToSlice extends Action {
  do: "slice";
  task: number;
  take?: boolean;
}

/** Make small images of slices, in this order. */
export interface WantFrames extends Action {
  do: "frames";
  assets: number[];
}

/** Put what is on this slice onto a range of others. */
export interface SpreadSlice extends Action {
  do: "spread";
  first: number;
  last: number;
  what: "all" | "nothing" | "some";
  existing: "add" | "keep" | "replace";
  ids?: string[];
  tags?: boolean;
}

/** Put what is here onto the next slice, and go there. */
export interface CopyNext extends Action {
  do: "copy_next";
}

/** Take back what was put onto slices last. */
export interface UndoSpread extends Action {
  do: "unspread";
}

/** Discard a range of slices, with the reason. */
export interface ExcludeSlices extends Action {
  do: "exclude";
  first: number;
  last: number;
  text: string;
}

/** Show what changed, or stop showing it. */
export interface CompareChanges extends Action {
  do: "changes";
}

/** Bring a shape that differs into sight. */
export interface ShowChange extends Action {
  do: "change_place";
  shape: string;
}

/** Go to a disagreement by its place; none: to the next one that is not decided. */
export interface GoToDispute extends Action {
  do: "dispute";
  place?: number | null;
}

/** Decide a disagreement: take an answer by its place, or `none`. */
export interface TakeAnswer extends Action {
  do: "take_answer";
  place: number;
  answer: string;
}

/** Show what one person said alone, from 1, or all (0); None: the next one. */
export interface ShowAlone extends Action {
  do: "alone";
  person?: number | null;
}

/** Pick a tool. */
export interface PickTool extends Action {
  do: "tool";
  name: string;
}

/** Let the person drag a zone for an issue. */
export interface DrawZone extends Action {
  do: "zone";
}

/** Label the selection, or what is drawn next; no name: without a label. `only`: take the other labels away. */
export interface ChooseLabel extends Action {
  do: "label";
  name: string;
  only?: boolean;
}

/** Select shapes; `look`: bring the last one into sight. */
export interface SelectShapes extends Action {
  do: "select";
  ids: string[];
  look?: boolean;
}

/** Delete shapes; none named: the selected ones. */
export interface DeleteShapes extends Action {
  do: "delete";
  ids?: string[];
}

/** Take back the last change of the shapes. */
export interface Undo extends Action {
  do: "undo";
}

/** Do it again. */
export interface Redo extends Action {
  do: "redo";
}

/** Lock shapes, or unlock them. */
export interface LockShapes extends Action {
  do: "lock";
  ids: string[];
  on: boolean;
}

/** Hide shapes, or show them again. */
export interface HideShapes extends Action {
  do: "hide";
  ids: string[];
  on: boolean;
}

/** Add what was copied. */
export interface Paste extends Action {
  do: "paste";
}

/** Show the whole image. */
export interface Fit extends Action {
  do: "fit";
}

/** Say that there is nothing to label, or take it back; `sure`: shapes that are there are deleted. */
export interface SayNothing extends Action {
  do: "nothing";
  sure?: boolean;
}

/** Add a label to the recipe of the campaign. */
export interface AddLabel extends Action {
  do: "add_label";
  text: string;
}

/** Set an attribute of shapes; the text is its JSON, empty to take it away. */
export interface SetAttribute extends Action {
  do: "attribute";
  ids: string[];
  name: string;
  text?: string;
}

/** Set all attributes of shapes, typed as JSON. */
export interface SetAttributes extends Action {
  do: "attributes";
  ids: string[];
  body: string;
}

/** Give rotated rectangles an angle in degrees. */
export interface TurnShapes extends Action {
  do: "turn";
  ids: string[];
  angle: number;
}

/** Do again what a browser kept for the open task. */
export interface Replay extends Action {
  do: "replay";
  entries: Record<string, unknown>[];
  revision: number;
  marks?: Marks | null;
  force?: boolean;
}

/** The revision that was about to be stored, with all messages up to a number. */
export interface Marks {
  revision: number;
  upto: number;
}

/** Take the banner away. */
export interface CloseBanner extends Action {
  do: "close_banner";
}

/** Try again what did not answer. */
export interface Retry extends Action {
  do: "retry";
}

/** Report time, which goes along with any action; `kept`: reports of pages that are gone. */
export interface Clock extends Action {
  do: "clock";
  ask?: boolean;
  kept?: Report[];
}

/** The connection was lost for a while: say all again. */
export interface Again extends Action {
  do: "again";
}

/** Ask how far messages came. */
export interface Probe extends Action {
  do: "probe";
}

/** A message of the canvas' overlay. */
export interface Draw extends Action {
  do: "draw";
  message: Record<string, unknown>;
}

/** All that the browser asks for. */
export type AnyAction =
  | Home
  | Open
  | OpenIssue
  | View
  | Reload
  | Step
  | Start
  | Take
  | ShowJob
  | ShowJobOfTask
  | SubmitJob
  | Refresh
  | Order
  | Submit
  | ChooseStatus
  | Rework
  | Reject
  | Skip
  | Discard
  | Beat
  | Retake
  | FollowNotice
  | SeeNotices
  | TurnPaper
  | RaiseIssue
  | Reply
  | SetIssueState
  | ShowIssuePlace
  | ReadHistory
  | Look
  | Back
  | ToggleTag
  | SetTagAttribute
  | LockTag
  | SetMetadata
  | SetAllMetadata
  | UndoMetadata
  | GoToSlice
  | WantFrames
  | SpreadSlice
  | CopyNext
  | UndoSpread
  | ExcludeSlices
  | CompareChanges
  | ShowChange
  | GoToDispute
  | TakeAnswer
  | ShowAlone
  | PickTool
  | DrawZone
  | ChooseLabel
  | SelectShapes
  | DeleteShapes
  | Undo
  | Redo
  | LockShapes
  | HideShapes
  | Paste
  | Fit
  | SayNothing
  | AddLabel
  | SetAttribute
  | SetAttributes
  | TurnShapes
  | Replay
  | CloseBanner
  | Retry
  | Clock
  | Again
  | Probe
  | Draw;
