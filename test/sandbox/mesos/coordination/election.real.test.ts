/** Election on a real ZooKeeper: numbers, a killed leader, deleted znodes. The recordings' scenarios 1 and 13. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { masterInfoJson } from "../../../../src/sandbox/mesos/coordination/master-info.js";
import { waitFor } from "../../../harness/wait.js";
import { DEADLINE_MS, type InProcessMaster } from "./in-process-master.js";
import { MasterLab } from "./master-lab.js";

const election = suite("mesos election on a real ZooKeeper");
const lab = new MasterLab();

election.before(() => lab.open(1));
election.after.each(() => lab.cleanUp());
election.after(() => lab.close());

election("three masters take numbers of their own, one elected, the log initialised by all", async () => {
  const three = await lab.masters(3, "/numbers");
  await waitFor("a leader that serves", DEADLINE_MS, () => three[0]?.serving);
  const { children } = await lab.client.getChildren("/numbers");
  const numbers = three.map((master) => master.candidate ?? -1);
  assert.equal(
    children.filter((name) => name !== "log_replicas").sort(),
    numbers.map((number) => `json.info_000000000${number}`),
  );
  // log_replicas itself takes the one of 0…3 that no candidate has.
  assert.is(new Set(numbers).size, 3);
  assert.ok(numbers.every((number) => number >= 0 && number <= 3));
  for (const master of three) {
    assert.is(master.leaderPort, three[0]?.port);
  }
  const first = three[0] as InProcessMaster;
  const { data } = await lab.client.getData(`/numbers/json.info_000000000${numbers[0]}`);
  assert.is(data?.toString(), masterInfoJson(first.info));
  assert.equal(first.coordination.registry.state, { master: { info: first.info } });
  const replicas = await lab.client.getChildren("/numbers/log_replicas");
  assert.equal(replicas.children.sort(), ["0000000000", "0000000001", "0000000002"]);
  assert.ok(first.said("Elected as the leading master!"));
  assert.ok(
    three[1]?.said(`The newly elected leader is master@127.0.0.1:${first.port} with id ${first.info.id}`),
  );
});

election("a killed leader costs the session timeout; the next one knows what was acknowledged", async () => {
  const three = await lab.masters(3, "/kill");
  const [first, second, third] = three as [InProcessMaster, InProcessMaster, InProcessMaster];
  await first.untilServing();
  const weights = [{ info: { role: "web", weight: 3 } }];
  await first.coordination.registry.apply((state) => ({ ...state, weights }));
  await first.kill();
  await second.untilServing();
  assert.equal(second.coordination.registry.state, { weights, master: { info: second.info } });
  assert.is(third.leaderPort, second.port);
  const again = await lab.start({ path: "/kill", quorum: 2, workDir: first.workDir, port: first.port });
  await waitFor("the old leader to follow", DEADLINE_MS, () => again.leaderPort === second.port);
  assert.ok(again.said("Replica is in VOTING status"));
});

election(
  "a deleted znode: a standby contends again, a leader dies and the next one leads at once",
  async () => {
    const three = await lab.masters(3, "/deleted");
    const [first, second, third] = three as [InProcessMaster, InProcessMaster, InProcessMaster];
    await first.untilServing();
    const before = third.candidate ?? -1;
    await lab.client.delete(`/deleted/json.info_000000000${before}`);
    await waitFor("the next number", DEADLINE_MS, () => third.candidate === before + 1);
    assert.ok(third.said("Lost candidacy as a follower... Contend again"));
    await lab.client.delete("/deleted/log_replicas/0000000002");
    const names = async () => (await lab.client.getChildren("/deleted/log_replicas")).children.sort().join();
    await waitFor(
      "the replica's entry",
      DEADLINE_MS,
      async () => (await names()) === "0000000000,0000000001,0000000003",
    );
    assert.ok(third.said("Renewing replica group membership"));
    const begun = performance.now();
    await lab.client.delete(`/deleted/json.info_000000000${first.candidate}`);
    // Which of its two sessions hears first is a race; the recording shows the first of these.
    assert.match(
      await first.untilEnded(),
      /^(Lost candidacy as a leader|Conceded leadership to another master)\.\.\. /,
    );
    await second.untilServing();
    assert.ok(performance.now() - begun < 1_900, "no session timeout was waited for");
    assert.is(second.events.filter((event) => event.kind === "elected").length, 1);
  },
);

election.run();
