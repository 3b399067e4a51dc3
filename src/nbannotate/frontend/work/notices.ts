// The notices of the person: what they are about, and going there.

import type { NoticeView } from "../generated/work-views.ts";
import { noticesShown } from "../shared/notices.ts";
import { T } from "../shared/texts.ts";
import { ring } from "./home-bar.ts";
import { leaveWith } from "./leave.ts";
import type { Page } from "./page.ts";
import { complain, send } from "./send.ts";

export function notices(s: Page) {
  if (!s.ui.bell) return null;
  const { rows, unseen } = s.get("notices");
  return noticesShown<NoticeView>({
    rows,
    unseen,
    none: T("What is given or returned to you, answers to your issues and due dates appear here."),
    about: (n) => n.campaign ?? "",
    go(n) {
      s.ui.bell = false;
      leaveWith(s, "notice", { notice: n.id });
    },
    see: () => void send(s, "notices_seen", {}, complain(s)),
    close: () => ring(s),
  });
}
