/**
 * The hosts of one ensemble and what of it is deployed on them: the edge between the ensemble's logic and the runtimes.
 * Opens each host once; reads and commands units, decides nothing.
 */
import type { Outcome } from "../../../src/diagnostics/diagnostic.js";
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { secretsIn } from "../../../src/value/expression.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type { ConnectOptions, ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { ADDRESS_LABEL, SERVER_LABEL } from "../../deployed/unit.js";
import type { ProviderContext, SecretResolver } from "../../provider.js";
import type { HostRuntime, UnitStatus } from "../../runtime.js";
import type { FindRequest } from "../distribution.js";
import type { Distribution, LoggingBackend } from "../distribution-model.js";
import { isAtLeast } from "../distribution-model.js";
import { type DeployedRecord, parseProperties, RECORD_FILE, recordedProperty } from "./files.js";
import type { EnsembleSpec, ServerSpec } from "./spec.js";

/** What the provider needs of the rest of ferry; passed in so that tests can put faults there. */
export interface Dependencies {
  openRuntime(
    address: string,
    hostSpec: JsonObject,
    context: {
      readonly projectRoot: string;
      readonly secrets: SecretResolver;
      readonly signal: AbortSignal;
      /** Of the state that is to own the units. */
      readonly lineage: string;
    },
  ): Promise<HostRuntime>;
  connect(options: ConnectOptions): Promise<ZooKeeperClient>;
  findDistribution(request: FindRequest): Outcome<Distribution>;
}

/** A server as it is found on a host. */
export interface DeployedServer {
  readonly id: number;
  readonly host: string;
  readonly unit: UnitStatus;
  readonly record: DeployedRecord | null;
  /** zoo.cfg as it is now, secrets hashed; null when there is none. */
  readonly properties: Readonly<Record<string, string>> | null;
}

/** What runs a server: version, class path, logging, as its host has them. */
export interface Toolchain {
  readonly version: string;
  readonly classpath: readonly string[];
  readonly logging: LoggingBackend;
  readonly java: string;
}

export class Cluster {
  private readonly runtimes = new Map<string, Promise<HostRuntime>>();

  constructor(
    readonly address: string,
    readonly context: ProviderContext,
    readonly dependencies: Dependencies,
  ) {}

  get signal(): AbortSignal {
    return this.context.signal;
  }

  private hostSpec(host: string): JsonObject {
    const view = this.context.resource(host);
    if (view !== undefined) return view.spec;
    throw new DiagnosticError([
      errorDiagnostic("unknown-host", `${this.address}: nothing is known of ${host}`, {
        address: this.address,
        detail: "Its servers there can be neither read nor changed. Nothing was touched.",
        remedy: `Declare ${host}, or take its servers out of the ensemble while the host is still declared.`,
      }),
    ]);
  }

  /** Where other machines reach the host. */
  hostAddress(host: string): string {
    const address = this.hostSpec(host)["address"];
    return typeof address === "string" ? address : "127.0.0.1";
  }

  runtime(host: string): Promise<HostRuntime> {
    const known = this.runtimes.get(host);
    if (known !== undefined) return known;
    const { projectRoot, secrets, signal, lineage } = this.context;
    const opened = (async () =>
      this.dependencies.openRuntime(host, this.hostSpec(host), { projectRoot, secrets, signal, lineage }))();
    this.runtimes.set(host, opened);
    return opened;
  }

  /** All servers of this ensemble on the hosts, by id. Rejects when a host cannot be asked. */
  async deployed(hosts: readonly string[]): Promise<DeployedServer[]> {
    const lists = await Promise.all([...new Set(hosts)].map((host) => this.deployedOn(host)));
    return lists.flat().sort((a, b) => a.id - b.id || a.host.localeCompare(b.host));
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
    const record = await runtime.readFile(unit.name, "config", RECORD_FILE, this.signal);
    const config = await runtime.readFile(unit.name, "config", "zoo.cfg", this.signal);
    const parsed = config === null ? null : parseProperties(config.toString("utf8"));
    const hashed = Object.entries(parsed ?? {}).map(([key, value]) => [key, recordedProperty(key, value)]);
    return {
      id: Number(unit.labels[SERVER_LABEL] ?? 0),
      host,
      unit,
      record: parseRecord(record),
      properties: parsed === null ? null : Object.fromEntries(hashed),
    };
  }

  /** Marks a server as owned by this state. Its process is not touched. */
  async adopt(server: DeployedServer): Promise<void> {
    if (server.record === null || server.record.lineage === this.context.lineage) return;
    const record: DeployedRecord = { ...server.record, lineage: this.context.lineage };
    const content = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
    const runtime = await this.runtime(server.host);
    await runtime.writeFiles(server.unit.name, [{ path: RECORD_FILE, content, mode: 0o600 }], this.signal);
  }

  /** Contents of every secret the spec names. */
  async secrets(spec: JsonObject): Promise<Map<string, Buffer>> {
    const references = [...new Set(secretsIn(spec))];
    const contents = await Promise.all(
      references.map((reference) => this.context.secrets.resolve(reference)),
    );
    return new Map(references.map((reference, at) => [reference, contents[at] ?? Buffer.alloc(0)]));
  }

  /**
   * What is to run `server`. `deployedVersion` is kept when the spec names none, so that a newer ZooKeeper appearing on
   * the host never restarts anything by itself.
   */
  toolchain(spec: EnsembleSpec, server: ServerSpec, deployedVersion: string | undefined): Toolchain {
    const host = this.hostSpec(server.host);
    const runtime = isObject(host["runtime"]) ? host["runtime"] : {};
    if (isObject(runtime["docker"])) return dockerToolchain(this.address, spec);
    const process_ = isObject(runtime["process"]) ? runtime["process"] : {};
    const java = typeof process_["java"] === "string" ? process_["java"] : "java";
    const version = spec.version ?? deployedVersion;
    const { home } = spec.distribution;
    const found = this.dependencies.findDistribution({
      env: process.env,
      ...(version === undefined ? {} : { version }),
      ...(home === undefined ? {} : { home }),
    });
    if (found.value === undefined)
      throw new DiagnosticError(found.diagnostics.map((d) => ({ ...d, address: this.address })));
    refuseMissingParts(this.address, spec, found.value);
    return {
      version: found.value.version,
      classpath: found.value.classpath,
      logging: found.value.logging,
      java,
    };
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.runtimes.values());
    await Promise.allSettled(
      opened.flatMap((result) => (result.status === "fulfilled" ? [result.value.close()] : [])),
    );
  }
}

/** A server that cannot find the classes its configuration names ends at once: better told before it is stopped. */
function refuseMissingParts(address: string, spec: EnsembleSpec, found: Distribution): void {
  const { features, source, version } = found;
  const needsTls = spec.tls.client !== undefined || spec.tls.quorum !== undefined;
  const missing = [
    ...(needsTls && !features.tls ? ["TLS"] : []),
    ...(spec.metrics.provider === "prometheus" && !features.prometheus ? ["the Prometheus provider"] : []),
  ];
  if (missing.length === 0) return;
  throw new DiagnosticError([
    errorDiagnostic(
      "zookeeper-without",
      `${address}: ZooKeeper ${version} from ${source} has no ${missing.join(" and no ")}`,
      {
        address,
        detail: "Its jars lack the classes that the configuration names. No server was touched.",
        remedy: "Set distribution.home to an official archive, which has them, or take the setting out.",
      },
    ),
  ]);
}

function parseRecord(content: Buffer | null): DeployedRecord | null {
  if (content === null) return null;
  try {
    const value: unknown = JSON.parse(content.toString("utf8"));
    return isObject(value) &&
      isObject(value["server"]) &&
      isObject(value["sections"]) &&
      isObject(value["properties"]) &&
      Array.isArray(value["members"])
      ? (value as unknown as DeployedRecord)
      : null;
  } catch {
    return null; // edited by hand: the server counts as deployed with an unknown configuration
  }
}

function dockerToolchain(address: string, spec: EnsembleSpec): Toolchain {
  const { image, classpath } = spec.distribution;
  const version = spec.version ?? /:(\d+\.\d+\.\d+)/.exec(image ?? "")?.[1];
  if (image === undefined || version === undefined) {
    throw new DiagnosticError([
      errorDiagnostic(
        "no-image",
        `${address}: a server on a Docker host needs an image and its ZooKeeper version`,
        {
          address,
          detail: "Nothing was started.",
          remedy:
            "Set distribution.image (for example zookeeper:3.8.4), and version when the image's tag does not name it.",
        },
      ),
    ]);
  }
  const official = isAtLeast(version, "3.5.0") ? `/apache-zookeeper-${version}-bin` : `/zookeeper-${version}`;
  return {
    version,
    classpath: classpath ?? [`${official}/*`, `${official}/lib/*`],
    logging: isAtLeast(version, "3.8.0") ? "logback" : "log4j1",
    java: "java",
  };
}
