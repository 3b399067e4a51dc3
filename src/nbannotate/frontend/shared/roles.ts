// The roles of members, as they are said.

import { M } from "./texts.ts";

export const ROLE: Record<string, string> = {
  owner: M("owner"),
  manager: M("manager"),
  developer: M("developer"),
  reviewer: M("reviewer"),
  annotator: M("annotator"),
};
export const MANAGES = ["owner", "manager"]; // who has a dashboard; the server refuses it to others
