// The canvas that keys of the whole page go to.

export const keyboard: { canvas: { root: HTMLElement } | null } = { canvas: null };
