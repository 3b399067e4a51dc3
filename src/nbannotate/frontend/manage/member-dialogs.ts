// What is asked when people are invited, changed or disabled.

import type { NewInvitation } from "../generated/manage-views.ts";
import { h } from "../shared/dom.ts";
import { locale, M, N, T } from "../shared/texts.ts";
import { loginField, roleChoice } from "./members.ts";
import { act } from "./talk.ts";
import type { Page, Secret, WordsOf } from "./types.ts";

// What is asked of members.
export const MEMBER_DIALOGS: WordsOf<"invite" | "role" | "password" | "disable" | "enable"> = {
  invite: {
    title: () => T("Invite a member"),
    done: M("Invite"),
    blocked: (d) => !d.values.login,
    body: (s, d) => [
      h(
        "p",
        {},
        T("The person opens a link, chooses a password, and can work. The link works once and for seven days."),
      ),
      loginField(s, d),
      roleChoice(s, d),
    ],
    go: (s, d, end) =>
      act(s, "invite", { login: d.values.login, role: d.values.role }, (error, answer) => {
        if (!error) d.secret = { label: T("Link"), ...inviteLink(s, d.values.login, answer) };
        end(error);
      }),
  },
  role: {
    title: (d) => T("Role of {login}", { login: d.m.login }),
    done: M("Change"),
    blocked: (d) => d.values.role === d.m.role,
    body: (s, d) => [
      h("p", {}, T("It holds from the next click on, in pages that are open too. Tasks stay where they are.")),
      roleChoice(s, d),
    ],
    go: (s, d, end) => act(s, "role", { login: d.m.login, role: d.values.role }, end),
  },
  password: {
    title: (d) => T("Reset the password of {login}?", { login: d.m.login }),
    done: M("Reset"),
    danger: true,
    body: (s, d) =>
      h(
        "p",
        {},
        `${T("{login} is logged out everywhere, and logs in again with a new password that you are shown once.", { login: d.m.login })}${d.m.me ? ` ${T("That is your own account: this page ends, too.")}` : ""}`,
      ),
    go: (s, d, end) =>
      act(s, "password", { login: d.m.login }, (error, answer) => {
        if (!error)
          d.secret = {
            label: T("Password"),
            value: answer.secret,
            text: T("The new password of {login}:", { login: d.m.login }),
          };
        end(error);
      }),
  },
  disable: {
    title: (d) => T("Disable {login}?", { login: d.m.login }),
    done: M("Disable"),
    danger: true,
    body: (s, d) => [
      h(
        "p",
        {},
        T(
          "{login} is logged out everywhere at once and cannot log in. What {login} drew stays, and the account can be enabled again.",
          { login: d.m.login },
        ),
      ),
      d.m.open
        ? h(
            "p",
            { class: "preview" },
            N(
              d.m.open,
              "{n} open task of {login} waits until somebody else gets it: reassign it under Jobs.",
              "{n} open tasks of {login} wait until somebody else gets them: reassign them under Jobs.",
              { login: d.m.login },
            ),
          )
        : null,
    ],
    go: (s, d, end) => act(s, "disable", { login: d.m.login }, end),
  },
  enable: {
    title: (d) => T("Enable {login}?", { login: d.m.login }),
    done: M("Enable"),
    body: (s, d) => h("p", {}, T("{login} can log in again with the password from before.", { login: d.m.login })),
    go: (s, d, end) => act(s, "enable", { login: d.m.login }, end),
  },
};

// Behind the # the invitation is sent to no server. A notebook does not know where the workspace is served.
function inviteLink(s: Page, login: string, { token, expires }: NewInvitation): Pick<Secret, "value" | "text"> {
  const path = `invite#${login}/${token}`,
    until = T("It works once, until {date}.", {
      date: new Date(expires).toLocaleDateString(locale(), { dateStyle: "long" }),
    });
  if (!s.model.get("whole"))
    return {
      value: path,
      text: `${T("Put this behind the address of your site, and send it to {login}.", { login })} ${until}`,
    };
  return {
    value: new URL(path, location.href.replace(/[#?].*$/, "")).href,
    text: `${T("Send this link to {login}.", { login })} ${until}`,
  };
}
