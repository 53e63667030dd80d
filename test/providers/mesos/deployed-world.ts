/** A project that deploys masters and agents of the simulation on this machine, over a real ZooKeeper, driven by the command. */
import { fileURLToPath } from "node:url";
import { openRuntime } from "../../../providers/open-runtime.js";
import type { HostRuntime } from "../../../providers/runtime.js";
import type { JsonObject } from "../../../src/value/json.js";
import { type Answer, ferry, projectOf, start } from "../../cli/ferry.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";
import { api } from "../../sandbox/mesos/lab.js";
import { secrets, signal } from "../docker/engine.js";

export const NET = `127.${30 + (process.pid % 200)}.${1 + Math.floor(Math.random() * 250)}`;
const ENVIRONMENT = { MESOS_ZK_SESSION_TIMEOUT: "2secs" };

export function program(kind: "master" | "agent"): string[] {
  return [
    process.execPath,
    fileURLToPath(new URL(`../../../src/sandbox/mesos/${kind}/main.js`, import.meta.url)),
  ];
}

export interface Deployment {
  readonly masters: JsonObject;
  readonly agents: JsonObject;
}

/** Entries of the list; masters listen on NET.11…, agents on NET.21…. */
export function master(id: number, more: JsonObject = {}): JsonObject {
  return { id, host: "Host/h", ip: `${NET}.${10 + id}`, ...more };
}

export function agent(number: number, more: JsonObject = {}): JsonObject {
  return {
    id: `a${number}`,
    host: "Host/h",
    ip: `${NET}.${20 + number}`,
    attributes: { rack: `r${number}` },
    ...more,
  };
}

/** The runtime of the host, and what masters and agents need to run in it. */
export interface Placement {
  readonly runtime: JsonObject;
  readonly common: JsonObject;
}

const PROCESSES: Placement = { runtime: { process: { workDir: ".ferry/hosts/h" } }, common: {} };

export class DeployedWorld {
  private constructor(
    readonly ensemble: TestEnsemble,
    readonly project: ReturnType<typeof projectOf>,
    private readonly placement: Placement,
  ) {}

  static async make(placement: Placement = PROCESSES): Promise<DeployedWorld> {
    const ensemble = await startEnsemble({ size: 1, settings: { tickTime: 500 } });
    return new DeployedWorld(ensemble, projectOf({}), placement);
  }

  private get host(): JsonObject {
    return { address: "127.0.0.1", runtime: this.placement.runtime };
  }

  /** JSON is YAML. */
  declare({ masters, agents }: Deployment): void {
    const documents: JsonObject[] = [
      {
        kind: "Host",
        name: "h",
        spec: this.host,
      },
      {
        kind: "MesosMasters",
        name: "m",
        spec: {
          zookeeper: { connectString: this.ensemble.connectString },
          program: program("master"),
          environment: ENVIRONMENT,
          rolling: { waitSeconds: 40 },
          ...this.placement.common,
          ...masters,
        },
      },
      {
        kind: "MesosAgents",
        name: "a",
        spec: {
          masters: "MesosMasters/m",
          program: program("agent"),
          environment: ENVIRONMENT,
          resources: { cpus: 4, mem: 4096, disk: 10240, ports: "[31000-32000]" },
          rolling: { waitSeconds: 40 },
          ...this.placement.common,
          ...agents,
          flags: { registration_backoff_factor: "50ms", ...(agents["flags"] as JsonObject | undefined) },
        },
      },
    ];
    const texts = documents.map(({ kind, name, spec }) =>
      JSON.stringify({ apiVersion: "ferry/v1", kind, metadata: { name }, spec }, null, 1),
    );
    this.project.write("main.yaml", `${texts.join("\n---\n")}\n`);
  }

  run(...args: string[]): Promise<Answer> {
    return ferry(args, { cwd: this.project.directory, deadlineMs: 150_000, env: { SECRET: "hush" } });
  }

  start(...args: string[]): ReturnType<typeof start> {
    return start(args, { cwd: this.project.directory, deadlineMs: 150_000, env: { SECRET: "hush" } });
  }

  /** What it said, progress included; throws when it failed. */
  async applied(): Promise<string> {
    const answer = await this.run("apply", "--auto-approve");
    const text = `${answer.stdout}\n${answer.stderr}`;
    if (answer.code !== 0) throw new Error(text);
    return text;
  }

  /** 0: in step, 2: changes. */
  async planned(): Promise<{ code: number | null; text: string }> {
    const answer = await this.run("plan", "--detailed-exitcode");
    return { code: answer.code, text: `${answer.stdout}\n${answer.stderr}` };
  }

  /** Of every unit's server, null when it does not run. */
  async pids(): Promise<Readonly<Record<string, number | null>>> {
    const runtime = await this.runtime();
    const units = await runtime.list({}, new AbortController().signal);
    return Object.fromEntries(units.map(({ name, pid }) => [name, pid]));
  }

  async pid(unit: string): Promise<number | null> {
    return (await this.pids())[unit] ?? null;
  }

  /** As an operator would on the host; it does not come back by itself. */
  async stopByHand(unit: string): Promise<void> {
    await (await this.runtime()).stop(unit, new AbortController().signal);
  }

  private runtime(): Promise<HostRuntime> {
    return openRuntime("Host/h", this.host, { projectRoot: this.project.directory, secrets, signal });
  }

  async close(): Promise<void> {
    await this.run("destroy", "--auto-approve");
    await this.ensemble.close();
    this.project.remove();
  }
}

/** The uuid of the leading master that this one sends to: another one after each election. */
export async function leaderId(ip: string): Promise<string> {
  const answer = (await api(await leaderAddress(ip), { type: "GET_MASTER" })) as {
    get_master: { master_info: { id: string } };
  };
  return answer.get_master.master_info.id;
}

/** The address of the leader, by any master's word. */
export async function leaderAddress(ip: string): Promise<string> {
  const response = await fetch(`http://${ip}:5050/redirect`, { redirect: "manual" });
  const location = response.headers.get("location");
  if (location === null) throw new Error(`nobody leads: ${response.status}`);
  return location.slice(2).replace(/:\d+$/, "");
}
