/**
 * Real ZooKeeper ensembles for tests: started with java directly, small and quick, always stopped, also when the test
 * process ends early. Signals go only to processes started here.
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { loggingConfiguration } from "../../providers/zookeeper/distribution-logging.js";
import { type Distribution, isAtLeast } from "../../providers/zookeeper/distribution-model.js";
import { digestId } from "../../src/zookeeper/digest.js";
import { freePorts } from "./ports.js";
import { testDistribution } from "./zookeeper-distribution.js";
import { type ServerPlan, TestServer } from "./zookeeper-server.js";

export { TestServer } from "./zookeeper-server.js";

export interface EnsembleOptions {
  /** Number of participants; ids are 1…size. */
  readonly size: number;
  /** `3.8.4` or a line such as `3.8`; fetched into ferry's cache when Maven can. Default: whatever is found. */
  readonly version?: string;
  /** Lines of zoo.cfg; they win over the harness's own. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  readonly jvmOptions?: readonly string[];
  /** Makes `super` with this password the superuser. */
  readonly superPassword?: string;
  /** Five for each server, as freePorts gives them: for an ensemble that comes back where it was. */
  readonly ports?: readonly number[];
  /** A snapshot file that every server finds in its data directory before its first start. */
  readonly seed?: string;
  /** Folder for the servers' data, one of their own each; default: beside their configuration. */
  readonly dataFolder?: string;
  /** Adds a secure client port; stores as made by zookeeper-certificates.ts. */
  readonly tls?: {
    readonly keyStore: string;
    readonly trustStore: string;
    readonly clientAuth?: "need" | "none";
  };
}

export interface TestEnsemble {
  readonly version: string;
  readonly distribution: Distribution;
  /** host:port of every server's client port, by id. */
  readonly connectString: string;
  readonly secureConnectString: string | null;
  readonly servers: readonly TestServer[];
  server(id: number): TestServer;
  /** Stops all servers hard and removes their data. */
  close(): Promise<void>;
}

/** Starts `size` servers and waits until each serves. */
export async function startEnsemble(options: EnsembleOptions): Promise<TestEnsemble> {
  const distribution = await testDistribution(options.version);
  const folder = await mkdtemp(join(tmpdir(), "ferry-zookeeper-"));
  const ports = options.ports ?? (await freePorts(options.size * 5));
  const plans = Array.from({ length: options.size }, (_, index) =>
    planServer(index + 1, ports.slice(index * 5, index * 5 + 5), folder, distribution, options),
  );
  const lines = plans.map((plan) => serverLine(plan, distribution.version));
  for (const plan of plans) await writeServer(plan, lines, distribution, options);
  const servers = plans.map((plan) => new TestServer(plan));
  const close = async () => {
    await Promise.all(servers.map((server) => server.kill("SIGKILL")));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const server of servers) server.launch();
    await Promise.all(servers.map((server) => server.untilServing()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    version: distribution.version,
    distribution,
    connectString: plans.map((plan) => `127.0.0.1:${plan.clientPort}`).join(","),
    secureConnectString:
      options.tls === undefined ? null : plans.map((plan) => `127.0.0.1:${plan.secureClientPort}`).join(","),
    servers,
    server: (id) => {
      const found = servers.find((server) => server.id === id);
      if (found === undefined) throw new Error(`the test ensemble has no server ${id}`);
      return found;
    },
    close,
  };
}

const JVM = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];

function planServer(
  id: number,
  ports: readonly number[],
  folder: string,
  distribution: Distribution,
  options: EnsembleOptions,
): ServerPlan {
  const [clientPort = 0, quorumPort = 0, electionPort = 0, adminPort = 0, secureClientPort = 0] = ports;
  const directory = join(folder, `server-${id}`);
  const java = [
    ...JVM,
    "-Dzookeeper.forceSync=no",
    "-Dzookeeper.preAllocSize=256", // KB: keeps the transaction logs small
    "-Dzookeeper.extendedTypesEnabled=true",
    "-Dzookeeper.4lw.commands.whitelist=*",
    "-Dzookeeper.jmx.log4j.disable=true", // 3.4's JMX bridge needs classes that are not there
    "-Dznode.container.checkIntervalMs=500",
    ...loggingConfiguration(distribution.logging, "INFO").jvmOptions(directory),
    ...(options.superPassword === undefined
      ? []
      : [`-Dzookeeper.DigestAuthenticationProvider.superDigest=${digestId("super", options.superPassword)}`]),
    ...(options.jvmOptions ?? []),
  ];
  const classpath = distribution.classpath.join(":");
  const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
  return {
    id,
    clientPort,
    quorumPort,
    electionPort,
    adminPort: distribution.features.adminServer ? adminPort : null,
    secureClientPort: options.tls === undefined ? null : secureClientPort,
    directory,
    dataDir:
      options.dataFolder === undefined ? join(directory, "data") : join(options.dataFolder, `data-${id}`),
    arguments: [...java, "-cp", classpath, main, join(directory, "zoo.cfg")],
  };
}

function serverLine(plan: ServerPlan, version: string): string {
  const peer = `server.${plan.id}=127.0.0.1:${plan.quorumPort}:${plan.electionPort}`;
  return isAtLeast(version, "3.5.0") ? `${peer}:participant;127.0.0.1:${plan.clientPort}` : peer;
}

function settingsOf(plan: ServerPlan, distribution: Distribution, options: EnsembleOptions) {
  const modern = isAtLeast(distribution.version, "3.5.0");
  return {
    tickTime: 500,
    initLimit: 20,
    syncLimit: 10,
    dataDir: plan.dataDir,
    maxClientCnxns: 0,
    ...(modern
      ? { standaloneEnabled: false, reconfigEnabled: true, "admin.enableServer": plan.adminPort !== null }
      : { clientPort: plan.clientPort, clientPortAddress: "127.0.0.1" }),
    ...(plan.adminPort === null
      ? {}
      : { "admin.serverPort": plan.adminPort, "admin.serverAddress": "127.0.0.1" }),
    ...(options.tls === undefined ? {} : tlsSettings(plan, options.tls)),
    ...options.settings,
  };
}

function tlsSettings(plan: ServerPlan, tls: NonNullable<EnsembleOptions["tls"]>) {
  return {
    secureClientPort: plan.secureClientPort ?? 0,
    secureClientPortAddress: "127.0.0.1",
    serverCnxnFactory: "org.apache.zookeeper.server.NettyServerCnxnFactory",
    "ssl.keyStore.location": tls.keyStore,
    "ssl.trustStore.location": tls.trustStore,
    "ssl.clientAuth": tls.clientAuth ?? "need",
  };
}

async function writeServer(
  plan: ServerPlan,
  lines: readonly string[],
  distribution: Distribution,
  options: EnsembleOptions,
): Promise<void> {
  await mkdir(plan.directory, { recursive: true });
  await mkdir(plan.dataDir, { recursive: true });
  await writeFile(join(plan.dataDir, "myid"), `${plan.id}\n`);
  if (options.seed !== undefined) {
    await mkdir(join(plan.dataDir, "version-2"));
    await copyFile(options.seed, join(plan.dataDir, "version-2", basename(options.seed)));
  }
  const settings = Object.entries(settingsOf(plan, distribution, options)).map(
    ([key, value]) => `${key}=${value}`,
  );
  const alone = options.size === 1 && !isAtLeast(distribution.version, "3.5.0"); // 3.4 knows no quorum of one
  const text = [...settings, ...(alone ? [] : lines), ""].join("\n");
  await writeFile(join(plan.directory, "zoo.cfg"), text);
  const { file } = loggingConfiguration(distribution.logging, "INFO");
  if (file !== null) await writeFile(join(plan.directory, file.name), file.content);
}
