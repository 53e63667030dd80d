/** The spool gives back what it was given, in order, however it is cut into pieces and however small the disk is. */
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TransactionSpool, type Waiting } from "../../../src/sync/spool/transaction-spool.js";

const spooling = suite("transaction spool");

let directory = "";
spooling.before(async () => {
  directory = await mkdtemp(join(tmpdir(), "ferry-spool-test-"));
});
spooling.after(() => rm(directory, { recursive: true, force: true }));

function waiting(zxid: number, bytes: number, own: boolean): Waiting {
  const change = {
    kind: "setData" as const,
    path: `/w/${zxid}`,
    data: Buffer.alloc(bytes, zxid),
    version: zxid,
  };
  return {
    own,
    transaction: {
      zxid: BigInt(zxid),
      timeMs: zxid,
      session: 0x1000000000000n + BigInt(zxid),
      cxid: zxid,
      type: 5,
      digest: null,
      body: { kind: "changes", changes: [change] },
    },
  };
}

spooling("first in, first out, for every mixture of adding, taking and forgetting", () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 400 }), own: fc.boolean() }) },
    { weight: 4, arbitrary: fc.constant("take" as const) },
    { weight: 1, arbitrary: fc.constant("clear" as const) },
  );
  const limits = fc.constantFrom(0, 1_000, 1_000_000);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), limits, (steps, limitBytes) => {
      const spool = new TransactionSpool({ directory, limitBytes, pieceBytes: 500 });
      const model: Waiting[] = [];
      try {
        steps.forEach((one, zxid) => {
          if (one === "take") assert.equal(spool.take(), model.shift() ?? null);
          else if (one === "clear") {
            spool.clear();
            model.length = 0;
          } else {
            const added = waiting(zxid, one.add, one.own);
            spool.add(added);
            model.push(added);
          }
          assert.is(spool.length, model.length);
        });
        for (const expected of model) assert.equal(spool.take(), expected);
        assert.is(spool.bytes, 0);
      } finally {
        spool.close();
      }
    }),
  );
});

spooling("says when it is full, loses nothing then, and has room again when it was emptied", () => {
  const spool = new TransactionSpool({ directory, limitBytes: 2_000, pieceBytes: 500 });
  for (let zxid = 0; spool.full === null; zxid++) spool.add(waiting(zxid, 100, false));
  const count = spool.length;
  spool.add(waiting(count, 100, false));
  for (let zxid = 0; zxid <= count; zxid++) assert.is(spool.take()?.transaction.zxid, BigInt(zxid));
  assert.is(spool.take(), null);
  assert.is(spool.full, null);
  spool.close();
});

spooling("a directory that cannot be written to: full, and nothing is lost", () => {
  const spool = new TransactionSpool({
    directory: join(directory, "missing"),
    limitBytes: 1e6,
    pieceBytes: 100,
  });
  spool.add(waiting(1, 200, true));
  assert.match(spool.full ?? "", /ENOENT/);
  assert.equal(spool.take(), waiting(1, 200, true));
  spool.close();
});

spooling("leaves no name in its directory", () => {
  const spool = new TransactionSpool({ directory, limitBytes: 1e6, pieceBytes: 100 });
  spool.add(waiting(1, 200, true));
  assert.ok(spool.bytes > 0);
  assert.equal(readdirSync(directory), []);
  spool.close();
});

spooling.run();
