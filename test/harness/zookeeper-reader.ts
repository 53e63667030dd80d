/**
 * node-zookeeper-client as an independent reader: written by others, so that a mistake in our codec cannot hide itself.
 * Only reads. The same reader that `ferry sync verify --reader independent` uses, with names in order.
 */
import { independentReader as open } from "../../src/sync/verify/independent-reader.js";
import type { NodeReading } from "../../src/sync/verify/tree-reader.js";

export type IndependentNode = NodeReading;

export interface IndependentReader {
  /** Null when the znode does not exist. */
  read(path: string): Promise<IndependentNode | null>;
  close(): void;
}

/** @param credential `user:password` of the digest scheme */
export async function independentReader(
  connectString: string,
  credential?: string,
): Promise<IndependentReader> {
  const auth = credential === undefined ? [] : [{ scheme: "digest", credential: Buffer.from(credential) }];
  const reader = await open({ connectString, auth, sessionTimeoutMs: 10_000, connectTimeoutMs: 30_000 });
  return {
    read: async (path) => {
      const node = await reader.read(path);
      return node === null ? null : { ...node, children: node.children.toSorted() };
    },
    close: () => void reader.close(),
  };
}
