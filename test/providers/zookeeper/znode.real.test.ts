/** Declared znodes on a real ensemble: made, compared, changed and deleted, never against somebody else's change. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Dependencies } from "../../../providers/zookeeper/ensemble/cluster.js";
import type { JsonObject } from "../../../src/value/json.js";
import { connect } from "../../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";
import {
  create,
  destroy,
  differing,
  makeWorld,
  present,
  read,
  succeeded,
  update,
  type World,
} from "./world.js";

const KIND = "ZNode";
const NODE = "ZNode/shop";
const PASSWORD = "open-sesame";

const znodes = suite("znodes on a real ensemble");
let ensemble: TestEnsemble;
let client: ZooKeeperClient;
let world: World;

/** Wraps the client so that a test can let somebody write between ferry's reading and its writing. */
let meanwhile: (() => Promise<void>) | null = null;
const connectAsFerry: Dependencies["connect"] = async (options) => {
  const opened = await connect(options);
  const setData = opened.setData.bind(opened);
  opened.setData = async (...args) => {
    const act = meanwhile;
    meanwhile = null;
    await act?.();
    return setData(...args);
  };
  return opened;
};

znodes.before(async () => {
  ensemble = await startEnsemble({ size: 1 });
  client = await connect({ connectString: ensemble.connectString });
  world = makeWorld({
    env: { PASSWORD, CREDENTIAL: `shop:${PASSWORD}` },
    dependencies: { connect: connectAsFerry },
  });
});

znodes.after(async () => {
  await world.close();
  await client.close();
  await ensemble.close();
});

const secret = (reference: string, content: string): JsonObject => ({
  $secret: reference,
  fingerprint: world.context.secrets.fingerprint(Buffer.from(content)),
});
const declared = (more: JsonObject): JsonObject => ({
  connectString: ensemble.connectString,
  path: "/shop",
  ...more,
});
const dataOf = async (path: string): Promise<string | undefined> =>
  (await client.getData(path)).data?.toString();

let spec: JsonObject = {};

znodes("a tree is made with its parents, and then nothing differs", async () => {
  spec = declared({
    path: "/deep/down/shop",
    data: "root",
    children: { a: { data: "1", children: { "b.c": { dataBase64: "/wA=" } } }, d: {} },
  });
  assert.is((await read(world, spec, NODE, KIND)).status, "absent");
  succeeded(await create(world, spec, NODE, KIND));
  assert.equal(await differing(world, spec, NODE, KIND), []);
  assert.is(await dataOf("/deep/down/shop/a"), "1");
  assert.equal((await client.getData("/deep/down/shop/a/b.c")).data, Buffer.from([0xff, 0]));
  succeeded(await destroy(world, spec, NODE, KIND));
  assert.is(await client.exists("/deep/down/shop"), null);
  assert.ok(await client.exists("/deep/down"), "parents that nobody declared stay");
});

znodes("data, access lists and children follow the declaration", async () => {
  spec = declared({ data: "one", children: { a: { data: "1" }, b: { data: "2" } } });
  succeeded(await create(world, spec, NODE, KIND));
  const { a: _gone, ...rest } = spec["children"] as JsonObject;
  spec = {
    ...spec,
    data: "two",
    children: { ...rest, c: { data: "3" } },
    acl: [{ scheme: "world", id: "anyone", permissions: ["read", "write", "create", "delete"] }],
  };
  assert.equal(await differing(world, spec, NODE, KIND), [
    "acl[0].permissions",
    "children.a",
    "children.c",
    "data",
  ]);
  succeeded(await update(world, spec, NODE, KIND));
  assert.equal(await differing(world, spec, NODE, KIND), []);
  assert.equal((await client.getChildren("/shop")).children.sort(), ["b", "c"]);
  assert.is((await client.getAcl("/shop")).acl[0]?.perms, 15);
});

znodes("a change and a deletion by hand are differences, and are put right", async () => {
  await client.setData("/shop/b", Buffer.from("by hand"));
  await client.delete("/shop/c");
  assert.equal(await differing(world, spec, NODE, KIND), ["children.b.data", "children.c"]);
  succeeded(await update(world, spec, NODE, KIND));
  assert.is(await dataOf("/shop/b"), "2");
  assert.is(await dataOf("/shop/c"), "3");
});

znodes("a change that somebody makes meanwhile is not overwritten", async () => {
  await client.setData("/shop/b", Buffer.from("first"));
  meanwhile = async () => {
    await client.setData("/shop/b", Buffer.from("theirs"));
  };
  const result = await update(world, spec, NODE, KIND);
  assert.is(result.status, "failed");
  assert.is(result.diagnostics[0]?.code, "changed-meanwhile");
  assert.is(await dataOf("/shop/b"), "theirs");
  succeeded(await update(world, spec, NODE, KIND));
});

znodes("children that nobody declared are never deleted with their parent", async () => {
  await client.create("/shop/b/theirs", Buffer.from("x"));
  const result = await destroy(world, spec, NODE, KIND);
  assert.is(result.status, "failed");
  assert.is(result.diagnostics[0]?.code, "undeclared-children");
  assert.match(result.diagnostics[0]?.summary ?? "", "theirs");
  assert.ok(await client.exists("/shop/c"), "nothing of the tree is deleted then");
});

znodes("with exclusive they are a difference, and go", async () => {
  spec = { ...spec, exclusive: true };
  assert.ok((await differing(world, spec, NODE, KIND)).includes("children.b.undeclared"));
  succeeded(await update(world, spec, NODE, KIND));
  assert.equal(await differing(world, spec, NODE, KIND), []);
  assert.is(await client.exists("/shop/b/theirs"), null);
  succeeded(await destroy(world, spec, NODE, KIND));
  assert.is(await client.exists("/shop"), null);
});

znodes("secret data is compared by fingerprint and never shown", async () => {
  spec = declared({ dataSecret: secret("env:PASSWORD", PASSWORD) });
  succeeded(await create(world, spec, NODE, KIND));
  const found = await present(world, spec, NODE, KIND);
  assert.not.match(
    JSON.stringify(found, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    PASSWORD,
  );
  assert.equal(await differing(world, spec, NODE, KIND), []);
  await client.setData("/shop", Buffer.from("other"));
  assert.equal(await differing(world, spec, NODE, KIND), ["dataSecret"]);
  succeeded(await destroy(world, spec, NODE, KIND));
});

znodes("a digest access list is made from user and password, and shuts others out", async () => {
  const acl = [
    {
      scheme: "digest",
      user: "shop",
      password: secret("env:PASSWORD", PASSWORD),
      permissions: ["create", "delete", "read", "write", "admin"],
    },
  ];
  spec = declared({
    data: "closed",
    acl,
    auth: [{ scheme: "digest", credential: secret("env:CREDENTIAL", `shop:${PASSWORD}`) }],
  });
  succeeded(await create(world, spec, NODE, KIND));
  assert.equal(await differing(world, spec, NODE, KIND), []);
  try {
    await client.getData("/shop");
    assert.unreachable("others must not read it");
  } catch (error) {
    assert.is((error as { code?: string }).code, "NO_AUTH");
  }
  const { auth: _none, ...without } = spec;
  const blind = await read(world, without, NODE, KIND);
  assert.is(blind.status, "unreadable");
  assert.match(blind.diagnostics[0]?.remedy ?? "", "auth");
  succeeded(await destroy(world, spec, NODE, KIND));
});

znodes("an ensemble that does not answer is unreadable, not absent", async () => {
  const result = await read(world, { connectString: "127.0.0.1:1", path: "/shop" }, NODE, KIND);
  assert.is(result.status, "unreadable");
  assert.match(result.diagnostics[0]?.summary ?? "", "127.0.0.1:1");
});

znodes("what ZooKeeper keeps for itself, and data that does not fit, are refused beforehand", () => {
  const { validate } = world.handler(KIND);
  assert.is(validate({ path: "/zookeeper/quota" })[0]?.diagnostic.code, "system-path");
  assert.is(
    validate({ path: "/x", children: { y: { data: "z".repeat(1_000_001) } } })[0]?.diagnostic.code,
    "data-too-large",
  );
  assert.equal(validate({ path: "/x", data: "z".repeat(1_000_000) }), []);
});

znodes.run();
