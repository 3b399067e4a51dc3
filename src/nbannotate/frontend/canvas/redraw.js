// Asks for the stage to be painted anew, with what moves above the image.

export const paint = (s) => s.paint();
