/** The memory of migrations in a real ZooKeeper: its promises, engines killed with -9, an engine whose session is gone. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MigrationStore } from "../../../src/migration/model/ports.js";
import { openMigrationStore } from "../../../src/migration/store/open.js";
import { createZooKeeperStore } from "../../../src/migration/store/zookeeper/store.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import { connect } from "../../../src/zookeeper/connect.js";
import { PERMS } from "../../../src/zookeeper/types.js";
import { Random } from "../../harness/random.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";
import { samplePlan } from "../engine/sample-plan.js";
import { effectsIn } from "./file-platform.js";
import { HASTY, killUntilDone, type Place, platformOf, STEPS } from "./killing.js";
import { codeOf, next, PLAN, SPEC, storeCases } from "./store-cases.js";

const zookeeper = suite("migrations in ZooKeeper");
const root = mkdtempSync(join(tmpdir(), "ferry-migrations-"));
let ensemble: TestEnsemble;

zookeeper.before(async () => {
  ensemble = await startEnsemble({ size: 1 });
});

zookeeper.after(async () => {
  await ensemble?.close();
  rmSync(root, { recursive: true, force: true });
});

function open(name: string): Promise<MigrationStore> {
  const secrets = createSecretResolver({ root: "/", env: {}, salt: "" });
  const settings = {
    kind: "zookeeper",
    connectString: ensemble.connectString,
    path: `/${name}`,
    auth: [],
  } as const;
  return openMigrationStore(settings, { root: "/", secrets });
}

storeCases(zookeeper, open);

zookeeper(
  "engines killed with -9 complete the same migration, each step that may not be repeated once",
  async () => {
    const plan = samplePlan(HASTY, STEPS);
    const store = await open("ferry");
    const { id } = await store.create(HASTY, plan, Date.now());
    const folder = join(root, "killed");
    mkdirSync(folder);
    const place: Place = { kind: "zookeeper", where: ensemble.connectString, folder };
    const random = new Random(4711);
    const count = await killUntilDone(
      place,
      id,
      Array.from({ length: 6 }, () => random.next() * 150),
    );
    assert.ok(count >= 2, `${count} were killed at work`);
    const effects = effectsIn(platformOf(place));
    for (const { text, repeatable } of plan.stages.flatMap(({ actions }) => actions)) {
      if (!repeatable) assert.is(effects.filter((each) => each === text).length, 1, text);
    }
    assert.is((await store.read(id))?.status, "done");
    await store.close();
  },
);

zookeeper(
  "an engine whose session is gone can write nothing more, and the next one waits for it to notice",
  async () => {
    const client = await connect({ connectString: ensemble.connectString });
    const acl = [{ perms: PERMS.all, scheme: "world", id: "anyone" }];
    const stale = createZooKeeperStore({ client, location: "stale", path: "/gone/migrations", acl });
    const store = await open("gone");
    const { id } = await store.create(SPEC, PLAN, 1);
    const claim = await stale.claim(id, "stale");
    await client.close();
    const after = await store.claim(id, "owner");
    assert.ok(after.mayLinger, "its lock went without a word");
    assert.is(await codeOf(claim.refresh()), "migration-taken-over");
    assert.is(await codeOf(claim.write(next(claim.record))), "migration-taken-over");
    assert.is((await store.read(id))?.epoch, 2);
    await store.close();
  },
);

zookeeper.run();
