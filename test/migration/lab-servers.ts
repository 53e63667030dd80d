/**
 * Masters, agents and Marathons of the sandbox as processes that a migration may start and stop one by one: restarted when they end
 * by themselves, as a supervisor does, and killed with the test, whatever happens to it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  ServerChange,
  ServerControl,
  ServerStatus,
} from "../../src/migration/actions/server-control.js";
import type { Server } from "../../src/migration/actions/servers.js";
import type { SideName } from "../../src/migration/model/spec.js";

/** By the role, and a framework by its port. */
const ENTRIES = {
  master: "mesos/master/main.js",
  agent: "mesos/agent/main.js",
  framework: "marathon/main.js",
  batch: "batch/main.js",
} as const;

/** As a supervisor waits before it starts again what has ended. */
const AGAIN_MS = 200;
/** Marathon says good-bye. */
const GRACE_MS = 5_000;

interface Unit {
  readonly server: Pick<Server, "ref" | "role">;
  change: ServerChange;
  wanted: boolean;
  child: ChildProcess | null;
  text: string;
}

/** What a server is started with, by everything that a step may change. */
function flagsOf(unit: Unit, folder: string, connect: Readonly<Record<SideName, string>>): readonly string[] {
  const { server, change } = unit;
  const zookeeper = `zk://${connect[change.zookeeper ?? "a"]}`;
  const [ip = "", port = ""] = server.ref.address.split(":");
  const work = `--work_dir=${join(folder, server.ref.name)}`;
  switch (server.role) {
    case "master":
      return [
        `--zk=${zookeeper}/mesos`,
        `--quorum=${change.quorum ?? 2}`,
        `--ip=${ip}`,
        `--hostname=${ip}`,
        `--port=${port}`,
        work,
        "--allocation_interval=200ms",
      ];
    case "agent":
      return [
        `--master=${zookeeper}/mesos`,
        `--ip=${ip}`,
        `--hostname=${ip}`,
        `--port=${port}`,
        work,
        "--registration_backoff_factor=100ms",
        "--executor_reregistration_timeout=500ms",
      ];
    case "framework":
      if (port === "4400") {
        const own = [`--http_address=${ip}`, "--http_port=4400", "--zk_session_timeout=2secs"];
        return [`--master=${zookeeper}/mesos`, `--zk=${zookeeper}/batch`, ...own];
      }
      return [
        "--master",
        `${zookeeper}/mesos`,
        "--zk",
        `${zookeeper}/marathon`,
        ...["--http_address", ip, "--hostname", ip, "--http_port", port],
        ...["--zk_session_timeout", "2000", "--min_revive_offers_interval", "200"],
      ];
  }
}

export class LabServers implements ServerControl {
  private readonly units = new Map<string, Unit>();
  /** Every stop and start, in order. */
  readonly log: string[] = [];

  private readonly killAll = () => {
    for (const { child } of this.units.values()) child?.kill("SIGKILL");
  };

  constructor(
    private readonly folder: string,
    private readonly connect: Readonly<Record<SideName, string>>,
  ) {
    process.once("exit", this.killAll);
  }

  async start(server: Pick<Server, "ref" | "role">, change: ServerChange): Promise<void> {
    const { name } = server.ref;
    const unit = this.units.get(name) ?? { server, change, wanted: false, child: null, text: "" };
    this.units.set(name, unit);
    const next = { ...unit.change, ...change };
    if (unit.child !== null && JSON.stringify(next) === JSON.stringify(unit.change)) return;
    await this.end(unit);
    unit.change = next;
    unit.wanted = true;
    this.log.push(`start ${name}`);
    this.launch(unit);
  }

  async stop({ ref }: Pick<Server, "ref">): Promise<void> {
    const unit = this.units.get(ref.name);
    if (unit === undefined) return;
    if (unit.child !== null) this.log.push(`stop ${ref.name}`);
    await this.end(unit);
  }

  async remove(server: Pick<Server, "ref">, { purgeData }: { readonly purgeData: boolean }): Promise<void> {
    await this.stop(server);
    this.units.delete(server.ref.name);
    if (purgeData) await rm(join(this.folder, server.ref.name), { recursive: true, force: true });
  }

  status({ ref }: Pick<Server, "ref">, change: ServerChange): Promise<ServerStatus> {
    const unit = this.units.get(ref.name);
    const next = { ...unit?.change, ...change };
    return Promise.resolve({
      running: unit?.wanted === true,
      there: unit !== undefined,
      matches: JSON.stringify(next) === JSON.stringify(unit?.change),
    });
  }

  /** As a crash: the supervisor starts it again. */
  crash(name: string): void {
    this.units.get(name)?.child?.kill("SIGKILL");
  }

  /** What it wrote to stderr, over all its starts. */
  text(name: string): string {
    return this.units.get(name)?.text ?? "";
  }

  pid(name: string): number | null {
    return this.units.get(name)?.child?.pid ?? null;
  }

  async close(): Promise<void> {
    process.off("exit", this.killAll);
    for (const unit of this.units.values()) {
      unit.wanted = false;
      if (unit.child === null) continue;
      const ended = once(unit.child, "exit");
      unit.child.kill("SIGKILL");
      await ended;
    }
  }

  private async end(unit: Unit): Promise<void> {
    unit.wanted = false;
    const { child } = unit;
    if (child === null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    await ended;
    clearTimeout(timer);
  }

  private launch(unit: Unit): void {
    const { role, ref } = unit.server;
    const program = ENTRIES[ref.address.endsWith(":4400") ? "batch" : role];
    const entry = fileURLToPath(new URL(`../../src/sandbox/${program}`, import.meta.url));
    const child = spawn(process.execPath, [entry, ...flagsOf(unit, this.folder, this.connect)], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, MESOS_ZK_SESSION_TIMEOUT: "2secs" },
    });
    unit.child = child;
    child.stderr?.on("data", (chunk: Buffer) => {
      unit.text = (unit.text + chunk.toString("utf8")).slice(-200_000);
    });
    child.once("exit", () => {
      unit.child = null;
      if (!unit.wanted) return;
      setTimeout(() => {
        if (unit.wanted && unit.child === null) this.launch(unit);
      }, AGAIN_MS);
    });
  }
}
