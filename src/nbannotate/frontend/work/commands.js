// What a key, a button or Python asks for by its name. The panels add theirs to PRESSED; keys.js knows the others.

export const PRESSED = {};

export const press = (s, action) => s.press(action);
