/** Archives: what goes in comes out, and whatever is changed, cut off or exchanged is noticed before anything is taken out. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { CHUNK_BYTES } from "../../../src/migration/archive/cipher.js";
import { extractArchive, readHeader, verifyArchive } from "../../../src/migration/archive/read.js";
import { type FileToArchive, writeArchive } from "../../../src/migration/archive/write.js";

const archives = suite("archive of a migration");
const key = { bytes: randomBytes(32), reference: "env:KEY" };
const NOW = Date.UTC(2026, 0, 1);
const EXPIRES = NOW + 72 * 3_600_000;
let folder = "";

archives.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferry-archive-"));
});
archives.after.each(() => rm(folder, { recursive: true, force: true }));

const path = () => join(folder, "a.archive");

function write(files: readonly FileToArchive[]) {
  const times = { createdMs: NOW, expiresMs: EXPIRES };
  return writeArchive({ path: path(), migration: "m-1", ...times, key, random: randomBytes, files });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics[0]?.code ?? "";
  }
}

archives("everything comes out as it went in, whatever the sizes", async () => {
  const size = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.constantFrom(0, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(size, { maxLength: 4 }), fc.boolean(), async (sizes, fromDisk) => {
      const contents = sizes.map((bytes) => randomBytes(bytes));
      const files: FileToArchive[] = [];
      for (const [at, content] of contents.entries()) {
        const source = join(folder, `in-${at}`);
        if (fromDisk) await writeFile(source, content);
        files.push({ name: `dir/file-${at}`, source: fromDisk ? source : content });
      }
      await write(files);
      const out = join(folder, "out");
      await rm(out, { recursive: true, force: true });
      await mkdir(out);
      const header = await extractArchive(path(), key, out, NOW);
      assert.is(header.files.length, sizes.length);
      for (const [at, content] of contents.entries()) {
        assert.ok((await readFile(join(out, `dir/file-${at}`))).equals(content), `file ${at}`);
      }
    }),
    { numRuns: 25 },
  );
});

archives(
  "any changed byte, any missing end and anything added is noticed, and nothing is taken out",
  async () => {
    await write([
      { name: "one", source: randomBytes(700) },
      { name: "two", source: Buffer.alloc(0) },
    ]);
    const good = await readFile(path());
    const out = join(folder, "out");
    await mkdir(out);
    const damage = fc.oneof(
      fc
        .record({ at: fc.nat(good.length - 1), flip: fc.integer({ min: 1, max: 255 }) })
        .map(({ at, flip }) => {
          const bad = Buffer.from(good);
          bad.writeUInt8(bad.readUInt8(at) ^ flip, at);
          return bad;
        }),
      fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 20 }).map((more) => Buffer.concat([good, more])),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (bad) => {
        await writeFile(path(), bad);
        const code = await codeOf(extractArchive(path(), key, out, NOW));
        // A changed key id looks like another key, changed times like another time.
        assert.ok(["archive-damaged", "archive-wrong-key", "archive-expired"].includes(code), code);
        assert.equal(await readdir(out), []);
      }),
      { numRuns: 400 },
    );
  },
);

archives("chunks cannot be exchanged or dropped", async () => {
  await write([{ name: "big", source: randomBytes(3 * CHUNK_BYTES) }]);
  const good = await readFile(path());
  const sealed = CHUNK_BYTES + 16;
  const start = good.length - 3 * sealed;
  const chunk = (at: number) => good.subarray(start + at * sealed, start + (at + 1) * sealed);
  await writeFile(path(), Buffer.concat([good.subarray(0, start), chunk(1), chunk(0), chunk(2)]));
  assert.is(await codeOf(verifyArchive(path(), key)), "archive-damaged");
  await writeFile(path(), Buffer.concat([good.subarray(0, start), chunk(0), chunk(1)]));
  assert.is(await codeOf(verifyArchive(path(), key)), "archive-damaged");
  await writeFile(path(), good);
  assert.is(await codeOf(verifyArchive(path(), key)), "done");
});

archives("another key is told apart from damage; the content is nowhere in clear", async () => {
  const secret = "digest:super:do-not-leak";
  await write([{ name: "config", source: Buffer.from(secret) }]);
  const other = { bytes: randomBytes(32), reference: "env:OTHER" };
  assert.is(await codeOf(verifyArchive(path(), other)), "archive-wrong-key");
  assert.not.ok((await readFile(path())).includes(secret));
});

archives("it allows a way back until it expires, and says when that was", async () => {
  await write([{ name: "config", source: Buffer.from("x") }]);
  assert.is((await readHeader(path())).expiresMs, EXPIRES);
  assert.is(await codeOf(extractArchive(path(), key, folder, EXPIRES - 1)), "done");
  assert.is(await codeOf(extractArchive(path(), key, folder, EXPIRES)), "archive-expired");
});

archives("a file that cannot be read leaves no archive and no part of one", async () => {
  const files = [{ name: "gone", source: join(folder, "not-there") }];
  assert.is(await codeOf(write(files)), "archive-unwritable");
  assert.equal(await readdir(folder), []);
});

archives.run();
