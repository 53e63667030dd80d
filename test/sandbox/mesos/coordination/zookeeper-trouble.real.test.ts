/** An outage, a collision of names and missing credentials: the recordings' scenarios 10, 9 and 7. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { masterInfo, masterInfoJson } from "../../../../src/sandbox/mesos/coordination/master-info.js";
import { PERMS } from "../../../../src/zookeeper/types.js";
import { waitFor } from "../../../harness/wait.js";
import { DEADLINE_MS, type InProcessMaster } from "./in-process-master.js";
import { MasterLab } from "./master-lab.js";

const trouble = suite("mesos masters in trouble with ZooKeeper");
const lab = new MasterLab();

trouble.before(() => lab.open(1));
trouble.after.each(() => lab.cleanUp());
trouble.after(() => lab.close());

trouble("9: a name that exists already ends the new master", async () => {
  const nobody = masterInfo({
    id: "x",
    ip: "127.0.0.99",
    port: 5050,
    hostname: "127.0.0.99",
    version: "1.12.0",
  });
  await lab.client.create("/coll", null);
  await lab.client.create("/coll/log_replicas", null);
  // Two children were ever made, so the next sequential name is ..0002.
  await lab.client.create("/coll/json.info_0000000002", Buffer.from(masterInfoJson(nobody)));
  const master = await lab.start({ path: "/coll" });
  const why = "Failed to create ephemeral node at '/coll/json.info_' in ZooKeeper: node exists";
  assert.is(await master.untilEnded(), `Failed to contend: ${why}`);
  assert.ok(master.said(`E master.cpp] EXIT with status 1: Failed to contend: ${why}`));
});

trouble("7: with credentials only their owner may join; everybody may read", async () => {
  const master = await lab.start({ path: "/auth", credential: "ops:secret" });
  await master.untilServing();
  for (const path of ["/auth", "/auth/log_replicas", `/auth/json.info_000000000${master.candidate}`]) {
    const { acl } = await lab.client.getAcl(path);
    assert.equal(
      acl.map(({ perms, scheme }) => [perms, scheme]),
      [
        [PERMS.read, "world"],
        [PERMS.all, "digest"],
      ],
    );
  }
  const stranger = await lab.start({ path: "/auth" });
  const denied = (at: string) =>
    `Failed to create ephemeral node at '/auth/${at}' in ZooKeeper: not authenticated`;
  const end = await stranger.untilEnded();
  assert.ok(
    end === `Failed to contend: ${denied("json.info_")}` ||
      end === `Failed to participate in ZooKeeper group: ${denied("log_replicas/")}`,
    end,
  );
  assert.is(master.end, null);
});

trouble(
  "10: without ZooKeeper the leader goes after the session timeout, standbys stay without a leader",
  async () => {
    const [first, second, third] = (await lab.masters(3, "/out")) as [
      InProcessMaster,
      InProcessMaster,
      InProcessMaster,
    ];
    const server = lab.ensemble(0).server(1);
    const begun = performance.now();
    await server.kill("SIGKILL");
    await first.coordination.registry.apply((state) => ({ ...state, weights: [] })); // it still serves
    // Which of its sessions it gives up first is a race; the recorded leader showed the first of these.
    const ends =
      /^(Lost leadership after indecisive election|Lost candidacy as a leader)\.\.\. committing suicide!$/;
    assert.match(await first.untilEnded(), ends);
    assert.ok(performance.now() - begun > 1_500, "not before the session timeout");
    for (const standby of [second, third]) {
      await waitFor("no leader", DEADLINE_MS, () => standby.events.at(-1)?.kind === "leaderless");
      assert.ok(standby.said("Timed out waiting to connect to ZooKeeper. Forcing ZooKeeper session"));
      assert.is(standby.metric("registrar/log/ensemble_size"), 1);
      assert.is(standby.end, null);
    }
    server.launch();
    await server.untilServing();
    // The dead leader's znode still counts until the server expires its session.
    await waitFor("a new leader", DEADLINE_MS, () => second.serving || third.serving);
    const leader = second.serving ? second : third;
    assert.equal(leader.coordination.registry.state.weights, []);
  },
);

trouble.run();
