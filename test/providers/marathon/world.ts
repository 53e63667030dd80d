/**
 * A world for the marathon provider: an imitated Marathon, a clock that moves when somebody waits, and plans made as ferry makes
 * them, so that "in step" means what users see.
 */
import { createMarathonProvider } from "../../../providers/marathon/provider.js";
import type {
  ApplyResult,
  ChangeRequest,
  KindHandler,
  ProviderContext,
  ReadResult,
} from "../../../providers/provider.js";
import { baselineOf } from "../../../src/plan/baseline.js";
import { diffValues } from "../../../src/plan/diff.js";
import { compileRules } from "../../../src/plan/rules.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import { formatPath } from "../../../src/value/path.js";
import { FakeMarathon } from "./fake-marathon.js";

export class World {
  readonly marathon = new FakeMarathon();
  readonly messages: string[] = [];
  /** Last applied specs, as the state would hold them. */
  readonly applied = new Map<string, JsonObject>();
  /** Called each time somebody waits, after the time has moved. */
  onWait: () => void = () => undefined;
  private readonly abort = new AbortController();
  private ms = Date.UTC(2021, 2, 4, 12);
  private readonly provider = createMarathonProvider(
    {},
    {
      now: () => this.ms,
      delay: async (ms, signal) => {
        signal.throwIfAborted();
        this.ms += ms;
        this.marathon.state.tick();
        this.onWait();
      },
    },
  );
  private url = "";

  async start(): Promise<void> {
    this.url = await this.marathon.start();
  }

  async stop(): Promise<void> {
    this.marathon.stop();
    await this.provider.close();
  }

  interrupt(): void {
    this.abort.abort(new Error("stopped by the user"));
  }

  handler(kind: string): KindHandler {
    const found = this.provider.kinds.find((candidate) => candidate.kind === kind);
    if (found === undefined) throw new Error(`no handler for ${kind}`);
    return found;
  }

  get urls(): string[] {
    return [this.url];
  }

  get context(): ProviderContext {
    return {
      projectRoot: "/",
      lineage: "lineage-1",
      secrets: createSecretResolver({ root: "/", env: {}, salt: "test" }),
      signal: this.abort.signal,
      now: () => this.ms,
      resource: (address) =>
        address === "Marathon/m" ? { kind: "Marathon", spec: { urls: this.urls }, outputs: {} } : undefined,
    };
  }

  /** A spec as the configuration gives it. */
  spec(definition: JsonObject, more: JsonObject = {}): JsonObject {
    return { marathon: "Marathon/m", definition, ...more };
  }

  async read(kind: string, spec: JsonObject, identity: Json = null): Promise<ReadResult> {
    const handler = this.handler(kind);
    const recorded = this.applied.get(kind) ?? null;
    return handler.read(
      { address: `${kind}/x`, desired: handler.normalise(spec), recorded, identity },
      this.context,
    );
  }

  async present(kind: string, spec: JsonObject): Promise<ReadResult & { status: "present" }> {
    const result = await this.read(kind, spec);
    if (result.status !== "present")
      throw new Error(`expected ${kind} to be present: ${JSON.stringify(result)}`);
    return result;
  }

  /** What a plan would be made of: the baseline, and the paths that differ. */
  async compare(kind: string, spec: JsonObject): Promise<{ before: JsonObject; fields: string[] }> {
    const handler = this.handler(kind);
    const { live } = await this.present(kind, spec);
    const desired = handler.normalise(spec);
    const rules = compileRules(handler.rules);
    const before = baselineOf({ live, recorded: this.applied.get(kind) ?? {}, desired }, rules);
    return { before, fields: diffValues(before, desired, rules).map(({ path }) => formatPath(path)) };
  }

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
    const after = this.handler(kind).normalise(spec);
    return { action: "update", address: `${kind}/x`, before, after, identity: null, fields };
  }

  delete(kind: string, spec: JsonObject): Promise<ApplyResult> {
    const before = this.handler(kind).normalise(spec);
    return this.apply(kind, { action: "delete", address: `${kind}/x`, before, identity: null });
  }

  async apply(kind: string, change: ChangeRequest): Promise<ApplyResult> {
    const result = await this.handler(kind).apply(change, this.context, (progress) => {
      this.messages.push(progress.message);
    });
    if (result.status === "done" && change.action !== "delete") this.applied.set(kind, change.after);
    return result;
  }
}

/** Throws with the diagnostics when the change did not succeed. */
export function succeeded(result: ApplyResult): ApplyResult {
  if (result.status === "failed")
    throw new Error(result.diagnostics.map((d) => `${d.code}: ${d.summary}\n${d.detail ?? ""}`).join("\n"));
  return result;
}

export function codesOf(result: ApplyResult | ReadResult): string[] {
  return result.diagnostics.map(({ code }) => code);
}

export function detailsOf(result: ApplyResult): string {
  return result.diagnostics.map(({ summary, detail = "" }) => `${summary}\n${detail}`).join("\n");
}
