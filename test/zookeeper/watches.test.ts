/** Which watcher hears of which event, and how watches are cut into requests. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Watcher } from "../../src/zookeeper/types.js";
import { Watches, type WatchKind, type WatchPaths, watchBatches } from "../../src/zookeeper/watches.js";

const s = suite("watches");

function watcher(): Watcher {
  return () => {};
}

function with_(...entries: readonly (readonly [WatchKind, string, Watcher])[]): Watches {
  const watches = new Watches();
  for (const [kind, path, one] of entries) watches.add(kind, path, one);
  return watches;
}

s("one-shot watches fire once and for their own events only", () => {
  const [data, child, exist] = [watcher(), watcher(), watcher()];
  const watches = with_(["data", "/a", data], ["child", "/a", child], ["exist", "/b", exist]);
  assert.equal(watches.fire("children", "/a"), [child]);
  assert.equal(watches.fire("children", "/a"), []);
  assert.equal(watches.fire("changed", "/a"), [data]);
  assert.equal(watches.fire("changed", "/a"), []);
  assert.equal(watches.fire("created", "/b"), [exist]);
});

s("a deletion reaches data, exist and child watches, each watcher once", () => {
  const one = watcher();
  const watches = with_(["data", "/a", one], ["child", "/a", one], ["exist", "/a", one]);
  assert.equal(watches.fire("deleted", "/a"), [one]);
});

s("persistent watches stay; recursive ones hear of everything below, but not of 'children'", () => {
  const [exact, recursive, root] = [watcher(), watcher(), watcher()];
  const watches = with_(
    ["persistent", "/a", exact],
    ["recursive", "/a", recursive],
    ["recursive", "/", root],
  );
  assert.equal(watches.fire("changed", "/a"), [exact, root, recursive]);
  assert.equal(watches.fire("children", "/a"), [exact]);
  assert.equal(watches.fire("created", "/a/b/c"), [root, recursive]);
  assert.equal(watches.fire("created", "/ab"), [root]);
  assert.equal(watches.fire("created", "/a/b/c"), [root, recursive]);
});

s("removal forgets only the kinds asked for", () => {
  const [data, recursive] = [watcher(), watcher()];
  const watches = with_(["data", "/a", data], ["recursive", "/a", recursive]);
  assert.equal(watches.remove("/a", ["persistent", "recursive"]), [recursive]);
  assert.ok(watches.has("/a", ["data"]));
  assert.equal(watches.fire("changed", "/a"), [data]);
});

s("batches hold all paths exactly once and stay below the limit", () => {
  const many = (prefix: string) => Array.from({ length: 500 }, (_, index) => `/${prefix}-${index}`);
  const paths: WatchPaths = {
    data: many("data"),
    exist: many("exist"),
    child: [],
    persistent: many("persistent"),
    recursive: many("recursive"),
  };
  const batches = watchBatches(paths, 2_000);
  for (const kind of ["data", "exist", "child", "persistent", "recursive"] as const) {
    assert.equal(
      batches.flatMap((batch) => batch[kind]),
      paths[kind],
    );
  }
  for (const batch of batches) {
    const all = Object.values(batch).flat() as string[];
    const size = all.reduce((sum, path) => sum + 4 + Buffer.byteLength(path), 0);
    assert.ok(size <= 2_000 && all.length > 0);
  }
  assert.equal(watchBatches({ data: [], exist: [], child: [], persistent: [], recursive: [] }), []);
});

s.run();
