// The canvas that keys of the whole page go to.

export const keyboard = { canvas: null }; // the canvas that page-wide keys go to
