/** A kind of test servers that only sleep, deployed on one host of either runtime: what the base itself does, and no system. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApplyOptions, applyServers } from "../../../providers/deployed/apply.js";
import { deployedHandler } from "../../../providers/deployed/handler.js";
import type { DeployedKind } from "../../../providers/deployed/kind.js";
import { openRuntime } from "../../../providers/open-runtime.js";
import type {
  ApplyResult,
  OperationResult,
  ProviderContext,
  ReadResult,
  ServerOperation,
} from "../../../providers/provider.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import type { JsonObject } from "../../../src/value/json.js";

/** Says who is ready; ends at once when its line says so: a configuration that does not work. */
const PROGRAM =
  'printf "%s\\n" "$1"; if [ "$1" = broken ]; then exit 1; fi; printf "%s" "$1 $UPSTREAM" >"$2/ready"; exec sleep 1000';

const KIND: DeployedKind = {
  kind: "Sleepers",
  prefix: "sleeper",
  noun: "sleeper",
  list: "servers",
  sections: ["line", "password", "upstream", "restart", "container"],
  fileFields: { password: "password" },
  stopGraceMs: 2_000,
  normalise: (spec) => ({ restart: "no", ...spec }),
  resolve: (_address, spec, resource) => {
    const upstream = resource(String(spec["upstream"]))?.outputs["connectString"];
    return typeof upstream === "string" ? { upstream } : {};
  },
  build: ({ spec, secret, resolved, directories }) => ({
    command: ["sh", "-c", PROGRAM, "sleeper", String(spec["line"]), directories.data],
    environment: { UPSTREAM: resolved["upstream"] ?? "" },
    files: [{ path: "password", content: Buffer.from(secret(spec["password"])), mode: 0o600 }],
    listens: [],
  }),
};

const OPTIONS: Omit<ApplyOptions, "conditions"> = {
  batch: 1,
  startTogether: true,
  until: "it sleeps",
  observe: async () => ({ attributes: {}, diagnostics: [] }),
  report: () => undefined,
};

const handler = deployedHandler(
  {
    deployed: KIND,
    provider: "test",
    validate: () => [],
    outputs: () => ({}),
    attributeNames: [],
    describeSteps: () => [],
    observe: async () => ({ attributes: {}, diagnostics: [] }),
    apply: (fleet, change) =>
      applyServers(fleet, change, {
        ...OPTIONS,
        conditions: {
          mayTakeDown: async () => null,
          notBack: async (ids) => {
            const runtime = await fleet.runtime("Host/h");
            for (const id of ids) {
              const unit = (await fleet.find("Host/h", id))?.unit;
              const ready = await runtime.readFile(fleet.unitName(id), "data", "ready", fleet.signal);
              const said = `${unit?.command[4]} ${unit?.environment["UPSTREAM"]}`;
              if (unit?.running !== true || ready?.toString() !== said) return "it does not run";
            }
            return null;
          },
        },
      }),
  },
  openRuntime,
);

const ADDRESS = "Sleepers/s";

export type Action =
  | { readonly action: "start" | "stop" | "status" }
  | { readonly action: "remove"; readonly purgeData: boolean };

export class Sleepers {
  readonly folder = mkdtempSync(join(tmpdir(), "ferry-fleet-"));
  /** What another resource gives them. */
  upstream = "zk:2181";

  constructor(
    private readonly runtime: JsonObject,
    private readonly more: JsonObject = {},
  ) {}

  spec(more: JsonObject = {}): JsonObject {
    return {
      line: "one",
      password: { $secret: "env:WORD", fingerprint: "f" },
      upstream: "Up/u",
      restart: "no",
      rolling: { waitSeconds: 3 },
      servers: [
        { id: 1, host: "Host/h" },
        { id: 2, host: "Host/h" },
      ],
      ...this.more,
      ...more,
    };
  }

  create(): Promise<ApplyResult> {
    const change = { action: "create", address: ADDRESS, after: this.spec(), identity: null } as const;
    return handler.apply(change, this.context(), () => undefined);
  }

  update(after: JsonObject): Promise<ApplyResult> {
    const places = { action: "update", address: ADDRESS, identity: null, fields: [] } as const;
    return handler.apply({ ...places, before: this.spec(), after }, this.context(), () => undefined);
  }

  read(lineage = "lineage-1"): Promise<ReadResult> {
    const desired = handler.normalise(this.spec());
    const request = { address: ADDRESS, desired, recorded: desired, identity: null };
    return handler.read(request, this.context(lineage));
  }

  async live(): Promise<JsonObject> {
    const found = await this.read();
    if (found.status !== "present") throw new Error(JSON.stringify(found));
    return found.live;
  }

  operate(action: Action, server: string, spec: JsonObject = this.spec()): Promise<OperationResult> {
    const operation: ServerOperation = { ...action, address: ADDRESS, spec, server };
    if (handler.operate === undefined) throw new Error("no operate");
    return handler.operate(operation, this.context(), () => undefined);
  }

  async close(): Promise<void> {
    for (const server of ["1", "2"]) await this.operate({ action: "remove", purgeData: true }, server);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private context(lineage = "lineage-1"): ProviderContext {
    return {
      projectRoot: this.folder,
      lineage,
      secrets: createSecretResolver({ root: this.folder, env: { WORD: "hush\n" }, salt: "test" }),
      signal: new AbortController().signal,
      now: Date.now,
      resource: (address) => this.resource(address),
    };
  }

  private resource(address: string): ReturnType<ProviderContext["resource"]> {
    const host = { address: "127.0.0.1", runtime: this.runtime };
    if (address === "Host/h") return { kind: "Host", spec: host, outputs: {} };
    return address === "Up/u"
      ? { kind: "Up", spec: {}, outputs: { connectString: this.upstream } }
      : undefined;
  }
}
