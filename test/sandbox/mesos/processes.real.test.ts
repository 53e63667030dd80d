/**
 * Masters and agents as processes of their own, as a sandbox runs them: flags, environment, exit codes, and kill -9 of the
 * leader and of an agent while a task runs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../harness/wait.js";
import { startEnsemble } from "../../harness/zookeeper.js";
import { api, metric, TestFramework } from "./lab.js";

const DEADLINE_MS = 60_000;
const NET = `127.${30 + (process.pid % 200)}.${1 + Math.floor(Math.random() * 250)}`;

function entry(kind: "master" | "agent"): string {
  return fileURLToPath(new URL(`../../../src/sandbox/mesos/${kind}/main.js`, import.meta.url));
}

class Processes {
  private readonly children: ChildProcess[] = [];

  start(kind: "master" | "agent", flags: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(process.execPath, [entry(kind), ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.children.push(child);
    return child;
  }

  /** Its status and what it wrote to stderr. */
  async ended(child: ChildProcess): Promise<{ status: number | null; text: string }> {
    let text = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    const [status] = (await once(child, "close")) as [number | null];
    return { status, text };
  }

  async killAll(): Promise<void> {
    for (const child of this.children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
}

const processes = suite("processes of the Mesos simulation");

processes("mistakes on the command line end with status 1 and Mesos' words", async () => {
  const all = new Processes();
  const cases: ["master" | "agent", string[], string][] = [
    ["master", ["--bogus=1"], "Failed to load unknown flag 'bogus'"],
    ["master", [], "Flag 'work_dir' is required, but it was not provided"],
    ["master", ["--work_dir=/nowhere", "--port=x"], "Failed to load flag 'port': Failed to load value 'x'"],
    ["master", ["--work_dir=/nowhere", "--zk=zk://h:1/m"], "Need to specify --quorum"],
    ["agent", ["--work_dir=/nowhere"], "Missing required option --master"],
    ["agent", ["--no-resources"], "Failed to load non-boolean flag 'resources' via 'no-resources'"],
  ];
  try {
    for (const [kind, flags, words] of cases) {
      const { status, text } = await all.ended(all.start(kind, flags));
      assert.is(status, 1, text);
      assert.match(text, words);
    }
  } finally {
    await all.killAll();
  }
});

processes("kill -9 of the leader and of an agent costs no task", async () => {
  const all = new Processes();
  const folder = await mkdtemp(join(tmpdir(), "ferry-mesos-"));
  const ensemble = await startEnsemble({ size: 1, settings: { tickTime: 500 } });
  const zk = `zk://${ensemble.connectString}/mesos`;
  const master = (last: number) =>
    all.start(
      "master",
      [`--zk=${zk}`, "--quorum=2", `--ip=${NET}.${last}`, `--work_dir=${folder}/m${last}`],
      {
        MESOS_ZK_SESSION_TIMEOUT: "2secs",
      },
    );
  const agent = () =>
    all.start("agent", [
      `--master=${zk}`,
      `--ip=${NET}.21`,
      `--work_dir=${folder}/a21`,
      "--registration_backoff_factor=100ms",
    ]);
  const framework = new TestFramework(`${NET}.11`, {
    user: "root",
    name: "fw",
    role: "*",
    checkpoint: true,
    failover_timeout: 3600,
    capabilities: [{ type: "PARTITION_AWARE" }],
  });
  try {
    const masters = new Map([11, 12, 13].map((last) => [last, master(last)]));
    const leading = (among: Iterable<number>) => leaderOf(among);
    const first = await waitFor("a leader", DEADLINE_MS, () => leading(masters.keys()));
    // One replica of two that vote, and an empty one, would be a registry that is lost.
    for (const last of masters.keys()) {
      await waitFor(
        `the replica of ${last} to vote`,
        DEADLINE_MS,
        async () => (await metric(`${NET}.${last}`, "registrar/log/recovered").catch(() => null)) === 1,
      );
    }
    let child = agent();
    await waitFor(
      "the agent",
      DEADLINE_MS,
      async () => (await metric(`${NET}.${first}`, "master/slaves_active")) === 1,
    );
    await framework.subscribe(`${NET}.${first}`);
    await framework.launch(`${NET}.21`, "survivor", "sleep 100000");
    child.kill("SIGKILL");
    masters.get(first)?.kill("SIGKILL");
    await Promise.all([
      once(child, "exit"),
      waitFor("the leader is dead", DEADLINE_MS, () => masters.get(first)?.signalCode),
    ]);
    masters.delete(first);
    child = agent();
    const second = await waitFor("another leader", DEADLINE_MS, () => leading(masters.keys()));
    await framework.subscribe(`${NET}.${second}`);
    await waitFor("the task is back", DEADLINE_MS, () => runs(`${NET}.${second}`, "survivor"));
    assert.equal(
      framework.states("survivor").filter((state) => state !== "TASK_STARTING" && state !== "TASK_RUNNING"),
      [],
    );
  } finally {
    framework.close();
    await all.killAll();
    await ensemble.close();
    await rm(folder, { recursive: true, force: true });
  }
});

async function leaderOf(among: Iterable<number>): Promise<number | null> {
  for (const last of among) {
    const call = api(`${NET}.${last}`, { type: "GET_HEALTH" });
    if ((await call.catch(() => null)) !== null) return last;
  }
  return null;
}

async function runs(host: string, name: string): Promise<boolean> {
  const { get_tasks } = (await api(host, { type: "GET_TASKS" })) as {
    get_tasks: { tasks: { name: string; state: string }[] };
  };
  return get_tasks.tasks.some((task) => task.name === name && task.state === "TASK_RUNNING");
}

processes.run();
