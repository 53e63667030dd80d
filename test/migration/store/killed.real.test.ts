/** Real engines on a real disk: killed with -9 at random moments, two at once, a disk that is full. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { auditFile, openAuditLog, verifyAuditLog } from "../../../src/migration/audit/log.js";
import { createLocalStore } from "../../../src/migration/store/local/store.js";
import { Random } from "../../harness/random.js";
import { SmallDisk } from "../../sync/faults/small-disk.js";
import { samplePlan } from "../engine/sample-plan.js";
import { effectsIn } from "./file-platform.js";
import { HASTY, killUntilDone, type Place, platformOf, STEPS, startEngine } from "./killing.js";
import { codeOf, next } from "./store-cases.js";

const killed = suite("migrations whose engines are killed");
const root = mkdtempSync(join(tmpdir(), "ferry-killed-"));
killed.after(() => rmSync(root, { recursive: true, force: true }));

const PLAN = samplePlan(HASTY, STEPS);
const ALL = PLAN.stages.flatMap(({ actions }) => actions.map(({ text }) => text));
const ONCE = PLAN.stages.flatMap(({ actions }) => actions.filter(({ repeatable }) => !repeatable));

async function begun(name: string): Promise<{ readonly place: Place; readonly id: string }> {
  const folder = join(root, name);
  mkdirSync(folder);
  const where = join(folder, "state");
  const store = createLocalStore({ directory: join(where, "migrations") });
  const { id } = await store.create(HASTY, PLAN, Date.now());
  return { place: { kind: "local", where, folder }, id };
}

killed(
  "killed with -9 ten times, the same migration is completed, each step that may not be repeated once",
  async () => {
    const random = new Random(4711);
    const { place, id } = await begun("ten");
    const lives = Array.from({ length: 10 }, () => random.next() * 90);
    const count = await killUntilDone(place, id, lives);
    assert.ok(count >= 3, `${count} were killed at work`);
    const effects = effectsIn(platformOf(place));
    for (const { text } of ONCE) assert.is(effects.filter((each) => each === text).length, 1, text);
    assert.equal([...new Set(effects)], ALL, "in order");
    const record = await createLocalStore({ directory: join(place.where, "migrations") }).read(id);
    assert.is(record?.status, "done");
    assert.is(record?.epoch, count + 1);
    const verdict = await verifyAuditLog(auditFile(join(place.folder, "audit")));
    assert.is(verdict.broken, null);
  },
);

killed("of two that are started at once, one carries it out and the other one says who does", async () => {
  const { place, id } = await begun("two");
  const both = [startEngine(place, id), startEngine(place, id)];
  const outputs = (await Promise.all(both.map(({ ended }) => ended))).map(({ output }) => output.trim());
  assert.is(outputs.filter((output) => output.endsWith("over done")).length, 1, outputs.join("; "));
  assert.ok(
    outputs.some((output) => output.includes("being carried out already")),
    outputs.join("; "),
  );
  const effects = effectsIn(platformOf(place));
  assert.equal(effects, ALL);
});

killed("a full disk refuses the write and the log in words; with room again, it goes on", async () => {
  const disk = await SmallDisk.open(4);
  if (typeof disk === "string") {
    console.log(`skipped: ${disk}`);
    return;
  }
  try {
    const directory = join(disk.folder, "migrations");
    const store = createLocalStore({ directory });
    const { id } = await store.create(HASTY, PLAN, 1);
    const claim = await store.claim(id, "engine");
    disk.fill();
    const larger = next(claim.record, { reason: "x".repeat(100_000) });
    assert.is(await codeOf(claim.write(larger)), "state-disk-full");
    const log = openAuditLog(join(disk.folder, "audit"));
    assert.is(await codeOf(log.append([], 1)), "state-disk-full");
    assert.is((await store.read(id))?.revision, claim.record.revision);
    disk.free();
    await claim.write(larger);
    assert.is((await store.read(id))?.reason, larger.reason);
    await store.close();
  } finally {
    await disk.close();
  }
});

killed.run();
