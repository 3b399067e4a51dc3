// Asks for the stage to be painted anew, with what moves above the image.

export const paint = (s: { paint(): void }): void => s.paint();
