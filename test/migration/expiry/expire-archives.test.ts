/** When the time for a way back is over: the archive goes, the migration counts as archived, and nothing else is touched. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeArchive } from "../../../src/migration/archive/write.js";
import type { AuditEvent } from "../../../src/migration/audit/event.js";
import { problemWith } from "../../../src/migration/engine/requests.js";
import { archiveExpiry } from "../../../src/migration/expiry/archive-expiry.js";
import { expireArchives } from "../../../src/migration/expiry/expire-archives.js";
import type { MigrationRecord } from "../../../src/migration/model/record.js";
import { Memory, MemoryStore } from "../engine/memory-store.js";
import { actionOf, recordOf, specOf } from "../platform.js";

const expiry = suite("expiry of archives");
const HOUR_MS = 3_600_000;
const DONE_MS = Date.UTC(2026, 0, 1);
/** One hour of retention, counted from when the archive was made, a minute before the end. */
const EXPIRES_MS = DONE_MS + HOUR_MS - 60_000;
const spec = specOf({ a: "10.0.0.1:2181", b: "10.0.0.2:2181" }, { mode: "replace" });
let folder = "";

expiry.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferry-expiry-"));
});
expiry.after.each(() => rm(folder, { recursive: true, force: true }));

const path = () => join(folder, "archive-a.ferry");

/** Of a migration that is done, with an archive. */
function doneRecord(): MigrationRecord {
  const fresh = recordOf(spec, { kind: "stop-sync" });
  const archived = {
    action: actionOf({ kind: "archive", side: "a" }),
    status: "done" as const,
    begunMs: 1,
    endedMs: 2,
    outcome: "",
    attempts: 1,
    facts: { archive: path(), expiresMs: EXPIRES_MS },
  };
  const last = { begunMs: 1, criteria: [], number: 6 as const, status: "done" as const };
  return { ...fresh, status: "done", stage: 6, stages: [{ ...last, endedMs: DONE_MS, actions: [archived] }] };
}

function make(migration: string): Promise<unknown> {
  const key = { bytes: randomBytes(32), reference: "env:KEY" };
  const files = [{ name: "snapshot.1", source: Buffer.from("znodes") }];
  const times = { createdMs: EXPIRES_MS - HOUR_MS, expiresMs: EXPIRES_MS };
  return writeArchive({ path: path(), migration, ...times, key, random: randomBytes, files });
}

function world(record: MigrationRecord, nowMs: number) {
  const memory = new Memory();
  memory.record = record;
  const store = new MemoryStore(
    memory,
    async () => {},
    () => false,
  );
  const events: AuditEvent[] = [];
  const audit = { append: async (more: readonly AuditEvent[]) => void events.push(...more) };
  const clock = { now: () => nowMs, sleep: async () => {} };
  return { memory, events, options: { store, audit, clock, who: "tester" } };
}

expiry("until the archive expires a way back may be asked for; from then on both say no", () => {
  const record = doneRecord();
  const ask = { kind: "roll-back", to: 5, reason: "", who: "ann", atMs: 0 } as const;
  assert.equal(archiveExpiry([record], EXPIRES_MS - 1), []);
  assert.is(problemWith(record, ask, EXPIRES_MS - 1), null);
  assert.equal(
    archiveExpiry([record], EXPIRES_MS).map(({ path: of, closes }) => [of, closes]),
    [[path(), true]],
  );
  assert.is(problemWith(record, ask, EXPIRES_MS)?.code, "migration-refused");
});

expiry("one that is under way, failed or archived is left alone, however old", () => {
  for (const status of ["running", "rolling-back", "paused", "failed", "archived"] as const)
    assert.equal(archiveExpiry([{ ...doneRecord(), status }], EXPIRES_MS + HOUR_MS), [], status);
});

expiry("one that was rolled back whole loses its archive, and stays what it is", async () => {
  await make("lab-1");
  const { stages, ...rest } = doneRecord();
  const record: MigrationRecord = { ...rest, status: "paused", stage: 0, stages: [], past: stages };
  const { memory, options } = world(record, EXPIRES_MS);
  const { closed, deleted, diagnostics } = await expireArchives(options);
  assert.equal([closed, deleted, diagnostics], [[], [path()], []]);
  assert.is(memory.record?.status, "paused");
  assert.equal((await expireArchives(options)).diagnostics, []);
});

expiry(
  "the file goes, the record says so, and so does the audit log; a second time does nothing",
  async () => {
    await make("lab-1");
    const { memory, events, options } = world(doneRecord(), EXPIRES_MS);
    const result = await expireArchives(options);
    assert.equal(result, { closed: ["lab-1"], deleted: [path()], diagnostics: [] });
    assert.equal(await readdir(folder), []);
    assert.is(memory.record?.status, "archived");
    assert.match(memory.record?.reason ?? "", /was deleted/);
    assert.is(memory.holder, null);
    assert.ok(events.some(({ kind, actor }) => kind === "status" && actor === "tester"));
    assert.equal(await expireArchives(options), { closed: [], deleted: [], diagnostics: [] });
  },
);

expiry(
  "before that nothing is deleted, nor while somebody carries it out or has asked for something",
  async () => {
    await make("lab-1");
    const early = world(doneRecord(), EXPIRES_MS - 1);
    await expireArchives(early.options);
    const held = world(doneRecord(), EXPIRES_MS);
    held.memory.holder = {};
    assert.equal((await expireArchives(held.options)).closed, []);
    const asked = world(doneRecord(), EXPIRES_MS);
    asked.memory.put({ kind: "roll-back", to: 5, reason: "", who: "ann", atMs: 0 });
    assert.equal((await expireArchives(asked.options)).closed, []);
    assert.equal(await readdir(folder), ["archive-a.ferry"]);
  },
);

expiry("the archive of another migration is not deleted, and one on another machine is told of", async () => {
  await make("lab-2");
  const other = world(doneRecord(), EXPIRES_MS);
  const { deleted, diagnostics } = await expireArchives(other.options);
  assert.equal(deleted, []);
  assert.match(diagnostics[0]?.summary ?? "", /archive of lab-2/);
  assert.equal(await readdir(folder), ["archive-a.ferry"]);
  await rm(path());
  const away = world(doneRecord(), EXPIRES_MS);
  const [warning] = (await expireArchives(away.options)).diagnostics;
  assert.is(warning?.code, "archive-left");
  assert.is(warning?.severity, "warning");
  assert.match(warning?.summary ?? "", /not on this machine/);
  assert.is(away.memory.record?.status, "archived");
});

expiry.run();
