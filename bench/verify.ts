/**
 * How long a whole comparison of two ensembles takes and how much memory it needs, with either reader: two one-server
 * ensembles of the test harness, filled alike, on this machine. Prints JSON.
 *
 *   node dist/bench/verify.js [--nodes 200000] [--shape services|flat] [--readers own,independent]
 *
 * `services`: 1,000 children a parent. `flat`: all of them below one. 1,000,000 znodes want about 5 GB of memory, nearly all
 * of it the servers'.
 */
import { execFile } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ferryVersion } from "../src/install/root.js";
import { connect } from "../src/zookeeper/connect.js";
import type { MultiOp } from "../src/zookeeper/types.js";
import { startEnsemble, type TestEnsemble } from "../test/harness/zookeeper.js";
import type { VerifyMeasurement } from "./verify-run.js";

const DEADLINE_MS = 60 * 60_000;
const CHILDREN = 1_000;
const PER_MULTI = 500;
const MULTIS_UNDER_WAY = 8;
const DATA = Buffer.alloc(100, "x");
const OPEN = [{ perms: 31, scheme: "world", id: "anyone" }];

function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}

/** Parents before children. */
function* paths(nodes: number, shape: string): Generator<string> {
  yield "/bench";
  for (let made = 1, parent = ""; made < nodes; made++) {
    const at = (made - 1) % (CHILDREN + 1);
    if (shape === "flat") yield `/bench/node-${made}`;
    else if (at === 0) {
      parent = `/bench/service-${made}`;
      yield parent;
    } else yield `${parent}/node-${at}`;
  }
}

function* batches(nodes: number, shape: string): Generator<MultiOp[]> {
  let ops: MultiOp[] = [];
  for (const path of paths(nodes, shape)) {
    ops.push({ op: "create", path, data: DATA, acl: OPEN, mode: "persistent" });
    if (ops.length === PER_MULTI) {
      yield ops;
      ops = [];
    }
  }
  if (ops.length > 0) yield ops;
}

/** One session, so that the multis arrive in their order however many are under way. */
async function fill(ensemble: TestEnsemble, nodes: number, shape: string): Promise<void> {
  const client = await connect({ connectString: ensemble.connectString, sessionTimeoutMs: 30_000 });
  try {
    const underWay: Promise<unknown>[] = [];
    for (const ops of batches(nodes, shape)) {
      underWay.push(client.multi(ops));
      if (underWay.length >= MULTIS_UNDER_WAY) await underWay.shift();
    }
    await Promise.all(underWay);
  } finally {
    await client.close();
  }
}

async function measure(reader: string, [a, b]: readonly TestEnsemble[]): Promise<VerifyMeasurement> {
  const script = fileURLToPath(new URL("./verify-run.js", import.meta.url));
  const parameters = ["--expose-gc", script, reader, a?.connectString ?? "", b?.connectString ?? ""];
  const running = promisify(execFile)(process.execPath, parameters, { timeout: DEADLINE_MS });
  running.child.stderr?.pipe(process.stderr);
  const { stdout } = await running;
  return JSON.parse(stdout) as VerifyMeasurement;
}

async function main(): Promise<void> {
  const nodes = Number(option("--nodes", "200000"));
  const shape = option("--shape", "services");
  const readers = option("--readers", "own,independent").split(",");
  const heap = `-Xmx${Math.max(512, Math.ceil(nodes / 500))}m`;
  const ensemble = { size: 1, version: "3.8", jvmOptions: [heap], settings: { snapCount: 10_000_000 } };
  const loadAverageBefore = loadavg();
  const ensembles = await Promise.all([startEnsemble(ensemble), startEnsemble(ensemble)]);
  try {
    const started = performance.now();
    await Promise.all(ensembles.map((one) => fill(one, nodes, shape)));
    const fillSeconds = Math.round((performance.now() - started) / 100) / 10;
    const results: VerifyMeasurement[] = [];
    for (const reader of readers) results.push(await measure(reader, ensembles));
    const report = {
      benchmark: "verify",
      conditions: {
        ferry: ferryVersion(),
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        cpu: cpus()[0]?.model ?? "unknown",
        cpus: cpus().length,
        memoryMiB: Math.round(totalmem() / 2 ** 20),
        loadAverageBefore,
        loadAverageAfter: loadavg(),
        zookeeper: ensembles[0]?.version,
        ensembles: "two of one server each, on the same machine, C1 compiler only",
        nodes,
        shape: shape === "flat" ? "all below one znode" : `${CHILDREN} children a parent`,
        dataBytes: DATA.length,
        fillSeconds,
        reported: "one run each, in a process of its own",
      },
      results,
    };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await Promise.all(ensembles.map((one) => one.close()));
  }
}

await main();
