// The heartbeat that keeps a task somebody's, and lists that are up to date by themselves.

import type { Page } from "./page.ts";
import { send } from "./send.ts";

const HERE_MS = 5 * 60_000; // somebody who did nothing for longer is away
const EVERY_MS: Record<string, number> = { tasks: 5000, job: 5000, finished: 15_000, task: 30_000 },
  AWAY_MS = 60_000;

/** Knows whether somebody is there. */
export interface Pulse {
  active(): void;
  back(): void;
  stop(): void;
}

export function pulse(s: Page): Pulse {
  let active = performance.now(),
    beat = active,
    asked = active,
    asking = false,
    task = 0;
  const tick = () => {
    const now = performance.now(),
      page = s.get("page"),
      here = now - active < HERE_MS;
    if (document.hidden || s.gone || s.ui.going) return;
    if (page.task !== task) {
      task = page.task;
      beat = now;
    }
    if (page.beat && here && now - beat >= page.beat * 1000 - 200) {
      beat = now;
      send(s, "beat");
    }
    const every = here ? EVERY_MS[page.screen] : page.screen in EVERY_MS ? AWAY_MS : 0;
    if (every && !asking && now - asked >= every && !s.ui.busy) {
      asking = true;
      send(s, "refresh", {}, () => {
        asking = false;
        asked = performance.now();
      });
    }
  };
  const timer = setInterval(tick, 500);
  return {
    active() {
      active = performance.now();
    },
    back() {
      if (!document.hidden) {
        active = performance.now();
        beat = asked = -1e9;
        tick();
      }
    },
    stop() {
      clearInterval(timer);
    },
  };
}
