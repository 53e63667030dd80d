/** `ferry sync bootstrap` through the real bin: a file that new servers start on while clients go on writing, and a running target. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { Workload } from "../harness/workload.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { compareSides } from "../sync/sync-world.js";
import { ferry, projectOf, start } from "./ferry.js";

const cli = suite("bootstrap from the command line");
const DEADLINE_MS = 60_000;

interface Result {
  readonly result: {
    readonly file: { readonly path: string; readonly nodes: number; readonly sha256: string };
    readonly kept: boolean;
    readonly exactness: readonly { readonly how: string; readonly what: string }[];
  };
}

const project = projectOf({});
let a: TestEnsemble;
let client: ZooKeeperClient;

cli.before(async () => {
  a = await startEnsemble({ size: 1 });
  client = await connect({ connectString: a.connectString });
});

cli.after(async () => {
  await client?.close();
  await a?.close();
  project.remove();
});

function declare(name: string, target: string, more = ""): void {
  project.write(
    `${name}.yaml`,
    `apiVersion: ferry/v1
kind: Sync
metadata: { name: ${name} }
spec:
  source: { connectString: "${a.connectString}" }
  target: { connectString: "${target}" }
  paths: [{ source: /${name}, target: /moved/${name} }]
${more}`,
  );
}

const run = (...args: readonly string[]) =>
  ferry(["sync", ...args], { cwd: project.directory, env: {}, deadlineMs: DEADLINE_MS });

async function made(name: string, ...args: readonly string[]): Promise<Result["result"]> {
  const answer = await run("bootstrap", `${name}.yaml`, "--to", "seed", "--json", ...args);
  assert.is(answer.code, 0, answer.stdout + answer.stderr);
  return (JSON.parse(answer.stdout) as Result).result;
}

for (const version of [undefined, "3.5.10"]) {
  cli(`servers of ${version ?? "3.8"} start on the file, and an engine changes nothing of it`, async () => {
    const name = version === undefined ? "shop" : "old";
    const root = `/${name}`;
    const workload = new Workload({
      client,
      root,
      seed: 5,
      extended: version === undefined,
      ephemerals: true,
    });
    await workload.prepare();
    await workload.run(600, 16);
    await client.create(`${root}/queue`, null);
    for (let at = 0; at < 7; at++) {
      const { path } = await client.create(`${root}/queue/n-`, null, { mode: "persistent-sequential" });
      if (at < 5) await client.delete(path);
    }
    declare(name, "127.0.0.1:1");
    // Clients go on while the file is made.
    const writing = workload.run(1_500, 8);
    const first = await made(name);
    await writing;
    assert.is(first.kept, false);
    assert.ok(first.file.nodes > 20, `${first.file.nodes}`);
    assert.ok(first.exactness.some(({ how, what }) => how === "kept" && what.includes("next sequential")));
    const { file } = await made(name);
    assert.is((await made(name)).kept, true);
    const sum = execFileSync("sha256sum", [file.path]).toString().slice(0, 64);
    assert.is(sum, file.sha256);

    const options = version === undefined ? {} : { version };
    const b = await startEnsemble({ size: 1, seed: file.path, ...options });
    try {
      const fields = ["data", "acl", "version", "aversion", "next"];
      const seeded = await compareSides(a, b, root, `/moved${root}`, undefined, fields);
      assert.equal(seeded.differences, []);
      const target = await connect({ connectString: b.connectString });
      const before = await target.exists(`/moved${root}/queue`);
      assert.is(before?.czxid, (await client.exists(`${root}/queue`))?.czxid);
      declare(name, b.connectString);
      const engine = await run("run", `${name}.yaml`, "--once");
      assert.is(engine.code, 0, engine.stdout + engine.stderr);
      assert.match(engine.stdout + engine.stderr, /znodes compared, \d+ brought level, 0 deleted/);
      const after = await target.exists(`/moved${root}/queue`);
      assert.is(after?.mzxid, before?.mzxid);
      const { path } = await target.create(`/moved${root}/queue/n-`, null, { mode: "persistent-sequential" });
      assert.match(path, /n-0000000007$/);
      await target.delete(path);
      await target.close();
      for (const reader of ["own", "independent"]) {
        const verified = await run("verify", `${name}.yaml`, "--reader", reader);
        assert.is(verified.code, 0, verified.stdout);
      }
    } finally {
      await b.close();
    }
  });
}

cli("a running target is filled, and the table is printed", async () => {
  await client.create("/fill", Buffer.from("x"));
  const b = await startEnsemble({ size: 1 });
  try {
    declare("fill", b.connectString);
    const answer = await run("bootstrap", "fill.yaml");
    assert.is(answer.code, 0, answer.stdout + answer.stderr);
    assert.match(answer.stdout, /Kept[\s\S]*Impossible/i);
    const target = await connect({ connectString: b.connectString });
    assert.is((await target.getData("/moved/fill")).data?.toString(), "x");
    await target.close();
  } finally {
    await b.close();
  }
});

cli("what cannot be done is said, and no file is left", async () => {
  await client.create("/wrong", null);
  declare("wrong", "127.0.0.1:1");
  project.write("in-the-way", "");
  const folder = await run("bootstrap", "wrong.yaml", "--to", "in-the-way/seed");
  assert.is(folder.code, 1);
  assert.match(folder.stderr, /sync-bootstrap-file[\s\S]*help:/);
  const closed = `  feed: observer\n`;
  project.write(
    "closed.yaml",
    `apiVersion: ferry/v1
kind: Sync
metadata: { name: closed }
spec:
  source: { connectString: "${a.connectString}", quorum: { servers: ["127.0.0.1:1"] } }
  target: { connectString: "127.0.0.1:1" }
  paths: [/wrong]
${closed}`,
  );
  const answer = await run("bootstrap", "closed.yaml", "--to", "nothing");
  assert.is(answer.code, 1, answer.stdout);
  assert.match(
    answer.stderr,
    /sync-bootstrap-feed[\s\S]*a snapshot file needs a quorum port of the source[\s\S]*help:/,
  );
  const left = join(project.directory, "nothing");
  assert.ok(!existsSync(left) || readdirSync(left).length === 0);
});

cli("killed in the middle, it begins anew and leaves nothing else behind", async () => {
  await client.create("/killed", Buffer.from("x"));
  declare("killed", "127.0.0.1:1");
  const running = start(["sync", "bootstrap", "killed.yaml", "--to", "half"], {
    cwd: project.directory,
    env: {},
    deadlineMs: DEADLINE_MS,
  });
  const half = join(project.directory, "half");
  await waitFor("it has begun", DEADLINE_MS, () => existsSync(half));
  running.child.kill("SIGKILL");
  await running.ended;
  const again = await run("bootstrap", "killed.yaml", "--to", "half");
  assert.is(again.code, 0, again.stderr);
  const names = readdirSync(half).sort();
  assert.is(names.length, 2, names.join(" "));
});

cli.run();
