// Asks for the page to be painted anew: once for all that happens in one turn, or a little later.

const SOON_MS = 40;

export function repaint(s, now = false) {
  if (now) return s.paint();
  if (s.waiting) return undefined;
  s.waiting = true;
  queueMicrotask(() => {
    if (s.waiting) s.paint();
  });
  return undefined;
}

export function repaintSoon(s) {
  // what nobody waits for: after the image of the next task
  s.soon ||= setTimeout(() => repaint(s), SOON_MS);
}
