/**
 * Random writes through a client: everything clients can do to znodes, many of them failing on purpose. What fails is
 * part of the history too: it takes zxids.
 */
import type { Acl, MultiOp, ZooKeeperClient } from "../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../src/zookeeper/zookeeper-error.js";
import { Random } from "./random.js";

/** What a workload needs of a client: any library can give it. */
export type WorkloadClient = Pick<ZooKeeperClient, "create" | "setData" | "delete" | "setAcl" | "multi">;

export interface WorkloadOptions {
  readonly client: WorkloadClient;
  /** Exists already; everything happens below it. */
  readonly root: string;
  readonly seed: number;
  /** Containers and TTL znodes too (3.5.3 and newer). */
  readonly extended: boolean;
  readonly ephemerals: boolean;
  /** Names per folder: the fewer, the more operations meet. */
  readonly names?: number;
  /** Begins all data that is long enough with a number of its own, so that no two writes look the same. */
  readonly numbered?: boolean;
}

const OPEN: readonly Acl[] = [{ perms: 31, scheme: "world", id: "anyone" }];
const ACLS: readonly (readonly Acl[])[] = [
  OPEN,
  [
    { perms: 31, scheme: "world", id: "anyone" },
    { perms: 1, scheme: "ip", id: "10.0.0.1" },
  ],
  [
    { perms: 31, scheme: "world", id: "anyone" },
    { perms: 31, scheme: "digest", id: "bob:2Q2mVjfZDJVZpiRvyJ1yZ5cXbHo=" },
  ],
];

export class Workload {
  readonly random: Random;
  /** Operations the server confirmed. */
  done = 0;
  private readonly folders: string[];
  private written = 0;

  constructor(private readonly options: WorkloadOptions) {
    this.random = new Random(options.seed);
    this.folders = ["", "/a", "/b", "/a/x"].map((name) => options.root + name);
  }

  /** Makes the folders; what exists is left alone. */
  async prepare(): Promise<void> {
    for (const folder of this.folders) await this.quietly(() => this.options.client.create(folder, null));
  }

  /** `count` operations, at most `depth` under way. */
  async run(count: number, depth = 32): Promise<void> {
    let left = count;
    const one = async () => {
      while (left > 0) {
        left--;
        await this.quietly(() => this.operation());
      }
    };
    await Promise.all(Array.from({ length: depth }, one));
  }

  private async quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.done++;
    } catch (error) {
      const refused = [
        "NO_NODE",
        "NODE_EXISTS",
        "NOT_EMPTY",
        "BAD_VERSION",
        "NO_CHILDREN_FOR_EPHEMERALS",
      ] as const;
      if (isZooKeeperError(error, ...refused, "CONNECTION_LOSS", "SESSION_EXPIRED", "NO_AUTH", "UNREACHABLE"))
        return;
      throw error;
    }
  }

  private path(): string {
    return `${this.random.pick(this.folders)}/n${this.random.below(this.options.names ?? 12)}`;
  }

  private data(): Buffer | null {
    const kind = this.random.below(10);
    if (kind === 0) return null;
    if (kind === 1) return Buffer.alloc(0);
    const size = this.random.chance(0.02) ? 5_000 : 1 + this.random.below(120);
    const data = Buffer.alloc(size, this.random.below(256));
    this.written++;
    if (this.options.numbered === true && size >= 4) data.writeUInt32BE(this.written);
    return data;
  }

  private operation(): Promise<unknown> {
    const { client, extended, ephemerals } = this.options;
    const roll = this.random.below(100);
    const acl = this.random.pick(ACLS);
    if (roll < 18) return client.create(this.path(), this.data(), { acl });
    if (roll < 24) return client.create(`${this.path()}-`, this.data(), { mode: "persistent-sequential" });
    if (roll < 32 && ephemerals)
      return client.create(`${this.path()}e`, this.data(), { mode: "ephemeral", acl });
    if (roll < 36 && ephemerals)
      return client.create(`${this.path()}s-`, this.data(), { mode: "ephemeral-sequential" });
    if (roll < 38 && extended) return client.create(`${this.path()}c`, this.data(), { mode: "container" });
    if (roll < 40 && extended)
      return client.create(`${this.path()}t`, this.data(), { mode: "persistent-ttl", ttlMs: 600_000 });
    if (roll < 65) return client.setData(this.path(), this.data());
    if (roll < 70) return client.setData(this.path(), this.data(), this.random.below(4));
    if (roll < 82) return client.delete(this.path());
    if (roll < 84 && ephemerals) return client.delete(`${this.path()}e`);
    if (roll < 90) return client.setAcl(this.path(), acl);
    return client.multi(this.multi());
  }

  private multi(): MultiOp[] {
    return Array.from({ length: 1 + this.random.below(5) }, (): MultiOp => {
      const path = this.path();
      switch (this.random.below(4)) {
        case 0:
          return { op: "create", path, data: this.data(), acl: OPEN, mode: "persistent" };
        case 1:
          return { op: "delete", path, version: -1 };
        case 2:
          return { op: "check", path, version: -1 };
        default:
          return { op: "setData", path, data: this.data(), version: -1 };
      }
    });
  }
}
