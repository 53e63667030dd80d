/**
 * Two real ensembles of which one is removed and brought back, with clients that play masters and writers; no master runs here. What a step
 * needs of the world is real, but for the kinds: one server is started and stopped by the test.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveSteps } from "../../src/migration/actions/archive-steps.js";
import type { EnsembleControl } from "../../src/migration/actions/ensemble-control.js";
import { MigrationRunner } from "../../src/migration/actions/runner.js";
import { Coordination } from "../../src/migration/coordination/coordination.js";
import { sideSpec } from "../../src/migration/coordination/sync-spec.js";
import type { ActionStep } from "../../src/migration/model/action.js";
import type { ActionOutcome, Facts, Probe } from "../../src/migration/model/ports.js";
import type { MigrationSpec, SideName } from "../../src/migration/model/spec.js";
import { walkTree } from "../../src/sync/walk/walk-tree.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { Stat, ZooKeeperClient } from "../../src/zookeeper/types.js";
import { lastingPorts } from "../harness/ports.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { actionOf, specOf } from "./platform.js";

/** A, as its kind would deploy it: always on the same ports. */
class Deployed implements EnsembleControl {
  ensemble: TestEnsemble | null = null;

  constructor(private readonly ports: readonly number[]) {}

  async deploy(_side: unknown, _context: unknown, snapshot?: string): Promise<void> {
    const seed = snapshot === undefined ? {} : { seed: snapshot };
    this.ensemble ??= await startEnsemble({ size: 1, ports: this.ports, ...seed });
  }

  async remove(): Promise<void> {
    await this.ensemble?.close();
    this.ensemble = null;
  }

  async isThere(): Promise<boolean> {
    return this.ensemble !== null;
  }
}

export interface Seen {
  readonly data: string;
  readonly stat: Stat;
}

export class Scene {
  /** Added to the time that the steps are told. */
  laterMs = 0;
  /** Of finished steps, and what others have noted. */
  readonly facts = new Map<string, Facts>();
  readonly log: string[] = [];
  private runner: MigrationRunner | null = null;
  private readonly key = randomBytes(32);

  private constructor(
    readonly spec: MigrationSpec,
    readonly a: Deployed,
    readonly b: TestEnsemble,
    readonly folder: string,
  ) {}

  static async start(): Promise<Scene> {
    const a = new Deployed(await lastingPorts(5));
    const [b, folder] = await Promise.all([
      startEnsemble({ size: 1 }),
      mkdtemp(join(tmpdir(), "ferry-restore-")),
      a.deploy(null, null),
    ]);
    const lab = specOf({ a: a.ensemble?.connectString ?? "", b: b.connectString }, { mode: "replace" });
    const zookeeper = { ...lab.source.zookeeper, resource: "ZooKeeperEnsemble/a" };
    const spec: MigrationSpec = {
      ...lab,
      source: { ...lab.source, zookeeper },
      extraPaths: ["/app"],
      archiveKey: "env:KEY",
    };
    return new Scene(spec, a, b, folder);
  }

  async open(): Promise<MigrationRunner> {
    this.runner ??= await this.newRunner();
    return this.runner;
  }

  /** As a ferry that ends. */
  async leave(): Promise<void> {
    await this.runner?.close();
    this.runner = null;
  }

  private async newRunner(): Promise<MigrationRunner> {
    const { spec, a, folder } = this;
    const now = () => Date.now() + this.laterMs;
    const secret = async () => Buffer.from(this.key.toString("hex"));
    const log = (text: string) => void this.log.push(text);
    const zookeeperOf = (side: SideName) => (side === "a" ? spec.source : spec.target).zookeeper;
    const nobody = () => Promise.reject(new Error("no server is started or stopped here"));
    return new MigrationRunner({
      spec,
      coordination: await Coordination.open({ spec, secret, now, log }),
      control: { start: nobody, stop: nobody, remove: nobody, status: nobody },
      ensembles: a,
      mesos: () => ({ scheme: "http" }),
      marathon: () => ({}),
      now,
      lookMs: 50,
      others: archiveSteps({
        folder,
        migrationId: "lab-1",
        sideSpec: async (side) => sideSpec(side, zookeeperOf(side), []),
        secret,
        random: randomBytes,
      }),
    });
  }

  async step(step: ActionStep): Promise<ActionOutcome> {
    const action = actionOf(step);
    const outcome = await (await this.open()).run(action, this.context(action.id));
    this.facts.set(action.id, outcome.facts);
    this.log.push(`${action.id}: ${outcome.text}`);
    return outcome;
  }

  async probe(step: ActionStep): Promise<Probe["kind"]> {
    const action = actionOf(step);
    return (await (await this.open()).probe(action, this.context(action.id))).kind;
  }

  private context(id: string) {
    const note = async (facts: Facts) => void this.facts.set(id, facts);
    const report = (text: string) => void this.log.push(text);
    return { signal: new AbortController().signal, facts: this.facts, note, report };
  }

  /** A session of its own; who asks closes it. */
  client(side: SideName): Promise<ZooKeeperClient> {
    const { connectString } = (side === "a" ? this.spec.source : this.spec.target).zookeeper;
    return connect({ connectString, sessionTimeoutMs: 6_000 });
  }

  /** Names of files and folders beside the archive. */
  async files(): Promise<readonly string[]> {
    return (await readdir(this.folder, { recursive: true })).toSorted();
  }

  async close(): Promise<void> {
    await this.leave();
    await Promise.all([this.a.remove(), this.b.close()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Everything below these roots, by path. */
export async function treeOf(
  client: ZooKeeperClient,
  roots: readonly string[],
): Promise<ReadonlyMap<string, Seen>> {
  const found = new Map<string, Seen>();
  for (const root of roots) {
    await client.sync(root);
    await walkTree(client, root, {
      without: () => false,
      onNode: ({ path, data, stat }) => void found.set(path, { data: data?.toString("utf8") ?? "", stat }),
      onUnreadable: (path) => {
        throw new Error(`${path} cannot be read`);
      },
    });
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A master as far as ZooKeeper knows it: a candidacy and a replica of the log, gone with its session. */
export async function standIn(client: ZooKeeperClient, port: number): Promise<string> {
  const info = {
    address: { hostname: "127.0.0.1", ip: "127.0.0.1", port },
    hostname: "127.0.0.1",
    id: `m-${port}`,
    pid: `master@127.0.0.1:${port}`,
    port,
    version: "1.11.0",
  };
  const mode = "ephemeral-sequential" as const;
  await client.createParents("/mesos/log_replicas/x");
  await client.create("/mesos/log_replicas/", Buffer.from(`log-replica(1)@127.0.0.1:${port}`), { mode });
  const { path } = await client.create("/mesos/json.info_", Buffer.from(JSON.stringify(info)), { mode });
  return path;
}
