/**
 * The checkpoint below `work_dir/meta`, in Mesos' folders but with JSON in the files: what an agent that was killed finds again.
 * Each file is replaced as a whole; nothing is locked.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FrameworkReport } from "../link/messages.js";
import type { AgentRecord, DrainRecord, ExecutorRecord } from "./executor-record.js";

export interface Recovered {
  readonly agent: AgentRecord;
  readonly frameworks: readonly FrameworkReport[];
  readonly executors: readonly ExecutorRecord[];
  /** Resource messages with the reservations and volumes that a master made; null = as the flags say. */
  readonly total: readonly object[] | null;
  readonly drain: DrainRecord | null;
}

/** What an agent needs of its checkpoint. */
export type AgentStore = Pick<
  Checkpoint,
  | "recover"
  | "registered"
  | "framework"
  | "executor"
  | "executorEnded"
  | "frameworkEnded"
  | "resources"
  | "drain"
  | "forget"
>;

export class Checkpoint {
  constructor(private readonly workDir: string) {}

  private get slaves(): string {
    return join(this.workDir, "meta", "slaves");
  }

  get latest(): string {
    return join(this.slaves, "latest");
  }

  private slaveDir(agentId: string): string {
    return join(this.slaves, agentId);
  }

  /** Null when this agent never registered, or was told to forget it. */
  recover(): Recovered | null {
    let target: string;
    try {
      target = readlinkSync(this.latest);
    } catch {
      return null;
    }
    const dir = join(this.slaves, basename(target));
    if (!existsSync(join(dir, "slave.info"))) return null;
    const frameworksDir = join(dir, "frameworks");
    const found = folders(frameworksDir).map((id) => join(frameworksDir, id));
    return {
      agent: readJson<AgentRecord>(join(dir, "slave.info")),
      frameworks: found
        .filter((path) => existsSync(join(path, "framework.info")))
        .map((path) => readJson<FrameworkReport>(join(path, "framework.info"))),
      executors: found.flatMap((path) => readExecutors(join(path, "executors"))),
      total: readIf<readonly object[]>(this.resourcesFile),
      drain: readIf<DrainRecord>(join(dir, "drain_config.info")),
    };
  }

  registered(agent: AgentRecord): void {
    const dir = this.slaveDir(agent.id);
    writeJson(join(dir, "slave.info"), agent);
    rmSync(this.latest, { force: true });
    symlinkSync(dir, this.latest);
  }

  framework(agentId: string, framework: FrameworkReport): void {
    writeJson(join(this.slaveDir(agentId), "frameworks", framework.id, "framework.info"), {
      id: framework.id,
      info: framework.info,
    });
  }

  executor(agentId: string, executor: ExecutorRecord): void {
    writeJson(join(this.runDir(agentId, executor), "executor.json"), executor);
  }

  /** It ended: nothing of it is recovered any more. */
  executorEnded(agentId: string, executor: ExecutorRecord): void {
    rmSync(dirname(dirname(this.runDir(agentId, executor))), { recursive: true, force: true });
  }

  frameworkEnded(agentId: string, frameworkId: string): void {
    rmSync(join(this.slaveDir(agentId), "frameworks", frameworkId), { recursive: true, force: true });
  }

  resources(total: readonly object[]): void {
    writeJson(this.resourcesFile, total);
  }

  drain(agentId: string, drain: DrainRecord | null): void {
    const file = join(this.slaveDir(agentId), "drain_config.info");
    if (drain === null) rmSync(file, { force: true });
    else writeJson(file, drain);
  }

  /** The next start registers as a new agent. */
  forget(): void {
    rmSync(this.latest, { force: true });
  }

  private get resourcesFile(): string {
    return join(this.workDir, "meta", "resources", "resources.state");
  }

  private runDir(agentId: string, executor: ExecutorRecord): string {
    const executors = join(this.slaveDir(agentId), "frameworks", executor.frameworkId, "executors");
    return join(executors, encodeURIComponent(executor.id), "runs", executor.containerId);
  }
}

function readExecutors(dir: string): ExecutorRecord[] {
  return folders(dir).flatMap((id) => {
    const runs = join(dir, id, "runs");
    return folders(runs)
      .map((run) => join(runs, run, "executor.json"))
      .filter(existsSync)
      .map((file) => readJson<ExecutorRecord>(file));
  });
}

function folders(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

function readIf<T>(file: string): T | null {
  return existsSync(file) ? readJson<T>(file) : null;
}

function writeJson(file: string, value: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.next`, JSON.stringify(value));
  renameSync(`${file}.next`, file);
}
