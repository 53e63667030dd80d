/**
 * One side of the runs: an ensemble whose snapshots and logs roll all the time, and the links to it, which can be cut. Only
 * the engine goes over the links; writers and readers of the test go straight to the servers.
 */
import type { SideSpec } from "../../../src/sync/spec.js";
import { fourLetterWord } from "../../../src/zookeeper/four-letter.js";
import type { Transaction } from "../../../src/zookeeper/learner/transaction.js";
import { startEnsemble, type TestEnsemble, type TestServer } from "../../harness/zookeeper.js";
import { TestProxy } from "../../harness/zookeeper-proxy.js";
import { sideOf } from "../sync-world.js";
import { SmallDisk } from "./small-disk.js";
import { committed } from "./transaction-log.js";

const DISK_MB = 96;

export interface Station {
  readonly name: string;
  readonly ensemble: TestEnsemble;
  readonly links: readonly TestProxy[];
  /** Where the servers' data is; or why it cannot be filled up. */
  readonly disk: SmallDisk | string;
  /** For an engine: everything goes over the links, quorum ports too. */
  readonly linked: SideSpec;
  /** Without links. */
  readonly direct: SideSpec;
  /** Newest zxid any server knows. */
  zxid(): Promise<bigint>;
  committedSince(zxid: bigint): Promise<Transaction[]>;
  leader(): Promise<TestServer>;
  close(): Promise<void>;
}

/** @param onDisk its data is on a small disk of its own, where one can be had */
export async function openStation(name: string, size: 1 | 3, onDisk: boolean): Promise<Station> {
  const disk = onDisk ? await SmallDisk.open(DISK_MB) : "its data is on the disk of the machine";
  const ensemble = await startEnsemble({
    size,
    ...(typeof disk === "string" ? {} : { dataFolder: disk.folder }),
    settings: { syncLimit: 5 },
    jvmOptions: ["-Dzookeeper.snapCount=200"],
  });
  const { servers } = ensemble;
  const clientLinks = await Promise.all(servers.map(({ plan }) => TestProxy.start(plan.clientPort)));
  const quorumLinks = await Promise.all(servers.map(({ plan }) => TestProxy.start(plan.quorumPort)));
  const links = [...clientLinks, ...quorumLinks];
  const direct = sideOf(name, ensemble);
  const linked: SideSpec = {
    ...direct,
    connectString: clientLinks.map(({ address }) => address).join(),
    quorum: { ...direct.quorum, servers: quorumLinks.map(({ address }) => address) },
  };
  return {
    name,
    ensemble,
    links,
    disk,
    linked,
    direct,
    zxid: async () => {
      const known = await Promise.all(servers.map(zxidOf));
      return known.toSorted((one, other) => (one < other ? -1 : 1)).at(-1) ?? 0n;
    },
    committedSince: (zxid) =>
      committed(
        servers.map(({ dataDir }) => dataDir),
        zxid,
      ),
    leader: () => leaderOf(servers),
    close: async () => {
      for (const link of links) link.close();
      await ensemble.close();
      if (typeof disk !== "string") await disk.close();
    },
  };
}

async function zxidOf({ clientPort }: TestServer): Promise<bigint> {
  const text = await fourLetterWord("127.0.0.1", clientPort, "srvr");
  return BigInt(/^Zxid: (0x[0-9a-f]+)$/m.exec(text)?.[1] ?? "0x0");
}

/** The first one when none leads at the moment. */
async function leaderOf(servers: readonly TestServer[]): Promise<TestServer> {
  const modes = await Promise.all(servers.map((server) => server.mode().catch(() => "")));
  const found = servers[modes.indexOf("leader")] ?? servers[0];
  if (found === undefined) throw new Error("an ensemble has servers");
  return found;
}
