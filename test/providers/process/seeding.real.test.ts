/** Files put into the data directory of a process unit: whole, private, streamed, and never under a running server. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { endWorld, makeWorld, rejection, signal, unit, unitRoot, type World } from "./fixture.js";

const seeding = suite<World>("seeding process units");
seeding.before.each(makeWorld);
seeding.after.each(endWorld);

const BIG = 24 * 1024 * 1024;

/** A file of `bytes` whose every kilobyte is different. */
function bigFile(path: string, bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 1024) content.writeUInt32BE(at, at);
  writeFileSync(path, content);
  return content;
}

seeding("files and contents arrive, again and again, beside what is there", async ({ root, runtime }) => {
  await runtime.ensure(unit(), signal);
  const data = join(unitRoot(root), "data");
  writeFileSync(join(data, "kept"), "old");
  const source = join(root, "snapshot");
  const content = bigFile(source, BIG);
  const files = [
    { path: "version-2/snapshot.5", source, mode: 0o640 },
    { path: "mark.json", source: Buffer.from("{}"), mode: 0o600 },
  ];
  mkdirSync(join(data, "version-2"), { mode: 0o755 });
  const left = ".ferry-00000000-0000-0000-0000-000000000000.tmp";
  writeFileSync(join(data, "version-2", left), "of a run that was killed");
  await runtime.seed("a-1", files, signal);
  await runtime.seed("a-1", files, signal);
  assert.ok(readFileSync(join(data, "version-2/snapshot.5")).equals(content));
  assert.is(statSync(join(data, "version-2/snapshot.5")).mode & 0o7777, 0o640);
  assert.is(statSync(join(data, "version-2")).mode & 0o7777, 0o700);
  assert.equal(readdirSync(join(data, "version-2")), ["snapshot.5"]);
  assert.equal(readdirSync(data).sort(), ["kept", "mark.json", "version-2"]);
  assert.is(String(await runtime.readFile("a-1", "data", "mark.json", signal)), "{}");
});

seeding("a running server is left alone; a stopped one is not", async ({ root, runtime }) => {
  await runtime.ensure(unit(), signal);
  await runtime.start("a-1", signal);
  const files = [{ path: "x", source: Buffer.from("1"), mode: 0o600 }];
  const { code, text } = await rejection(runtime.seed("a-1", files, signal));
  assert.is(code, "unit-running");
  assert.match(text, /Nothing was touched.*Stop the server/s);
  assert.equal(readdirSync(join(unitRoot(root), "data")), []);
  await runtime.stop("a-1", signal);
  await runtime.seed("a-1", files, signal);
  assert.equal(readdirSync(join(unitRoot(root), "data")), ["x"]);
});

seeding("what cannot be read or leads outside is refused, and nothing is left", async ({ root, runtime }) => {
  await runtime.ensure(unit(), signal);
  const data = join(unitRoot(root), "data");
  const seed = (path: string, source: string | Buffer) =>
    rejection(runtime.seed("a-1", [{ path, source, mode: 0o600 }], signal));
  assert.is((await seed("../x", Buffer.from("1"))).code, "path-outside-unit");
  const missing = await seed("x", join(root, "missing"));
  assert.is(missing.code, "process-host-failed");
  assert.match(missing.text, /missing/);
  symlinkSync(root, join(data, "out"));
  assert.is((await seed("out/x", Buffer.from("1"))).code, "path-outside-unit");
  assert.equal(readdirSync(data), ["out"]);
  assert.is((await rejection(runtime.seed("b-1", [], signal))).code, "unit-missing");
  const ended = AbortSignal.abort();
  const files = [{ path: "x", source: Buffer.from("1"), mode: 0o600 }];
  assert.is((await rejection(runtime.seed("a-1", files, ended))).code, "interrupted");
});

seeding.run();
