/** The registry of a master without ZooKeeper: one file in its work_dir, replaced as a whole. No replicas, no quorum. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Registry } from "../coordination/coordination.js";
import type { MasterInfo } from "../coordination/master-info.js";
import type { RegistryOperation, RegistryState } from "../coordination/registry-state.js";
import { Timer } from "./timer.js";

export class LocalRegistry implements Registry {
  state: RegistryState = {};
  private writing: Promise<unknown> = Promise.resolve();
  private readonly stores = new Timer();
  private size = 0;
  private fetchMs: number | null = null;
  private queued = 0;

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

  apply(operation: RegistryOperation): Promise<RegistryState> {
    this.queued += 1;
    const next = this.writing.then(async () => {
      this.queued -= 1;
      const state = operation(this.state);
      if (state !== this.state) await this.store(state);
      this.state = state;
      return state;
    });
    this.writing = next.catch(() => {});
    return next;
  }

  /** Names as in /metrics/snapshot; a log of one member that needs nobody. */
  metrics(): Readonly<Record<string, number>> {
    return {
      "registrar/log/ensemble_size": 1,
      "registrar/log/recovered": 1,
      "registrar/queued_operations": this.queued,
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
