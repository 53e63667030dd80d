/** The archives engines take and give; checked against the machine's own tar. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { joinFrames } from "../../../providers/docker/logs.js";
import { packTar, type TarEntry, tarHeader, unpackTar } from "../../../providers/docker/tar.js";

const tar = suite("docker archives");

const part = fc.string({ unit: fc.constantFrom("a", "é", ".", "-", " "), minLength: 1, maxLength: 12 });
const entry: fc.Arbitrary<TarEntry> = fc.record(
  {
    path: fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/")),
    kind: fc.constant("file" as const),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 0o7777777 }),
    gid: fc.integer({ min: 0, max: 0o7777777 }),
    content: fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)),
  },
  { noNullPrototype: true },
);

tar("what is packed is unpacked", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      assert.equal(unpackTar(packTar(entries)), entries);
    }),
  );
});

tar("a content of 8 GiB and more says its size", () => {
  const [size, file] = [
    2 ** 33 + 5,
    { path: "snapshot", kind: "file", mode: 0o600, uid: 0, gid: 0 } as const,
  ];
  // It complains of the missing content.
  const { stdout } = spawnSync("tar", ["--list", "--verbose", "--numeric-owner"], {
    input: tarHeader(file, size),
    encoding: "utf8",
  });
  assert.match(stdout, ` ${size} `);
});

tar("never throws on what is no archive", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => void unpackTar(Buffer.from(bytes))));
  const archive = packTar([
    { path: "a", kind: "file", mode: 0o600, uid: 0, gid: 0, content: Buffer.from("abc") },
  ]);
  assert.equal(unpackTar(archive.subarray(0, 514)), []);
});

tar("a path that fits no archive is refused", () => {
  const long = {
    path: "x".repeat(101),
    kind: "file",
    mode: 0,
    uid: 0,
    gid: 0,
    content: Buffer.alloc(0),
  } as const;
  assert.throws(() => packTar([long]), /too long/);
});

tar("the machine's tar reads ours, and we read its three formats", () => {
  const folder = mkdtempSync(join(tmpdir(), "ferry-tar-"));
  try {
    const deep = `${"d".repeat(60)}/${"e".repeat(60)}`;
    const file = {
      path: `${deep}/x`,
      kind: "file",
      mode: 0o640,
      uid: 7,
      gid: 8,
      content: Buffer.from("abc"),
    } as const;
    writeFileSync(join(folder, "ours.tar"), packTar([file]));
    const listed = execFileSync("tar", ["-tvf", join(folder, "ours.tar"), "--numeric-owner"], {
      encoding: "utf8",
    });
    assert.match(listed, /^-rw-r----- 7\/8 +3 /);
    assert.match(listed, deep);
    const name = "f".repeat(150);
    mkdirSync(join(folder, "in"));
    writeFileSync(join(folder, "in", name), "content", { mode: 0o600 });
    for (const format of ["gnu", "pax"]) {
      const archive = execFileSync("tar", ["-C", folder, `--format=${format}`, "-cf", "-", "in"]);
      const found = unpackTar(archive).map(({ path, kind, content }) => [path, kind, String(content)]);
      assert.equal(found, [
        ["in", "directory", ""],
        [`in/${name}`, "file", "content"],
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

tar("log frames give the text back", () => {
  const frame = (text: string): Buffer => {
    const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const stream = Buffer.concat([frame("aé\n"), frame(""), frame("b\n")]);
  assert.is(joinFrames(stream), "aé\nb\n");
});

tar.run();
