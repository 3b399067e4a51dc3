// Written by docs/make_messages.py from the structs in nbannotate/texts/message.py; do not edit.

/** A sentence on its way: its text in English, the values of its places, and the text for one thing if it counts. */
export interface Sent {
  text: string;
  values?: Record<string, string | number | Sent>;
  one?: string;
}
