/** What several suites over real ZooKeeper expect in the same words. */
import * as assert from "uvu/assert";
import type { ZooKeeperClient, ZooKeeperErrorCode } from "../../src/zookeeper/types.js";
import { ZooKeeperError } from "../../src/zookeeper/zookeeper-error.js";
import type { IndependentReader } from "./zookeeper-reader.js";

/** The error of a promise that must fail with one of `codes`. */
export async function expectFailure(
  promise: Promise<unknown>,
  ...codes: readonly ZooKeeperErrorCode[]
): Promise<ZooKeeperError> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error;
    assert.ok(codes.includes(error.code), `expected ${codes.join(" or ")}: ${error.message}`);
    return error;
  }
  throw new Error(`expected ${codes.join(" or ")}, but it succeeded`);
}

/** Reads `path` with our client and with an independent one and compares everything both can see. */
export async function expectSameAsIndependent(
  client: ZooKeeperClient,
  reader: IndependentReader,
  path: string,
  chroot = "",
): Promise<void> {
  const theirs = await reader.read(chroot + path);
  if (theirs === null) {
    assert.is(await client.exists(path), null, `${path} exists for us only`);
    return;
  }
  const [{ data, stat }, { children }, { acl }] = await Promise.all([
    client.getData(path),
    client.getChildren(path),
    client.getAcl(path),
  ]);
  const ours = { data, stat, children: children.sort(), acl };
  assert.equal(ours, theirs, `${path} reads differently`);
}
