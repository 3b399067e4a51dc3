// Asks for the page to be painted anew: once for all that happens in one turn, or a little later.

export interface Painted {
  waiting: boolean; // for the end of this turn
  soon: ReturnType<typeof setTimeout> | 0;
  paint(): void;
}

const SOON_MS = 40;

export function repaint(s: Painted, now = false): void {
  if (now) {
    s.paint();
    return;
  }
  if (s.waiting) return;
  s.waiting = true;
  queueMicrotask(() => {
    if (s.waiting) s.paint();
  });
}

export function repaintSoon(s: Painted): void {
  // what nobody waits for: after the image of the next task
  s.soon ||= setTimeout(() => repaint(s), SOON_MS);
}
