/** The report as people read it, and how values are shown in it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { renderReport } from "../../../src/sync/verify/render.js";
import type { VerifyReport } from "../../../src/sync/verify/report.js";
import { shownAcl, shownData } from "../../../src/sync/verify/shown.js";
import { expectGolden } from "../../harness/golden.js";

const rendering = suite("verify report");

const EQUAL: VerifyReport = {
  format: 1,
  rules: [{ a: "/", b: "/", exclude: [] }],
  readers: { a: "own", b: "own" },
  durationMs: 83_412,
  counts: {
    nodes: 1_000_006,
    equal: 1_000_006,
    differing: 0,
    moving: 0,
    unreadable: 0,
    skipped: 0,
    shadows: 116,
  },
  fields: {},
  differences: [],
  moving: [],
  unreadable: [],
  absent: [],
};

const place = (path: string) => ({ path: `/app${path}`, pathB: `/eu/shop${path}` });

const DIFFERENT: VerifyReport = {
  ...EQUAL,
  rules: [
    { a: "/app", b: "/eu/shop", exclude: ["/app/cache", "/app/tmp"] },
    { a: "/gone", b: "/gone", exclude: [] },
  ],
  readers: { a: "own", b: "independent" },
  counts: { nodes: 12_345, equal: 12_200, differing: 140, moving: 2, unreadable: 2, skipped: 1, shadows: 0 },
  fields: { data: 130, version: 9, "missing-on-b": 1, "next-sequence": 1 },
  differences: [
    {
      ...place("/config"),
      field: "data",
      weight: "exact",
      a: shownData(Buffer.from(`{\n  "retries": 3,\u202e\n${" ".repeat(80)}}`)),
      b: shownData(null),
    },
    { ...place("/config"), field: "version", weight: "exact", a: "3", b: "4" },
    { ...place("/config"), field: "next-sequence", weight: "informative", a: "17", b: "18" },
    { ...place("/lost"), field: "missing-on-b", weight: "exact", a: "persistent, version 0, empty", b: null },
  ],
  moving: [{ ...place("/counter"), fields: ["data", "version"] }],
  unreadable: [
    { ...place("/secret"), side: "b", reason: "NO_AUTH" },
    { ...place("/semi"), side: "a", reason: "ACL_MASKED" },
  ],
  absent: [{ path: "/gone", pathB: "/gone" }],
};

const NAMES = { a: "zk1.example:2181", b: "eu" };

rendering("equal, different, unproven", () => {
  const unproven: VerifyReport = {
    ...DIFFERENT,
    counts: { ...DIFFERENT.counts, differing: 0 },
    fields: {},
    differences: [],
  };
  const nothing: VerifyReport = {
    ...EQUAL,
    durationMs: 0,
    counts: { ...EQUAL.counts, nodes: 0, equal: 0, shadows: 0 },
  };
  const texts = [EQUAL, DIFFERENT, unproven, nothing].map((report) => renderReport(report, NAMES));
  expectGolden("test/sync/verify/golden/reports.txt", texts.join(`\n${"-".repeat(40)}\n\n`));
});

rendering("data: nothing, empty, text, bytes, cut with its SHA-256", () => {
  assert.is(shownData(null), "no data");
  assert.is(shownData(Buffer.alloc(0)), "empty");
  assert.is(shownData(Buffer.from("é\n")), '"é\\n" (3 bytes)');
  assert.is(shownData(Buffer.from([0xff])), "0xff (1 byte)");
  assert.is(shownData(Buffer.from("\u001b[31m\u202e")), '"\\u001b[31m\\u{202e}" (8 bytes)');
  const sha = "SHA-256 41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3";
  assert.is(shownData(Buffer.alloc(1_000, "a")), `"${"a".repeat(60)}"… (1,000 bytes, ${sha})`);
  assert.match(shownData(Buffer.alloc(1_000, 0xfe)), /^0x(fe){24}… \(1,000 bytes, SHA-256 [0-9a-f]{64}\)$/);
});

rendering("ACLs in the order and with the letters of zkCli", () => {
  const acl = [
    { perms: 31, scheme: "world", id: "anyone" },
    { perms: 1, scheme: "ip", id: "10.0.0.0/8" },
    { perms: 0, scheme: "x509", id: "CN=a" },
  ];
  assert.is(shownAcl(acl), "world:anyone:cdrwa, ip:10.0.0.0/8:r, x509:CN=a:-");
  const many = Array.from({ length: 40 }, (_, at) => ({ perms: 1, scheme: "ip", id: `10.0.0.${at}` }));
  assert.match(shownAcl(many), /… \(40 entries, SHA-256 [0-9a-f]{64}\)$/);
});

rendering.run();
