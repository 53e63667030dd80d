/**
 * A world for the mesos provider: masters at given addresses, and plans made as ferry makes them, so that "in step" means what
 * users see.
 */
import { createMesosProvider } from "../../../providers/mesos/provider.js";
import type {
  ApplyResult,
  ChangeRequest,
  KindHandler,
  ProviderContext,
  ReadResult,
} from "../../../providers/provider.js";
import type { Clock } from "../../../src/http/connection.js";
import { baselineOf } from "../../../src/plan/baseline.js";
import { diffValues } from "../../../src/plan/diff.js";
import { compileRules } from "../../../src/plan/rules.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import { formatPath } from "../../../src/value/path.js";

interface Applied {
  readonly spec: JsonObject;
  readonly identity: Json;
}

export class World {
  readonly messages: string[] = [];
  /** As the state would hold it, by kind. */
  readonly applied = new Map<string, Applied>();
  private readonly provider;

  constructor(
    private readonly mesos: JsonObject,
    clock?: Clock,
    private readonly env: Readonly<Record<string, string>> = {},
  ) {
    this.provider = createMesosProvider({}, clock);
  }

  close(): Promise<void> {
    return this.provider.close();
  }

  handler(kind: string): KindHandler {
    const found = this.provider.kinds.find((candidate) => candidate.kind === kind);
    if (found === undefined) throw new Error(`no handler for ${kind}`);
    return found;
  }

  get context(): ProviderContext {
    const spec = this.handler("Mesos").normalise(this.mesos);
    return {
      projectRoot: "/",
      lineage: "lineage-1",
      secrets: createSecretResolver({ root: "/", env: this.env, salt: "test" }),
      signal: new AbortController().signal,
      now: () => Date.now(),
      resource: (address) => (address === "Mesos/m" ? { kind: "Mesos", spec, outputs: {} } : undefined),
    };
  }

  read(kind: string, spec: JsonObject | null): Promise<ReadResult> {
    const handler = this.handler(kind);
    const applied = this.applied.get(kind);
    const desired = spec === null ? null : handler.normalise(spec);
    return handler.read(
      { address: `${kind}/x`, desired, recorded: applied?.spec ?? null, identity: applied?.identity ?? null },
      this.context,
    );
  }

  /** The paths in which a plan would show a difference. */
  async differing(kind: string, spec: JsonObject): Promise<string[]> {
    return (await this.compare(kind, spec)).fields;
  }

  create(kind: string, spec: JsonObject): Promise<ApplyResult> {
    const after = this.handler(kind).normalise(spec);
    return this.apply(kind, { action: "create", address: `${kind}/x`, after, identity: null });
  }

  async update(kind: string, spec: JsonObject): Promise<ApplyResult> {
    return this.apply(kind, await this.change(kind, spec));
  }

  /** The update that leads to `spec`. */
  async change(kind: string, spec: JsonObject): Promise<ChangeRequest> {
    const { before, fields } = await this.compare(kind, spec);
    const { identity = null } = this.applied.get(kind) ?? {};
    const after = this.handler(kind).normalise(spec);
    return { action: "update", address: `${kind}/x`, before, after, identity, fields };
  }

  async delete(kind: string): Promise<ApplyResult> {
    const { spec, identity } = this.applied.get(kind) ?? { spec: {}, identity: null };
    const now = await this.read(kind, null);
    const before = now.status === "present" ? { ...spec, ...now.live } : spec;
    return this.apply(kind, { action: "delete", address: `${kind}/x`, before, identity });
  }

  async apply(kind: string, change: ChangeRequest): Promise<ApplyResult> {
    const result = await this.handler(kind).apply(change, this.context, (progress) => {
      this.messages.push(progress.message);
    });
    if (result.status === "done" && change.action !== "delete") {
      this.applied.set(kind, { spec: change.after, identity: result.identity });
    }
    if (result.status === "deleted") this.applied.delete(kind);
    return result;
  }

  private async compare(kind: string, spec: JsonObject): Promise<{ before: JsonObject; fields: string[] }> {
    const handler = this.handler(kind);
    const found = await this.read(kind, spec);
    if (found.status !== "present") throw new Error(`${kind} is not present: ${JSON.stringify(found)}`);
    const desired = handler.normalise(spec);
    const rules = compileRules(handler.rules);
    const recorded = this.applied.get(kind)?.spec ?? {};
    const before = baselineOf({ live: found.live, recorded, desired }, rules);
    return { before, fields: diffValues(before, desired, rules).map(({ path }) => formatPath(path)) };
  }
}

/** Throws with the diagnostics when the change did not succeed. */
export function succeeded(result: ApplyResult): ApplyResult {
  if (result.status === "failed") throw new Error(detailsOf(result));
  return result;
}

export function codesOf(result: ApplyResult | ReadResult): string[] {
  return result.diagnostics.map(({ code }) => code);
}

export function detailsOf(result: ApplyResult | ReadResult): string {
  return result.diagnostics
    .map(({ code, summary, detail = "" }) => `${code}: ${summary}\n${detail}`)
    .join("\n");
}
