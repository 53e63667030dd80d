/** Units as containers of a real engine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { HostRuntime } from "../../../providers/runtime.js";
import { type TestEngine, whyNoEngine } from "../../harness/docker.js";
import { waitFor } from "../../harness/wait.js";
import { code, file, IMAGE, open, rejection, signal, startShellEngine, unit } from "./engine.js";

interface World {
  engine: TestEngine;
  runtime: HostRuntime;
}

const units = suite<World>("docker units");
const obstacle = whyNoEngine();
const docker = obstacle === null ? units : units.skip;
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

units.before(async (world) => {
  if (obstacle !== null) return;
  world.engine = await startShellEngine();
  world.runtime = await open(world.engine.endpoint);
});
units.after.each(async ({ engine, runtime }) => {
  if (engine === undefined) return;
  for (const { name } of await runtime.list({}, signal))
    await runtime.remove(name, { purgeData: true }, signal);
});
units.after(async ({ engine }) => {
  await engine?.close();
});

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
    await (await open(engine.endpoint, { address: "Host/h2" })).list({}, signal),
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
    assert.equal(HostConfig.SecurityOpt?.toSorted(), [
      "apparmor=unconfined",
      "no-new-privileges",
      "seccomp=unconfined",
    ]);
  },
);

docker("has no more rights than it needs unless more are asked for", async ({ runtime, engine }) => {
  const inspect = () => engine.docker.getContainer("ferry-a-1").inspect();
  const command = ["sh", "-c", "cat /proc/self/status; exec sleep 300"];
  await runtime.ensure(unit({ command }), signal);
  await runtime.start("a-1", signal);
  const plain = (await inspect()).HostConfig;
  assert.equal(plain.CapDrop, ["ALL"]);
  assert.equal(plain.SecurityOpt, ["no-new-privileges"]);
  assert.equal([plain.Privileged, plain.ReadonlyRootfs, plain.NetworkMode], [false, false, "host"]);
  const status = await waitFor("it said all", 10_000, async () => {
    const found = await runtime.logs("a-1", 100, signal);
    return found.includes("Seccomp") ? found : null;
  });
  assert.match(status, /CapBnd:\t0+\n/);
  assert.match(status, /NoNewPrivs:\t1\n/);
  await runtime.ensure(unit({ docker: { capDrop: [] } }), signal);
  assert.is((await inspect()).HostConfig.CapDrop, null);
  await runtime.ensure(unit({ docker: { privileged: true } }), signal);
  const much = (await inspect()).HostConfig;
  assert.equal([much.Privileged, much.CapDrop], [true, null]);
});

docker("a seccomp profile is read here and holds there", async ({ runtime, engine }) => {
  const folder = mkdtempSync(join(tmpdir(), "ferry-seccomp-"));
  try {
    const profile = join(folder, "profile.json");
    const syscalls = [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO" }];
    writeFileSync(profile, JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW", syscalls }, null, 2));
    const command = ["sh", "-c", "mkdir /tmp/x; echo done; exec sleep 300"];
    await runtime.ensure(unit({ command, docker: { seccomp: profile } }), signal);
    await runtime.start("a-1", signal);
    const said = await waitFor("it said all", 10_000, async () => {
      const found = await runtime.logs("a-1", 10, signal);
      return found.includes("done") ? found : null;
    });
    assert.match(said, "Operation not permitted");
    const { HostConfig } = await engine.docker.getContainer("ferry-a-1").inspect();
    assert.equal(HostConfig.SecurityOpt?.length, 2);
    writeFileSync(profile, "{");
    const torn = await rejection(runtime.ensure(unit({ docker: { seccomp: profile } }), signal));
    assert.is(torn.code, "seccomp-profile");
    assert.match(torn.text, profile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

docker("limits and restarts changed by hand are seen, and put right", async ({ runtime, engine }) => {
  const container = engine.docker.getContainer("ferry-a-1");
  await runtime.ensure(unit({ limits: { memoryBytes: 64 * 1024 * 1024, cpus: 1 } }), signal);
  await runtime.start("a-1", signal);
  await container.update({
    Memory: 32 * 1024 * 1024,
    NanoCpus: 5e8,
    CpuShares: 512,
    RestartPolicy: { Name: "always" },
  });
  const changed = await runtime.inspect("a-1", signal);
  assert.equal(changed?.limits, { memoryBytes: 32 * 1024 * 1024, cpuShares: 512, cpus: 0.5 });
  assert.is(changed?.restart, "always");
  const right = await runtime.ensure(unit({ limits: { memoryBytes: 64 * 1024 * 1024, cpus: 1 } }), signal);
  assert.equal(right.limits, { memoryBytes: 64 * 1024 * 1024, cpus: 1 });
  assert.is(right.restart, "no");
});

docker("a server that uses up its memory is killed, and that is the reason given", async ({ runtime }) => {
  const command = ["sh", "-c", "x=0123456789abcdef; while :; do x=$x$x; done"];
  await runtime.ensure(unit({ command, limits: { memoryBytes: 16 * 1024 * 1024 } }), signal);
  await runtime.start("a-1", signal);
  const status = await waitFor("it is dead", 30_000, async () => {
    const now = await runtime.inspect("a-1", signal);
    return now?.running === false ? now : null;
  });
  assert.match(status.exit ?? "", "because the container's memory was used up");
});

docker("leaves what is not its own alone", async ({ runtime, engine }) => {
  const other = await engine.docker.createContainer({ Image: IMAGE, name: "ferry-a-1", Cmd: ["sleep", "1"] });
  try {
    assert.is(await code(runtime.ensure(unit(), signal)), "docker-owned-by-other");
    assert.is(await code(runtime.remove("a-1", { purgeData: true }, signal)), "docker-owned-by-other");
    assert.equal(await runtime.list({}, signal), []);
  } finally {
    await other.remove();
  }
  const [first, second] = [
    await open(engine.endpoint, { lineage: "l1" }),
    await open(engine.endpoint, { lineage: "l2" }),
  ];
  await first.ensure(unit(), signal);
  assert.is(await code(second.ensure(unit(), signal)), "docker-owned-by-other");
  assert.is(await code(second.remove("a-1", { purgeData: true }, signal)), "docker-owned-by-other");
  assert.is((await first.inspect("a-1", signal))?.labels["ferry.lineage"], "l1");
  await first.remove("a-1", { purgeData: false }, signal);
  assert.is(await code(second.ensure(unit(), signal)), "docker-owned-by-other", "kept data of another state");
  await first.ensure(unit(), signal);
});

docker("what another state imported is that one's", async ({ engine }) => {
  const [first, second] = [
    await open(engine.endpoint, { lineage: "l1" }),
    await open(engine.endpoint, { lineage: "l2" }),
  ];
  await first.ensure(unit(), signal);
  const { pid } = await first.start("a-1", signal);
  await second.writeFiles("a-1", [file("zoo.cfg", "x=1\n")], signal);
  assert.is((await second.ensure(unit(), signal)).pid, pid, "an import restarts nothing");
  const changed = await second.ensure(unit({ environment: { COLOUR: "red" } }), signal);
  assert.is(changed.labels["ferry.lineage"], "l2");
  assert.is(await code(first.ensure(unit(), signal)), "docker-owned-by-other");
  await second.remove("a-1", { purgeData: true }, signal);
  assert.equal((await engine.docker.listVolumes()).Volumes ?? [], []);
});

docker("hosts on one engine do not take each other's servers", async ({ engine }) => {
  const host = (address: string, lineage?: string) =>
    open(engine.endpoint, { address, ...(lineage === undefined ? {} : { lineage }) });
  const [h1, h2] = [await host("Host/h1"), await host("Host/h2")];
  await h1.ensure(unit(), signal);
  assert.is(await h2.inspect("a-1", signal), null);
  assert.is(await code(h2.stop("a-1", signal)), "unit-missing");
  const refused = await rejection(h2.ensure(unit(), signal));
  assert.is(refused.code, "docker-owned-by-other");
  assert.match(refused.text, "belongs to Host/h1 of another state");
  await h2.remove("a-1", { purgeData: true }, signal);
  assert.ok((await h1.inspect("a-1", signal)) !== null);
  await h1.remove("a-1", { purgeData: false }, signal);
  await h2.remove("a-1", { purgeData: true }, signal);
  assert.is((await engine.docker.listVolumes()).Volumes.length, 1, "the data that h1 kept");
  await h1.remove("a-1", { purgeData: true }, signal);
  assert.equal((await engine.docker.listVolumes()).Volumes ?? [], []);
});

docker("a renamed host of the same state takes its servers along, with their data", async ({ engine }) => {
  const [before, after] = [
    await open(engine.endpoint, { address: "Host/old", lineage: "l1" }),
    await open(engine.endpoint, { address: "Host/h1", lineage: "l1" }),
  ];
  await before.ensure(unit(), signal);
  await before.start("a-1", signal);
  const status = await after.ensure(unit(), signal);
  assert.is(status.running, false);
  await before.remove("a-1", { purgeData: true }, signal);
  assert.ok((await after.inspect("a-1", signal)) !== null, "the former name removes nothing of it");
  await after.remove("a-1", { purgeData: true }, signal);
  assert.equal((await engine.docker.listVolumes()).Volumes ?? [], []);
});

docker("tells what is wrong: no unit, no image, bad names and paths, interrupted", async ({ runtime }) => {
  assert.is(await code(runtime.start("a-1", signal)), "unit-missing");
  const missing = await rejection(runtime.ensure(unit({ image: "127.0.0.1:1/nothing:1" }), signal));
  assert.is(missing.code, "docker-refused");
  assert.match(missing.text, "pulling 127.0.0.1:1/nothing:1 failed");
  assert.match(missing.text, "docker load");
  assert.is(await code(runtime.inspect("../x", signal)), "bad-unit-name");
  assert.is(await code(runtime.ensure(unit({ files: [file("../x", "")] }), signal)), "path-outside-unit");
  assert.is(await code(runtime.list({}, AbortSignal.abort())), "interrupted");
  await runtime.ensure(unit({ command: ["/no-such-program"] }), signal);
  assert.is(await code(runtime.start("a-1", signal)), "docker-refused");
});

docker("probes the engine", async ({ runtime }) => {
  const found = (await runtime.probe(signal)) as { engine: { version: string }; cores: number };
  assert.match(found.engine.version, /^\d+\./);
  assert.ok(found.cores >= 1);
  assert.match(runtime.location, /^docker unix:\/\//);
});

units.run();
