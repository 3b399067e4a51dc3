// Words for states, roles and numbers.

import { locale, M, shownNumber, T } from "../shared/texts.ts";

export const STATE_NAME: Record<string, string> = {
  draft: M("draft"),
  active: M("active"),
  overdue: M("overdue"),
  completed: M("completed"),
  archived: M("archived"),
};
export const KIND: Record<string, string> = {
  annotation: M("annotation"),
  consensus: M("consensus"),
  review: M("review"),
};
export const RUNNING = ["active", "overdue"];

export const number = (n?: number | string | null): string => shownNumber(Number(n ?? 0));
export const listed = (words: string[]): string => new Intl.ListFormat(locale()).format(words);
export const clauses = (texts: string[]): string => texts.filter(Boolean).join(T("; "));
const tenths = (n: number): string => shownNumber(n, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
export const spent = (s?: number | null): string =>
  s === null || s === undefined
    ? "–"
    : s < 59.5
      ? T("{n} s", { n: s < 10 ? tenths(s) : Math.round(s) })
      : s < 3600
        ? T("{n} min {seconds} s", { n: Math.floor(s / 60), seconds: String(Math.round(s % 60) % 60).padStart(2, "0") })
        : T("{n} h", { n: tenths(s / 3600) });
