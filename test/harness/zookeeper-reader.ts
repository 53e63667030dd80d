/**
 * node-zookeeper-client as an independent reader: written by others, so that a mistake in our codec cannot hide itself.
 * Only reads.
 */
import zookeeper from "node-zookeeper-client";
import type { Acl, Stat } from "../../src/zookeeper/types.js";

export interface IndependentNode {
  readonly data: Buffer | null;
  readonly stat: Stat;
  readonly children: readonly string[];
  readonly acl: readonly Acl[];
}

export interface IndependentReader {
  /** Null when the znode does not exist. */
  read(path: string): Promise<IndependentNode | null>;
  close(): void;
}

/** 64-bit fields come as eight raw bytes. */
type RawStat = { readonly [Field in keyof Stat]: Stat[Field] extends bigint ? Buffer : number };

type Callback<T extends unknown[]> = (error: Error | { code?: number } | null, ...values: T) => void;

function promised<T extends unknown[]>(ask: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, ...values) => (error ? reject(error) : resolve(values)));
  });
}

/** @param credential `user:password` of the digest scheme */
export async function independentReader(
  connectString: string,
  credential?: string,
): Promise<IndependentReader> {
  const client = zookeeper.createClient(connectString, { sessionTimeout: 10_000, spinDelay: 50 });
  await new Promise<void>((resolve) => {
    client.once("connected", resolve);
    client.connect();
  });
  if (credential !== undefined) client.addAuthInfo("digest", Buffer.from(credential));
  return {
    read: async (path) => {
      try {
        const [data, rawStat] = await promised<[Buffer, unknown]>((callback) =>
          client.getData(path, callback as never),
        );
        const [children] = await promised<[string[]]>((callback) =>
          client.getChildren(path, callback as never),
        );
        const [acls] = await promised<[unknown]>((callback) => client.getACL(path, callback as never));
        return describe(data, rawStat as RawStat, children, acls as RawAcl[]);
      } catch (error) {
        if ((error as { name?: string }).name === "NO_NODE") return null;
        throw error;
      }
    },
    close: () => client.close(),
  };
}

interface RawAcl {
  readonly permission: number;
  readonly id: { readonly scheme: string; readonly id: string };
}

function describe(
  data: Buffer | undefined,
  stat: RawStat,
  children: readonly string[],
  acls: readonly RawAcl[],
): IndependentNode {
  const long = (field: Buffer) => field.readBigInt64BE();
  return {
    data: data ?? null,
    stat: {
      czxid: long(stat.czxid),
      mzxid: long(stat.mzxid),
      ctime: long(stat.ctime),
      mtime: long(stat.mtime),
      version: stat.version,
      cversion: stat.cversion,
      aversion: stat.aversion,
      ephemeralOwner: long(stat.ephemeralOwner),
      dataLength: stat.dataLength,
      numChildren: stat.numChildren,
      pzxid: long(stat.pzxid),
    },
    children: [...children].sort(),
    acl: acls.map((acl) => ({ perms: acl.permission, scheme: acl.id.scheme, id: acl.id.id })),
  };
}
