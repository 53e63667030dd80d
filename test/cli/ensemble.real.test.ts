/** The command on a real ensemble, as an engineer and as CI use it: the promises of the README, one after another. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { freePorts } from "../harness/ports.js";
import { waitFor } from "../harness/wait.js";
import { type Answer, ferry, projectOf, start } from "./ferry.js";

const SECRET = "a-very-secret-word";
const HOST = `apiVersion: ferry/v1
kind: Host
metadata: { name: local }
spec:
  address: 127.0.0.1
  runtime: { process: { workDir: .ferry/hosts/local } }
`;

function ensembleYaml(ports: readonly number[], maxConnections: number): string {
  const servers = [1, 2, 3].map((id) => {
    const [client, quorum, election] = ports.slice((id - 1) * 3, id * 3);
    return `    - { id: ${id}, host: Host/local, clientPort: ${client}, quorumPort: ${quorum}, electionPort: ${election} }`;
  });
  return `apiVersion: ferry/v1
kind: ZooKeeperEnsemble
metadata: { name: zk }
spec:
  servers:
${servers.join("\n")}
  settings: { tickTime: 500, initLimit: 20, syncLimit: 10, forceSync: "no", maxClientCnxns: ${maxConnections} }
  jvm: { heap: 96m, options: [-XX:+UseSerialGC, -XX:TieredStopAtLevel=1] }
  superuser: { password: env:ZK_SUPER }
`;
}

const ZNODE = `apiVersion: ferry/v1
kind: ZNode
metadata: { name: shop }
spec:
  ensemble: ZooKeeperEnsemble/zk
  path: /shop
  data: "declared"
`;

const bars = suite("the command on a real ensemble");
const project = projectOf({ "host.yaml": HOST, "znode.yaml": ZNODE });
const env = { ZK_SUPER: SECRET };
let ports: readonly number[] = [];

const run = (...args: string[]): Promise<Answer> =>
  ferry(args, { cwd: project.directory, env, deadlineMs: 150_000 });
const applied = async (...args: string[]): Promise<void> => {
  const answer = await run("apply", "--auto-approve", ...args);
  assert.is(answer.code, 0, `${answer.stdout}\n${answer.stderr}`);
};
const plans = async (code: number): Promise<string> => {
  const answer = await run("plan", "--detailed-exitcode");
  assert.is(answer.code, code, `${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
};

interface Server {
  readonly id: number;
  readonly pid: number;
}

interface Shown {
  readonly result: { readonly live: { readonly attributes: { readonly status: readonly Server[] } } };
}

async function servers(): Promise<readonly Server[]> {
  const answer = await run("show", "ZooKeeperEnsemble/zk", "--json");
  return (JSON.parse(answer.stdout) as Shown).result.live.attributes.status;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

bars.before(async () => {
  ports = await freePorts(9);
  project.write("zk.yaml", ensembleYaml(ports, 60));
});

bars.after(async () => {
  await run("destroy", "--auto-approve");
  project.remove();
});

bars("a first saved plan, with a secret in it, is applied as reviewed", async () => {
  const planned = await run("plan", "--out", "first.plan");
  assert.is(planned.code, 0, planned.stderr);
  const answer = await run("apply", "first.plan");
  assert.is(answer.code, 0, `${answer.stdout}\n${answer.stderr}`);
  await plans(0);
});

bars("no secret is in the plan file, the state or what is printed", async () => {
  const plan = readFileSync(join(project.directory, "first.plan"), "utf8");
  const state = readFileSync(join(project.directory, ".ferry", "state.json"), "utf8");
  const shown = await run("show", "ZooKeeperEnsemble/zk");
  for (const text of [plan, state, shown.stdout]) assert.not.match(text, SECRET);
});

bars("a plan that was applied once is refused a second time, naming what moved", async () => {
  const answer = await run("apply", "first.plan");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, "plan-stale");
  assert.match(answer.stderr, "serial");
});

bars("plan gives 2 after a server was killed, and apply repairs it", async () => {
  const before = await servers();
  assert.is(before.length, 3);
  process.kill(before[0]?.pid ?? 0, "SIGKILL");
  await waitFor(
    "the death is seen",
    10_000,
    async () => (await run("plan", "--detailed-exitcode")).code === 2,
  );
  assert.is((await run("drift")).code, 2);
  await applied();
  await plans(0);
  assert.is((await run("drift")).code, 0);
});

bars("plan gives 2 after a declared znode was changed by hand", async () => {
  const client = await connect({ connectString: `127.0.0.1:${ports[0]}` });
  await client.setData("/shop", Buffer.from("by hand"));
  const shown = await plans(2);
  assert.match(shown, "by hand");
  assert.match(shown, "declared");
  await applied();
  assert.is((await client.getData("/shop")).data?.toString(), "declared");
  await client.close();
});

bars("two applies at once: one works, the other names who holds the lock", async () => {
  project.write("zk.yaml", ensembleYaml(ports, 61));
  const answers = await Promise.all([run("apply", "--auto-approve"), run("apply", "--auto-approve")]);
  assert.equal(answers.map((answer) => answer.code).sort(), [0, 1]);
  const refused = answers.find((answer) => answer.code === 1)?.stderr ?? "";
  assert.match(refused, "state-locked");
  assert.match(refused, /process \d+/);
  await plans(0);
});

for (const [at, moment] of ["deploy", "restart server", "[2/3]"].entries()) {
  bars(`kill -9 of apply at "${moment}", then apply again: converged, nothing twice, no orphan`, async () => {
    if (moment === "deploy") assert.is((await run("destroy", "--auto-approve")).code, 0);
    else project.write("zk.yaml", ensembleYaml(ports, 70 + at));
    const running = start(["apply", "--auto-approve"], { cwd: project.directory, env, deadlineMs: 120_000 });
    await waitFor(`apply says ${moment}`, 60_000, () => running.stderr().includes(moment));
    running.child.kill("SIGKILL");
    await running.ended;
    await applied();
    await plans(0);
    const pids = (await servers()).map((server) => server.pid);
    assert.is(new Set(pids).size, 3);
    assert.ok(pids.every(isAlive));
  });
}

bars("Ctrl-C once finishes what is under way and records it", async () => {
  project.write("zk.yaml", ensembleYaml(ports, 80));
  project.write("znode.yaml", ZNODE.replace("declared", "declared anew"));
  const running = start(["apply", "--auto-approve"], { cwd: project.directory, env, deadlineMs: 120_000 });
  await waitFor("the rolling restart runs", 60_000, () => running.stderr().includes("restart server"));
  running.child.kill("SIGINT");
  const answer = await running.ended;
  assert.is(answer.code, 1);
  assert.match(answer.stderr, "ZooKeeperEnsemble/zk: updated");
  const rest = await run("plan", "--json");
  const changes = (JSON.parse(rest.stdout) as { result: { changes: { address: string; action: string }[] } })
    .result.changes;
  const open = changes.filter((change) => change.action !== "no-op").map((change) => change.address);
  assert.equal(open, ["ZNode/shop"]);
  await applied();
  await plans(0);
});

bars("destroy leaves no process", async () => {
  const pids = (await servers()).map((server) => server.pid);
  assert.is((await run("destroy", "--auto-approve")).code, 0);
  assert.not.ok(pids.some(isAlive));
});

bars.run();
