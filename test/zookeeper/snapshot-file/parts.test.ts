/** The small parts of the snapshot file: checksum, names, hashes of paths, numbers of ACLs, digest. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AclTable } from "../../../src/zookeeper/snapshot-file/acl-table.js";
import { Adler32 } from "../../../src/zookeeper/snapshot-file/adler32.js";
import { snapshotFileName, zxidOfFileName } from "../../../src/zookeeper/snapshot-file/format.js";
import { TreeDigest } from "../../../src/zookeeper/snapshot-file/node-digest.js";
import { PathSet } from "../../../src/zookeeper/snapshot-file/path-set.js";
import { plainNode } from "./snapshot-tree.js";

const s = suite("parts of the snapshot file");

/** RFC 1950 word for word. */
function slowAdler(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}

s("Adler-32 is that of the RFC, however the bytes are cut", () => {
  assert.is(new Adler32().update(Buffer.from("Wikipedia")).value, 0x11e60398);
  const bytes = fc.uint8Array({ maxLength: 9_000, size: "max" });
  fc.assert(
    fc.property(bytes, fc.nat(), (all, cut) => {
      const at = cut % (all.length + 1);
      assert.is(new Adler32().update(all, 0, at).update(all.subarray(at)).value, slowAdler(all));
    }),
  );
  const largest = Buffer.alloc(100_000, 0xff);
  assert.is(new Adler32().update(largest).value, slowAdler(largest));
});

s("a name holds the zxid and nothing else", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (zxid) => {
      assert.is(zxidOfFileName(snapshotFileName(zxid)), zxid);
    }),
  );
  assert.is(snapshotFileName(0x10000001fn), "snapshot.10000001f");
  assert.is(zxidOfFileName("snapshot.10000001f.gz"), 0x10000001fn);
  for (const name of ["snapshot.", "snapshot.xyz", "log.1", "ferry-snapshot.1.json"]) {
    assert.is(zxidOfFileName(name), null, name);
  }
});

s("a set of paths tells new ones, known ones and those without a parent", () => {
  const set = new PathSet();
  assert.is(set.add("/a"), "orphan");
  assert.is(set.add("/"), "new");
  assert.is(set.add("/"), "duplicate");
  assert.is(set.add("/a"), "new");
  assert.is(set.add("/a/b"), "new");
  assert.is(set.add("/b/a"), "orphan");
  assert.is(set.add("/a/b"), "duplicate");
  assert.ok(set.has("/") && set.has("/a/b") && !set.has("/b"));
});

s("a set of paths takes 500,000 that look alike for as many different ones", () => {
  const set = new PathSet();
  for (const path of ["/", "/a", "/b"]) set.add(path);
  for (let at = 0; at < 250_000; at++) {
    const name = `member-${String(at).padStart(10, "0")}`;
    assert.is(set.add(`/a/${name}`), "new");
    assert.is(set.add(`/b/${name}`), "new");
  }
  assert.is(set.add("/a/member-0000123456"), "duplicate");
});

s("equal ACLs share a number, the open one has its own", () => {
  const table = new AclTable();
  const read = (id: string) => ({ perms: 1, scheme: "digest", id });
  assert.is(table.idOf([{ perms: 31, scheme: "world", id: "anyone" }]), -1n);
  assert.is(table.idOf([read("a"), read("b")]), 1n);
  assert.is(table.idOf([read("b"), read("a")]), 2n);
  assert.is(table.idOf([]), 3n);
  assert.is(table.idOf([read("a"), read("b")]), 1n);
});

s("the digest leaves out what servers change each for itself", () => {
  const digest = new TreeDigest();
  digest.add(plainNode("/zookeeper/quota/a"));
  assert.is(digest.value, 0n);
  digest.add(plainNode("/zookeeper"));
  assert.is.not(digest.value, 0n);
});

s.run();
