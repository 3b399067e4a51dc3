// What goes to Python and what comes back: requests with their answers, rows of tasks, toasts; and the beat that keeps
// the page fresh while somebody looks.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { kernelEnded } from "../shared/kernel.ts";
import { repaint } from "../shared/redraw.ts";
import { said, T } from "../shared/texts.ts";
import { takeSheet } from "./sheet.ts";
import { campaignOf } from "./state.js";

let asked = 0;

export function send(s, what, fields = {}, reply = null) {
  if (s.ended) return; // nobody hears it
  const message = { do: what, ...fields };
  if (reply) {
    asked += 1;
    message.ref = asked;
    s.replies.set(asked, reply);
  }
  s.model.send(message);
}

// Something that changes the workspace: the sentence of the answer is shown, and the page is read again.
export function act(s, what, fields, done = () => {}) {
  send(s, what, fields, (error, answer) => {
    if (!error && answer.toast) toast(s, answer.toast, "good");
    done(error, answer);
    beat(s);
  });
}

export function hear(s, message, buffers) {
  if ("reply" in message) {
    const reply = s.replies.get(message.reply);
    s.replies.delete(message.reply);
    reply?.(message.error, message.answer);
  } else if ("sheet" in message) {
    s.unpacking = s.unpacking
      .then(() => takeSheet(s, message, buffers[0]))
      .catch((e) => toast(s, T("The tasks could not be shown: {why}", { why: e.message }), "error"));
  }
}

// One look at a time; the next one some seconds after the answer. What was asked for meanwhile is asked once more.
export function beat(s) {
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
    campaign = campaignOf(s)?.id ?? 0;
  const known = s.sheet.campaign === campaign ? s.sheet.version : 0;
  send(s, "beat", { tab, campaign: tab === "tasks" || tab === "jobs" ? campaign : 0, known }, (error) => {
    if (error && error !== s.trouble && !s.get("page").banner) toast(s, error, "error");
    s.trouble = error;
    s.unpacking.then(() => {
      s.beating = false;
      s.ui.first = false;
      const missed = s.again || ((tab === "tasks" || tab === "jobs") && !campaign && campaignOf(s));
      s.again = false;
      if (missed) return beat(s);
      // A look at very many tasks takes its time; it is then taken less often, so that people at work do not wait for it.
      if (s.get("page").banner?.action !== "login")
        s.timer = setTimeout(() => beat(s), Math.max(1000 * s.model.get("refresh_s"), 8 * (performance.now() - began)));
      return repaint(s);
    });
  });
}

export function toast(s, text, kind = "info") {
  const id = `${Date.now()}${Math.random()}`;
  s.ui.toasts = [...s.ui.toasts.filter((t) => t.text !== text), { id, text, kind }].slice(-3);
  repaint(s);
  setTimeout(() => dropToast(s, id), kind === "error" ? 12000 : 7000);
}

function dropToast(s, id) {
  s.ui.toasts = s.ui.toasts.filter((t) => t.id !== id);
  repaint(s);
}

export function toasts(s) {
  return h(
    "div",
    { class: "nbp-toasts nbm-toasts", "aria-live": "polite", "data-key": "toasts" },
    s.ui.toasts.map((t) =>
      h(
        "div",
        { class: "nbp-toast", "data-kind": t.kind, "data-key": t.id, role: t.kind === "error" ? "alert" : "status" },
        h("span", {}, said(t.text)),
        h(
          "button",
          { type: "button", class: "bare", "aria-label": T("Dismiss"), onclick: () => dropToast(s, t.id) },
          icon("close"),
        ),
      ),
    ),
  );
}

export function banner(s) {
  if (s.ended)
    return h(
      "div",
      { class: "nbp-banner", "data-kind": "warning", role: "alert", "data-key": "ended" },
      h("span", {}, kernelEnded()),
    );
  const { banner: b } = s.get("page");
  if (!b) return null;
  const action = { login: [T("Log in again"), () => location.reload()], retry: [T("Try again"), () => beat(s)] }[
    b.action
  ];
  return h(
    "div",
    { class: "nbp-banner", "data-kind": b.kind, role: "alert", "data-key": "banner" },
    h("span", {}, said(b.text)),
    action && h("button", { type: "button", class: "small", onclick: action[1] }, action[0]),
    b.action === "" &&
      h(
        "button",
        { type: "button", class: "bare", "aria-label": T("Close"), onclick: () => send(s, "close_banner") },
        icon("close"),
      ),
  );
}
