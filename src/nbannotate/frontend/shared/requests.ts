// Requests to Python with their answers: each has a number, and the answer names it.

import type { Model } from "./model.ts";
import type { Message } from "./texts.ts";

/** What can be asked for: its name, and the number that the reply names. */
interface Action {
  do: string;
  ref?: number;
}
export type Name<A extends Action> = A["do"];
/** What an action says besides its name. */
export type Fields<A extends Action, N extends Name<A>> = Omit<Extract<A, { do: N }>, "do" | "ref">;

/** The reply of Python to a request. */
interface Replied {
  ref: number;
  error: Message | null;
  answer: unknown;
}
type Reply = (error: Message | null, answer: unknown, buffer: DataView | undefined) => void;

/** Requests of the actions `A`, each with its answer in `Answers`. */
export class Requests<A extends Action, Answers extends Record<Name<A>, unknown>> {
  private readonly replies = new Map<number, Reply>();
  private asked = 0;
  private readonly post: (message: object) => void;

  /** What is sent goes through `post`, to the model itself if nothing else is said. */
  constructor(model: Model, post: (message: object) => void = (message) => model.send(message)) {
    this.post = post;
  }

  /** Sends what nobody waits for. */
  tell<N extends Name<A>>(what: N, fields: Fields<A, N>): void {
    this.post({ do: what, ...fields });
  }

  /** Sends a request; `reply` is called with the error or the answer. */
  ask<N extends Name<A>>(
    what: N,
    fields: Fields<A, N>,
    reply: (error: Message | null, answer: Answers[N], buffer?: DataView) => void,
  ): void {
    this.asked += 1;
    this.replies.set(this.asked, reply as Reply);
    this.post({ do: what, ...fields, ref: this.asked });
  }

  /** Takes a reply. */
  hear(replied: Replied, buffers: DataView[] = []): void {
    const reply = this.replies.get(replied.ref);
    this.replies.delete(replied.ref);
    reply?.(replied.error, replied.answer, buffers[0]);
  }
}
