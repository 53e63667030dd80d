/** What every place that remembers migrations promises, as cases that run on each of them. */
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import type { Claim, MigrationStore } from "../../../src/migration/model/ports.js";
import type { MigrationRecord } from "../../../src/migration/model/record.js";
import { samplePlan, sampleSpec } from "../engine/sample-plan.js";

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
export const SPEC = sampleSpec();
export const PLAN = samplePlan(SPEC);

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code ?? "";
    throw error;
  }
  return "accepted";
}

export function next(record: MigrationRecord, more: Partial<MigrationRecord> = {}): MigrationRecord {
  return { ...record, revision: record.revision + 1, ...more };
}

const asked = { who: "ann", atMs: AT };

/** @param open a store on a place of its own for each name */
export function storeCases(test: Test, open: (name: string) => Promise<MigrationStore>): void {
  test("remembers a migration under its id and its name, whole", async () => {
    const store = await open("whole");
    assert.equal(await store.list(), []);
    assert.is(await store.read("shop"), null);
    const record = await store.create(SPEC, PLAN, AT);
    assert.match(record.id, /^shop-20260102-[0-9a-f]{4}$/);
    assert.equal(await store.read("shop"), record);
    assert.equal(await store.read(record.id), record);
    assert.equal(await store.list(), [record]);
    await store.close();
  });

  test("lets one engine carry it out, and raises the epoch with each", async () => {
    const store = await open("one");
    const { id } = await store.create(SPEC, PLAN, AT);
    const first = await store.claim(id, "first");
    assert.is(first.record.epoch, 1);
    assert.is(await codeOf(store.claim(id, "second")), "migration-locked");
    assert.match((await store.holder(id)) ?? "", /first/);
    await first.write(next(first.record, { status: "running" }));
    await first.release();
    assert.is(await store.holder(id), null);
    const second = await store.claim(id, "second");
    assert.is(second.record.epoch, 2);
    assert.is(second.record.status, "running");
    assert.is(second.mayLinger, false, "the first one ended in good order");
    await store.close();
  });

  test("refuses every write of an engine that was taken over", async () => {
    const store = await open("fenced");
    const { id } = await store.create(SPEC, PLAN, AT);
    const stale = await store.claim(id, "stale");
    const owner = await store.claim(id, "owner", { force: true });
    assert.ok(owner.mayLinger);
    assert.is(await codeOf(stale.refresh()), "migration-taken-over");
    assert.is(await codeOf(stale.write(next(stale.record, { reason: "stale" }))), "migration-taken-over");
    const written = await owner.write(next(owner.record, { reason: "owner" }));
    assert.is(await codeOf(stale.write(next(stale.record, { reason: "again" }))), "migration-taken-over");
    assert.is(written.epoch, 2);
    assert.is((await store.read(id))?.reason, "owner");
    await store.close();
  });

  test("takes in approvals at once and requests one after the other, each once", async () => {
    const store = await open("inbox");
    const { id } = await store.create(SPEC, PLAN, AT);
    const claim = await store.claim(id, "engine");
    const other = await open("inbox");
    await other.request(id, { kind: "pause", ...asked });
    await other.request(id, { kind: "resume", ...asked });
    const shown = await other.request(id, { kind: "approve", stage: 2, planDigest: "d", ...asked });
    assert.equal(shown.approvals, [{ stage: 2, who: "ann", atMs: AT, planDigest: "d" }]);
    let record = await claim.refresh();
    assert.is(record.request?.kind, "pause");
    assert.is(record.approvals.length, 1);
    record = await claim.write(next(record, { request: null, status: "paused" }));
    record = await claim.refresh();
    assert.is(record.request?.kind, "resume");
    record = await claim.write(next(record, { request: null, status: "running" }));
    record = await claim.refresh();
    assert.is(record.request, null);
    assert.is(record.approvals.length, 1);
    assert.equal(await other.read(id), record);
    await Promise.all([store.close(), other.close()]);
  });

  test("makes no second one of a name while the first has something on the platform", async () => {
    const store = await open("names");
    const first = await store.create(SPEC, PLAN, AT);
    const second = await store.create(SPEC, PLAN, AT + 1);
    assert.is((await store.read(first.id))?.status, "archived", "nothing had been done of it");
    const claim = await store.claim(second.id, "engine");
    assert.is(await codeOf(store.create(SPEC, PLAN, AT + 2)), "migration-locked");
    await claim.write(next(claim.record, { stage: 1, status: "running" }));
    await claim.release();
    assert.is(await codeOf(store.create(SPEC, PLAN, AT + 2)), "migration-exists");
    assert.is((await store.read("shop"))?.id, second.id, "the name means the newest");
    await store.close();
  });

  test("keeps a record of any size", async () => {
    const store = await open("size");
    const { id } = await store.create(SPEC, PLAN, AT);
    const claim = await store.claim(id, "engine");
    const reason = Array.from({ length: 60_000 }, (_, at) => `agent ${at} of ${at * 7919}`).join(", ");
    const written = await claim.write(next(claim.record, { reason }));
    assert.equal(await store.read(id), written);
    await manyWrites(claim, written, 60);
    assert.is((await store.read(id))?.revision, written.revision + 60);
    await store.close();
  });
}

async function manyWrites(claim: Claim, record: MigrationRecord, count: number): Promise<void> {
  let present = record;
  for (let at = 0; at < count; at += 1) present = await claim.write(next(present, { reason: `${at}` }));
}
