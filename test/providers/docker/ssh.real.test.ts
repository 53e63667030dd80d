/** An engine reached through a real ssh server. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type TestEngine, whyNoEngine } from "../../harness/docker.js";
import { startSsh, type TestSsh, whyNoSsh } from "../../harness/ssh.js";
import { waitFor } from "../../harness/wait.js";
import { file, open, rejection, signal, startShellEngine, unit } from "./engine.js";

interface World {
  folder: string;
  path: string;
  engine: TestEngine;
  ssh: TestSsh;
}

const remote = suite<World>("docker through ssh");
const obstacle = whyNoEngine() ?? whyNoSsh() ?? whyNoClient();
const test = obstacle === null ? remote : remote.skip;
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

/** The other side needs Docker's own client. */
function whyNoClient(): string | null {
  try {
    execFileSync("docker", ["--version"], { stdio: "ignore" });
    return null;
  } catch {
    return "there is no docker on this machine (Debian: docker.io, or docker-cli)";
  }
}

remote.before(async (world) => {
  world.path = process.env["PATH"] ?? "";
  if (obstacle !== null) return;
  world.folder = mkdtempSync(join(tmpdir(), "ferry-ssh-"));
  world.engine = await startShellEngine();
  world.ssh = await startSsh(world.folder, { DOCKER_HOST: world.engine.endpoint, PATH: world.path });
  process.env["PATH"] = `${world.ssh.programs}:${world.path}`;
});
remote.after(async ({ engine, ssh, folder, path }) => {
  process.env["PATH"] = path;
  await ssh?.close();
  await engine?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** Children of this process: no connection may leave its ssh behind. */
function children(): string[] {
  const text = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  const names = text
    .trim()
    .split(" ")
    .filter((pid) => pid !== "")
    .map((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
  return names.filter((name) => name === "ssh");
}

test("a unit lives its life there", async ({ ssh }) => {
  const runtime = await open(`ssh://${ssh.target}`);
  assert.match(((await runtime.probe(signal)) as { engine: { version: string } }).engine.version, /^\d+\./);
  const large = file("large", "0123456789abcdef".repeat(20_000));
  await runtime.ensure(unit({ files: [file("zoo.cfg", "x=1\n"), large] }), signal);
  assert.is((await runtime.start("a-1", signal)).running, true);
  assert.is(String(await runtime.readFile("a-1", "config", "zoo.cfg", signal)), "x=1\n");
  const found = await runtime.readFile("a-1", "config", "large", signal);
  assert.ok(found?.equals(large.content));
  await waitFor(
    "it printed",
    10_000,
    async () => (await runtime.logs("a-1", 5, signal)) === "started blue\n",
  );
  assert.is((await runtime.list({}, signal)).length, 1);
  assert.is((await runtime.stop("a-1", signal)).running, false);
  await runtime.remove("a-1", { purgeData: true }, signal);
  assert.is(await runtime.inspect("a-1", signal), null);
  await runtime.close();
  await waitFor("no ssh is left", 10_000, () => children().length === 0);
});

test("says that the other side's key is not known, and that ours is not taken", async ({ ssh }) => {
  const probe = async () => rejection((await open(`ssh://${ssh.target}`)).probe(signal));
  const [known, authorized] = [readFileSync(ssh.knownHosts), readFileSync(ssh.authorizedKeys)];
  writeFileSync(ssh.knownHosts, "");
  const unknown = await probe();
  assert.is(unknown.code, "docker-unreachable");
  assert.match(unknown.text, "Host key verification failed");
  assert.match(unknown.text, "known hosts");
  writeFileSync(ssh.knownHosts, known);
  writeFileSync(ssh.authorizedKeys, "");
  const refused = await probe();
  assert.is(refused.code, "docker-unreachable");
  assert.match(refused.text, "Permission denied");
  writeFileSync(ssh.authorizedKeys, authorized);
  assert.is((await probe()).code, "no error");
});

remote.run();
