/**
 * A world for deployed Marathons and frameworks: a host of the process runtime, and beside it a ZooKeeper, a master and an agent as
 * processes. Plans are made as ferry makes them, so that "in step" means what users see.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createMarathonProvider } from "../../../providers/marathon/provider.js";
import { createMesosProvider } from "../../../providers/mesos/provider.js";
import type { ApplyResult, KindHandler, ProviderContext, ReadResult } from "../../../providers/provider.js";
import { registryOf } from "../../../providers/registry.js";
import { baselineOf } from "../../../src/plan/baseline.js";
import { diffValues } from "../../../src/plan/diff.js";
import { compileRules } from "../../../src/plan/rules.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import { formatPath } from "../../../src/value/path.js";

/** How the simulation of a program is started. */
export function simulated(program: "marathon" | "batch"): string[] {
  const entry = new URL(`../../../src/sandbox/${program}/main.js`, import.meta.url);
  return [process.execPath, fileURLToPath(entry)];
}

export class DeployedWorld {
  readonly messages: string[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), "ferry-deployed-"));
  private readonly registry = registryOf([createMarathonProvider({}), createMesosProvider({})]);
  private readonly applied = new Map<string, JsonObject>();
  private readonly identities = new Map<string, Json>();
  context: ProviderContext;

  constructor(env: Readonly<Record<string, string>>) {
    mkdirSync(join(this.folder, "work"));
    const host = { address: "127.0.0.1", runtime: { process: { workDir: "work", java: "java" } } };
    this.context = {
      projectRoot: this.folder,
      lineage: "lineage-1",
      secrets: createSecretResolver({ root: this.folder, env, salt: "test" }),
      signal: new AbortController().signal,
      now: Date.now,
      resource: (address) =>
        address === "Host/h" ? { kind: "Host", spec: host, outputs: { address: "127.0.0.1" } } : undefined,
    };
  }

  /** Secrets are read once in a run of ferry: what they are from the next one on. */
  rotate(env: Readonly<Record<string, string>>): void {
    const secrets = createSecretResolver({ root: this.folder, env, salt: "test" });
    this.context = { ...this.context, secrets };
  }

  handler(kind: string): KindHandler {
    const found = this.registry.handler(kind);
    if (found === undefined) throw new Error(`no handler for ${kind}`);
    return found;
  }

  /** Of a unit: its folder on the host. */
  unit(name: string): string {
    return join(this.folder, "work", "units", name);
  }

  read(address: string, spec: JsonObject): Promise<ReadResult> {
    const handler = this.handler(kindOf(address));
    const identity = this.identities.get(address) ?? null;
    const recorded = this.applied.get(address) ?? null;
    return handler.read({ address, desired: handler.normalise(spec), recorded, identity }, this.context);
  }

  async present(address: string, spec: JsonObject): Promise<ReadResult & { readonly status: "present" }> {
    const result = await this.read(address, spec);
    if (result.status === "present") return result;
    throw new Error(`expected ${address} to be present: ${JSON.stringify(result)}`);
  }

  /** Paths that a plan would show as different, and what it would compare with. */
  async compare(address: string, spec: JsonObject): Promise<{ before: JsonObject; fields: string[] }> {
    const handler = this.handler(kindOf(address));
    const { live } = await this.present(address, spec);
    const desired = handler.normalise(spec);
    const rules = compileRules(handler.rules);
    const before = baselineOf({ live, recorded: this.applied.get(address) ?? {}, desired }, rules);
    return { before, fields: diffValues(before, desired, rules).map(({ path }) => formatPath(path)) };
  }

  async differing(address: string, spec: JsonObject): Promise<string[]> {
    return (await this.compare(address, spec)).fields;
  }

  async create(address: string, spec: JsonObject): Promise<ApplyResult> {
    const handler = this.handler(kindOf(address));
    const after = handler.normalise(spec);
    const change = { action: "create", address, after, identity: null } as const;
    return this.remember(address, after, await handler.apply(change, this.context, this.note));
  }

  async update(address: string, spec: JsonObject): Promise<ApplyResult> {
    const handler = this.handler(kindOf(address));
    const { before, fields } = await this.compare(address, spec);
    const identity = this.identities.get(address) ?? null;
    const after = handler.normalise(spec);
    const change = { action: "update", address, before, after, identity, fields } as const;
    return this.remember(address, after, await handler.apply(change, this.context, this.note));
  }

  async destroyAll(): Promise<void> {
    for (const [address, before] of this.applied) {
      const identity = this.identities.get(address) ?? null;
      const change = { action: "delete", address, before, identity } as const;
      await this.handler(kindOf(address)).apply(change, this.context, this.note);
    }
    await this.registry.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As if another Marathon had been applied to before. */
  claim(address: string, identity: Json): void {
    this.identities.set(address, identity);
  }

  private readonly note = ({ message }: { readonly message: string }): void => {
    this.messages.push(message);
  };

  private remember(address: string, spec: JsonObject, result: ApplyResult): ApplyResult {
    // A failed change may have left servers: the clean-up must find them.
    if (result.status === "done" || !this.applied.has(address)) this.applied.set(address, spec);
    if (result.status !== "deleted") this.identities.set(address, result.identity);
    return result;
  }
}

function kindOf(address: string): string {
  return address.slice(0, address.indexOf("/"));
}

/** Throws with the diagnostics when the change did not succeed. */
export function succeeded(result: ApplyResult): ApplyResult & { readonly status: "done" } {
  if (result.status === "done") return result;
  throw new Error(result.diagnostics.map((d) => `${d.code}: ${d.summary}\n${d.detail ?? ""}`).join("\n"));
}
