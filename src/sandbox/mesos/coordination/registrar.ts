/**
 * The registrar: the registry's one writer on the leading master. Operations that come while a write is under way go
 * together into the next; after one failed write it is dead until the process is restarted.
 */
import type { Json } from "../../../value/json.js";
import { isObject } from "../../../value/json.js";
import { durationText } from "./duration-text.js";
import type { MasterInfo } from "./master-info.js";
import type { EndProcess, WriteLog } from "./process-end.js";
import type { RegistryOperation, RegistryState } from "./registry-state.js";
import { StoreTimer } from "./store-timer.js";

/** Where the registry's text is kept. */
export interface RegistryLog {
  fetch(signal: AbortSignal): Promise<string | null>;
  store(text: string, signal: AbortSignal): Promise<void>;
}

export interface RegistrarOptions {
  readonly storage: RegistryLog;
  readonly self: MasterInfo;
  /** Milliseconds: registry_fetch_timeout and registry_store_timeout. */
  readonly fetchMs: number;
  readonly storeMs: number;
  readonly log: WriteLog;
  readonly end: EndProcess;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
}

interface Pending {
  readonly operation: RegistryOperation;
  readonly resolve: (state: RegistryState) => void;
  readonly reject: (error: Error) => void;
}

export class Registrar {
  private held: RegistryState | null = null;
  private size = 0;
  private recovering: Promise<RegistryState> | null = null;
  private queue: Pending[] = [];
  private updating = false;
  private dead: Error | null = null;
  private fetchMs: number | null = null;
  private readonly stores = new StoreTimer();

  constructor(private readonly options: RegistrarOptions) {}

  /** As acknowledged last; `{}` before recovery, and on a standby. */
  get state(): RegistryState {
    return this.held ?? {};
  }

  /**
   * Reads the registry and writes our MasterInfo into it. The second call gives what the first did. When it cannot be done
   * in time the process is aborted (`Recovery failed: …`) and the promise rejects.
   */
  recover(): Promise<RegistryState> {
    this.recovering ??= this.fetch().catch((error: Error) => {
      const message = `Recovery failed: Failed to recover registrar: ${error.message}`;
      this.options.log("F", "master.cpp", message);
      this.options.end({ kind: "abort", signal: "SIGABRT", message });
      throw new Error(message);
    });
    return this.recovering;
  }

  /**
   * Resolves with the state a quorum has on disk. Rejects when this or an earlier write failed, or nothing was recovered;
   * whether a failed write was stored is then unknown.
   */
  async apply(operation: RegistryOperation): Promise<RegistryState> {
    if (this.recovering === null) throw new Error("Attempted to apply the operation before recovering");
    await this.recovering;
    return this.enqueue(operation);
  }

  metrics(): Record<string, number> {
    return {
      "registrar/queued_operations": this.queue.length,
      ...(this.held === null ? {} : { "registrar/registry_size_bytes": this.size }),
      ...(this.fetchMs === null ? {} : { "registrar/state_fetch_ms": this.fetchMs }),
      ...this.stores.metrics("registrar/state_store_ms"),
    };
  }

  private async fetch(): Promise<RegistryState> {
    const { log, now, storage, fetchMs } = this.options;
    log("I", "master.cpp", "Recovering from registrar");
    const begun = now();
    const what = `Failed to perform fetch within ${durationText(fetchMs)}`;
    const text = await within(fetchMs, what, (signal) => storage.fetch(signal));
    this.fetchMs = now() - begun;
    this.size = Buffer.byteLength(text ?? "");
    const took = durationText(this.fetchMs);
    log("I", "registrar.cpp", `Successfully fetched the registry (${this.size}B) in ${took}`);
    this.held = readState(text);
    const recovered = await this.enqueue((state) => ({
      ...state,
      master: { info: this.options.self },
    })).catch((error: Error) => {
      throw new Error(`Failed to persist MasterInfo: ${error.message}`);
    });
    log("I", "registrar.cpp", "Successfully recovered registrar");
    return recovered;
  }

  private enqueue(operation: RegistryOperation): Promise<RegistryState> {
    if (this.dead !== null) return Promise.reject(this.dead);
    return new Promise((resolve, reject) => {
      this.queue.push({ operation, resolve, reject });
      if (!this.updating) void this.update();
    });
  }

  /** Writes all that is queued, then what came meanwhile. */
  private async update(): Promise<void> {
    this.updating = true;
    while (this.queue.length > 0 && this.dead === null) {
      const batch = this.queue;
      this.queue = [];
      try {
        const next = this.applied(batch);
        if (next !== this.held) await this.write(next);
        for (const { resolve } of batch) resolve(next);
      } catch (error) {
        this.abort(error instanceof Error ? error : new Error(String(error)), batch);
      }
    }
    this.updating = false;
  }

  private applied(batch: readonly Pending[]): RegistryState {
    const begun = this.options.now();
    const next = batch.reduce((state, { operation }) => operation(state), this.state);
    const took = durationText(this.options.now() - begun);
    const text = `Applied ${batch.length} operations in ${took}; attempting to update the registry`;
    this.options.log("I", "registrar.cpp", text);
    return next;
  }

  private async write(next: RegistryState): Promise<void> {
    const { log, now, storage, storeMs } = this.options;
    const begun = now();
    const text = JSON.stringify(next);
    const what = `Failed to perform store within ${durationText(storeMs)}`;
    await within(storeMs, what, (signal) => storage.store(text, signal));
    const took = now() - begun;
    this.stores.add(took);
    this.held = next;
    this.size = Buffer.byteLength(text);
    log("I", "registrar.cpp", `Successfully updated the registry in ${durationText(took)}`);
  }

  private abort(error: Error, batch: readonly Pending[]): void {
    this.dead = new Error(`Failed to update registry: ${error.message}`);
    this.options.log("E", "registrar.cpp", `Registrar aborting: ${this.dead.message}`);
    for (const { reject } of [...batch, ...this.queue]) reject(this.dead);
    this.queue = [];
  }
}

/** Ends the work by its signal when it takes too long, and rejects with that text then. */
async function within<T>(ms: number, late: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error(late)), ms);
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
  }
}

function readState(text: string | null): RegistryState {
  if (text === null) return {};
  const value = JSON.parse(text) as Json;
  if (!isObject(value)) throw new Error("the stored registry is no JSON object");
  return value as RegistryState;
}
