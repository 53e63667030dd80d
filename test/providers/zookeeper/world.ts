/**
 * A world for the zookeeper provider: one host of the process runtime on free loopback ports, in a folder that goes
 * with the test. Plans are made as ferry makes them, so that "in step" means what users see.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRuntime } from "../../../providers/open-runtime.js";
import type {
  ApplyResult,
  KindHandler,
  Provider,
  ProviderContext,
  ReadResult,
  ResourceView,
} from "../../../providers/provider.js";
import { findDistribution } from "../../../providers/zookeeper/distribution.js";
import type { Dependencies } from "../../../providers/zookeeper/ensemble/cluster.js";
import { createZooKeeperProvider } from "../../../providers/zookeeper/provider.js";
import { baselineOf } from "../../../src/plan/baseline.js";
import { diffValues } from "../../../src/plan/diff.js";
import { compileRules } from "../../../src/plan/rules.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import { formatPath } from "../../../src/value/path.js";
import { connect } from "../../../src/zookeeper/connect.js";
import { freePorts } from "../../harness/ports.js";

export const ENSEMBLE = "ZooKeeperEnsemble/zk";
const QUICK_JVM = { heap: "96m", options: ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"] };

export interface World {
  readonly folder: string;
  readonly context: ProviderContext;
  /** Progress messages so far. */
  readonly messages: string[];
  /** Last applied specs by address, as the state would hold them. */
  readonly applied: Map<string, JsonObject>;
  handler(kind: string): KindHandler;
  /** What others see of the ensemble once it is declared. */
  declare(address: string, view: ResourceView): void;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly dependencies?: Partial<Dependencies>;
  readonly lineage?: string;
  readonly host?: JsonObject;
}

export function makeWorld(options: WorldOptions = {}): World {
  const folder = mkdtempSync(join(tmpdir(), "ferry-ensemble-"));
  mkdirSync(join(folder, "work"));
  const host = options.host ?? {
    address: "127.0.0.1",
    runtime: { process: { workDir: "work", java: "java" } },
  };
  const views = new Map<string, ResourceView>([
    ["Host/h", { kind: "Host", spec: host, outputs: { address: "127.0.0.1" } }],
  ]);
  const secrets = createSecretResolver({ root: folder, env: options.env ?? {}, salt: "test" });
  const provider: Provider = createZooKeeperProvider(
    {},
    { openRuntime, connect, findDistribution, ...options.dependencies },
  );
  const context: ProviderContext = {
    projectRoot: folder,
    lineage: options.lineage ?? "lineage-1",
    secrets,
    signal: new AbortController().signal,
    now: Date.now,
    resource: (address) => views.get(address),
  };
  return {
    folder,
    context,
    messages: [],
    applied: new Map(),
    handler: (kind) => {
      const found = provider.kinds.find((candidate) => candidate.kind === kind);
      if (found === undefined) throw new Error(`no handler for ${kind}`);
      return found;
    },
    declare: (address, view) => {
      views.set(address, view);
    },
    close: async () => {
      await provider.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An ensemble of `size` on Host/h with free ports and quick servers. */
export async function ensembleSpec(size: number, more: JsonObject = {}): Promise<JsonObject> {
  return { servers: await serverSpecs(1, size), jvm: QUICK_JVM, settings: QUICK, ...more };
}

export const QUICK: JsonObject = {
  tickTime: 500,
  initLimit: 20,
  syncLimit: 10,
  forceSync: "no",
  preAllocSize: 1024,
};

/** Servers `first`…`last` with ports of their own. */
export async function serverSpecs(first: number, last: number): Promise<JsonObject[]> {
  const count = last - first + 1;
  const ports = await freePorts(count * 3);
  return Array.from({ length: count }, (_, at): JsonObject => {
    const [clientPort = 0, quorumPort = 0, electionPort = 0] = ports.slice(at * 3, at * 3 + 3);
    return { id: first + at, host: "Host/h", clientPort, quorumPort, electionPort };
  });
}

function request(
  world: World,
  desired: JsonObject | null,
  recorded: JsonObject | null,
  address: string,
  kind: string,
) {
  const handler = world.handler(kind);
  const normal = (spec: JsonObject | null): JsonObject | null =>
    spec === null ? null : handler.normalise(spec);
  return { address, desired: normal(desired), recorded: normal(recorded), identity: null };
}

export async function read(
  world: World,
  spec: JsonObject,
  address = ENSEMBLE,
  kind = "ZooKeeperEnsemble",
): Promise<ReadResult> {
  const recorded = world.applied.get(address) ?? null;
  return world.handler(kind).read(request(world, spec, recorded, address, kind), world.context);
}

/** The read result, or an error that holds what was wrong. */
export async function present(
  world: World,
  spec: JsonObject,
  address = ENSEMBLE,
  kind = "ZooKeeperEnsemble",
) {
  const result = await read(world, spec, address, kind);
  if (result.status !== "present")
    throw new Error(`expected ${address} to be present: ${JSON.stringify(result)}`);
  return result;
}

/** Paths that a plan would show as different. */
export async function differing(
  world: World,
  spec: JsonObject,
  address = ENSEMBLE,
  kind = "ZooKeeperEnsemble",
): Promise<string[]> {
  const handler = world.handler(kind);
  const { live } = await present(world, spec, address, kind);
  const desired = handler.normalise(spec);
  const rules = compileRules(handler.rules);
  return diffValues(
    baselineOf({ live, recorded: world.applied.get(address) ?? {}, desired }, rules),
    desired,
    rules,
  ).map(({ path }) => formatPath(path));
}

export async function create(
  world: World,
  spec: JsonObject,
  address = ENSEMBLE,
  kind = "ZooKeeperEnsemble",
): Promise<ApplyResult> {
  const handler = world.handler(kind);
  const after = handler.normalise(spec);
  const change = { action: "create", address, after, identity: null } as const;
  return remembered(
    world,
    address,
    after,
    await handler.apply(change, world.context, (p) => world.messages.push(p.message)),
  );
}

/** Updates from what is live to `spec`. */
export async function update(
  world: World,
  spec: JsonObject,
  address = ENSEMBLE,
  kind = "ZooKeeperEnsemble",
): Promise<ApplyResult> {
  const handler = world.handler(kind);
  const { live, identity } = await present(world, spec, address, kind);
  const fields = await differing(world, spec, address, kind);
  const change = {
    action: "update",
    address,
    before: live,
    after: handler.normalise(spec),
    identity,
    fields,
  } as const;
  const result = await handler.apply(change, world.context, (p) => world.messages.push(p.message));
  return remembered(world, address, change.after, result);
}

function remembered(world: World, address: string, spec: JsonObject, result: ApplyResult): ApplyResult {
  if (result.status === "done") world.applied.set(address, spec);
  return result;
}

export async function destroy(
  world: World,
  spec: JsonObject,
  address = ENSEMBLE,
  kind = "ZooKeeperEnsemble",
): Promise<ApplyResult> {
  const handler = world.handler(kind);
  const before = handler.normalise(spec);
  return handler.apply(
    { action: "delete", address, before, identity: identityOf(before) },
    world.context,
    (p) => world.messages.push(p.message),
  );
}

function identityOf(spec: JsonObject): Json {
  const servers = spec["servers"];
  return Array.isArray(servers) ? { servers } : null;
}

/** Throws with the diagnostics when the change did not succeed. */
export function succeeded(result: ApplyResult): ApplyResult {
  if (result.status === "failed")
    throw new Error(result.diagnostics.map((d) => `${d.summary}\n${d.detail ?? ""}`).join("\n"));
  return result;
}
