/** An ensemble in containers of a real Docker engine: the same life as on processes, through the same code. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startWriter } from "../../../src/quickstart/writer.js";
import type { JsonObject } from "../../../src/value/json.js";
import { startEngine, type TestEngine, whyNoEngine } from "../../harness/docker.js";
import { zookeeperImage } from "../../harness/docker-image.js";
import { waitFor } from "../../harness/wait.js";
import {
  create,
  destroy,
  differing,
  ensembleSpec,
  makeWorld,
  present,
  QUICK,
  read,
  succeeded,
  update,
  type World,
} from "./world.js";

const containers = suite("ensemble in containers");
const obstacle = whyNoEngine();
const test = obstacle === null ? containers : containers.skip;
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

let engine: TestEngine | undefined;
let world: World | undefined;
let spec: JsonObject = {};

function there(): { engine: TestEngine; world: World } {
  if (engine === undefined || world === undefined) throw new Error("the engine was not started");
  return { engine, world };
}

containers.before(async () => {
  if (obstacle !== null) return;
  const image = await zookeeperImage();
  engine = await startEngine();
  await engine.importImage(image.archive, image.name);
  world = makeWorld({ host: { address: "127.0.0.1", runtime: { docker: { endpoint: engine.endpoint } } } });
  const distribution = { image: image.name, classpath: image.classpath };
  spec = await ensembleSpec(3, {
    version: image.version,
    distribution,
    container: { network: "host", memory: "400m" },
  });
});

containers.after(async () => {
  await world?.close();
  await engine?.close();
});

test("is made, and then nothing differs", async () => {
  const { world, engine } = there();
  assert.is((await read(world, spec)).status, "absent");
  succeeded(await create(world, spec));
  assert.equal(await differing(world, spec), []);
  const listed = await engine.docker.listContainers();
  assert.is(listed.length, 3);
  for (const { Id } of listed) {
    const { HostConfig } = await engine.docker.getContainer(Id).inspect();
    assert.is(HostConfig.Privileged, false);
    assert.is(HostConfig.Memory, 400 * 1024 * 1024);
  }
});

test("a killed container is a difference, and is started again with its data", async () => {
  const { world, engine } = there();
  const [first] = await engine.docker.listContainers();
  await engine.docker.getContainer(first?.Id ?? "").kill();
  await waitFor("the death is seen", 10_000, async () =>
    (await differing(world, spec)).some((path) => path.endsWith(".running")),
  );
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
  assert.is((await present(world, spec)).attributes["quorum"], true);
});

test("a changed setting rolls under a client that loses no write", async () => {
  const { world } = there();
  spec = { ...spec, settings: { ...QUICK, maxClientCnxns: 88 } };
  const connectString = String(
    world.handler("ZooKeeperEnsemble").outputs(spec, world.context.resource)["connectString"],
  );
  const writer = await startWriter(connectString, "/ferry-writer");
  succeeded(await update(world, spec));
  const report = await writer.stop();
  assert.is(report.failed, 0);
  assert.equal(await differing(world, spec), []);
});

test("limits that somebody changed on the engine are a difference, and are put right", async () => {
  const { world, engine } = there();
  const [first] = await engine.docker.listContainers();
  const container = engine.docker.getContainer(first?.Id ?? "");
  await container.update({ Memory: 500 * 1024 * 1024, MemorySwap: 500 * 1024 * 1024 });
  assert.equal(await differing(world, spec), ["container.memory"]);
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
});

test("is taken away with its volumes", async () => {
  const { world, engine } = there();
  succeeded(await destroy(world, spec));
  assert.is((await read(world, spec)).status, "absent");
  assert.equal(await engine.docker.listContainers({ all: true }), []);
  assert.equal((await engine.docker.listVolumes()).Volumes ?? [], []);
});

containers.run();
