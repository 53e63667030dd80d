/** The audit log: everything that changes is told, once; what is changed in it afterwards shows; a torn line is no tampering. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { changesBetween } from "../../../src/migration/audit/changes.js";
import type { AuditEvent } from "../../../src/migration/audit/event.js";
import { auditFile, openAuditLog, verifyAuditLog } from "../../../src/migration/audit/log.js";
import * as step from "../../../src/migration/engine/transitions.js";
import { newRecord } from "../../../src/migration/model/new-record.js";
import { samplePlan, sampleSpec } from "../engine/sample-plan.js";

const audit = suite("audit log");
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const folders: string[] = [];
audit.after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "ferry-audit-"));
  folders.push(made);
  return made;
}

const event = (text: string): AuditEvent => ({
  kind: "status",
  actor: "ann@ops1",
  migration: "shop-20260102-0a1b",
  revision: 3,
  subject: "shop",
  before: { status: "running" },
  after: { status: "paused", note: text },
  text,
});

/** A log of so many lines; gives its lines without their ends. */
async function logOf(path: string, count: number): Promise<string[]> {
  const log = openAuditLog(path);
  for (let at = 0; at < count; at += 1) await log.append([event(`line ${at} ä "quoted"`)], AT + at);
  return readFileSync(auditFile(path), "utf8").trimEnd().split("\n");
}

audit("a log that was only added to is whole, by any number of processes", async () => {
  const path = folder();
  await logOf(path, 3);
  const [one, two] = [openAuditLog(path), openAuditLog(path)];
  const many = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? one : two).append([event(`${at}`)], AT));
  await Promise.all(many);
  const verdict = await verifyAuditLog(auditFile(path));
  assert.is(verdict.lines, 13);
  assert.is(verdict.broken, null);
  assert.equal(verdict.torn, []);
  const last = readFileSync(auditFile(path), "utf8").trimEnd().split("\n").at(-1) ?? "";
  assert.ok(last.includes(verdict.head));
  assert.is(JSON.parse(last).at, "2026-01-02T03:04:05.000Z");
});

audit("names the first line that was changed, taken out, put in or moved", async () => {
  const path = folder();
  const lines = await logOf(path, 12);
  const changes = fc.oneof(
    fc.record({
      kind: fc.constant("change" as const),
      line: fc.nat(11),
      at: fc.nat(10_000),
      to: fc.constantFrom("x", "0", "}", " ", "ä", '"'),
    }),
    fc.record({ kind: fc.constant("remove" as const), line: fc.nat(10) }),
    fc.record({ kind: fc.constant("double" as const), line: fc.nat(11) }),
    fc.record({ kind: fc.constant("swap" as const), line: fc.nat(10) }),
  );
  await fc.assert(
    fc.asyncProperty(changes, async (change) => {
      const edited = [...lines];
      const text = edited[change.line] ?? "";
      if (change.kind === "change") {
        const at = change.at % text.length;
        fc.pre(text[at] !== change.to);
        edited[change.line] = text.slice(0, at) + change.to + text.slice(at + 1);
      } else if (change.kind === "remove") edited.splice(change.line, 1);
      else if (change.kind === "double") edited.splice(change.line, 0, text);
      else edited.splice(change.line, 2, edited[change.line + 1] ?? "", text);
      const file = join(path, "edited.jsonl");
      writeFileSync(file, `${edited.join("\n")}\n`);
      const { broken } = await verifyAuditLog(file);
      const first = change.kind === "double" ? change.line + 2 : change.line + 1;
      assert.is(broken?.line, first, change.kind);
    }),
    { numRuns: 150 },
  );
});

audit("a line that a process died over is told apart from tampering, and the log goes on", async () => {
  const path = folder();
  const file = auditFile(path);
  await logOf(path, 4);
  const whole = readFileSync(file);
  await openAuditLog(path).append([event("the last one, cut off")], AT);
  const grown = readFileSync(file);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: whole.length + 1, max: grown.length }), async (cut) => {
      writeFileSync(file, grown);
      truncateSync(file, cut);
      const open = await verifyAuditLog(file);
      assert.is(open.broken, null);
      assert.is(open.isOpen, cut < grown.length);
      await openAuditLog(path).append([event("after it")], AT + 1);
      const closed = await verifyAuditLog(file);
      assert.is(closed.broken, null);
      assert.is(closed.isOpen, false);
      const isWhole = cut >= grown.length - 1;
      assert.equal(closed.torn, isWhole ? [] : [5], "the torn line is named");
      assert.is(closed.lines, 6);
      // Nobody can pass off a line of their own as a torn one.
      const text = readFileSync(file, "utf8").split("\n");
      if (isWhole) return;
      text[4] = `${text[4]}x`;
      writeFileSync(file, text.join("\n"));
      assert.is((await verifyAuditLog(file)).broken?.line, 5);
    }),
    { numRuns: 40 },
  );
});

audit("an end that is no line is kept, and what was put in by hand shows", async () => {
  const path = folder();
  await logOf(path, 2);
  appendFileSync(auditFile(path), '{"seq":3,"text":"by hand"}\n');
  await openAuditLog(path).append([event("later")], AT);
  assert.is((await verifyAuditLog(auditFile(path))).broken?.line, 3);
});

audit("tells every transition with what was before and after, and nothing twice", () => {
  const spec = sampleSpec();
  const plan = samplePlan(spec);
  const before = newRecord("shop-1", spec, plan, AT);
  const action = plan.stages[0]?.actions[0];
  if (action === undefined) throw new Error("there is one");
  const checking = step.beginChecking(step.enterStage(step.begin(before), 1, AT), 1);
  const acting = step.intend(step.beginActing(checking, 1), action, AT);
  const done = step.finish(acting, action, { text: "started", facts: { leader: "a#1" } }, AT + 5);
  assert.equal(changesBetween(done, done, "engine"), []);
  const told = changesBetween(acting, done, "engine");
  assert.is(told.length, 1);
  assert.equal(told[0]?.before, { status: "intended", attempts: 1 });
  assert.is(told[0]?.subject, action.id);
  assert.match(JSON.stringify(told[0]?.after), /"leader":"a#1"/);
  assert.equal(
    changesBetween(before, acting, "engine").map(({ kind }) => kind),
    ["action", "stage", "status"],
  );
  const approved = { ...done, approvals: [{ stage: 2 as const, who: "ann", atMs: AT, planDigest: "d" }] };
  assert.equal(
    changesBetween(done, approved, "engine").map(({ actor, subject }) => [actor, subject]),
    [["ann", "stage 2"]],
  );
});

audit.run();
