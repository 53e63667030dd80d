/** The bytes of a state: what goes in comes out, and nothing that was changed on the way is believed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { installRoot } from "../../src/install/root.js";
import { decodeState, encodeState, peekHeader } from "../../state/codec.js";
import { parseKey, type StateKey } from "../../state/encryption.js";
import type { State } from "../../state/model.js";
import { upgradeDocument } from "../../state/upgrade/chain.js";
import { expectGolden } from "../harness/golden.js";
import { anyState, KEY_HEX, LINEAGE, record, stateOf, successor } from "./sample.js";

const codec = suite("state codec");
const writtenAt = new Date("2026-01-02T03:04:05.678Z");
const location = "local .ferry/state.json";
const key: StateKey = { bytes: parseKey(KEY_HEX) ?? Buffer.alloc(0), reference: "env:FERRY_STATE_KEY" };
const otherKey: StateKey = { bytes: Buffer.alloc(32, 7), reference: "env:OTHER" };

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code ?? "";
    throw error;
  }
  return "accepted";
}

function detailOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.detail ?? "";
    throw error;
  }
  return "accepted";
}

/** The same content with a checksum that fits: what a careful forger would write. */
function withChecksum(content: string): Buffer {
  const bytes = encodeState(successor(null), { writtenAt });
  const prefix = bytes.toString("utf8").split("\n").slice(0, 2);
  const { createHash } = process.getBuiltinModule("node:crypto");
  const checksum = createHash("sha256").update(content).digest("hex");
  return Buffer.from(`${prefix[0]}\n"checksum":"sha256:${checksum}",\n${content}`);
}

function contentOf(bytes: Buffer): string {
  return bytes.toString("utf8").split("\n").slice(2).join("\n");
}

codec("gives back any state, plain and encrypted", () => {
  fc.assert(
    fc.property(anyState, fc.boolean(), (state, encrypted) => {
      const used = encrypted ? key : undefined;
      const decoded = decodeState(encodeState(state, { writtenAt, key: used }), {
        location,
        keys: { current: used },
      });
      assert.equal(decoded.state, state);
      assert.is(decoded.keyId === null, !encrypted);
      assert.is(decoded.header.serial, state.serial);
      assert.is(decoded.header.writtenAt, writtenAt.toISOString());
    }),
    { numRuns: 150 },
  );
});

codec("reads a header with a character that other tools take for a line's end", () => {
  const git = { commit: "a\u2028b\u2029", branch: "c\u0085", dirty: true };
  const bytes = encodeState({ ...successor(null), git }, { writtenAt });
  assert.equal(decodeState(bytes, { location, keys: { current: undefined } }).state.git, git);
  assert.equal(peekHeader(bytes)?.serial, 1);
});

codec("refuses every file with one byte changed", () => {
  for (const used of [undefined, key]) {
    const bytes = encodeState(successor(null), { writtenAt, key: used });
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const code = codeOf(() => decodeState(changed, { location, keys: { current: used } }));
      assert.ok(code === "state-damaged" || code === "state-format-newer", `byte ${at}: ${code}`);
    }
  }
});

codec("refuses every file that was cut short, and one with something behind it", () => {
  const bytes = encodeState(successor(null), { writtenAt });
  for (let length = 0; length < bytes.length; length += 1) {
    const code = codeOf(() => decodeState(bytes.subarray(0, length), { location, keys: {} }));
    assert.is(code, "state-damaged", `cut to ${length}`);
  }
  const longer = Buffer.concat([bytes, Buffer.from("\n")]);
  assert.is(
    codeOf(() => decodeState(longer, { location, keys: {} })),
    "state-damaged",
  );
});

codec("refuses an encrypted file changed anywhere although its checksum was made to fit", () => {
  const content = contentOf(encodeState(successor(null), { writtenAt, key }));
  for (let at = 0; at < content.length; at += 1) {
    const changed =
      content.slice(0, at) + String.fromCharCode(content.charCodeAt(at) ^ 1) + content.slice(at + 1);
    const code = codeOf(() => decodeState(withChecksum(changed), { location, keys: { current: key } }));
    assert.ok(
      ["state-damaged", "state-key-wrong", "state-format-newer", "state-not-encrypted"].includes(code),
      `${at}: ${code}`,
    );
  }
});

codec("does not let a header be put before another encrypted body", () => {
  const first = contentOf(encodeState(successor(null), { writtenAt, key }));
  const second = contentOf(encodeState(successor(successor(null)), { writtenAt, key }));
  const mixed = `${first.split("\n")[0]}\n${second.split("\n").slice(1).join("\n")}`;
  const code = codeOf(() => decodeState(withChecksum(mixed), { location, keys: { current: key } }));
  assert.is(code, "state-damaged");
});

codec("tells a wrong key, a missing one, and plain where encrypted is expected", () => {
  const encrypted = encodeState(successor(null), { writtenAt, key });
  const plain = encodeState(successor(null), { writtenAt });
  assert.is(
    codeOf(() => decodeState(encrypted, { location, keys: {} })),
    "state-key-missing",
  );
  assert.is(
    codeOf(() => decodeState(encrypted, { location, keys: { current: otherKey } })),
    "state-key-wrong",
  );
  assert.is(
    codeOf(() => decodeState(plain, { location, keys: { current: key } })),
    "state-not-encrypted",
  );
});

codec("reads with the old key, or plain when the old key is none", () => {
  const encrypted = encodeState(successor(null), { writtenAt, key });
  const plain = encodeState(successor(null), { writtenAt });
  assert.is(decodeState(encrypted, { location, keys: { current: otherKey, previous: key } }).state.serial, 1);
  assert.is(decodeState(encrypted, { location, keys: { previous: key } }).state.serial, 1);
  assert.is(decodeState(plain, { location, keys: { current: key, previous: "none" } }).state.serial, 1);
});

codec("an encrypted file shows nothing of the resources", () => {
  const text = encodeState(successor(null), { writtenAt, key }).toString("utf8");
  assert.not.match(text, /ZNode|anyone|zookeeper/);
});

codec("the plain file is JSON with a resource a line", () => {
  const state: State = {
    ...successor(successor(null)),
    git: { commit: "3f786850e387550fdab836ed7e6dc881de23001b", branch: "main", dirty: false },
  };
  const text = encodeState(state, { writtenAt }).toString("utf8");
  assert.is(typeof JSON.parse(text), "object");
  expectGolden("test/state/golden/format-1.json", text);
});

codec("a newer format is refused with advice", () => {
  const bytes = Buffer.from(
    encodeState(successor(null), { writtenAt }).toString("utf8").replace(/n":1/, 'n":2'),
  );
  assert.is(
    codeOf(() => decodeState(bytes, { location, keys: {} })),
    "state-format-newer",
  );
});

codec("says field by field what is wrong with a file whose checksum fits", () => {
  const state = successor(null);
  const bad = {
    ...state,
    resources: {
      "ZNode/n0": {
        ...record("ZNode/other"),
        dependsOn: ["", 3],
        intent: { action: "destroyed", startedAt: "yesterday", spec: null },
        colour: "red",
        live: undefined,
      },
    },
  } as unknown as State;
  const detail = detailOf(() => decodeState(encodeState(bad, { writtenAt }), { location, keys: {} }));
  expectGolden("test/state/golden/invalid-state.txt", `${detail}\n`);
});

codec("reads format 0 and brings it to the present form", () => {
  const bytes = readFileSync(join(installRoot(), "test/state/fixtures/format-0.json"));
  const decoded = decodeState(bytes, { location, keys: {} });
  assert.is(decoded.formatVersion, 0);
  expectGolden("test/state/golden/format-0-upgraded.json", `${JSON.stringify(decoded.state, null, 2)}\n`);
  const again = decodeState(encodeState(decoded.state, { writtenAt }), { location, keys: {} });
  assert.equal(again.state, decoded.state);
});

codec("refuses a changed file of format 0", () => {
  const text = readFileSync(join(installRoot(), "test/state/fixtures/format-0.json"), "utf8");
  const changed = Buffer.from(text.replace('"serial": 7', '"serial": 8'));
  assert.is(
    codeOf(() => decodeState(changed, { location, keys: {} })),
    "state-damaged",
  );
});

codec("a format 0 claim does not get around encryption", () => {
  const bytes = readFileSync(join(installRoot(), "test/state/fixtures/format-0.json"));
  assert.is(
    codeOf(() => decodeState(bytes, { location, keys: { current: key } })),
    "state-not-encrypted",
  );
});

codec("upgrading the present format changes nothing", () => {
  const state = successor(null) as unknown as Parameters<typeof upgradeDocument>[0];
  assert.equal(upgradeDocument(state, 1), state);
});

codec("the head alone is enough for a list", () => {
  for (const used of [undefined, key]) {
    const bytes = encodeState(stateOf(50), { writtenAt, key: used });
    const header = peekHeader(bytes.subarray(0, 4096));
    assert.equal(header, {
      lineage: LINEAGE,
      serial: 1,
      writtenAt: writtenAt.toISOString(),
      ferryVersion: "0.1.0",
      resources: 50,
      commit: null,
    });
  }
  assert.is(peekHeader(Buffer.from("nonsense")), null);
});

codec("keys are 64 hex digits or base64 of 32 bytes, nothing else", () => {
  const bytes = Buffer.alloc(32, 0xfe);
  for (const text of [bytes.toString("hex"), bytes.toString("base64"), bytes.toString("base64url")]) {
    assert.equal(parseKey(text), bytes);
  }
  for (const text of [
    "",
    "abc",
    "f".repeat(63),
    "g".repeat(64),
    bytes.subarray(1).toString("base64"),
    "a b",
  ]) {
    assert.is(parseKey(text), null, text);
  }
});

codec.run();
