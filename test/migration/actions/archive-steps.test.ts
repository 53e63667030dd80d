/** What an attempt to archive leaves that was killed: nothing of it stays in clear, whether it had come to its end or not. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { archiveSteps } from "../../../src/migration/actions/archive-steps.js";
import type { Scope } from "../../../src/migration/actions/scope.js";
import { writeArchive } from "../../../src/migration/archive/write.js";

const archiving = suite("archiving a side");

archiving("a snapshot in clear of an attempt that was killed goes when it is asked about", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ferry-archive-steps-"));
  try {
    const bytes = randomBytes(32);
    const secret = async () => Buffer.from(bytes.toString("hex"));
    const sideSpec = () => Promise.reject(new Error("nobody asks"));
    const steps = archiveSteps({ folder, migrationId: "m-1", sideSpec, secret, random: randomBytes });
    const scope = { spec: { archiveKey: "env:KEY" } } as unknown as Scope; // the part that a probe uses
    const left = join(folder, ".snapshot-x1y2z3");
    const leave = async () => {
      await mkdir(left);
      await writeFile(join(left, "snapshot.1f"), "znodes of A in clear");
    };
    await leave();
    assert.equal(await steps.archive?.probe(scope, { kind: "archive", side: "a" }), { kind: "not-done" });
    assert.equal(await readdir(folder), []);
    const files = [{ name: "snapshot.1f", source: Buffer.from("znodes of A") }];
    const key = { bytes, reference: "env:KEY" };
    const path = join(folder, "archive-a.ferry");
    const times = { createdMs: 1, expiresMs: 2 };
    await writeArchive({ path, migration: "m-1", ...times, key, random: randomBytes, files });
    await leave();
    assert.is((await steps.archive?.probe(scope, { kind: "archive", side: "a" }))?.kind, "done");
    assert.equal(await readdir(folder), ["archive-a.ferry"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

archiving.run();
