/** When a checkpoint moves although nothing was written: seldom, sooner when somebody waits for it, and never in answer to another. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { IdleCheckpoint } from "../../../src/sync/direction/idle-checkpoint.js";
import type { Transaction } from "../../../src/zookeeper/learner/transaction.js";

const idle = suite("checkpoints of idle directions");

function transaction(zxid: bigint, writes: number): Transaction {
  const changes = Array.from({ length: writes }, (_, at) => ({ kind: "delete" as const, path: `/${at}` }));
  const body = { kind: "changes", changes } as const;
  return { zxid, session: 1n, cxid: 1, timeMs: 1, type: 14, body, digest: null };
}

idle("others' transactions move it once a second", () => {
  const checkpoint = new IdleCheckpoint(true);
  assert.is(checkpoint.take(0), null);
  checkpoint.skip(transaction(5n, 1), false);
  assert.is(checkpoint.take(0), 5n);
  assert.ok(checkpoint.isMoving);
  checkpoint.moved();
  checkpoint.skip(transaction(6n, 1), false);
  assert.is(checkpoint.take(900), null);
  assert.is(checkpoint.take(1_000), 6n);
  assert.is(checkpoint.take(2_000), null, "nothing new");
});

idle("what the other direction has written moves it at once, and its checkpoint alone never", () => {
  const checkpoint = new IdleCheckpoint(true);
  checkpoint.skip(transaction(5n, 2), true);
  assert.is(checkpoint.take(0), 5n);
  checkpoint.skip(transaction(6n, 2), true);
  assert.is(checkpoint.take(1), 6n);
  checkpoint.skip(transaction(7n, 1), true);
  assert.is(checkpoint.take(5_000), null);
});

idle("work that moves it anyway leaves nothing to be moved", () => {
  const checkpoint = new IdleCheckpoint(false);
  checkpoint.skip(transaction(5n, 1), false);
  checkpoint.passed();
  assert.is(checkpoint.take(5_000), null);
});

idle.run();
