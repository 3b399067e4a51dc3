// Asks for the page to be painted anew: at once, or once for all that happens in one turn.

export const paint = (d) => d.paint();

export function soon(d) {
  if (d.painting) return;
  d.painting = true;
  queueMicrotask(() => {
    if (d.painting) d.paint();
  });
}
