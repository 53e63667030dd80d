/** Whole comparisons of two real ensembles, with either reader: what differs is named, what does not is not. */
import { setTimeout as delay } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EXACT_FIELDS } from "../../src/sync/verify/compare.js";
import { independentReader } from "../../src/sync/verify/independent-reader.js";
import { openReader } from "../../src/sync/verify/open-reader.js";
import { resultOf, type VerifyReport } from "../../src/sync/verify/report.js";
import type { ReaderKind } from "../../src/sync/verify/tree-reader.js";
import type { Acl, ZooKeeperClient } from "../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../src/zookeeper/zookeeper-error.js";
import { compareSides, type Pairing, rule, sideSpec, startPair } from "./verify/fill.js";

const verification = suite<{ pair: Pairing }>("verify");

verification.before(async (context) => {
  context.pair = await startPair();
});
verification.after(async ({ pair }) => {
  await pair.close();
});

const READERS: readonly ReaderKind[] = ["own", "independent"];
const OPEN: Acl[] = [{ perms: 31, scheme: "world", id: "anyone" }];
const READ_ONLY: Acl[] = [
  { perms: 1, scheme: "world", id: "anyone" },
  { perms: 31, scheme: "digest", id: "bob:aGFzaA==" },
];

async function onBoth(
  { a, b }: Pairing,
  act: (client: ZooKeeperClient, side: "a" | "b") => Promise<unknown>,
): Promise<void> {
  await Promise.all([act(a, "a"), act(b, "b")]);
}

/** 1 + 40 + 40 × 12 znodes, of all the sorts that are equal on both sides. */
async function fill(client: ZooKeeperClient, root: string): Promise<void> {
  await client.create(root, Buffer.from("root"));
  await Promise.all(
    Array.from({ length: 40 }, async (_, at) => {
      const parent = `${root}/service-${at}`;
      await client.create(parent, at % 3 === 0 ? null : Buffer.alloc(at % 3), {
        acl: at % 5 ? OPEN : READ_ONLY,
      });
      const names = Array.from({ length: 12 }, (_, child) => `${parent}/node-${child}`);
      await Promise.all(names.map((path) => client.create(path, Buffer.from(path.slice(root.length)))));
      if (at % 4 === 0) await client.setData(`${parent}/node-3`, Buffer.from("again"));
      if (at % 7 === 0) await client.setAcl(`${parent}/node-4`, READ_ONLY);
    }),
  );
  await client.create(`${root}/container`, null, { mode: "container" });
  await client.create(`${root}/container/child`, null);
  await client.create(`${root}/passing`, null, { mode: "persistent-ttl", ttlMs: 3_600_000 });
}
const FILLED = 1 + 40 + 480 + 3;

const SHA = /SHA-256 [0-9a-f]{64}/;

/** As one line each, without what is random. */
function lines(report: VerifyReport): string[] {
  const plain = (text: string | null) =>
    (text ?? "nothing").replace(/session 0x[0-9a-f]+/, "session …").replace(SHA, "SHA-256 …");
  return report.differences.map(
    ({ path, pathB, field, a, b }) =>
      `${path}${pathB === path ? "" : ` = ${pathB}`} ${field}: ${plain(a)} | ${plain(b)}`,
  );
}

verification("the same trees are equal for both readers, also below another name", async ({ pair }) => {
  await Promise.all([fill(pair.a, "/same"), fill(pair.b, "/same")]);
  await fill(pair.b, "/renamed");
  for (const reader of READERS) {
    for (const paths of [[rule("/same")], [rule("/same", "/renamed")]]) {
      const report = await compareSides(pair, { reader, paths });
      assert.is(resultOf(report), "equal", JSON.stringify(report).slice(0, 2_000));
      assert.equal(
        report.counts,
        { nodes: FILLED, equal: FILLED, differing: 0, moving: 0, unreadable: 0, skipped: 0, shadows: 0 },
        reader,
      );
      assert.equal(report.differences, []);
      assert.is(report.readers.a, reader);
    }
  }
});

async function makeDifferent(client: ZooKeeperClient, side: "a" | "b"): Promise<void> {
  const onA = side === "a";
  const make = (name: string, data: Buffer | null = null, acl = OPEN) =>
    client.create(`/each/${name}`, data, { acl });
  await make("data", Buffer.from(onA ? "left" : "right"));
  await make("null-or-empty", onA ? null : Buffer.alloc(0));
  await make("long", Buffer.from(`${"x".repeat(5_000)}${onA ? "" : "!"}`));
  await make("acl", null, onA ? OPEN : READ_ONLY);
  await make("acl-order", null, onA ? READ_ONLY : READ_ONLY.toReversed());
  await make("version");
  if (onA) await client.setData("/each/version", null);
  await make("aversion");
  if (!onA) await client.setAcl("/each/aversion", OPEN);
  await make("counter");
  if (onA) {
    await client.create("/each/counter/gone", null);
    await client.delete("/each/counter/gone");
  }
  await client.create("/each/type", null, { mode: onA ? "persistent" : "ephemeral" });
  await make("tree");
  if (onA) await Promise.all([make("tree/left"), make("tree/left/deep")]);
  else await make("tree/right", Buffer.from([255, 0]));
}

const LONG = `"${"x".repeat(60)}"…`;
const EXPECTED = [
  "/each/acl acl: world:anyone:cdrwa | world:anyone:r, digest:bob:aGFzaA==:cdrwa",
  "/each/acl-order acl: world:anyone:r, digest:bob:aGFzaA==:cdrwa | digest:bob:aGFzaA==:cdrwa, world:anyone:r",
  "/each/aversion aversion: 0 | 1",
  "/each/counter next-sequence: 1 | 0",
  '/each/data data: "left" (4 bytes) | "right" (5 bytes)',
  `/each/long data: ${LONG} (5,000 bytes, SHA-256 …) | ${LONG} (5,001 bytes, SHA-256 …)`,
  "/each/null-or-empty data: no data | empty",
  "/each/tree/left missing-on-b: persistent, version 0, no data | nothing",
  "/each/tree/left/deep missing-on-b: persistent, version 0, no data | nothing",
  "/each/tree/right missing-on-a: nothing | persistent, version 0, 0xff00 (2 bytes)",
  "/each/type type: persistent | ephemeral of session …",
  "/each/version version: 1 | 0",
];

verification("each field that differs is named, by both readers alike", async ({ pair }) => {
  await onBoth(pair, (client) => client.create("/each", null));
  await onBoth(pair, makeDifferent);
  const rules = {
    fields: { ...EXACT_FIELDS, "next-sequence": "exact" },
    ephemeralsFrom: ["a"],
    ephemerals: "shadow",
  } as const;
  const [own, independent] = await Promise.all(
    READERS.map((reader) => compareSides(pair, { reader, paths: [rule("/each")], rules })),
  );
  assert.equal(own?.differences, independent?.differences);
  assert.equal(own?.counts, independent?.counts);
  assert.ok(own !== undefined);
  assert.equal(lines(own), EXPECTED);
  const expected = { nodes: 14, equal: 2, differing: 12, moving: 0, unreadable: 0, skipped: 0, shadows: 0 };
  assert.equal(own.counts, expected);
  assert.is(resultOf(own), "different");

  const lenient = await compareSides(pair, {
    paths: [rule("/each")],
    rules: { ...rules, fields: { ...EXACT_FIELDS, version: "informative", aversion: "ignored" } },
  });
  assert.is(lenient.counts.differing, 9);
  assert.is(lenient.fields.version, 1);
  assert.is(lenient.fields.aversion, undefined);
});

verification(
  "a renamed subtree is compared at its other place, without what is excluded",
  async ({ pair }) => {
    await pair.b.createParents("/eu/shop", OPEN);
    await onBoth(pair, async (client, side) => {
      const root = side === "a" ? "/app" : "/eu/shop";
      await client.create(root, null);
      await client.create(`${root}/kept`, Buffer.from(side));
      await client.create(`${root}/cache`, Buffer.from(side));
      await client.create(`${root}/cache/${side}`, null);
    });
    for (const reader of READERS) {
      const report = await compareSides(pair, { reader, paths: [rule("/app", "/eu/shop", ["/app/cache"])] });
      assert.equal(lines(report), ['/app/kept = /eu/shop/kept data: "a" (1 byte) | "b" (1 byte)']);
      assert.is(report.counts.nodes, 2);
    }
  },
);

verification("everything, the servers' own znodes left out; a root on neither side", async ({ pair }) => {
  const report = await compareSides(pair, { paths: [rule("/")] });
  assert.ok(report.counts.nodes > 500);
  assert.not.ok(report.differences.some(({ path }) => path.startsWith("/zookeeper")));
  const nowhere = await compareSides(pair, { paths: [rule("/nowhere")] });
  assert.equal(nowhere.absent, [{ path: "/nowhere", pathB: "/nowhere" }]);
  assert.is(resultOf(nowhere), "unproven");
});

verification("what may not be read is named and not counted as equal", async ({ pair }) => {
  const closed: Acl[] = [{ perms: 31, scheme: "digest", id: "bob:aGFzaA==" }];
  await onBoth(pair, async (client) => {
    await client.create("/rights", null);
    await client.create("/rights/open", null);
    await client.create("/rights/masked", null, { acl: READ_ONLY });
    await client.create("/rights/closed", null);
    await client.create("/rights/closed/below", null);
    await client.setAcl("/rights/closed", closed);
  });
  await pair.a.create("/rights/alone", null, { acl: closed });
  for (const reader of READERS) {
    const seen = await compareSides(pair, { reader, paths: [rule("/rights")], credential: null });
    const unreadable = seen.unreadable.toSorted((one, other) => (one.path < other.path ? -1 : 1));
    assert.equal(unreadable, [
      { path: "/rights/closed", pathB: "/rights/closed", side: "a", reason: "NO_AUTH" },
      { path: "/rights/masked", pathB: "/rights/masked", side: "a", reason: "ACL_MASKED" },
    ]);
    assert.equal(lines(seen), [
      "/rights next-sequence: 4 | 3",
      "/rights/alone missing-on-b: a znode that may not be read | nothing",
    ]);
    const counts = { nodes: 5, equal: 2, differing: 1, moving: 0, unreadable: 2, skipped: 0, shadows: 0 };
    assert.equal(seen.counts, counts);
  }
  await pair.a.delete("/rights/alone");
  const unproven = await compareSides(pair, { paths: [rule("/rights")], credential: null });
  assert.is(resultOf(unproven), "unproven");
  const whole = await compareSides(pair, { paths: [rule("/rights")] });
  assert.equal([resultOf(whole), whole.counts.nodes], ["equal", 5]);
});

verification("ephemeral znodes of the source are shadows on the target, or nothing", async ({ pair }) => {
  await onBoth(pair, async (client, side) => {
    await client.create("/lead", null);
    await client.create("/lead/one", Buffer.from("x"), { mode: side === "a" ? "ephemeral" : "persistent" });
  });
  const shadowed = await compareSides(pair, { paths: [rule("/lead")] });
  assert.equal([resultOf(shadowed), shadowed.counts.shadows], ["equal", 1]);

  await pair.b.delete("/lead/one");
  const skip = { fields: EXACT_FIELDS, ephemeralsFrom: ["a"], ephemerals: "skip" } as const;
  const skipped = await compareSides(pair, { paths: [rule("/lead")], rules: skip });
  assert.equal([resultOf(skipped), skipped.counts.skipped], ["equal", 1]);
  const missing = await compareSides(pair, { paths: [rule("/lead")] });
  assert.equal(missing.fields, { "missing-on-b": 1 });
});

/** Writes to side a, and some milliseconds later the same to side b, until told to stop. Returns how many writes. */
async function mirrored({ a, b }: Pairing, root: string, stop: AbortSignal): Promise<number> {
  let count = 0;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let at = 0; !stop.aborted; at++) {
      const path = `${root}/service-${writer}/node-${at % 12}`;
      const born = `${root}/service-${writer}/new-${at}`;
      for (const client of [a, b]) {
        await client.setData(path, Buffer.from(`${at}`));
        await client.create(born, null);
        if (at % 2 === 0) await client.delete(born);
        if (at % 5 === 0) await client.setAcl(path, at % 10 ? OPEN : READ_ONLY);
        await delay(3);
      }
      count++;
    }
  });
  await Promise.all(writers);
  return count;
}

verification("writes going on make no difference that is none", async ({ pair }) => {
  await Promise.all([fill(pair.a, "/busy"), fill(pair.b, "/busy")]);
  await onBoth(pair, (client) => client.create("/busy/wrong", null));
  await pair.a.setData("/busy/wrong", Buffer.from("never mirrored"));
  const stop = new AbortController();
  const writing = mirrored(pair, "/busy", stop.signal);
  try {
    for (const reader of [...READERS, ...READERS]) {
      const report = await compareSides(pair, { reader, paths: [rule("/busy")] });
      const exact = report.differences.filter(({ weight }) => weight === "exact");
      assert.equal(
        exact.map(({ path, field }) => `${path} ${field}`),
        ["/busy/wrong data", "/busy/wrong version"],
      );
      assert.ok(report.counts.nodes > 500);
    }
  } finally {
    stop.abort();
  }
  assert.ok((await writing) > 50);
  const after = await compareSides(pair, { paths: [rule("/busy")] });
  assert.is(after.counts.differing, 1);
  assert.is(after.counts.moving, 0);
});

verification("a znode that never stands still is told as moving", async ({ pair }) => {
  await onBoth(pair, (client) => client.create("/restless", null));
  const stop = new AbortController();
  const writing = (async () => {
    for (let at = 0; !stop.signal.aborted; at++) await pair.a.setData("/restless", Buffer.from(`${at}`));
  })();
  try {
    const report = await compareSides(pair, {
      paths: [rule("/restless")],
      confirmation: { rereads: 3, pauseMs: 20 },
    });
    assert.equal(report.differences, []);
    assert.equal(report.moving, [{ path: "/restless", pathB: "/restless", fields: ["data", "version"] }]);
    assert.is(resultOf(report), "unproven");
  } finally {
    stop.abort();
    await writing;
  }
});

verification("the independent reader says what it cannot do, and when nobody is there", async ({ pair }) => {
  const plain = sideSpec("old", pair.ensembles[0].connectString, null);
  const failure = await openReader("independent", { ...plain, tls: {} }).catch((error: unknown) => error);
  assert.ok(isZooKeeperError(failure, "BAD_ARGUMENTS"));
  assert.is(
    failure.message,
    `connect with the independent reader on ${plain.connectString}: BAD_ARGUMENTS: old asks for TLS, which ` +
      "node-zookeeper-client cannot do; nothing was read. Read with `--reader own`, or name a client port without it",
  );
  const nobody = { connectString: "127.0.0.1:1", auth: [], sessionTimeoutMs: 5_000, connectTimeoutMs: 300 };
  const silence = await independentReader(nobody).catch((error: unknown) => error);
  assert.ok(isZooKeeperError(silence, "UNREACHABLE"));
});

verification(
  "a server that falls silent ends the independent reading, instead of holding it for ever",
  async ({ pair }) => {
    const [{ connectString }] = pair.ensembles;
    const quick = { connectString, auth: [], sessionTimeoutMs: 1_000, connectTimeoutMs: 30_000 };
    const reader = await independentReader(quick);
    const server = pair.ensembles[0].server(1);
    await server.kill("SIGSTOP");
    try {
      const failure = await reader.read("/").catch((error: unknown) => error);
      assert.ok(isZooKeeperError(failure, "UNREACHABLE"), String(failure));
      assert.match(failure.message, /node-zookeeper-client has had no answer for \d s/);
    } finally {
      await server.kill("SIGCONT");
      await reader.close();
    }
  },
);

verification.run();
