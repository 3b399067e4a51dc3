// What goes to Python and what comes back: requests with their answers, rows of tasks; and the beat that keeps the page
// fresh while somebody looks.

import type { VNode } from "preact";
import type { AnyAction } from "../generated/manage-actions.ts";
import type { Answers, AnyEvent } from "../generated/manage-views.ts";
import { bannerShown, endedBanner } from "../shared/banner.ts";
import { repaint } from "../shared/redraw.ts";
import type { Fields, Name } from "../shared/requests.ts";
import { type Message, said, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { takeSheet } from "./sheet.ts";
import { campaignOf } from "./state.ts";
import type { Page } from "./types.ts";

type Done<N extends Name<AnyAction>> = (error: Message | null, answer: Answers[N]) => void;

export function tell<N extends Name<AnyAction>>(s: Page, what: N, fields: Fields<AnyAction, N>): void {
  if (!s.ended) s.requests.tell(what, fields); // nobody hears it otherwise
}

export function ask<N extends Name<AnyAction>>(s: Page, what: N, fields: Fields<AnyAction, N>, done: Done<N>): void {
  if (!s.ended) s.requests.ask(what, fields, done);
}

// Something that changes the workspace: the sentence of the answer is shown, and the page is read again.
export function act<N extends Name<AnyAction>>(
  s: Page,
  what: N,
  fields: Fields<AnyAction, N>,
  done: Done<N> = () => {},
): void {
  ask(s, what, fields, (error, answer: Answers[Name<AnyAction>]) => {
    if (!error && answer && "toast" in answer) toast(s, answer.toast, "good");
    done(error, answer as Answers[N]);
    beat(s);
  });
}

/** For what is done without a dialog: an error is a toast. */
export const complain =
  (s: Page) =>
  (error: Message | null): void => {
    if (error) toast(s, error, "error");
  };

export function hear(s: Page, message: Record<string, unknown>, buffers: DataView[]): void {
  const event = message as unknown as AnyEvent,
    [rows] = buffers;
  if (event.type === "reply") s.requests.hear(event, buffers);
  else if (event.type === "rows" && rows)
    s.unpacking = s.unpacking
      .then(() => takeSheet(s, event, rows as BufferSource))
      .catch((e: Error) => toast(s, T("The tasks could not be shown: {why}", { why: e.message }), "error"));
}

// One look at a time; the next one some seconds after the answer. What was asked for meanwhile is asked once more.
export function beat(s: Page): void {
  clearTimeout(s.timer);
  if (s.gone) return;
  if (s.beating) {
    s.again = true;
    return;
  }
  if (document.visibilityState !== "visible" || (s.get("page").refused && !s.get("page").login)) return;
  s.beating = true;
  const began = performance.now();
  const { tab } = s.ui,
    campaign = campaignOf(s)?.id ?? 0,
    ofCampaign = tab === "tasks" || tab === "jobs";
  const known = s.sheet.campaign === campaign ? s.sheet.version : 0;
  ask(s, "beat", { tab, campaign: ofCampaign ? campaign : 0, known }, (why) => {
    const error = said(why) ?? "";
    if (error && error !== s.trouble && !s.get("page").banner) toast(s, error, "error");
    s.trouble = error;
    s.unpacking.then(() => {
      s.beating = false;
      s.ui.first = false;
      const missed = s.again || (ofCampaign && !campaign && campaignOf(s));
      s.again = false;
      if (missed) return beat(s);
      // A look at very many tasks takes its time; it is then taken less often, so that people at work do not wait for it.
      const rest = Math.max(1000 * s.model.get<number>("refresh_s"), 8 * (performance.now() - began));
      if (s.get("page").banner?.action !== "login") s.timer = setTimeout(() => beat(s), rest);
      return repaint(s);
    });
  });
}

export function banner(s: Page): VNode | null {
  if (s.ended) return endedBanner();
  const { banner: b } = s.get("page");
  if (!b) return null;
  const acts: Record<string, [string, () => void][]> = {
    login: [[T("Log in again"), () => location.reload()]],
    retry: [[T("Try again"), () => beat(s)]],
  };
  return bannerShown(b, acts[b.action] ?? [], b.action === "" ? () => tell(s, "close_banner", {}) : null);
}
