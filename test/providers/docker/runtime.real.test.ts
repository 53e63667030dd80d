/** Units as containers of a real engine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sshCommand } from "../../../providers/docker/endpoint.js";
import { openDockerRuntime } from "../../../providers/docker/runtime.js";
import type { HostRuntime, UnitSpec } from "../../../providers/runtime.js";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { waitFor } from "../../harness/wait.js";
import { IMAGE, startEngine, type TestEngine, whyNoEngine } from "./engine.js";

interface World {
  engine: TestEngine;
  runtime: HostRuntime;
}

const signal = new AbortController().signal;
const secrets = { resolve: () => Promise.reject(new Error("not needed")), fingerprint: () => "" };
const docker = suite<World>("docker units");

docker.before(async (world) => {
  world.engine = await startEngine();
  world.runtime = await open(world.engine.endpoint);
});
docker.after.each(async ({ runtime }) => {
  for (const { name } of await runtime.list({}, signal))
    await runtime.remove(name, { purgeData: true }, signal);
});
docker.after(async ({ engine }) => {
  await engine?.stop();
});

function open(endpoint: string, address = "Host/h1"): Promise<HostRuntime> {
  const spec = { address: "127.0.0.1", runtime: { docker: { endpoint } } };
  return openDockerRuntime(address, spec, { projectRoot: "/", secrets });
}

const file = (path: string, text: string, mode = 0o600) => ({ path, content: Buffer.from(text), mode });

function unit(more: Partial<UnitSpec> = {}): UnitSpec {
  return {
    name: "a-1",
    labels: { "ferry.address": "ZooKeeperEnsemble/a", "ferry.lineage": "l1" },
    files: [file("zoo.cfg", "x=1\n"), file("tls/key.pem", "k")],
    image: IMAGE,
    command: ["sh", "-c", "echo started $COLOUR; exec sleep 300"],
    environment: { COLOUR: "blue" },
    ports: [],
    limits: { memoryBytes: 64 * 1024 * 1024 },
    restart: "no",
    stopGraceMs: 1_000,
    docker: { network: "host" },
    ...more,
  };
}

async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code ?? "";
    throw error;
  }
  return "no error";
}

docker("is made, started, found by a later ferry, stopped and removed", async ({ runtime, engine }) => {
  const made = await runtime.ensure(unit(), signal);
  assert.equal([made.running, made.exit], [false, null]);
  const started = await runtime.start("a-1", signal);
  assert.is(started.running, true);
  assert.ok((started.pid ?? 0) > 0);
  const later = await open(engine.endpoint);
  assert.equal(await later.inspect("a-1", signal), started);
  assert.equal(await later.list({ "ferry.address": "ZooKeeperEnsemble/a" }, signal), [started]);
  assert.equal(await later.list({ "ferry.address": "other" }, signal), []);
  assert.equal(
    await (await open(engine.endpoint, "Host/h2")).list({}, signal),
    [],
    "another host on the same engine",
  );
  assert.is((await later.start("a-1", signal)).pid, started.pid);
  await waitFor(
    "it printed",
    10_000,
    async () => (await runtime.logs("a-1", 5, signal)) === "started blue\n",
  );
  const stopped = await later.stop("a-1", signal);
  assert.is(stopped.running, false);
  assert.is((await later.stop("a-1", signal)).running, false);
  await later.remove("a-1", { purgeData: true }, signal);
  await later.remove("a-1", { purgeData: true }, signal);
  assert.is(await later.inspect("a-1", signal), null);
  assert.equal((await engine.docker.listVolumes()).Volumes, []);
  assert.equal(await engine.docker.listContainers({ all: true }), []);
});

docker("a server killed hard is seen dead, with the reason", async ({ runtime, engine }) => {
  await runtime.ensure(unit(), signal);
  await runtime.start("a-1", signal);
  await engine.docker.getContainer("ferry-a-1").kill();
  const status = await waitFor("it is dead", 10_000, async () => {
    const now = await runtime.inspect("a-1", signal);
    return now?.running === false ? now : null;
  });
  assert.match(status.exit ?? "", "killed by signal 9 (SIGKILL)");
});

docker("on-failure: the engine starts a killed server again", async ({ runtime }) => {
  await runtime.ensure(unit({ restart: "on-failure" }), signal);
  const { pid } = await runtime.start("a-1", signal);
  process.kill(pid ?? 0, "SIGKILL");
  await waitFor("it runs again", 20_000, async () => {
    const now = await runtime.inspect("a-1", signal);
    return now?.running === true && now.pid !== pid;
  });
});

docker(
  "files: written without touching the process; surplus ones need a new container; data survives",
  async ({ runtime, engine }) => {
    const keep = ["sh", "-c", "[ -f /ferry/data/unit/x ] || echo first >/ferry/data/unit/x; exec sleep 300"];
    await runtime.ensure(unit({ command: keep }), signal);
    const { pid } = await runtime.start("a-1", signal);
    const id = async () => (await engine.docker.getContainer("ferry-a-1").inspect()).Id;
    const before = await id();
    await waitFor(
      "data is written",
      10_000,
      async () => (await runtime.readFile("a-1", "data", "x", signal)) !== null,
    );
    const changed = [file("zoo.cfg", "x=2\n", 0o640), file("tls/key.pem", "k")];
    assert.is((await runtime.ensure(unit({ command: keep, files: changed }), signal)).pid, pid);
    assert.is(String(await runtime.readFile("a-1", "config", "zoo.cfg", signal)), "x=2\n");
    await runtime.writeFiles("a-1", [file("zoo.cfg", "x=3\n")], signal);
    assert.is(String(await runtime.readFile("a-1", "config", "zoo.cfg", signal)), "x=3\n");
    assert.is(await id(), before);
    const less = await runtime.ensure(unit({ command: keep, files: [file("zoo.cfg", "x=4\n")] }), signal);
    assert.is(less.running, false);
    assert.ok((await id()) !== before);
    assert.is(await runtime.readFile("a-1", "config", "tls/key.pem", signal), null);
    assert.is(String(await runtime.readFile("a-1", "data", "x", signal)), "first\n");
    await runtime.remove("a-1", { purgeData: false }, signal);
    await runtime.ensure(unit(), signal);
    assert.is(String(await runtime.readFile("a-1", "data", "x", signal)), "first\n");
  },
);

docker(
  "another command or limit makes the container anew, the same ones do not",
  async ({ runtime, engine }) => {
    const id = async () => (await engine.docker.getContainer("ferry-a-1").inspect()).Id;
    await runtime.ensure(unit(), signal);
    await runtime.start("a-1", signal);
    const first = await id();
    assert.is((await runtime.ensure(unit(), signal)).running, true);
    assert.is(await id(), first);
    const limited = await runtime.ensure(
      unit({ limits: { memoryBytes: 96 * 1024 * 1024, cpus: 0.5 } }),
      signal,
    );
    assert.is(limited.running, false);
    assert.equal(limited.limits, { memoryBytes: 96 * 1024 * 1024, cpus: 0.5 });
    const { HostConfig } = await engine.docker.getContainer("ferry-a-1").inspect();
    assert.equal([HostConfig.Memory, HostConfig.NanoCpus], [96 * 1024 * 1024, 5e8]);
  },
);

docker(
  "runs as the user, who owns its directories; the root can be read-only",
  async ({ runtime, engine }) => {
    const command = [
      "sh",
      "-c",
      "id; cat /ferry/config/unit/zoo.cfg; echo y >/ferry/data/unit/y && echo wrote; echo z >/z; exec sleep 300",
    ];
    const settings = {
      network: "host",
      readOnlyRoot: true,
      capDrop: ["NET_RAW"],
      apparmor: "unconfined",
      seccomp: "unconfined",
    };
    await runtime.ensure(unit({ command, user: "zookeeper", docker: settings }), signal);
    await runtime.start("a-1", signal);
    const text = await waitFor("it said all", 10_000, async () => {
      const found = await runtime.logs("a-1", 20, signal);
      return / \/z|create \/z/.test(found) ? found : null;
    });
    assert.match(text, "uid=1234(zookeeper) gid=1235(zookeeper)");
    assert.match(text, "x=1\n");
    assert.match(text, "wrote\n");
    assert.match(text, /z: Read-only file system/);
    const { HostConfig } = await engine.docker.getContainer("ferry-a-1").inspect();
    assert.equal(HostConfig.CapDrop, ["NET_RAW"]);
    assert.equal(HostConfig.SecurityOpt?.toSorted(), ["apparmor=unconfined", "seccomp=unconfined"]);
  },
);

docker("leaves what is not its own alone", async ({ runtime, engine }) => {
  const other = await engine.docker.createContainer({ Image: IMAGE, name: "ferry-a-1", Cmd: ["sleep", "1"] });
  try {
    assert.is(await code(runtime.ensure(unit(), signal)), "docker-owned-by-other");
    assert.is(await code(runtime.remove("a-1", { purgeData: true }, signal)), "docker-owned-by-other");
    assert.equal(await runtime.list({}, signal), []);
  } finally {
    await other.remove();
  }
  await runtime.ensure(unit(), signal);
  const foreign = unit({ labels: { "ferry.lineage": "l2" } });
  assert.is(await code(runtime.ensure(foreign, signal)), "docker-owned-by-other");
  await runtime.remove("a-1", { purgeData: false }, signal);
  assert.is(
    await code(runtime.ensure(foreign, signal)),
    "docker-owned-by-other",
    "kept data of another state",
  );
  await runtime.ensure(unit(), signal);
});

docker("tells what is wrong: no unit, no image, bad names and paths, interrupted", async ({ runtime }) => {
  assert.is(await code(runtime.start("a-1", signal)), "unit-missing");
  assert.is(await code(runtime.ensure(unit({ image: "127.0.0.1:1/nothing:1" }), signal)), "docker-refused");
  assert.is(await code(runtime.inspect("../x", signal)), "bad-unit-name");
  assert.is(await code(runtime.ensure(unit({ files: [file("../x", "")] }), signal)), "path-outside-unit");
  assert.is(await code(runtime.list({}, AbortSignal.abort())), "interrupted");
  await runtime.ensure(unit({ command: ["/no-such-program"] }), signal);
  assert.is(await code(runtime.start("a-1", signal)), "docker-refused");
  for (const endpoint of ["unix:///nowhere.sock", "tcp://127.0.0.1:1", "ssh://nobody@127.0.0.1:1"]) {
    assert.is(await code((await open(endpoint)).probe(signal)), "docker-unreachable", endpoint);
  }
});

docker("probes the engine", async ({ runtime }) => {
  const found = (await runtime.probe(signal)) as { engine: { version: string }; cores: number };
  assert.match(found.engine.version, /^\d+\./);
  assert.ok(found.cores >= 1);
  assert.match(runtime.location, /^docker unix:\/\//);
});

docker("reaches an engine through ssh as Docker's own client does", async ({ engine }) => {
  const folder = mkdtempSync(join(tmpdir(), "ferry-ssh-"));
  const path = process.env["PATH"];
  // Stands for the other machine: runs there what ssh was told to run.
  const script = `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift 2\nDOCKER_HOST=${engine.endpoint} exec "$@"\n`;
  writeFileSync(join(folder, "ssh"), script, { mode: 0o755 });
  process.env["PATH"] = `${folder}:${path}`;
  try {
    const runtime = await open("ssh://ops@elsewhere");
    assert.match(((await runtime.probe(signal)) as { engine: { version: string } }).engine.version, /^\d+\./);
    await runtime.ensure(unit(), signal);
    assert.is((await runtime.start("a-1", signal)).running, true);
    assert.is(String(await runtime.readFile("a-1", "config", "zoo.cfg", signal)), "x=1\n");
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true, force: true });
  }
});

const alone = suite("docker without an engine");

alone("says for each kind of endpoint that nobody answers", async () => {
  for (const endpoint of ["unix:///nowhere.sock", "tcp://127.0.0.1:1", "ssh://nobody@127.0.0.1:1"]) {
    assert.is(await code((await open(endpoint)).probe(signal)), "docker-unreachable", endpoint);
  }
  assert.is(await code(open("npipe:////./pipe/docker")), "bad-endpoint");
});

alone("the environment's DOCKER_HOST is not heeded", async () => {
  const before = process.env["DOCKER_HOST"];
  process.env["DOCKER_HOST"] = "tcp://127.0.0.1:1";
  try {
    const runtime = await open("unix:///nowhere.sock");
    const error = await runtime.probe(signal).catch((found: unknown) => found);
    assert.match(String(error), "/nowhere.sock");
  } finally {
    if (before === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = before;
  }
});

alone("ssh takes a host name never for an option", () => {
  const words = sshCommand(new URL("ssh://ops@10.0.0.1:2222"));
  assert.equal(words.slice(-5), ["--", "10.0.0.1", "docker", "system", "dial-stdio"]);
  assert.match(words.join(" "), "-l ops -p 2222");
});

alone.run();

const reason = whyNoEngine();
if (reason === null) docker.run();
else console.log(`left out: the docker runtime on a real engine, because ${reason}`);
