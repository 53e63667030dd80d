/** ZooKeeper 3.4: no reconfig, no admin server; membership changes by rolling restarts with a new list. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { connect } from "../../../src/zookeeper/connect.js";
import {
  create,
  destroy,
  differing,
  ensembleSpec,
  makeWorld,
  present,
  read,
  serverSpecs,
  succeeded,
  update,
} from "./world.js";

const old = suite("ensemble of ZooKeeper 3.4");
const world = makeWorld();
let spec: JsonObject = {};

old.after(async () => {
  await destroy(world, spec);
  await world.close();
});

function connectString(): string {
  return String(world.handler("ZooKeeperEnsemble").outputs(spec, world.context.resource)["connectString"]);
}

old("is made, and then nothing differs", async () => {
  spec = await ensembleSpec(3, { version: "3.4.14" });
  succeeded(await create(world, spec));
  assert.equal(await differing(world, spec), []);
  assert.is((await present(world, spec)).attributes["version"], "3.4.14");
});

old("grows to four and shrinks to three by rolling restarts, and keeps its data", async () => {
  const client = await connect({ connectString: connectString() });
  await client.create("/kept", Buffer.from("yes"));
  await client.close();
  const three = spec["servers"] as readonly JsonObject[];
  spec = { ...spec, servers: [...three, ...(await serverSpecs(4, 4))] };
  world.messages.length = 0;
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
  assert.is(world.messages.filter((message) => message.startsWith("restart server")).length, 3);
  assert.not.ok(world.messages.some((message) => message.includes("reconfig")));
  spec = { ...spec, servers: three };
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
  const after = await connect({ connectString: connectString() });
  assert.is((await after.getData("/kept")).data?.toString(), "yes");
  await after.close();
});

/** What a follower's folder looks like that joined an empty ensemble and was never sent a snapshot. */
function removeSnapshots(server: number): void {
  const folder = join(world.folder, `work/units/zookeeper-zk-${server}/data/version-2`);
  assert.ok(readdirSync(folder).includes("log.100000001"));
  for (const name of readdirSync(folder).filter((file) => file.startsWith("snapshot."))) {
    rmSync(join(folder, name));
  }
}

old("moves on to 3.5 by a rolling restart with a new version", async () => {
  removeSnapshots(1);
  spec = { ...spec, version: "3.5.10" };
  assert.equal(await differing(world, spec), ["version"]);
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
  assert.is((await present(world, spec)).attributes["version"], "3.5.10");
  const client = await connect({ connectString: connectString() });
  assert.is((await client.getData("/kept")).data?.toString(), "yes");
  await client.close();
});

old("is taken away", async () => {
  succeeded(await destroy(world, spec));
  assert.is((await read(world, spec)).status, "absent");
});

old.run();
