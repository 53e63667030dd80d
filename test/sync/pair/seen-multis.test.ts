/** Which multis need not be remembered: those that the reader will not meet again. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SeenMultis } from "../../../src/sync/pair/seen-multis.js";

const multis = suite("seen multis");

multis("a multi counts when the reader's checkpoint has passed it, not when it was told of", () => {
  const seen = new SeenMultis();
  assert.is(seen.upTo(null), 0);
  seen.note(4, 100n);
  seen.note(5, 110n);
  assert.is(seen.upTo(99n), 0);
  assert.is(seen.upTo(105n), 4);
  assert.is(seen.upTo(null), 4);
  assert.is(seen.upTo(110n), 5);
  seen.note(3, 0n);
  assert.is(seen.upTo(111n), 5, "it never goes back");
  seen.note(9, 0n);
  assert.is(seen.upTo(111n), 9);
});

multis("a reader that stands still for long costs no memory, and is passed in the end", () => {
  const seen = new SeenMultis();
  for (let at = 1; at <= 100_000; at++) seen.note(at, BigInt(at));
  assert.is(seen.upTo(0n), 0);
  assert.ok(seen.upTo(50_000n) <= 50_000);
  assert.ok(seen.upTo(100_000n) > 90_000);
});

multis.run();
