// Times, durations and counts, as they are said.

import type { VNode } from "preact";
import { h } from "./dom.ts";
import { locale, shownDate, shownNumber, T } from "./texts.ts";

export function ago(iso?: string | null): string {
  if (!iso) return "";
  const date = new Date(iso),
    minutes = Math.round((Date.now() - date.getTime()) / 60000);
  if (minutes < 1) return T("just now");
  if (minutes < 60) return T("{n} min ago", { n: minutes });
  if (minutes < 60 * 12) return T("{n} h ago", { n: Math.round(minutes / 60) });
  return shownDate(date, { dateStyle: "medium", timeStyle: "short" });
}

export function span(seconds?: number | null): string {
  // a duration in few letters
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 0.1) return T("under {n} s", { n: 0.1 });
  if (seconds < 10)
    return T("{n} s", { n: shownNumber(seconds, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) });
  if (seconds < 100) return T("{n} s", { n: Math.round(seconds) });
  return seconds < 6000 ? T("{n} min", { n: Math.round(seconds / 60) }) : T("{n} h", { n: Math.round(seconds / 3600) });
}

export const count = (n: number): string => shownNumber(n);
// Sentences of the workspace say times in UTC; people read the time of their place.
export const localTimes = (text: string): string =>
  text.replace(/\b(\d\d):(\d\d) UTC\b/g, (_, hour: string, minute: string) => {
    const at = new Date();
    at.setUTCHours(Number(hour), Number(minute), 0, 0);
    return at.toLocaleTimeString(locale(), { timeStyle: "short" });
  });
export const clockTime = (iso?: string | null): string =>
  iso ? new Date(iso).toLocaleTimeString(locale(), { timeStyle: "short" }) : "";
export const stamp = (iso?: string | null): VNode =>
  h("time", { datetime: iso, title: iso ? shownDate(iso) : "" }, ago(iso));
