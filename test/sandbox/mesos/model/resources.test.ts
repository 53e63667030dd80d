/** Resources: the grammar of the flags, the arithmetic that never loses a thousandth, and the texts of Mesos' messages. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  add,
  allocate,
  contains,
  merged,
  type Range,
  type Resource,
  type Resources,
  scalar,
  subtract,
  sum,
} from "../../../../src/sandbox/mesos/model/resource.js";
import {
  resourcesFromJson,
  resourcesToJson,
  sumsWire,
} from "../../../../src/sandbox/mesos/model/resource-json.js";
import { parseResources, resourcesText } from "../../../../src/sandbox/mesos/model/resource-text.js";
import { wireText } from "../../../../src/sandbox/mesos/model/wire.js";

const resources = suite("Mesos resources");

function parsed(text: string): Resources {
  const found = parseResources(text);
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** Milli amounts of a few names, for two roles and one range of ports. */
const anyResources: fc.Arbitrary<Resources> = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.constantFrom("cpus", "mem"), fc.integer({ min: 1, max: 5000 }), fc.constantFrom("*", "web"))
        .map(([name, milli, role]): Resource => {
          const reservations = role === "*" ? [] : [{ type: "DYNAMIC" as const, role, principal: "ops" }];
          return { name, amount: { kind: "SCALAR", milli }, reservations };
        }),
      fc
        .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 9 }))
        .map(([begin, more]): Resource => {
          const ranges: Range[] = [[begin, begin + more]];
          return { name: "ports", amount: { kind: "RANGES", ranges }, reservations: [] };
        }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => sum([parts]));

resources("what was added and taken away again leaves what there was", () => {
  void fc.assert(
    fc.property(anyResources, anyResources, (left, right) => {
      const scalars = right.filter(({ amount }) => amount.kind === "SCALAR");
      const back = subtract(add(left, scalars), scalars);
      assert.ok(contains(back, left) && contains(left, back));
    }),
  );
});

resources("the whole contains what is in it, and nothing more", () => {
  void fc.assert(
    fc.property(anyResources, anyResources, (left, right) => {
      assert.ok(contains(add(left, right), left));
      if (contains(left, right)) assert.ok(contains(add(subtract(left, right), right), left));
    }),
  );
});

resources("sum is many additions", () => {
  void fc.assert(
    fc.property(fc.array(anyResources, { maxLength: 5 }), (many) => {
      const one = sum(many);
      const other = many.reduce(add, []);
      assert.ok(contains(one, other) && contains(other, one));
    }),
  );
});

resources("merged ranges neither touch nor overlap", () => {
  const anyRange = fc.tuple(fc.nat(100), fc.nat(20)).map(([begin, more]): Range => [begin, begin + more]);
  void fc.assert(
    fc.property(fc.array(anyRange), (ranges) => {
      const result = merged(ranges);
      for (let at = 1; at < result.length; at += 1) {
        assert.ok((result[at]?.[0] ?? 0) > (result[at - 1]?.[1] ?? 0) + 1);
      }
    }),
  );
});

resources("survive the messages between the processes", () => {
  void fc.assert(
    fc.property(anyResources, (some) => {
      assert.equal(resourcesFromJson(JSON.parse(JSON.stringify(resourcesToJson(some)))), some);
    }),
  );
});

resources("the grammar of --resources", () => {
  const found = parsed(
    "cpus:16;mem:65536;disk:1000000;ports:[31000-32000,33000-34000];cpus(prod):4;tags:{a,b}",
  );
  assert.is(
    resourcesText(found),
    "cpus:16; mem:65536; disk:1000000; ports:[31000-32000, 33000-34000]; cpus(reservations: [(STATIC,prod)]):4; tags:{a, b}",
  );
  assert.type(parseResources("cpus"), "string");
  assert.type(parseResources("cpus:x"), "string");
  assert.type(parseResources("cpus(a b):1"), "string");
});

resources("texts as in Mesos' messages", () => {
  const reserved: Resource = {
    ...scalar("disk", 77),
    reservations: [{ type: "DYNAMIC", role: "web", principal: "ops" }],
  };
  assert.is(resourcesText([reserved]), "disk(reservations: [(DYNAMIC,web,ops)]):77");
  assert.is(resourcesText(allocate([scalar("cpus", 0.3)], "web")), "cpus(allocated: web):0.3");
  assert.is(resourcesText([]), "{}");
  assert.is(
    wireText(sumsWire(parsed("cpus:4;ports:[1-2]"))),
    '{"disk":0.0,"mem":0.0,"gpus":0.0,"cpus":4.0,"ports":"[1-2]"}',
  );
});

resources.run();
