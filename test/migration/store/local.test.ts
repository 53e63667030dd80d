/** The memory of migrations on a disk: its promises, a process that dies at every step, damage that is noticed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MigrationStore } from "../../../src/migration/model/ports.js";
import { createLocalStore } from "../../../src/migration/store/local/store.js";
import { stoppingFiles } from "../../state/stopping-files.js";
import { codeOf, next, PLAN, SPEC, storeCases } from "./store-cases.js";

const local = suite("migrations on a local disk");
const root = mkdtempSync(join(tmpdir(), "ferry-migrations-"));
local.after(() => rmSync(root, { recursive: true, force: true }));

storeCases(local, async (name) => createLocalStore({ directory: join(root, name) }));

const gone = { judge: () => ({ kind: "gone", reason: "it is gone" }) as const };

local("a process that stops at any step of a write leaves the old record or the new one", async () => {
  for (let stopAt = 1; ; stopAt += 1) {
    const directory = join(root, `stop-${stopAt}`);
    const whole: MigrationStore = createLocalStore({ directory });
    const { id } = await whole.create(SPEC, PLAN, 1);
    await whole.request(id, { kind: "pause", who: "ann", atMs: 5 });
    let stopped = false;
    let count = 0;
    let counting = false;
    const files = stoppingFiles(async () => {
      if (!counting) return;
      count += 1;
      if (count < stopAt) return;
      stopped = true;
      await new Promise(() => undefined);
    });
    const claim = await createLocalStore({ directory, files }).claim(id, "dies");
    const before = await claim.refresh();
    counting = true;
    const write = claim.write(next(before, { status: "running", request: null })).then(() => "written");
    const stop = new Promise((resolve) => {
      const timer = setInterval(() => {
        if (!stopped) return;
        clearInterval(timer);
        resolve("stopped");
      }, 1);
      write.finally(() => clearInterval(timer)).catch(() => undefined);
    });
    const ended = await Promise.race([write, stop]);
    counting = false;
    const after = await createLocalStore({ directory, ...gone }).claim(id, "goes on");
    const record = await after.refresh();
    const isNew = record.status === "running";
    assert.is(record.epoch, 2);
    assert.is(
      record.request?.kind ?? null,
      isNew ? null : "pause",
      `the request counts once, step ${stopAt}`,
    );
    if (ended === "written") {
      assert.ok(isNew);
      assert.ok(stopAt > 8, "it was stopped at each step before");
      return;
    }
  }
});

local("notices a record that was edited or torn, and says where whole ones are", async () => {
  const directory = join(root, "damaged");
  const store = createLocalStore({ directory });
  const { id } = await store.create(SPEC, PLAN, 1);
  const file = join(directory, id, "record.00000001.json");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace('"pending"', '"done"'));
  assert.is(await codeOf(store.read(id)), "migration-damaged");
  writeFileSync(file, text.slice(0, 200));
  assert.is(await codeOf(store.read(id)), "migration-damaged");
  writeFileSync(file, text.replace('{"format":1', '{"format":2'));
  assert.is(await codeOf(store.read(id)), "migration-newer");
  writeFileSync(file, text);
  assert.is((await store.read(id))?.status, "pending");
});

local("keeps earlier versions, not all of them, and nothing half written", async () => {
  const directory = join(root, "tidy");
  const store = createLocalStore({ directory });
  const { id } = await store.create(SPEC, PLAN, 1);
  writeFileSync(join(directory, id, "record.00000009.json.0011.tmp"), "half");
  const claim = await store.claim(id, "engine");
  let { record } = claim;
  for (let count = 0; count < 70; count += 1) record = await claim.write(next(record));
  await claim.release();
  const names = readdirSync(join(directory, id));
  const versions = names.filter((name) => name.startsWith("record."));
  assert.is(versions.length, 51);
  assert.equal(
    names.filter((name) => name.endsWith(".tmp") || name.startsWith("lock")),
    [],
  );
});

local("a stale engine cannot take a number that was freed meanwhile", async () => {
  const directory = join(root, "stale");
  const store = createLocalStore({ directory });
  const { id } = await store.create(SPEC, PLAN, 1);
  const stale = await store.claim(id, "stale");
  const owner = await store.claim(id, "owner", { force: true });
  let { record } = owner;
  for (let count = 0; count < 80; count += 1) record = await owner.write(next(record));
  assert.is(await codeOf(stale.write(next(stale.record, { reason: "stale" }))), "migration-taken-over");
  assert.equal(await store.read(id), record);
});

local.run();
