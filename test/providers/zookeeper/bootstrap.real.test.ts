/** Ensembles that begin with a snapshot file: in one go, after a creation that was cut off, and never over data. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openRuntime } from "../../../providers/open-runtime.js";
import type { HostRuntime } from "../../../providers/runtime.js";
import type { JsonObject } from "../../../src/value/json.js";
import { connect } from "../../../src/zookeeper/connect.js";
import { writeSnapshotFile } from "../../../src/zookeeper/snapshot-file/writer.js";
import { plainNode } from "../../zookeeper/snapshot-file/snapshot-tree.js";
import {
  create,
  destroy,
  differing,
  ENSEMBLE,
  ensembleSpec,
  makeWorld,
  present,
  read,
  succeeded,
  update,
  type World,
} from "./world.js";

const bootstrap = suite("bootstrap of ensembles");

/** A tree with one znode of that name, as a file of the project; its path from there. */
async function snapshot(world: World, name: string, zxid: bigint): Promise<string> {
  const nodes = [plainNode("/"), plainNode(`/${name}`, { data: Buffer.from(name), version: 7 })];
  const options = { directory: world.folder, zxid, ephemerals: "shadow", extendedTypes: true } as const;
  await writeSnapshotFile({ ...options, origin: name }, nodes);
  return `snapshot.${zxid.toString(16)}`;
}

async function topOf(world: World, spec: JsonObject): Promise<{ names: string[]; version: number | null }> {
  const handler = world.handler("ZooKeeperEnsemble");
  const outputs = handler.outputs(handler.normalise(spec), world.context.resource);
  const client = await connect({ connectString: String(outputs["connectString"]), connectTimeoutMs: 30_000 });
  try {
    const { children } = await client.getChildren("/");
    const version = (await client.exists("/seeded"))?.version ?? null;
    return { names: children.filter((name) => name !== "zookeeper"), version };
  } finally {
    await client.close();
  }
}

/** Runs `story` in a world whose ensemble and folder are gone afterwards. */
async function inWorld(story: (world: World) => Promise<JsonObject>, made = makeWorld()): Promise<void> {
  let last: JsonObject = { servers: [] };
  try {
    last = await story(made);
  } finally {
    const hosts: JsonObject = { ...last, deletion: { keepData: false } };
    await destroy(made, { ...hosts, servers: [{ id: 1, host: "Host/h" }] });
    await made.close();
  }
}

bootstrap("every server begins with the file, and a later change of it changes nothing", () =>
  inWorld(async (world) => {
    const spec = await ensembleSpec(3, {
      bootstrap: { snapshot: await snapshot(world, "seeded", 0x500000002n) },
    });
    const steps = world.handler("ZooKeeperEnsemble").describeSteps({
      ...{ action: "create", address: ENSEMBLE, after: spec, identity: null },
    });
    assert.is(steps[0], "put snapshot.500000002 into the data directory of every server, before any starts");
    assert.is(steps.length, 4);
    succeeded(await create(world, spec));
    assert.equal(await topOf(world, spec), { names: ["seeded"], version: 7 });
    assert.equal(await differing(world, spec), []);
    assert.is(world.messages.filter((message) => message.startsWith("put snapshot")).length, 3);
    const before = (await present(world, spec)).attributes["status"];
    const later = { ...spec, bootstrap: { snapshot: "elsewhere/snapshot.1" } };
    assert.equal(await differing(world, later), ["bootstrap.snapshot"]);
    const { live, identity } = await present(world, later);
    const after = world.handler("ZooKeeperEnsemble").normalise(later);
    const change = { action: "update", address: ENSEMBLE, before: live, after, identity } as const;
    const fields = ["bootstrap.snapshot"];
    assert.equal(world.handler("ZooKeeperEnsemble").describeSteps({ ...change, fields }), []);
    succeeded(await update(world, later));
    const pids = (status: unknown) => (status as { pid: number }[]).map(({ pid }) => pid);
    assert.equal(pids((await present(world, later)).attributes["status"]), pids(before));
    return spec;
  }),
);

bootstrap("a creation that is cut off goes on with the file, also where only one server had started", () => {
  let starts = 0;
  const flaky: typeof openRuntime = async (...given) => {
    const runtime: HostRuntime = await openRuntime(...given);
    const start = runtime.start.bind(runtime);
    runtime.start = (unit, signal) => {
      starts++;
      return starts === 2 ? Promise.reject(new Error("cut off")) : start(unit, signal);
    };
    return runtime;
  };
  const made = makeWorld({ dependencies: { openRuntime: flaky } });
  return inWorld(async (world) => {
    const spec = await ensembleSpec(3, {
      bootstrap: { snapshot: await snapshot(world, "seeded", 0x500000002n) },
    });
    const result = await create(world, spec);
    assert.is(result.status, "failed");
    // As if it had been cut off even before the third server's unit was made.
    const runtime = await openRuntime(
      "Host/h",
      { address: "", runtime: { process: { workDir: "work" } } },
      world.context,
    );
    await runtime.remove("zookeeper-zk-3", { purgeData: true }, world.context.signal);
    succeeded(await update(world, spec));
    assert.equal(await topOf(world, spec), { names: ["seeded"], version: 7 });
    assert.equal(await differing(world, spec), []);
    return spec;
  }, made);
});

bootstrap("data that was kept is not seeded over", () =>
  inWorld(async (world) => {
    const first = await snapshot(world, "seeded", 0x500000002n);
    const kept = { deletion: { keepData: true } };
    const spec = await ensembleSpec(1, { ...kept, bootstrap: { snapshot: first } });
    succeeded(await create(world, spec));
    await destroy(world, spec);
    const second = await snapshot(world, "other", 0x700000002n);
    const again = { ...spec, bootstrap: { snapshot: second } };
    succeeded(await create(world, again));
    assert.equal((await topOf(world, again)).names, ["seeded"]);
    return again;
  }),
);

bootstrap("a damaged or missing file stops the creation before anything is made", () =>
  inWorld(async (world) => {
    const name = await snapshot(world, "seeded", 0x500000002n);
    const path = join(world.folder, name);
    const bytes = readFileSync(path);
    bytes[60] = (bytes[60] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    for (const snapshot of [name, "missing/snapshot.1"]) {
      const spec = await ensembleSpec(1, { bootstrap: { snapshot } });
      const result = await create(world, spec);
      assert.is(result.diagnostics[0]?.code, "bad-snapshot");
      assert.is((await read(world, spec)).status, "absent");
    }
    return { servers: [] };
  }),
);

bootstrap.run();
