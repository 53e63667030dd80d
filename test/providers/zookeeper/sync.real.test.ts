/** A declared Sync on two real ensembles: written without secrets, compared, and removed only when no engine is at work. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
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

const KIND = "Sync";
const SYNC = 'module.copies["eu"].Sync/shop';
const ROOT = "/ferry/sync/shop";
const PASSWORD = "open-sesame";

const syncs = suite("declared synchronisations");
let a: TestEnsemble;
let b: TestEnsemble;
let clientA: ZooKeeperClient;
let clientB: ZooKeeperClient;
let world: World;
let spec: JsonObject = {};

const side = (more: JsonObject): JsonObject => ({
  auth: [{ scheme: "digest", credential: { $secret: "env:CREDENTIAL", fingerprint: "f" } }],
  sessionTimeoutMs: 6_000,
  quorum: { servers: [], observerId: 0x40000001 },
  ...more,
});

syncs.before(async () => {
  [a, b] = await Promise.all([startEnsemble({ size: 1 }), startEnsemble({ size: 1 })]);
  // What is declared with credentials is theirs alone.
  const auth = [{ scheme: "digest", credential: Buffer.from(`shop:${PASSWORD}`) }];
  [clientA, clientB] = await Promise.all([
    connect({ connectString: a.connectString, auth }),
    connect({ connectString: b.connectString, auth }),
  ]);
  world = makeWorld({ env: { PASSWORD, CREDENTIAL: `shop:${PASSWORD}` } });
  world.declare("ZooKeeperEnsemble/b", {
    kind: "ZooKeeperEnsemble",
    spec: {},
    outputs: { connectString: b.connectString },
  });
  spec = {
    source: side({ connectString: a.connectString }),
    target: side({ ensemble: "ZooKeeperEnsemble/b" }),
    paths: ["/shop", { source: "/orders", target: "/eu", exclude: ["/orders/x", "/orders/y"] }],
    direction: "a-to-b",
    unknownAcl: {
      replace: [
        {
          scheme: "digest",
          user: "app",
          password: { $secret: "env:PASSWORD", fingerprint: "f" },
          permissions: ["read"],
        },
      ],
    },
    limits: { inFlight: 4 },
  };
});

syncs.after(async () => {
  await world.close();
  await Promise.all([clientA.close(), clientB.close()]);
  await Promise.all([a.close(), b.close()]);
});

syncs("it is written to the target, and then nothing differs", async () => {
  assert.is((await read(world, spec, SYNC, KIND)).status, "absent");
  succeeded(await create(world, spec, SYNC, KIND));
  assert.equal(await differing(world, spec, SYNC, KIND), []);
  const { data } = await clientB.getData(`${ROOT}/declared`);
  const text = data?.toString() ?? "";
  assert.not.match(text, /CREDENTIAL|PASSWORD|open-sesame|auth/);
  assert.match(text, "/orders/x");
  assert.is(await clientA.exists("/ferry"), null);
});

syncs("changes of the declaration and by hand are differences", async () => {
  spec = { ...spec, limits: { inFlight: 8 }, paths: ["/shop", "/carts"] };
  assert.equal(await differing(world, spec, SYNC, KIND), [
    "limits.inFlight",
    "paths[source=/carts]",
    "paths[source=/orders]",
  ]);
  succeeded(await update(world, spec, SYNC, KIND));
  assert.equal(await differing(world, spec, SYNC, KIND), []);
  const { data } = await clientB.getData(`${ROOT}/declared`);
  const byHand = (data?.toString() ?? "").replace('"inFlight": 8', '"inFlight": 1');
  await clientB.setData(`${ROOT}/declared`, Buffer.from(byHand));
  assert.equal(await differing(world, spec, SYNC, KIND), ["limits.inFlight"]);
  succeeded(await update(world, spec, SYNC, KIND));
});

syncs("what is no declaration is said, and not written over", async () => {
  const { data } = await clientB.getData(`${ROOT}/declared`);
  await clientB.setData(`${ROOT}/declared`, Buffer.from("mine"));
  const result = await read(world, spec, SYNC, KIND);
  assert.is(result.status, "unreadable");
  assert.is(result.diagnostics[0]?.code, "sync-record-damaged");
  await clientB.setData(`${ROOT}/declared`, data);
});

syncs("what the engine said last is among the attributes", async () => {
  const status = {
    format: 1,
    name: "shop",
    engine: { format: 1, engine: "e", host: "ops1", pid: 42, sinceMs: 0 },
    epoch: 1,
    writtenMs: 1_000,
    directions: [{ direction: "a-to-b", state: "live", lagMs: { p50: 1, p99: 2, max: 3 } }],
    clockSkew: null,
    alerts: [],
  };
  await clientB.create(`${ROOT}/status`, Buffer.from(JSON.stringify(status)));
  const { attributes } = await present(world, spec, SYNC, KIND);
  assert.equal(attributes, {
    state: { "a-to-b": "live" },
    lag: { "a-to-b": { p50: 1, p99: 2, max: 3 } },
    engine: {
      host: "ops1",
      pid: 42,
      since: "1970-01-01T00:00:00.000Z",
      wrote: "1970-01-01T00:00:01.000Z",
    },
  });
});

syncs("it is not removed while an engine is at work, and both sides are cleared afterwards", async () => {
  await clientA.createParents(`${ROOT}/b-to-a/offsets/x`);
  await clientB.createParents(`${ROOT}/a-to-b/shadows/x`);
  const beat = (released: boolean) => Buffer.from(JSON.stringify({ format: 1, engine: "e", released }));
  await clientB.create(`${ROOT}/heartbeat`, beat(false));
  const engine = setInterval(() => void clientB.setData(`${ROOT}/heartbeat`, beat(false)), 200);
  const refused = await destroy(world, spec, SYNC, KIND);
  clearInterval(engine);
  assert.is(refused.status, "failed");
  assert.is(refused.diagnostics[0]?.code, "sync-engine-active");
  assert.match(refused.diagnostics[0]?.summary ?? "", /ops1 \(process 42\)/);
  assert.ok(await clientA.exists(ROOT));
  succeeded(await destroy(world, spec, SYNC, KIND));
  assert.is(await clientA.exists(ROOT), null);
  assert.is(await clientB.exists(ROOT), null);
  assert.is((await read(world, spec, SYNC, KIND)).status, "absent");
});

syncs("a source that is gone does not keep it from being removed", async () => {
  const gone = { ...spec, source: side({ connectString: "127.0.0.1:1" }) };
  succeeded(await create(world, gone, SYNC, KIND));
  const result = await destroy(world, gone, SYNC, KIND);
  assert.is(result.status, "deleted");
  assert.is(result.diagnostics[0]?.code, "sync-records-left");
  assert.is(await clientB.exists(ROOT), null);
});

syncs.run();
