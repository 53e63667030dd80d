/**
 * Records of migrations as bytes, and back. What never changes (spec and plan) is one document, what changes with every step another that
 * names it; both carry a checksum over what follows, so that a torn or edited one is noticed. Knows formats, never places.
 */
import { createHash } from "node:crypto";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { MigrationPlan } from "../model/plan.js";
import type { Input } from "../model/ports.js";
import type { MigrationRecord } from "../model/record.js";
import type { MigrationSpec } from "../model/spec.js";
import { damagedRecord, newerRecord } from "./errors.js";

const FORMAT = 1;
const HEAD = /^\{"format":(\d+),"checksum":"(sha256:[0-9a-f]{64})","body":\n/;
const TAIL = "\n}\n";

/** What is written once. */
export interface Fixed {
  readonly id: string;
  readonly spec: MigrationSpec;
  readonly plan: MigrationPlan;
}

/** What is written with every step. */
export interface Changing {
  readonly record: MigrationRecord;
  /** Names of inputs that the record took in; they are removed after it is durable. */
  readonly taken: readonly string[];
}

export function encodeFixed({ id, spec, plan }: Fixed): Buffer {
  return sealed({ id, spec, plan });
}

export function encodeChanging({ record, taken }: Changing): Buffer {
  const { spec: _spec, plan: _plan, ...changing } = record;
  return sealed({ ...changing, taken });
}

/** @param location names the bytes in errors */
export function decodeFixed(bytes: Buffer, location: string): Fixed {
  const body = unsealed(bytes, location);
  const { id, spec, plan } = body;
  if (typeof id !== "string" || !isObject(spec) || !isObject(plan)) throw damagedRecord(location);
  return { id, spec: spec as unknown as MigrationSpec, plan: plan as unknown as MigrationPlan };
}

export function decodeChanging(bytes: Buffer, fixed: Fixed, location: string): Changing {
  const { taken, ...changing } = unsealed(bytes, location);
  if (changing["id"] !== fixed.id || typeof changing["revision"] !== "number" || !Array.isArray(taken)) {
    throw damagedRecord(location);
  }
  const record = { ...changing, spec: fixed.spec, plan: fixed.plan } as unknown as MigrationRecord;
  return { record, taken: taken as unknown as readonly string[] };
}

export function encodeInput(input: Input): Buffer {
  return sealed({ ...input });
}

/** Null: it is none, and is left where it lies. */
export function decodeInput(bytes: Buffer): Input | null {
  try {
    const input = unsealed(bytes, "");
    return typeof input["kind"] === "string" ? (input as unknown as Input) : null;
  } catch {
    return null;
  }
}

function sealed(body: object): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(`{"format":${FORMAT},"checksum":"${checksum(text)}","body":\n${text}${TAIL}`, "utf8");
}

function unsealed(bytes: Buffer, location: string): JsonObject {
  const text = bytes.toString("utf8");
  const head = HEAD.exec(text);
  if (head === null || !text.endsWith(TAIL)) throw damagedRecord(location);
  if (Number(head[1]) > FORMAT) throw newerRecord(Number(head[1]), location);
  const body = text.slice(head[0].length, -TAIL.length);
  if (checksum(body) !== head[2]) throw damagedRecord(location);
  const value = JSON.parse(body) as Json;
  if (!isObject(value)) throw damagedRecord(location);
  return value;
}

function checksum(text: string): string {
  return `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`;
}
