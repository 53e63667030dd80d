/**
 * Where state is kept: one interface, several backends (local/, zookeeper/). A backend moves bytes and holds the lock;
 * what the bytes mean is in codec.ts.
 */
import type { State } from "./model.js";

export interface LockOwner {
  /** Random UUID; what `ferry state unlock ID` names. */
  readonly id: string;
  /** user@host */
  readonly who: string;
  readonly host: string;
  readonly pid: number;
  /** Start of the process in the clock of the host (Linux: /proc/PID/stat field 22), to tell a reused pid. */
  readonly processStart: string;
  /** The command that holds it, e.g. `apply`. */
  readonly operation: string;
  /** RFC 3339, UTC. */
  readonly since: string;
}

export interface LockRequest {
  readonly owner: LockOwner;
  /** Milliseconds to wait for another holder; 0 = fail at once. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Called once when waiting starts, and again when the holder changes. */
  readonly onWait?: (holder: LockOwner) => void;
  /** Called when the lock of a process that is gone was taken over; `reason` says why it is known to be gone. */
  readonly onTakeOver?: (previous: LockOwner, reason: string) => void;
}

export interface Lock {
  readonly owner: LockOwner;
  /** Aborted when the lock is lost (ZooKeeper session expired, lock file taken away). */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface HistoryEntry {
  readonly serial: number;
  /** RFC 3339, UTC. */
  readonly writtenAt: string;
  readonly ferryVersion: string;
  readonly resources: number;
  readonly commit: string | null;
}

/**
 * All methods reject with DiagnosticError naming the backend's location, what is untouched and what to do.
 */
export interface StateBackend {
  /** e.g. `local .ferry/state.json`, `zookeeper 127.0.0.1:2181/ferry/state`. */
  readonly location: string;
  /** The newest state, or null when there is none yet. A torn, foreign or undecryptable one is an error, never null. */
  read(): Promise<State | null>;
  /**
   * Writes `next` durably if the stored serial is `next.serial - 1` (or nothing is stored and it is 1) and the lineage is
   * the same; otherwise error `state-conflict` and nothing changed. Keeps the previous one in the history.
   */
  write(next: State, lock: Lock): Promise<void>;
  lock(request: LockRequest): Promise<Lock>;
  lockHolder(): Promise<{
    readonly owner: LockOwner;
    readonly stale: boolean;
    readonly reason?: string;
  } | null>;
  /** Removes a lock by id; error when it is not the one held. */
  unlock(id: string): Promise<void>;
  /** Earlier states that are kept, newest first; without the present one. */
  history(): Promise<readonly HistoryEntry[]>;
  readHistory(serial: number): Promise<State>;
  close(): Promise<void>;
}
