// Written by docs/make_messages.py from the structs in nbannotate/pages/manage/statistics_messages.py; do not edit.

/** A page is there: send all cards. */
export interface Ready extends Request {
  do: "ready";
}

/** What somebody did in the browser: a struct for each action, told apart by its name (`do`). */
export interface Request {
  ref?: number;
}

/** Choose something, by name; see :meth:`nbannotate.pages.manage.dashboard.Dashboard.choose`. */
export interface Choose extends Request {
  do: "choose";
  choice: Record<string, string>;
}

/** Show what an address says. */
export interface Go extends Request {
  do: "go";
  address: string;
}

/** Look whether there is anything new. */
export interface Look extends Request {
  do: "beat";
}

/** Read everything anew. */
export interface Refresh extends Request {
  do: "refresh";
}

/** Send plotly.js. */
export interface AskLibrary extends Request {
  do: "library";
}

/** Send the table of a card as packed CSV. */
export interface AskTable extends Request {
  do: "csv";
  card: string;
}

/** Say what is behind a bar of a card, which its `customdata` names. */
export interface AskBehind extends Request {
  do: "behind";
  card: string;
  point: (string | number | string[] | null)[];
}

/** Send all that is chosen as one packed HTML file in the language of the page. */
export interface AskReport extends Request {
  do: "report";
  language?: string;
}

/** All that the browser asks for. */
export type AnyAction = Ready | Choose | Go | Look | Refresh | AskLibrary | AskTable | AskBehind | AskReport;
