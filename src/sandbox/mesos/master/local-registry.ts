/** The registry of a master without ZooKeeper: one file in its work_dir, replaced as a whole. No replicas, no quorum. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Registry } from "../coordination/coordination.js";
import type { MasterInfo } from "../coordination/master-info.js";
import type { RegistryOperation, RegistryState } from "../coordination/registry-state.js";
import { Timer } from "./timer.js";

interface Pending {
  readonly operation: RegistryOperation;
  readonly resolve: (state: RegistryState) => void;
  readonly reject: (error: unknown) => void;
}

export class LocalRegistry implements Registry {
  state: RegistryState = {};
  private queue: Pending[] = [];
  private updating = false;
  private readonly stores = new Timer();
  private size = 0;
  private fetchMs: number | null = null;

  constructor(
    private readonly workDir: string,
    private readonly self: MasterInfo,
  ) {}

  async recover(): Promise<RegistryState> {
    const begun = performance.now();
    try {
      this.state = JSON.parse(await readFile(this.file, "utf8")) as RegistryState;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    this.fetchMs = performance.now() - begun;
    return this.apply((state) => ({ ...state, master: { info: this.self } }));
  }

  /** Operations that come while a write is under way go together into the next, as the registrar does it. */
  apply(operation: RegistryOperation): Promise<RegistryState> {
    return new Promise((resolve, reject) => {
      this.queue.push({ operation, resolve, reject });
      if (!this.updating) void this.update();
    });
  }

  private async update(): Promise<void> {
    this.updating = true;
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      try {
        const next = batch.reduce((state, { operation }) => operation(state), this.state);
        if (next !== this.state) await this.store(next);
        this.state = next;
        for (const { resolve } of batch) resolve(next);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.updating = false;
  }

  /** Names as in /metrics/snapshot; a log of one member that needs nobody. */
  metrics(): Readonly<Record<string, number>> {
    return {
      "registrar/log/ensemble_size": 1,
      "registrar/log/recovered": 1,
      "registrar/queued_operations": this.queue.length,
      "registrar/registry_size_bytes": this.size,
      ...(this.fetchMs === null ? {} : { "registrar/state_fetch_ms": this.fetchMs }),
      ...this.stores.metrics("registrar/state_store_ms"),
    };
  }

  private get file(): string {
    return join(this.workDir, "replicated_log", "registry.json");
  }

  private async store(state: RegistryState): Promise<void> {
    const begun = performance.now();
    const text = JSON.stringify(state);
    await mkdir(join(this.workDir, "replicated_log"), { recursive: true });
    await writeFile(`${this.file}.next`, text);
    await rename(`${this.file}.next`, this.file);
    this.size = Buffer.byteLength(text);
    this.stores.add(performance.now() - begun);
  }
}
