/** /proc/PID/stat: the name may hold anything, brackets and blanks included. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { currentBootId, isAlive, liveStat, parseStat } from "../../../providers/process/stat.js";

const stat = suite("process stat");

const numbers = fc.array(fc.nat(), { minLength: 45, maxLength: 49 });

stat("finds state, group and start time whatever the name is", () => {
  const name = fc.oneof(
    fc.string({ maxLength: 15 }),
    fc.string({ unit: fc.constantFrom("(", ")", " ", "S", "1", "\n"), maxLength: 15 }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1 }),
      name,
      fc.constantFrom("R", "S", "D", "Z"),
      numbers,
      (pid, comm, state, rest) => {
        const parsed = parseStat(`${pid} (${comm}) ${state} ${rest.join(" ")}\n`);
        assert.equal(parsed, { pid, comm, state, group: rest[1], startTime: String(rest[18]) });
      },
    ),
  );
});

stat("never throws, and refuses what is cut off", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseStat(text)));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), (length) => {
      assert.is(parseStat("4242 (a b) S 1 4242 4242 0 -1 4194560 1 0".slice(0, length)), null);
    }),
  );
});

stat("knows this process, and not one with its number from another time or boot", () => {
  const own = liveStat(process.pid);
  assert.is(own?.pid, process.pid);
  const identity = { pid: process.pid, startTime: own?.startTime ?? "", bootId: currentBootId() };
  assert.is(isAlive(identity), true);
  assert.is(isAlive({ ...identity, startTime: "1" }), false);
  assert.is(isAlive({ ...identity, bootId: "another" }), false);
});

stat.run();
