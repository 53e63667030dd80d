/** An ensemble in containers that begins with a snapshot file: the same as on processes, through the engine's archives. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../../src/zookeeper/connect.js";
import { writeSnapshotFile } from "../../../src/zookeeper/snapshot-file/writer.js";
import { startEngine, whyNoEngine } from "../../harness/docker.js";
import { zookeeperImage } from "../../harness/docker-image.js";
import { plainNode } from "../../zookeeper/snapshot-file/snapshot-tree.js";
import { create, destroy, differing, ensembleSpec, makeWorld, succeeded } from "./world.js";

const containers = suite("bootstrap of ensembles in containers");
const obstacle = whyNoEngine();
const test = obstacle === null ? containers : containers.skip;
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

test("servers of a user of their own begin with the file", async () => {
  const image = await zookeeperImage();
  const engine = await startEngine();
  const host = { address: "127.0.0.1", runtime: { docker: { endpoint: engine.endpoint } } };
  const world = makeWorld({ host });
  try {
    await engine.importImage(image.archive, image.name);
    const nodes = [plainNode("/"), plainNode("/seeded", { data: Buffer.from("x"), version: 7 })];
    const options = {
      directory: world.folder,
      ephemerals: "shadow",
      extendedTypes: true,
      origin: "",
    } as const;
    await writeSnapshotFile({ ...options, zxid: 0x500000002n }, nodes);
    const spec = await ensembleSpec(2, {
      version: image.version,
      distribution: { image: image.name, classpath: image.classpath },
      container: { network: "host", memory: "400m", user: "1234:1235" },
      bootstrap: { snapshot: "snapshot.500000002" },
    });
    try {
      succeeded(await create(world, spec));
      assert.equal(await differing(world, spec), []);
      const handler = world.handler("ZooKeeperEnsemble");
      const { connectString } = handler.outputs(handler.normalise(spec), world.context.resource);
      const client = await connect({ connectString: String(connectString) });
      assert.is((await client.exists("/seeded"))?.version, 7);
      await client.close();
    } finally {
      await destroy(world, spec);
    }
  } finally {
    await world.close();
    await engine.close();
  }
});

containers.run();
