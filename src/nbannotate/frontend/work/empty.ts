// Pages that have nothing to show: opening, finished, none yet.

import { h } from "../shared/dom.ts";
import { emptyState, reading } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { N, pieces, T } from "../shared/texts.ts";
import { homeBar } from "./home-bar.ts";
import { leaveWith } from "./leave.ts";
import type { Page } from "./page.ts";

export function finished(s: Page) {
  const { finished: job, groups } = s.need("jobs");
  if (!job) return h("div", {});
  const others = groups
    .flatMap((g) => g.jobs)
    .filter((j) => j.remaining && (j.campaign_id !== job.campaign_id || j.step !== job.step));
  return h(
    "div",
    { class: "nbp-home", "data-key": "finished" },
    homeBar(s),
    h(
      "main",
      { class: "nbp-sheet" },
      h(
        "div",
        { class: "nbp-finished", role: "status" },
        h("div", { class: "tick" }, icon("check")),
        h("h1", {}, T("Nothing is left for you here")),
        h(
          "p",
          {},
          pieces("{job} of {campaign}", { job: h("b", {}, job.name), campaign: job.campaign }),
          ": ",
          N(job.done, "you finished {n} image.", "you finished {n} images."),
          " ",
          job.remaining
            ? N(job.remaining, "{n} image may come later.", "{n} images may come later.")
            : T("Images that are returned to you appear in My tasks."),
        ),
        h(
          "div",
          { class: "buttons" },
          others.slice(0, 3).map((j, i) =>
            h(
              "button",
              {
                type: "button",
                class: i ? "" : "primary",
                "data-first": i ? null : "",
                onclick: () => leaveWith(s, "start", { campaign: j.campaign_id, step: j.step }),
              },
              T("Continue with {name} of {campaign} ({remaining})", { ...j }),
            ),
          ),
          h(
            "button",
            {
              type: "button",
              class: others.length ? "" : "primary",
              "data-first": others.length ? null : "",
              onclick: () => leaveWith(s, "home"),
            },
            T("My tasks"),
          ),
          h(
            "button",
            { type: "button", onclick: () => leaveWith(s, "job", { campaign: job.campaign_id, step: job.step }) },
            icon("list"),
            T("Look at them"),
          ),
        ),
      ),
    ),
  );
}

export function opening(s: Page) {
  const failed = s.get("page").screen === "failed";
  return h(
    "div",
    { class: "nbp-home", "data-key": "opening" },
    homeBar(s),
    h(
      "main",
      { class: "nbp-sheet" },
      failed
        ? emptyState("empty", T("This page cannot be shown now"), T("See above for the reason."))
        : reading(T("Opening…")),
    ),
  );
}
