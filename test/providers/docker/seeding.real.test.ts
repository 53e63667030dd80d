/** Files put into the data volume of a container: streamed, its user's own, and never under a running server. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { HostRuntime } from "../../../providers/runtime.js";
import { type TestEngine, whyNoEngine } from "../../harness/docker.js";
import { waitFor } from "../../harness/wait.js";
import { code, open, rejection, signal, startShellEngine, unit } from "./engine.js";

interface World {
  engine: TestEngine;
  runtime: HostRuntime;
  folder: string;
}

const seeding = suite<World>("seeding docker units");
const obstacle = whyNoEngine();
const docker = obstacle === null ? seeding : seeding.skip;
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

seeding.before(async (world) => {
  world.folder = mkdtempSync(join(tmpdir(), "ferry-seed-"));
  if (obstacle !== null) return;
  world.engine = await startShellEngine();
  world.runtime = await open(world.engine.endpoint);
});
seeding.after.each(async ({ engine, runtime }) => {
  if (engine === undefined) return;
  for (const { name } of await runtime.list({}, signal))
    await runtime.remove(name, { purgeData: true }, signal);
});
seeding.after(async ({ engine, folder }) => {
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

const BIG = 24 * 1024 * 1024 + 100;
const one = [{ path: "x", source: Buffer.from("1"), mode: 0o600 }];

docker("files and contents arrive, again and again, readable to the server", async ({ runtime, folder }) => {
  const list = "cd /ferry/data/unit && stat -c '%n %a %u %s' version-2 version-2/snapshot.5 mark.json";
  await runtime.ensure(unit({ user: "1234:1235", command: ["sh", "-c", `${list}; exec sleep 300`] }), signal);
  const source = join(folder, "snapshot");
  const content = Buffer.alloc(BIG);
  for (let at = 0; at + 4 < BIG; at += 1024) content.writeUInt32BE(at, at);
  writeFileSync(source, content);
  const files = [
    { path: "version-2/snapshot.5", source, mode: 0o640 },
    { path: "mark.json", source: Buffer.from("{}"), mode: 0o600 },
  ];
  await runtime.seed("a-1", files, signal);
  await runtime.seed("a-1", files, signal);
  const found = await runtime.readFile("a-1", "data", "version-2/snapshot.5", signal);
  assert.ok(found?.equals(content));
  await runtime.start("a-1", signal);
  const expected = `version-2 700 1234 4096\nversion-2/snapshot.5 640 1234 ${BIG}\nmark.json 600 1234 2\n`;
  await waitFor("the server has seen them", 20_000, async () => {
    const seen = await runtime.logs("a-1", 5, signal);
    if (seen !== expected) throw new Error(seen);
    return true;
  });
});

docker("a running server is left alone; a stopped one is not", async ({ runtime }) => {
  await runtime.ensure(unit(), signal);
  await runtime.start("a-1", signal);
  const { code: found, text } = await rejection(runtime.seed("a-1", one, signal));
  assert.is(found, "unit-running");
  assert.match(text, /Nothing was touched.*Stop the server/s);
  await runtime.stop("a-1", signal);
  await runtime.seed("a-1", one, signal);
  assert.is(String(await runtime.readFile("a-1", "data", "x", signal)), "1");
});

docker(
  "what cannot be read, leads outside or is another's is refused",
  async ({ runtime, engine, folder }) => {
    await runtime.ensure(unit(), signal);
    const seed = (path: string, source: string) =>
      rejection(runtime.seed("a-1", [{ path, source, mode: 0o600 }], signal));
    assert.is((await seed("../x", "/x")).code, "path-outside-unit");
    const missing = await seed("x", join(folder, "missing"));
    assert.is(missing.code, "seed-unreadable");
    assert.match(missing.text, /Nothing was touched/);
    // Its size can be measured, its content cannot be read: the error is told while the archive is on its way.
    assert.is((await seed("x", folder)).code, "seed-unreadable");
    assert.is(await runtime.readFile("a-1", "data", "x", signal), null);
    assert.is(await code(runtime.seed("b-1", one, signal)), "unit-missing");
    assert.is(await code(runtime.seed("a-1", one, AbortSignal.abort())), "interrupted");
    const other = await open(engine.endpoint, { lineage: "another" });
    await runtime.remove("a-1", { purgeData: true }, signal);
    await (await open(engine.endpoint, { lineage: "mine" })).ensure(unit(), signal);
    assert.is(await code(other.seed("a-1", one, signal)), "docker-owned-by-other");
  },
);

seeding.run();
