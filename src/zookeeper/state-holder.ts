/** The session's state and who wants to know of it. Once over, it stays over. */
import type { SessionState } from "./types.js";

const OVER: readonly SessionState[] = ["expired", "closed", "auth-failed"];

export class StateHolder {
  private state: SessionState = "connecting";
  private readonly listeners = new Set<(state: SessionState) => void>();

  get current(): SessionState {
    return this.state;
  }

  get ended(): boolean {
    return OVER.includes(this.state);
  }

  /** Whether requests can be sent. */
  get usable(): boolean {
    return this.state === "connected" || this.state === "read-only";
  }

  set(state: SessionState): void {
    if (this.state === state || this.ended) return;
    this.state = state;
    for (const listener of [...this.listeners]) {
      try {
        listener(state);
      } catch (error) {
        // A listener's fault is its own and must not hurt the session.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Gives the function that ends the listening. */
  listen(listener: (state: SessionState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
