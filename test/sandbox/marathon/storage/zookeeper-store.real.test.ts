/** The state in a real ZooKeeper: versions, removal, limits; and an election in which somebody comes twice or goes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Standing } from "../../../../src/sandbox/framework/election/candidates.js";
import { Election } from "../../../../src/sandbox/framework/election/election.js";
import { ZooKeeperStore } from "../../../../src/sandbox/marathon/storage/zookeeper-store.js";
import { connect } from "../../../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../../../src/zookeeper/types.js";
import { waitFor } from "../../../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../../../harness/zookeeper.js";

const DEADLINE_MS = 30_000;
const ACL = [{ perms: 31, scheme: "world", id: "anyone" }];
const store = suite<{ ensemble: TestEnsemble; client: ZooKeeperClient }>("a Marathon's state in ZooKeeper");

store.before(async (context) => {
  context.ensemble = await startEnsemble({ size: 1, settings: { tickTime: 500 } });
  context.client = await connect({ connectString: context.ensemble.connectString });
});
store.after(async ({ client, ensemble }) => {
  await client?.close();
  await ensemble?.close();
});

store("keeps the newest, as many versions as it may, and these after a removal", async ({ client }) => {
  const options = {
    root: "/marathon/state",
    acl: ACL,
    compressFrom: 100,
    maxNodeSize: 2_000,
    maxVersions: 3,
  };
  const state = new ZooKeeperStore(client, options);
  for (const n of [1, 2, 3, 4]) await state.put("apps", "/shop/web", { n }, `2021-03-0${n}T00:00:00.000Z`);
  await state.put("apps", "/shop/cart", { text: "x".repeat(1_000) });
  await state.put("instance", "shop_web.instance-1", { n: 9 });
  assert.equal(await state.get("apps", "/shop/web"), { n: 4 });
  assert.equal(
    await state.versions("apps", "/shop/web"),
    [2, 3, 4].map((n) => `2021-03-0${n}T00:00:00.000Z`),
  );
  assert.equal(await state.get("apps", "/shop/web", "2021-03-03T00:00:00.000Z"), { n: 3 });
  assert.is(await state.get("apps", "/shop/web", "2021-03-01T00:00:00.000Z"), null);
  assert.is((await state.all("apps")).length, 2);
  await state.remove("apps", "/shop/web");
  await state.remove("instance", "shop_web.instance-1");
  await state.remove("instance", "never-there");
  assert.is(await state.get("apps", "/shop/web"), null);
  assert.is((await state.all("apps")).length, 1);
  assert.is((await state.versions("apps", "/shop/web")).length, 3);
  assert.equal(await state.all("instance"), []);
  const random = Array.from({ length: 3_000 }, (_, at) => (at * 7_919) % 10_007);
  const refused = await state.put("apps", "/big", random).catch((error: Error) => error.message);
  assert.match(String(refused), /more than the 2000 of --zk_max_node_size/);
});

store("an election: the next one follows, the same address twice is told of both", async ({ client }) => {
  const told = new Map<string, Standing[]>();
  const candidate = (name: string, self: string) => {
    const standings: Standing[] = [];
    told.set(name, standings);
    const onStanding = (standing: Standing) => void standings.push(standing);
    const onFailure = (error: unknown) => {
      throw error;
    };
    return new Election({ client, path: "/marathon/leader-curator", acl: ACL, self, onStanding, onFailure });
  };
  const last = (name: string) => told.get(name)?.at(-1)?.kind;
  const [first, second, again] = [candidate("1", "a:1"), candidate("2", "b:1"), candidate("3", "b:1")];
  await first.start();
  await waitFor("the first leads", DEADLINE_MS, () => last("1") === "leading");
  await second.start();
  await waitFor("the second stands by", DEADLINE_MS, () => last("2") === "standby");
  assert.equal(told.get("2")?.at(-1), { kind: "standby", leader: "a:1" });
  await first.stop();
  await waitFor("the second leads", DEADLINE_MS, () => last("2") === "leading");
  await again.start();
  await waitFor("both know", DEADLINE_MS, () => last("2") === "twice" && last("3") === "twice");
  await Promise.all([second.stop(), again.stop()]);
});

store.run();
