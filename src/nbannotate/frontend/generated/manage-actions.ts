// Written by docs/make_messages.py from the structs in nbannotate/pages/manage; do not edit.

/** Read what a part of the page shows; `known` is the version of the table of tasks that the browser has, or 0. */
export interface Beat extends Request {
  do: "beat";
  tab: "campaigns" | "issues" | "jobs" | "members" | "statistics" | "tasks";
  campaign?: number;
  known?: number;
}

/** What somebody did in the browser: a struct for each action, told apart by its name (`do`). */
export interface Request {
  ref?: number;
}

/** Say how far a launch is. */
export interface AskActivity extends Request {
  do: "activity";
  key: string;
}

/** Make the dashboard; `address` is what it shows first. */
export interface OpenStatistics extends Request {
  do: "statistics";
  address?: string;
}

/** Say what launching a campaign would do. */
export interface PlanLaunch extends Request {
  do: "plan_launch";
  campaign: number;
}

/** Say what another due date of a campaign would change; no date: none. */
export interface PlanDue extends Request {
  do: "plan_due";
  campaign: number;
  date?: string | null;
}

/** Say what deleting a campaign would delete. */
export interface PlanDeletion extends Request {
  do: "deletion";
  campaign: number;
}

/** Count the open tasks of a step, by person. */
export interface CountOpen extends Request {
  do: "open_tasks";
  campaign: number;
  step: number;
}

/** Take the banner away. */
export interface CloseBanner extends Request {
  do: "close_banner";
}

/** Launch a campaign; `key` names the launch for those who ask how far it is. */
export interface Launch extends Request {
  do: "launch";
  campaign: number;
  key?: string;
}

/** Change the due date of a campaign, by the plan (`fingerprint`) that was shown. */
export interface SetDue extends Request {
  do: "due";
  campaign: number;
  date?: string | null;
  fingerprint?: string;
}

/** Let the assets join a campaign that wait. */
export interface Join extends Request {
  do: "join";
  campaign: number;
}

/** End a campaign before all is done. */
export interface Complete extends Request {
  do: "complete";
  campaign: number;
  reason: string;
}

/** Put a campaign away, or take it out again. */
export interface Archive extends Request {
  do: "archive";
  campaign: number;
  archived: boolean;
}

/** Delete a campaign whose name was typed. */
export interface Delete extends Request {
  do: "delete";
  campaign: number;
  name: string;
}

/** Give tasks to somebody, or back to the queue (`to` is empty); also those that are begun, if `started`. */
export interface Reassign extends Request {
  do: "reassign";
  campaign: number;
  tasks: number[];
  to: string;
  started?: boolean;
}

/** Give what is open of a member's job to somebody, or back to the queue (`to` is empty). */
export interface ReassignJob extends Request {
  do: "reassign_job";
  campaign: number;
  step: number;
  member: string;
  to: string;
  started?: boolean;
}

/** Share what remains of a step anew: a weight for each login. */
export interface Redistribute extends Request {
  do: "redistribute";
  campaign: number;
  step: number;
  weights: Record<string, number>;
  started?: boolean;
}

/** Let a member go on who is paused for answers to images whose answer is known. */
export interface Resume extends Request {
  do: "resume";
  campaign: number;
  member: string;
}

/** Begin a member's job again with the assets that were rejected, for another person if `to` says one. */
export interface Restart extends Request {
  do: "restart";
  campaign: number;
  step: number;
  member: string;
  to?: string;
  also?: ("discarded" | "skipped")[];
}

/** End what is open of a member's job. */
export interface CompleteJob extends Request {
  do: "complete_job";
  campaign: number;
  step: number;
  member: string;
  reason: string;
}

/** Add a member with a password that is made up. */
export interface Add extends Request {
  do: "add";
  login: string;
  role: "annotator" | "developer" | "manager" | "owner" | "reviewer";
}

/** Add a member who chooses the password behind a link that works once. */
export interface Invite extends Request {
  do: "invite";
  login: string;
  role: "annotator" | "developer" | "manager" | "owner" | "reviewer";
}

/** Change what a member may do. */
export interface SetRole extends Request {
  do: "role";
  login: string;
  role: "annotator" | "developer" | "manager" | "owner" | "reviewer";
}

/** Give a member a new password, which is made up. */
export interface ResetPassword extends Request {
  do: "password";
  login: string;
}

/** Close an account. */
export interface Disable extends Request {
  do: "disable";
  login: string;
}

/** Open an account again. */
export interface Enable extends Request {
  do: "enable";
  login: string;
}

/** Note that some notices were seen; none: all of them. */
export interface SeeNotices extends Request {
  do: "see";
  notices?: number[];
}

/** All that the browser asks for. */
export type AnyAction =
  | Beat
  | AskActivity
  | OpenStatistics
  | PlanLaunch
  | PlanDue
  | PlanDeletion
  | CountOpen
  | CloseBanner
  | Launch
  | SetDue
  | Join
  | Complete
  | Archive
  | Delete
  | Reassign
  | ReassignJob
  | Redistribute
  | Resume
  | Restart
  | CompleteJob
  | Add
  | Invite
  | SetRole
  | ResetPassword
  | Disable
  | Enable
  | SeeNotices;
