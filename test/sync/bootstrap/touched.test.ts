/** Which znodes are touched, one story after the other; whole histories are in bootstrap-file.test.ts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Touched } from "../../../src/sync/bootstrap/touched.js";
import type { Change, Transaction, TransactionBody } from "../../../src/zookeeper/learner/transaction.js";
import { plainNode } from "../../zookeeper/snapshot-file/snapshot-tree.js";

const touched = suite("touched znodes");
const [S, T] = [0x1000n, 0x2000n];
const inScope = (path: string): boolean => path === "/x" || path.startsWith("/x/");
const OPEN = plainNode("/").acl;

function transaction(zxid: bigint, body: TransactionBody, session = S): Transaction {
  return { zxid, session, cxid: 0, timeMs: Number(zxid), type: 0, body, digest: null };
}

const changes = (zxid: bigint, ...some: Change[]): Transaction =>
  transaction(zxid, { kind: "changes", changes: some });
const closed = (zxid: bigint, session: bigint, paths: readonly string[] | null = null): Transaction =>
  transaction(zxid, { kind: "close-session", paths }, session);

function create(path: string, owner = 0n, parentCversion = 1): Change {
  return { kind: "create", path, data: Buffer.from(path), acl: OPEN, owner, parentCversion };
}

touched("a session takes what it owns in the end, not what it once made", () => {
  const found = new Touched(inScope, null);
  found.node(plainNode("/x/e", { owner: S }));
  found.node(plainNode("/x/f", { owner: S }));
  found.take(changes(10n, { kind: "delete", path: "/x/e" }));
  found.take(changes(11n, create("/x/e", T, 7)));
  found.take(closed(12n, S));
  assert.is(found.after("/x/e", plainNode("/x/e", { owner: S }))?.owner, T);
  assert.is(found.after("/x/f", plainNode("/x/f", { owner: S })), null);
  assert.equal(found.owners, [T]);
  const parent = found.after("/x", plainNode("/x", { cversion: 3, pzxid: 5n }));
  assert.equal([parent?.cversion, parent?.pzxid], [7, 12n]);
});

touched(
  "what the snapshot shows already is not done again, and a later namesake keeps nothing of the former",
  () => {
    const found = new Touched(inScope, null);
    found.take(changes(10n, { kind: "setData", path: "/x/n", data: Buffer.from("former"), version: 9 }));
    found.take(changes(11n, { kind: "delete", path: "/x/n" }));
    found.take(changes(12n, create("/x/n", 0n, 4)));
    const shown = plainNode("/x/n", { czxid: 12n, mzxid: 12n, pzxid: 12n, ctimeMs: 12, mtimeMs: 12 });
    const expected = { ...shown, data: Buffer.from("/x/n") };
    assert.equal(found.after("/x/n", expected), expected);
    assert.equal(found.made(), [expected]);
    const parent = plainNode("/x", { cversion: 6, pzxid: 20n });
    assert.equal(found.after("/x", parent), parent, "counters never fall");
  },
);

touched("what lies outside counts only for its parent", () => {
  const found = new Touched(inScope, null);
  found.take(changes(10n, create("/y"), create("/y/z")));
  assert.is(found.isChanged, false);
  const narrow = new Touched((path) => path === "/x", null);
  narrow.take(changes(10n, create("/x/out", S, 5)));
  assert.is(narrow.size, 1);
  assert.equal(narrow.owners, [S], "its end raises the parent's pzxid");
});

touched("data is a copy: what was received may be large", () => {
  const received = Buffer.alloc(64, "a");
  const found = new Touched(inScope, null);
  found.take(changes(10n, { kind: "setData", path: "/x", data: received.subarray(0, 2), version: 1 }));
  received.fill("b");
  assert.is(found.after("/x", plainNode("/x"))?.data?.toString(), "aa");
});

touched("a session that ends without a word changes something only if it owned something", () => {
  const since = () => new Touched(inScope, new Set([S]));
  const other = since();
  other.take(closed(10n, T));
  other.take(closed(11n, S, []));
  assert.is(other.isChanged, false);
  const own = since();
  own.take(closed(10n, S));
  assert.is(own.isChanged, true);
});

touched.run();
