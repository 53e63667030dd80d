/**
 * Puts every edit on disk before it is reported as done, for many actions at once: edits that arrive while a write is
 * under way go into the next one together (group commit). Never reorders edits; after a failed write it takes no more.
 */
import type { Lock, StateBackend } from "./backend.js";
import { combineEdits, type StateEdit } from "./edit.js";
import type { State } from "./model.js";

export interface StateWriter {
  /** What is stored, and edits on their way there. */
  readonly current: State;
  /** Resolves with a state holding the edit when that state is durable; rejects when the edit or the write fails. */
  update(edit: StateEdit): Promise<State>;
  /** Resolves when nothing is under way any more; never rejects. */
  settled(): Promise<void>;
}

interface Waiting {
  readonly edit: StateEdit;
  readonly resolve: (state: State) => void;
  readonly reject: (error: unknown) => void;
}

/** `initial`: what the backend holds (or an empty state of serial 0). The lock must be held until settled. */
export function createStateWriter(backend: StateBackend, lock: Lock, initial: State): StateWriter {
  return new GroupCommitWriter(backend, lock, initial);
}

class GroupCommitWriter implements StateWriter {
  private stored: State;
  private waiting: Waiting[] = [];
  private running: Promise<void> | null = null;
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly backend: StateBackend,
    private readonly lock: Lock,
    initial: State,
  ) {
    this.stored = initial;
  }

  get current(): State {
    return this.stored;
  }

  update(edit: StateEdit): Promise<State> {
    if (this.failure !== null) return Promise.reject(this.failure.error);
    return new Promise((resolve, reject) => {
      this.waiting.push({ edit, resolve, reject });
      this.running ??= this.drain();
    });
  }

  async settled(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  private async drain(): Promise<void> {
    // One turn of the event loop, so that edits made together are written together.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      await this.commit(batch);
    }
    this.running = null;
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    const accepted: Waiting[] = [];
    let next = this.stored;
    for (const item of batch) {
      try {
        if (this.failure !== null) throw this.failure.error;
        next = item.edit(next);
        accepted.push(item);
      } catch (error) {
        item.reject(error);
      }
    }
    if (accepted.length === 0) return;
    const state = combineEdits(this.stored, [() => next]);
    try {
      await this.backend.write(state, this.lock);
      this.stored = state;
      for (const item of accepted) item.resolve(state);
    } catch (error) {
      this.failure = { error };
      for (const item of accepted) item.reject(error);
    }
  }
}
