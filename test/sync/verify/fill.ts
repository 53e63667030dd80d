/** Two small ensembles for comparisons, and quick ways of filling them. */
import { pathMap } from "../../../src/sync/paths/path-map.js";
import type { PathRule, SideSpec } from "../../../src/sync/spec.js";
import { openReader } from "../../../src/sync/verify/open-reader.js";
import type { VerifyReport } from "../../../src/sync/verify/report.js";
import type { ReaderKind } from "../../../src/sync/verify/tree-reader.js";
import { type VerifyOptions, verify } from "../../../src/sync/verify/verify.js";
import { connect } from "../../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";

export const SUPER = "super-secret";

export interface Pairing {
  readonly ensembles: readonly [TestEnsemble, TestEnsemble];
  readonly a: ZooKeeperClient;
  readonly b: ZooKeeperClient;
  close(): Promise<void>;
}

/** Both clients are superusers. */
export async function startPair(): Promise<Pairing> {
  const options = { size: 1, version: "3.8", superPassword: SUPER };
  const ensembles = await Promise.all([startEnsemble(options), startEnsemble(options)]);
  const auth = [{ scheme: "digest", credential: Buffer.from(`super:${SUPER}`) }];
  const client = ({ connectString }: TestEnsemble) =>
    connect({ connectString, auth, connectTimeoutMs: 30_000, sessionTimeoutMs: 20_000 });
  const [a, b] = await Promise.all([client(ensembles[0]), client(ensembles[1])]);
  return {
    ensembles,
    a,
    b,
    close: async () => {
      await Promise.all([a.close(), b.close()]);
      await Promise.all(ensembles.map((ensemble) => ensemble.close()));
    },
  };
}

export function sideSpec(name: string, connectString: string, credential: string | null): SideSpec {
  const auth = credential === null ? [] : [{ scheme: "digest", credential: Buffer.from(credential) }];
  return {
    name,
    connectString,
    auth,
    sasl: null,
    tls: null,
    sessionTimeoutMs: 20_000,
    quorum: { servers: [], tls: null, sasl: null, observerId: 1n },
  };
}

export interface Wish extends Partial<Omit<VerifyOptions, "map" | "a" | "b">> {
  readonly reader?: ReaderKind;
  readonly paths: readonly PathRule[];
  readonly credential?: string | null;
}

/** A comparison with readers of its own, differences in order of path and field. */
export async function compareSides(pairing: Pairing, wish: Wish): Promise<VerifyReport> {
  const { reader = "own", paths, credential = `super:${SUPER}`, ...more } = wish;
  const [a, b] = await Promise.all(
    pairing.ensembles.map(({ connectString }, at) =>
      openReader(reader, sideSpec(at === 0 ? "here" : "there", connectString, credential)),
    ),
  );
  if (a === undefined || b === undefined) throw new Error("no reader was opened");
  try {
    const confirmation = { rereads: 6, pauseMs: 60 };
    const report = await verify({ map: pathMap(paths), a, b, confirmation, ...more });
    const key = ({ path, field }: { path: string; field: string }) => `${path} ${field}`;
    const inOrder = report.differences.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
    return { ...report, differences: inOrder };
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

export function rule(a: string, b = a, exclude: readonly string[] = []): PathRule {
  return { a, b, exclude };
}
