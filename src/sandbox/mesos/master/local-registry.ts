/** The registry of a master without ZooKeeper: one file in its work_dir, replaced as a whole. No replicas, no quorum. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Registry } from "../coordination/coordination.js";
import type { MasterInfo } from "../coordination/master-info.js";
import type { RegistryOperation, RegistryState } from "../coordination/registry-state.js";

export class LocalRegistry implements Registry {
  state: RegistryState = {};
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly workDir: string,
    private readonly self: MasterInfo,
  ) {}

  async recover(): Promise<RegistryState> {
    try {
      this.state = JSON.parse(await readFile(this.file, "utf8")) as RegistryState;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    return this.apply((state) => ({ ...state, master: { info: this.self } }));
  }

  apply(operation: RegistryOperation): Promise<RegistryState> {
    const next = this.writing.then(async () => {
      const state = operation(this.state);
      if (state !== this.state) await this.store(state);
      this.state = state;
      return state;
    });
    this.writing = next.catch(() => {});
    return next;
  }

  private get file(): string {
    return join(this.workDir, "replicated_log", "registry.json");
  }

  private async store(state: RegistryState): Promise<void> {
    await mkdir(join(this.workDir, "replicated_log"), { recursive: true });
    await writeFile(`${this.file}.next`, JSON.stringify(state));
    await rename(`${this.file}.next`, this.file);
  }
}
