// What a key, a button or Python asks for by its name. The panels add theirs to PRESSED; keys.ts knows the others.

import type { Page } from "./page.ts";

export const PRESSED: Record<string, (s: Page) => unknown> = {};

export const press = (s: Page, action: string): void => s.press(action);
