/**
 * Recorded scenarios of whole masters and agents beside their election, on two real ZooKeepers: hand-made znodes (4), an agent on a
 * mirrored election (5), a second leader (6a), a standby beside a mirror (6b) and an outage (10), with what they answered meanwhile.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MasterProcess } from "../../../src/sandbox/mesos/master/master-process.js";
import { connect } from "../../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { waitFor } from "../../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";
import { api, Lab, metric, type Running, replay, send, TestFramework } from "./lab.js";
import { recordingNames, type Substitutions } from "./recording.js";

const DEADLINE_MS = 40_000;
const S4 = "scenario-4-hand-made-lower-znode";
const S5 = "scenario-5-agent-on-second-zookeeper-with-mirrored-election";
const S6A = "scenario-6a-master-on-B-naive-mirror-split-brain";
const S6B = "scenario-6b-master-on-B-counter-raised-standby-then-cutover-one-way-mirror";
const S6C = "scenario-6c-same-with-log_replicas-mirrored-both-ways";
const S10 = "scenario-10-zookeeper-outage";
const PERSISTENT = { mode: "persistent" } as const;

/** One ZooKeeper and a client of it. */
interface Side {
  readonly ensemble: TestEnsemble;
  readonly client: ZooKeeperClient;
}

async function side(): Promise<Side> {
  const ensemble = await startEnsemble({ size: 1, settings: { tickTime: 500 } });
  const { connectString } = ensemble;
  return { ensemble, client: await connect({ connectString, connectTimeoutMs: DEADLINE_MS }) };
}

const scenarios = suite<{ a: Side; b: Side }>("recorded scenarios around the election");

scenarios.before(async (context) => {
  Object.assign(context, { a: await side(), b: await side() });
});

scenarios.after(async ({ a, b }) => {
  for (const { client, ensemble } of [a, b]) {
    await client.close();
    await ensemble.close();
  }
});

/** Masters of one Lab below a path of their own, each with the recorded last number of its address. */
class Scene {
  readonly masters = new Map<number, Running<MasterProcess>>();
  readonly ended = new Set<number>();

  constructor(
    readonly lab: Lab,
    readonly path: string,
  ) {}

  static async of(path: string): Promise<Scene> {
    return new Scene(await Lab.make(), path);
  }

  url({ ensemble }: Side): string {
    return `zk://${ensemble.connectString}${this.path}`;
  }

  /** One after the other, so that the first one has the lowest number. A quorum of one: only who leads matters here. */
  async start(where: Side, ...numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      const flags = [`--zk=${this.url(where)}`, "--quorum=1", "--zk_session_timeout=2secs"];
      const ended = () => {
        this.ended.add(number);
        // As a process that ends; its sessions are closed by that here.
        void this.masters.get(number)?.stop();
      };
      const before = await this.names(where.client);
      this.masters.set(number, await this.lab.master(number, flags, { ended }));
      await waitFor("its znode", DEADLINE_MS, async () => {
        const names = await this.names(where.client);
        return names.length > before.length;
      });
    }
  }

  /** Znodes of masters, the lowest first. */
  async names(client: ZooKeeperClient): Promise<string[]> {
    const found = await client.getChildren(this.path).catch(() => null);
    return (found?.children ?? []).filter((name) => name.startsWith("json.info_")).sort();
  }

  /** The znode in which the master of that address stands. */
  async znodeOf(client: ZooKeeperClient, number: number): Promise<{ name: string; data: Buffer }> {
    for (const name of await this.names(client)) {
      const { data } = await client.getData(`${this.path}/${name}`);
      if (data?.toString().includes(`master@${this.lab.ip(number)}:5050`)) return { name, data };
    }
    throw new Error(`no master ${number} stands below ${this.path}`);
  }

  /** To the address that a master sends to; null: 503. */
  async redirect(number: number): Promise<string | null> {
    const request = { method: "GET", target: "/redirect", headers: {}, body: "" };
    return (await send(this.lab.ip(number), 5050, request)).headers["location"] ?? null;
  }

  async untilSentTo(leader: string, ...numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      await waitFor(
        `${number} sends to ${leader}`,
        DEADLINE_MS,
        async () => (await this.redirect(number)) === `//${leader}:5050`,
      );
    }
  }

  substitutions(more: Readonly<Record<string, string>> = {}): Substitutions {
    const ips = [11, 12, 13, 14, 21, 22].map((last) => [`127.0.0.${last}`, this.lab.ip(last)] as const);
    return new Map([...Object.entries(more), ...ips]);
  }

  /** A recording, sent to the master of that address. */
  async same(name: string, number: number): Promise<void> {
    assert.equal(await replay(name, this.lab.ip(number), this.substitutions()), [], name);
  }

  /** All redirects of a folder: master1 has the address that ends in 11. */
  async sameRedirects(folder: string): Promise<void> {
    for (const name of recordingNames(folder).filter((each) => each.includes("GET_redirect"))) {
      await this.same(name, 10 + Number(/master(\d)/.exec(name)?.[1]));
    }
  }

  async close(): Promise<void> {
    await this.lab.close();
  }
}

/** Numbers that are made and deleted: what comes next is above what is made by hand. */
async function raiseCounter({ client }: Side, path: string, times: number): Promise<void> {
  await client.createParents(`${path}/x`);
  for (let at = 0; at < times; at += 1) {
    const made = await client.create(`${path}/raise-`, null, { mode: "persistent-sequential" });
    await client.delete(made.path);
  }
}

const LOWER = "json.info_0000000001";
/** Of a number of its own: one that goes and comes back between two looks is the same member, whose data nobody reads again. */
const LOWEST = "json.info_0000000000";

scenarios(
  "4a, 4c: with the leader's own data all stay; with that of nobody the leader ends",
  async ({ a }) => {
    const scene = await Scene.of("/s4");
    const { client } = a;
    try {
      await raiseCounter(a, scene.path, 3);
      await scene.start(a, 13, 11, 12);
      await scene.untilSentTo(scene.lab.ip(13), 11, 12, 13);
      const own = await scene.znodeOf(client, 13);
      await client.create(`${scene.path}/${LOWER}`, own.data, PERSISTENT);
      await scene.sameRedirects(`${S4}/a-data-of-the-leader-itself`);
      await client.delete(`${scene.path}/${LOWER}`);
      assert.is(scene.ended.size, 0);
      const nobody = own.data.toString().replaceAll(scene.lab.ip(13), "127.0.0.99");
      await client.create(`${scene.path}/${LOWEST}`, Buffer.from(nobody), PERSISTENT);
      await waitFor("the leader ends", DEADLINE_MS, () => scene.ended.has(13));
      await scene.untilSentTo("127.0.0.99", 11, 12);
      await scene.sameRedirects(`${S4}/c-data-of-a-master-that-is-not-there`);
      assert.equal([...scene.ended], [13]);
    } finally {
      await scene.close();
    }
  },
);

scenarios("4g, 4j, 4k, 4b: what is harmless, and then a standby's data", async ({ a }) => {
  const scene = await Scene.of("/s4b");
  const { client } = a;
  const { path } = scene;
  try {
    await raiseCounter(a, path, 3);
    await scene.start(a, 12, 11, 13);
    await scene.untilSentTo(scene.lab.ip(12), 11, 12, 13);
    await client.create(`${path}/json.info_0000009999`, Buffer.from("hello"), PERSISTENT);
    await scene.sameRedirects(`${S4}/g-garbage-but-not-lowest`);
    const replica = Buffer.from("log-replica(1)@127.0.0.99:5050");
    await client.create(`${path}/log_replicas/0000009998`, replica, PERSISTENT);
    await scene.sameRedirects(`${S4}/j-log-replica-of-a-master-that-is-not-there`);
    await client.create(`${path}/migration-lock`, Buffer.from("hello"), PERSISTENT);
    await scene.sameRedirects(`${S4}/k-child-without-number`);
    assert.is(scene.ended.size, 0);
    // The recorded leader was 13 here, and its standby 12; which of them it is makes no difference to who answers what.
    await client.delete(`${path}/json.info_0000009999`);
    const { data } = await scene.znodeOf(client, 13);
    await client.create(`${path}/${LOWER}`, data, PERSISTENT);
    await waitFor("the leader ends", DEADLINE_MS, () => scene.ended.has(12));
    await scene.untilSentTo(scene.lab.ip(13), 11, 13);
    const swapped = new Map([["127.0.0.12", scene.lab.ip(13)]]);
    for (const [number, name] of [
      [11, "GET_redirect-master1.http"],
      [13, "GET_redirect-master2.http"],
    ] as const) {
      const recording = `${S4}/b-data-of-a-live-standby/${name}`;
      assert.equal(await replay(recording, scene.lab.ip(number), swapped), [], recording);
    }
    assert.equal([...scene.ended], [12]);
  } finally {
    await scene.close();
  }
});

scenarios("5: an agent on a second ZooKeeper follows what is mirrored there", async ({ a, b }) => {
  const scene = await Scene.of("/s5");
  const { lab, path } = scene;
  const framework = new TestFramework(lab.ip(12), {
    user: "root",
    name: "lab-fw",
    roles: ["web"],
    failover_timeout: 604800,
    checkpoint: true,
    hostname: "127.0.0.1",
    capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
  });
  const agentOn = (where: Side) =>
    lab.agent(22, "r2", [
      `--master=${scene.url(where)}`,
      "--registration_backoff_factor=50ms",
      "--executor_reregistration_timeout=200ms",
      "--zk_session_timeout=2secs",
    ]);
  const connected = (number: number) => metric(lab.ip(number), "master/slaves_connected");
  try {
    await scene.start(a, 12, 11);
    const onA = await agentOn(a);
    await waitFor("the agent registers", DEADLINE_MS, () => onA.process.agent?.registered);
    const id = onA.process.agent?.id ?? "";
    await framework.subscribe();
    await framework.launch(lab.ip(22), "web-2", "sleep 100000");
    await onA.stop();
    const onB = await agentOn(b);
    await waitFor("the agent makes the path", DEADLINE_MS, () => b.client.exists(path));
    assert.is(await metric(lab.ip(12), "master/tasks_running"), 1);

    const first = await scene.znodeOf(a.client, 12);
    const begun = performance.now();
    await b.client.create(`${path}/${first.name}`, first.data, PERSISTENT);
    await waitFor("it registers with the leader on A", DEADLINE_MS, () => onB.process.agent?.registered);
    assert.ok(performance.now() - begun < 5_000, "within about a second, as recorded");
    assert.is(onB.process.agent?.id, id);
    const recorded = { "1b1779d4-cd77-4055-8407-d03f3b24c1c0-S0": id };
    const by = scene.substitutions(recorded);
    const state = await replay(`${S5}/agent2-state.http`, lab.ip(22), by, 5051);
    // It was recorded with another master's flags and a framework with more to it.
    assert.equal(
      state.filter((line) => !line.startsWith("body.flags")),
      [],
    );

    await scene.masters.get(12)?.stop();
    await waitFor("11 leads", DEADLINE_MS, async () => (await metric(lab.ip(11), "master/elected")) === 1);
    const second = await scene.znodeOf(a.client, 11);
    await b.client.create(`${path}/${second.name}`, second.data, PERSISTENT);
    await b.client.setData(`${path}/${first.name}`, second.data);
    // Long enough for any number of tries: it goes on with the dead leader, as no child has come or gone.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.is(await connected(11), 0);
    await b.client.delete(`${path}/${first.name}`);
    await waitFor("it registers with the new leader", DEADLINE_MS, async () => (await connected(11)) === 1);
    assert.is(onB.process.agent?.id, id);
    const { get_tasks } = (await api(lab.ip(11), { type: "GET_TASKS" })) as {
      get_tasks: { tasks: { name: string; state: string }[] };
    };
    assert.equal(
      get_tasks.tasks.map((task) => [task.name, task.state]),
      [["web-2", "TASK_RUNNING"]],
    );
  } finally {
    framework.close();
    await scene.close();
  }
});

scenarios("6a, 6b: a naive mirror gives a second leader, a raised counter a standby", async ({ a, b }) => {
  const scene = await Scene.of("/s6");
  const { lab, path } = scene;
  const mirror = async (): Promise<void> => {
    const { name, data } = await scene.znodeOf(a.client, 11);
    await b.client.createParents(`${path}/x`);
    await b.client.create(`${path}/${name}`, data, PERSISTENT);
  };
  try {
    await raiseCounter(a, path, 20);
    await scene.start(a, 11, 12, 13);
    await scene.untilSentTo(lab.ip(11), 11, 12, 13);
    await mirror();
    await scene.start(b, 14);
    await scene.untilSentTo(lab.ip(14), 14);
    await scene.sameRedirects(S6A);
    const elected = await Promise.all([11, 14].map((number) => metric(lab.ip(number), "master/elected")));
    assert.equal(elected, [1, 1]);
    await waitFor("it has recovered", DEADLINE_MS, () => api(lab.ip(14), { type: "GET_HEALTH" }));
    await scene.same(`${S6A}/UPDATE_WEIGHTS-on-master4.http`, 14);

    await scene.masters.get(14)?.stop();
    await raiseCounter(b, path, 40);
    await scene.start(b, 14);
    await scene.untilSentTo(lab.ip(11), 14);
    await scene.same(`${S6B}/GET_state-on-standby-master4.http`, 14);
    await scene.same(`${S6B}/UPDATE_WEIGHTS-10-before.http`, 11);
    await scene.same(`${S6B}/UPDATE_WEIGHTS-11-on-A.http`, 11);
    await scene.same(`${S6C}/UPDATE_WEIGHTS-12-on-old-leader.http`, 11);
  } finally {
    await scene.close();
  }
});

scenarios("10: what a standby answers while ZooKeeper is away", async ({ a }) => {
  const scene = await Scene.of("/s10");
  const server = a.ensemble.server(1);
  try {
    await scene.start(a, 14, 12);
    await scene.untilSentTo(scene.lab.ip(14), 12);
    await server.kill("SIGKILL");
    await waitFor("no leader is known", DEADLINE_MS, async () => (await scene.redirect(12)) === null);
    for (const name of recordingNames(S10)) await scene.same(name, 12);
    await waitFor("the leader has ended", DEADLINE_MS, () => scene.ended.has(14));
    assert.not(scene.ended.has(12));
  } finally {
    server.launch();
    await server.untilServing();
    await scene.close();
  }
});

scenarios.run();
