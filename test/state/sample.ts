/** States to test with: small readable ones, generated ones, and large ones of a given size. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import type { LockOwner } from "../../state/backend.js";
import { emptyState, putResource } from "../../state/edit.js";
import type { RecordedResource, State } from "../../state/model.js";
import { createLockOwner } from "../../state/owner.js";

export const LINEAGE = "6f9c2f0e-4a53-4b0e-9d50-0c1d0e7a7f11";
export const KEY_HEX = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

export function record(address: string, more: Partial<RecordedResource> = {}): RecordedResource {
  return {
    address,
    kind: address.slice(0, address.indexOf("/")),
    provider: "zookeeper",
    identity: { path: `/${address}` },
    spec: { path: `/${address}`, data: "text", acl: [{ scheme: "world", id: "anyone" }] },
    live: { path: `/${address}`, data: "text" },
    attributes: { version: 1, czxid: "0x100000002" },
    dependsOn: ["ZooKeeperEnsemble/zk-a"],
    sensitivePaths: [],
    preventDestroy: false,
    appliedAt: "2026-01-02T03:04:05.000Z",
    ...more,
  };
}

/** A state of serial 1 with `count` znode records of about 1 KB. */
export function stateOf(count: number): State {
  const resources: Record<string, RecordedResource> = {};
  for (let index = 0; index < count; index += 1) {
    const address = `ZNode/node-${String(index).padStart(6, "0")}`;
    resources[address] = record(address, { attributes: { note: "x".repeat(400), index } });
  }
  return { ...emptyState(LINEAGE, "0.1.0"), serial: 1, resources };
}

/** The state that follows `state` (or the first one), with one more resource. */
export function successor(state: State | null, address = `ZNode/n${state?.serial ?? 0}`): State {
  return putResource(state ?? emptyState(LINEAGE, "0.1.0"), record(address));
}

/** An owner whose process does not exist any more: its start time belongs to no process. */
export function goneOwner(operation = "apply"): LockOwner {
  const own = createLockOwner(operation);
  return { ...own, processStart: own.processStart.replace(/^\d+/, "1") };
}

const jsonValue = fc.jsonValue({ maxDepth: 3 });
const jsonObject = fc.dictionary(fc.string(), jsonValue, { maxKeys: 5 });
const time = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());
const notEmpty = fc.string({ minLength: 1, unit: "grapheme" });

const anyRecord = fc.record({
  address: notEmpty.map((name) => `ZNode/${name}`),
  kind: fc.constant("ZNode"),
  provider: notEmpty,
  identity: jsonValue,
  spec: jsonObject,
  live: fc.option(jsonObject),
  attributes: jsonObject,
  dependsOn: fc.array(notEmpty, { maxLength: 3 }),
  sensitivePaths: fc.array(notEmpty, { maxLength: 3 }),
  preventDestroy: fc.boolean(),
  appliedAt: fc.option(time),
});

const anyIntent = fc.record({
  action: fc.constantFrom("create", "update", "replace", "delete"),
  startedAt: time,
  spec: fc.option(jsonObject),
});

/** Any valid state, as it comes out of JSON. */
export const anyState: fc.Arbitrary<State> = fc
  .record({
    lineage: fc.uuid(),
    serial: fc.nat(),
    ferryVersion: notEmpty,
    git: fc.option(
      fc.record({ commit: fc.option(notEmpty), branch: fc.option(notEmpty), dirty: fc.boolean() }),
    ),
    records: fc.array(fc.tuple(anyRecord, fc.option(anyIntent)), { maxLength: 6 }),
  })
  .map(({ records, ...head }) => {
    const resources = Object.fromEntries(
      records.map(([each, intent]) => [each.address, intent === null ? each : { ...each, intent }]),
    );
    return JSON.parse(JSON.stringify({ formatVersion: 1, ...head, resources })) as State;
  });

/** Text of about `bytes` bytes that does not compress. */
export function ballast(bytes: number): string {
  return randomBytes(Math.floor((bytes * 3) / 4)).toString("base64");
}
