/** Secrets: read where they are, told apart by fingerprints, and never in an error or a printed text. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Desired, DesiredResource } from "../../src/config/desired.js";
import { type Diagnostic, DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { fillFingerprints } from "../../src/secrets/fill.js";
import { REDACTED, redactSecrets } from "../../src/secrets/redact.js";
import { createSecretResolver } from "../../src/secrets/resolver.js";
import type { JsonObject } from "../../src/value/json.js";

const secrets = suite("secrets");
const root = mkdtempSync(join(tmpdir(), "ferry-secrets-"));
secrets.after(() => rmSync(root, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(root, name), content);
  return `file:${name}`;
}

function resolver(env: Record<string, string> = {}, salt = "lineage-a") {
  return createSecretResolver({ root, env, salt });
}

async function failureOf(work: Promise<unknown>): Promise<Diagnostic> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics[0] !== undefined) return error.diagnostics[0];
    throw error;
  }
  throw new Error("it was not refused");
}

secrets("are read from variables and files", async () => {
  const source = resolver({ PASSWORD: "from env\n" });
  assert.is(String(await source.resolve("env:PASSWORD")), "from env\n");
  assert.is(String(await source.resolve(file("plain", "hunter2"))), "hunter2");
  assert.is(String(await source.resolve(`file:${join(root, "plain")}`)), "hunter2");
});

secrets("a file of one line loses its line end, every other file is taken as it is", async () => {
  const source = resolver();
  const kept = [
    "two\nlines\n",
    "a\n\n",
    "\u0000binary\n",
    " blank \r",
    "-----BEGIN X-----\nabc\n-----END X-----\n",
  ];
  assert.is(String(await source.resolve(file("lf", "hunter2\n"))), "hunter2");
  assert.is(String(await source.resolve(file("crlf", "hunter2\r\n"))), "hunter2");
  for (const [index, text] of kept.entries()) {
    assert.is(String(await source.resolve(file(`kept-${index}`, text))), text);
  }
  const store = Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0x0a]);
  assert.equal(await source.resolve(file("store.jks", store)), store);
});

secrets("errors name the reference, never the content", async () => {
  const source = resolver({ EMPTY: "" });
  assert.is((await failureOf(source.resolve("env:MISSING"))).code, "secret-missing");
  assert.is((await failureOf(source.resolve("env:EMPTY"))).code, "secret-empty");
  assert.is((await failureOf(source.resolve("file:nowhere"))).code, "secret-missing");
  assert.is((await failureOf(source.resolve("file:."))).code, "secret-unreadable");
  assert.is((await failureOf(source.resolve(file("blank", "\n")))).code, "secret-empty");
  const misplaced = await failureOf(source.resolve("hunter2 in the wrong place"));
  assert.is(misplaced.code, "secret-reference");
  assert.not.match(JSON.stringify(misplaced), /hunter2/);
});

secrets("a file that appears after a failure is found", async () => {
  const source = resolver();
  await failureOf(source.resolve("file:late"));
  file("late", "now");
  assert.is(String(await source.resolve("file:late")), "now");
});

secrets(
  "fingerprints tell contents and projects apart and are the same both ways of making them",
  async () => {
    const [first, second] = [resolver(), resolver({}, "lineage-b")];
    const content = Buffer.from("hunter2");
    const made = first.fingerprint(content);
    assert.match(made, /^[0-9a-f]{20}$/);
    assert.is(await resolver().fingerprintLater(content), made);
    assert.is(first.fingerprint(content), made);
    assert.is.not(first.fingerprint(Buffer.from("hunter3")), made);
    assert.is.not(second.fingerprint(content), made);
    assert.is(second.withSalt("lineage-a").fingerprint(content), made);
  },
);

function desiredOf(...specs: JsonObject[]): Desired {
  const resources = specs.map(
    (spec, index): DesiredResource => ({
      address: `ZNode/n${index}`,
      kind: "ZNode",
      name: `n${index}`,
      labels: {},
      lifecycle: { preventDestroy: false, createBeforeDestroy: false, ignoreChanges: [] },
      spec,
      dependsOn: [],
      sensitivePaths: [],
      source: { file: "a.yaml", start: { line: index + 1, column: 1 }, end: { line: index + 1, column: 2 } },
    }),
  );
  return {
    project: {
      root,
      name: "test",
      state: { kind: "local", path: ".ferry" },
      providers: {},
      environment: null,
    },
    resources,
    moves: [],
    fingerprint: "sha256:configuration",
  };
}

const secret = (reference: string) => ({ $secret: reference, fingerprint: null });

secrets("all fingerprints of a configuration are filled in, and show a rotation", async () => {
  const desired = desiredOf(
    { auth: [{ scheme: "digest", credential: secret("env:A") }], path: "/a" },
    { tls: { key: secret("env:B"), again: secret("env:A") } },
    { path: "/plain" },
  );
  const outcome = await fillFingerprints(desired, resolver({ A: "one", B: "two" }));
  const filled = outcome.value ?? desired;
  assert.equal(outcome.diagnostics, []);
  assert.not.match(JSON.stringify(filled.resources), /"fingerprint":null/);
  assert.is(filled.resources[2], desired.resources[2]);
  assert.is.not(filled.fingerprint, desired.fingerprint);
  const again = (await fillFingerprints(desired, resolver({ A: "one", B: "two" }))).value;
  assert.equal(again, filled);
  const rotated = (await fillFingerprints(desired, resolver({ A: "one", B: "three" }))).value;
  assert.is.not(rotated?.fingerprint, filled.fingerprint);
  assert.equal(rotated?.resources[0], filled.resources[0]);
});

secrets("everything that is missing is told at once, where it is used", async () => {
  const desired = desiredOf(
    { a: secret("env:A"), b: secret("file:none") },
    { a: secret("env:A"), ok: secret("env:OK") },
  );
  const outcome = await fillFingerprints(desired, resolver({ OK: "fine" }));
  assert.is(outcome.value, undefined);
  assert.equal(
    outcome.diagnostics.map((each) => [each.address, each.source?.start.line, each.code]),
    [
      ["ZNode/n0", 1, "secret-missing"],
      ["ZNode/n0", 1, "secret-missing"],
      ["ZNode/n1", 2, "secret-missing"],
    ],
  );
});

secrets("a configuration without secrets is left as it is", async () => {
  const desired = desiredOf({ path: "/a" });
  assert.is((await fillFingerprints(desired, resolver())).value, desired);
});

secrets("every form of a resolved secret is redacted", async () => {
  const source = resolver({ P: 'pa"ss/wörd 1' });
  await source.resolve("env:P");
  const text = `as is pa"ss/wörd 1, json ${JSON.stringify({ p: 'pa"ss/wörd 1' })}, url ${encodeURIComponent('pa"ss/wörd 1')}, base64 ${Buffer.from('pa"ss/wörd 1').toString("base64")}`;
  const shown = source.redact(text);
  assert.is(shown, `as is ${REDACTED}, json {"p":"${REDACTED}"}, url ${REDACTED}, base64 ${REDACTED}`);
});

secrets("lines of a key file are redacted on their own, short secrets only where they stand alone", () => {
  const key = Buffer.from(
    "-----BEGIN KEY-----\nMIIEvgIBADANBgkqhkiG\nAASCBKgwggSkAgEAAoIB\n-----END KEY-----\n",
  );
  assert.is(redactSecrets("bad line MIIEvgIBADANBgkqhkiG here", [key]), `bad line ${REDACTED} here`);
  assert.is(redactSecrets("cat, concatenated", [Buffer.from("cat")]), `${REDACTED}, concatenated`);
  assert.is(redactSecrets("nothing", [Buffer.alloc(0)]), "nothing");
});

secrets("whatever the secret and the text around it, it does not come through", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 4, unit: "grapheme" }),
      fc.string(),
      fc.string(),
      (content, before, after) => {
        const shown = redactSecrets(`${before}${content}${after}`, [Buffer.from(content)]);
        if (!`${before}${after}${REDACTED}`.includes(content) && !REDACTED.includes(content.slice(0, 1))) {
          assert.not(shown.includes(content), shown);
        }
      },
    ),
  );
});

secrets.run();
