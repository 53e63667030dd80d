/**
 * The hosts of one resource and what of it is deployed on them: the edge between a kind's logic and the runtimes. Opens each
 * host once; reads and commands units, decides nothing.
 */
import { isSecret, isUnknown, secretsIn } from "../../src/value/expression.js";
import type { Json, JsonObject } from "../../src/value/json.js";
import type { RuntimeContext } from "../open-runtime.js";
import type { ProviderContext } from "../provider.js";
import type { HostRuntime, UnitSpec, UnitStatus } from "../runtime.js";
import { noImage, portTaken, refusal, unknownHost, unknownValue } from "./failures.js";
import type { DeployedKind, DeployedRecord } from "./kind.js";
import { isListening } from "./listening.js";
import {
  ADDRESS_LABEL,
  fingerprintOf,
  parseRecord,
  RECORD_FILE,
  recordFile,
  SERVER_LABEL,
  serversOf,
  sha256,
  unitName,
  unitSpec,
} from "./unit.js";

/** openRuntime of providers/open-runtime.ts; tests put faults there. */
export type OpenRuntime = (
  address: string,
  hostSpec: JsonObject,
  context: RuntimeContext,
) => Promise<HostRuntime>;

/** A server as it is found on a host. */
export interface DeployedServer {
  readonly id: string;
  readonly host: string;
  readonly unit: UnitStatus;
  readonly record: DeployedRecord | null;
  /** Configuration files that are not what was deployed. */
  readonly editedFiles: readonly string[];
}

/** How a deployed server compares with what is wanted. */
export type Match =
  | "same"
  /** Only the restart policy differs: no restart is needed for it. */
  | "restart-policy"
  | "different";

export class Fleet {
  private readonly runtimes = new Map<string, Promise<HostRuntime>>();
  private readonly secrets = new Map<string, Promise<Buffer>>();

  constructor(
    readonly kind: DeployedKind,
    readonly address: string,
    readonly context: ProviderContext,
    private readonly openRuntime: OpenRuntime,
  ) {}

  get signal(): AbortSignal {
    return this.context.signal;
  }

  /** `master 2`, for messages. */
  name(id: string): string {
    return `${this.kind.noun} ${id}`;
  }

  /** The entry of a server in a spec's list. */
  server(spec: JsonObject, id: string): JsonObject | undefined {
    return serversOf(this.kind, spec).find((server) => String(server["id"]) === id);
  }

  /** Where other machines reach the host. */
  hostAddress(host: string): string {
    const address = this.hostSpec(host)["address"];
    return typeof address === "string" ? address : "127.0.0.1";
  }

  private hostSpec(host: string): JsonObject {
    const view = this.context.resource(host);
    if (view === undefined) throw unknownHost(this.address, host);
    return view.spec;
  }

  runtime(host: string): Promise<HostRuntime> {
    const known = this.runtimes.get(host);
    if (known !== undefined) return known;
    const { projectRoot, secrets, signal, lineage } = this.context;
    const opened = (async () =>
      this.openRuntime(host, this.hostSpec(host), { projectRoot, secrets, signal, lineage }))();
    this.runtimes.set(host, opened);
    return opened;
  }

  /** All servers of this resource on the hosts. Rejects when a host cannot be asked. */
  async deployed(hosts: readonly string[]): Promise<DeployedServer[]> {
    const lists = await Promise.all([...new Set(hosts)].map((host) => this.deployedOn(host)));
    const byId = (a: DeployedServer, b: DeployedServer): number =>
      a.id.localeCompare(b.id, "en", { numeric: true }) || a.host.localeCompare(b.host);
    return lists.flat().sort(byId);
  }

  private async deployedOn(host: string): Promise<DeployedServer[]> {
    const runtime = await this.runtime(host);
    const units = await runtime.list({ [ADDRESS_LABEL]: this.address }, this.signal);
    return Promise.all(units.map((unit) => this.deployedServer(host, runtime, unit)));
  }

  private async deployedServer(
    host: string,
    runtime: HostRuntime,
    unit: UnitStatus,
  ): Promise<DeployedServer> {
    const record = parseRecord(await runtime.readFile(unit.name, "config", RECORD_FILE, this.signal));
    const compared = Object.entries(record?.files ?? {}).map(async ([path, hash]) => {
      const content = await runtime.readFile(unit.name, "config", path, this.signal);
      return content !== null && sha256(content) === hash ? [] : [path];
    });
    const editedFiles = (await Promise.all(compared)).flat();
    return { id: unit.labels[SERVER_LABEL] ?? "", host, unit, record, editedFiles };
  }

  /** One server on one host; null when it is not there. */
  async find(host: string, id: string): Promise<DeployedServer | null> {
    const runtime = await this.runtime(host);
    const unit = await runtime.inspect(this.unitName(id), this.signal);
    return unit === null ? null : this.deployedServer(host, runtime, unit);
  }

  unitName(id: string): string {
    return unitName(this.kind.prefix, this.address, id);
  }

  /**
   * The server as `spec` wants it. Rejects with DiagnosticError when something it needs is not known. `former`: values of other
   * resources as they were when it was deployed.
   */
  async unit(spec: JsonObject, id: string, former?: Readonly<Record<string, string>>): Promise<WantedUnit> {
    this.refuseUnknown(spec);
    const { kind, address } = this;
    const server = this.server(spec, id);
    const host = server?.["host"];
    if (server === undefined || typeof host !== "string") {
      throw refusal("unknown-server", address, `there is no ${this.name(id)} in it`, {
        detail: "Nothing was touched.",
        remedy: `Name one of its ${kind.list}.`,
      });
    }
    const runtime = await this.runtime(host);
    const { image } = spec;
    if (runtime.kind === "docker" && typeof image !== "string") throw noImage(address, kind.noun);
    const resolved = former ?? kind.resolve(address, spec, this.context.resource);
    const secrets = await this.secretsOf(spec);
    const directories = runtime.directories(this.unitName(id));
    const secret = (value: Json | undefined): string =>
      isSecret(value ?? null) ? (secrets.get((value as JsonObject)["$secret"] as string) ?? "") : "";
    const hostAddress = this.hostAddress(host);
    const build = kind.build({ address, spec, server, id, hostAddress, directories, resolved, secret });
    const more = runtime.kind === "docker" && typeof image === "string" ? { image } : {};
    const { lineage } = this.context;
    const unit = unitSpec({ kind, address, lineage, spec, server, resolved, build, ...more });
    return { unit, host, listens: build.listens };
  }

  private refuseUnknown(spec: JsonObject): void {
    const unknown = Object.entries(spec).find(
      ([, value]) => isUnknown(value) || JSON.stringify(value).includes('"$unknown"'),
    );
    if (unknown !== undefined) throw unknownValue(this.address, unknown[0]);
  }

  /** Contents of every secret the spec names, without the end of their last line. */
  private async secretsOf(spec: JsonObject): Promise<Map<string, string>> {
    const references = [...new Set(secretsIn(spec))];
    const contents = await Promise.all(
      references.map((reference) => {
        const known = this.secrets.get(reference) ?? this.context.secrets.resolve(reference);
        this.secrets.set(reference, known);
        return known;
      }),
    );
    const text = (at: number): string => (contents[at]?.toString("utf8") ?? "").replace(/\r?\n$/, "");
    return new Map(references.map((reference, at) => [reference, text(at)]));
  }

  /** How what is deployed compares with what `spec` wants. */
  async match(spec: JsonObject, found: DeployedServer): Promise<Match> {
    const { unit } = await this.unit(spec, found.id);
    const limits = (value: object): string => JSON.stringify(Object.entries(value).sort());
    const same =
      found.record?.fingerprint === fingerprintOf(unit) &&
      found.editedFiles.length === 0 &&
      limits(found.unit.limits) === limits(unit.limits);
    if (!same) return "different";
    if (found.unit.restart === unit.restart) return "same";
    // A container is made anew for it.
    return (await this.runtime(found.host)).kind === "docker" ? "different" : "restart-policy";
  }

  /** Makes the unit equal to `spec`; starts nothing, stops it when it must be made anew. */
  async ensure(spec: JsonObject, id: string): Promise<UnitStatus> {
    const { unit, host } = await this.unit(spec, id);
    return (await this.runtime(host)).ensure(unit, this.signal);
  }

  /** Makes the unit equal to `spec` and starts it. Refuses when another program has its ports. */
  async launch(spec: JsonObject, id: string, former?: Readonly<Record<string, string>>): Promise<UnitStatus> {
    const { unit, host, listens } = await this.unit(spec, id, former);
    const runtime = await this.runtime(host);
    const present = await runtime.inspect(unit.name, this.signal);
    if (present?.running !== true) {
      for (const { ip, port, purpose } of listens) {
        const endpoint = `${ip}:${port}`;
        if (await isListening(ip, port)) throw portTaken(this.address, this.name(id), endpoint, purpose);
      }
    }
    await runtime.ensure(unit, this.signal);
    return runtime.start(unit.name, this.signal);
  }

  /** Stopped, data and unit kept; it does not come back by itself. */
  async stop(host: string, id: string): Promise<UnitStatus> {
    return (await this.runtime(host)).stop(this.unitName(id), this.signal);
  }

  async remove(host: string, id: string, purgeData: boolean): Promise<void> {
    await (await this.runtime(host)).remove(this.unitName(id), { purgeData }, this.signal);
  }

  /** Last lines of what it printed; empty when they cannot be read. */
  async logs(host: string, id: string, lines: number): Promise<string> {
    const runtime = await this.runtime(host);
    return runtime.logs(this.unitName(id), lines, this.signal).catch(() => "");
  }

  /** Marks a server as owned by this state. Its process is not touched. */
  async adopt({ host, unit, record }: DeployedServer): Promise<void> {
    if (record === null || record.lineage === this.context.lineage) return;
    const file = recordFile({ ...record, lineage: this.context.lineage });
    await (await this.runtime(host)).writeFiles(unit.name, [file], this.signal);
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.runtimes.values());
    await Promise.allSettled(
      opened.flatMap((result) => (result.status === "fulfilled" ? [result.value.close()] : [])),
    );
  }
}

interface WantedUnit {
  readonly unit: UnitSpec;
  readonly host: string;
  readonly listens: readonly Listen[];
}

interface Listen {
  readonly ip: string;
  readonly port: number;
  readonly purpose: string;
}

/** Opens the hosts of a resource for as long as `act` takes. */
export async function withFleet<T>(fleet: Fleet, act: (fleet: Fleet) => Promise<T>): Promise<T> {
  try {
    return await act(fleet);
  } finally {
    await fleet.close();
  }
}
