/** Mesos' rules of who is a member, and who leads, over arbitrary names. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { leadingMember, membersOf, znodeOf } from "../../../../src/sandbox/mesos/coordination/membership.js";

const membership = suite("mesos group membership");

const pad = (number: number) => String(number).padStart(10, "0");
const number = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const label = fc.constantFrom("json.info", "info", "migration");
const memberName = fc.oneof(
  number.map(pad),
  fc.tuple(label, number).map(([of, at]) => `${of}_${pad(at)}`),
);
const otherName = fc.oneof(
  fc.constantFrom(
    "log_replicas",
    "migration-lock",
    "json.info_",
    "_",
    "json.info_12a",
    "json.info_99999999999",
  ),
  fc.string().filter((text) => !/[\d_]$/.test(text)),
);

membership("the recorded names", () => {
  const members = membersOf([
    "json.info_0000000003",
    "log_replicas",
    "json.info_0000000002",
    "migration-lock",
    "0000000007",
  ]);
  assert.equal(
    members.map((member) => [member.number, member.label]),
    [
      [2, "json.info"],
      [3, "json.info"],
      [7, null],
    ],
  );
});

membership("the smallest number leads, whatever the order and whatever else is there", () => {
  fc.assert(
    fc.property(
      fc.array(memberName, { minLength: 1 }),
      fc.array(otherName),
      fc.nat(),
      (names, others, turn) => {
        const all = [...names, ...others];
        const turned = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)];
        const smallest = Math.min(...names.map((name) => Number(name.slice(-10))));
        assert.is(leadingMember(membersOf(turned))?.number, smallest);
      },
    ),
  );
});

membership("members are sorted, and each number counts once: the one listed first", () => {
  fc.assert(
    fc.property(fc.array(memberName), (names) => {
      const members = membersOf(names);
      const numbers = members.map((member) => member.number);
      assert.equal(
        numbers,
        [...new Set(names.map((name) => Number(name.slice(-10))))].sort((a, b) => a - b),
      );
      for (const member of members) {
        assert.is(
          member.name,
          names.find((name) => Number(name.slice(-10)) === member.number),
        );
      }
    }),
  );
});

membership("names of other things are nobody", () => {
  fc.assert(
    fc.property(fc.array(otherName), (names) => {
      assert.equal(membersOf(names), []);
    }),
  );
  assert.is(leadingMember([]), null);
});

membership("a member's data is read at its full name", () => {
  fc.assert(
    fc.property(memberName, (name) => {
      const [member] = membersOf([name]);
      assert.is(member === undefined ? null : znodeOf(member), name);
    }),
  );
  assert.equal(membersOf(["json.info_7"]).map(znodeOf), ["json.info_0000000007"]);
});

membership.run();
