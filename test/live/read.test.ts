/** Reading: order, references, timeouts, and that one broken resource never hides the rest. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { KindHandler, ReadRequest, ReadResult } from "../../providers/provider.js";
import { type LiveRequest, liveFromState, readLive } from "../../src/live/read.js";
import { emptyState, putResource } from "../../state/edit.js";
import type { RecordedResource, State } from "../../state/model.js";
import { toy } from "../apply/fixture.js";
import { ToyWorld, toyHandler } from "../apply/toy.js";

const folder = mkdtempSync(join(tmpdir(), "ferry-live-"));
const base = toyHandler(new ToyWorld(folder));

type Reader = (request: ReadRequest, signal: AbortSignal) => Promise<ReadResult>;

function handlerWith(read: Reader): KindHandler {
  return { ...base, read: (request, context) => read(request, context.signal) };
}

function request(read: Reader, more: Partial<LiveRequest>): LiveRequest {
  const handler = handlerWith(read);
  return {
    desired: [],
    moves: [],
    state: null,
    handler: (kind) => (kind === "Toy" ? handler : undefined),
    world: {
      projectRoot: folder,
      lineage: "",
      secrets: { resolve: async () => Buffer.from(""), fingerprint: () => "" },
      now: () => 0,
    },
    parallelism: 3,
    timeoutMs: 2_000,
    signal: new AbortController().signal,
    ...more,
  };
}

function recorded(name: string, more: Partial<RecordedResource> = {}): RecordedResource {
  return {
    address: `Toy/${name}`,
    kind: "Toy",
    provider: "toy",
    identity: { id: name },
    spec: { value: name },
    live: { value: name },
    attributes: {},
    dependsOn: [],
    sensitivePaths: [],
    preventDestroy: false,
    appliedAt: "2026-01-02T03:04:05.000Z",
    ...more,
  };
}

function stateOf(...records: RecordedResource[]): State {
  return records.reduce((state, record) => putResource(state, record), emptyState("lineage", "0.1.0"));
}

const present = (live: Record<string, string>, attributes: Record<string, string> = {}): ReadResult => ({
  status: "present",
  live,
  attributes,
  identity: null,
  diagnostics: [],
});

const reading = suite("live");
reading.after(() => rmSync(folder, { recursive: true, force: true }));

reading("reads declared and recorded resources, what others refer to first", async () => {
  const order: string[] = [];
  const wanted: unknown[] = [];
  const b = toy(
    "b",
    { value: { $expression: [{ address: "Toy/a", path: ["id"] }] } },
    { dependsOn: ["Toy/a"] },
  );
  const live = await readLive(
    request(
      async ({ address, desired, recorded: record, identity }) => {
        order.push(address);
        wanted.push([address, desired?.["value"] ?? null, record?.["value"] ?? null, identity]);
        return present({}, { id: `id of ${address}` });
      },
      {
        desired: [toy("a", { value: 1 }), b],
        state: stateOf(recorded("a"), recorded("old")),
        parallelism: 1,
      },
    ),
  );
  assert.equal([...live.keys()].sort(), ["Toy/a", "Toy/b", "Toy/old"]);
  assert.ok(order.indexOf("Toy/a") < order.indexOf("Toy/b"));
  assert.equal(wanted.sort(), [
    ["Toy/a", 1, "a", { id: "a" }],
    ["Toy/b", "id of Toy/a", null, null],
    ["Toy/old", null, "old", { id: "old" }],
  ]);
});

reading("what fails or hangs is unreadable, the rest is read", async () => {
  const live = await readLive(
    request(
      ({ address }) => {
        if (address === "Toy/throws") throw new TypeError("no such thing");
        if (address === "Toy/hangs") return new Promise<never>(() => undefined);
        return Promise.resolve(present({}));
      },
      { desired: ["fine", "hangs", "throws"].map((name) => toy(name, {})), timeoutMs: 30 },
    ),
  );
  const summary = (name: string): string => live.get(`Toy/${name}`)?.diagnostics[0]?.summary ?? "";
  assert.is(live.get("Toy/fine")?.status, "present");
  assert.is(live.get("Toy/throws")?.status, "unreadable");
  assert.match(summary("throws"), /no such thing/);
  assert.is(live.get("Toy/hangs")?.status, "unreadable");
  assert.match(summary("hangs"), /no answer within 0\.03 s/);
});

reading("a kind that no provider serves is unreadable", async () => {
  const live = await readLive(
    request(async () => present({}), { state: stateOf(recorded("x", { kind: "Future" })) }),
  );
  assert.match(live.get("Toy/x")?.diagnostics[0]?.summary ?? "", /no provider serves the kind Future/);
});

reading(
  "a moved resource is read under its new address with what is recorded under the old one",
  async () => {
    const identities: unknown[] = [];
    await readLive(
      request(
        async ({ address, identity }) => {
          identities.push([address, identity]);
          return present({});
        },
        {
          desired: [toy("new", {})],
          moves: [{ from: "Toy/old", to: "Toy/new" }],
          state: stateOf(recorded("old")),
        },
      ),
    );
    assert.equal(identities, [["Toy/new", { id: "old" }]]);
  },
);

reading("records that wait for each other in a circle are read all the same", async () => {
  const state = stateOf(recorded("a", { dependsOn: ["Toy/b"] }), recorded("b", { dependsOn: ["Toy/a"] }));
  const live = await readLive(request(async () => present({}), { state }));
  assert.is(live.size, 2);
});

reading("a creation that was cut off is read with what it was being created with", async () => {
  const seen: unknown[] = [];
  const record = recorded("half", {
    spec: {},
    identity: null,
    live: null,
    appliedAt: null,
    intent: { action: "create", startedAt: "2026-01-02T03:04:05.000Z", spec: { value: "wanted" } },
  });
  await readLive(
    request(
      async (asked) => {
        seen.push(asked.recorded);
        return { status: "absent", diagnostics: [] };
      },
      { state: stateOf(record) },
    ),
  );
  assert.equal(seen, [{ value: "wanted" }]);
});

reading("stops when interrupted", async () => {
  const stop = new AbortController();
  const asked: string[] = [];
  const work = readLive(
    request(
      async ({ address }) => {
        asked.push(address);
        stop.abort(new Error("interrupted"));
        return present({});
      },
      { desired: ["a", "b", "c"].map((name) => toy(name, {})), parallelism: 1, signal: stop.signal },
    ),
  );
  const error = await work.catch((thrown: unknown) => thrown);
  assert.match(String(error), /interrupted/);
  assert.equal(asked, ["Toy/a"]);
});

reading("without reading, the state is believed", () => {
  const state = stateOf(recorded("a"), recorded("gone", { live: null }));
  const live = liveFromState({ desired: [toy("a", {}), toy("new", {})], moves: [], state });
  assert.equal(
    [...live].map(([address, result]) => [address, result.status]),
    [
      ["Toy/a", "present"],
      ["Toy/gone", "absent"],
      ["Toy/new", "absent"],
    ],
  );
});

reading.run();
