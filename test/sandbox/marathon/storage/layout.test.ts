/** Where in ZooKeeper things are kept, and that what is written comes back, compressed or not. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inOrder, standing } from "../../../../src/sandbox/framework/election/candidates.js";
import { decode, encode, javaHash, pathOf } from "../../../../src/sandbox/marathon/storage/layout.js";
import type { Json } from "../../../../src/value/json.js";

const layout = suite("Marathon's znodes");

layout("hashes are Java's", () => {
  assert.is(javaHash(""), 0);
  assert.is(javaHash("hello"), 99_162_322);
  assert.is(javaHash("polygenelubricants"), -2_147_483_648);
});

layout("ids become names, and lie in one of sixteen buckets", () => {
  assert.match(pathOf("apps", "/shop/web"), /^apps\/[0-9a-f]\/shop_web$/);
  assert.match(pathOf("group", "root"), /^group\/[0-9a-f]\/root$/);
  assert.match(pathOf("framework-id", "id"), /^framework-id\/[0-9a-f]\/id$/);
});

layout("a value comes back whatever the threshold", () => {
  void fc.assert(
    fc.property(fc.jsonValue(), fc.option(fc.nat(200)), (value, threshold) => {
      const wanted = JSON.parse(JSON.stringify(value)) as Json;
      assert.equal(decode(encode(wanted, threshold)), wanted);
    }),
  );
  assert.is(decode(null), null);
  assert.is(decode(Buffer.alloc(0)), null);
  assert.ok(encode("x".repeat(10_000), 100).length < 200);
});

layout("the lowest number leads, whatever its name", () => {
  const [a, b] = ["_c_ffff-latch-0000000003", "_c_0000-latch-0000000012"];
  assert.equal(inOrder([b, "lock", a]), [a, b]);
  const both = [
    { name: a, address: "one:8080" },
    { name: b, address: "two:8080" },
  ];
  assert.equal(standing(both, a, "one:8080"), { kind: "leading" });
  assert.equal(standing(both, b, "two:8080"), { kind: "standby", leader: "one:8080" });
  assert.equal(standing(both, "_c_x-latch-0000000001", "three:8080"), { kind: "lost" });
  const twice = [...both, { name: "_c_y-latch-0000000013", address: "two:8080" }];
  assert.equal(standing(twice, b, "two:8080"), { kind: "twice" });
});

layout.run();
