/**
 * A state as bytes, and back. The file is JSON, one resource a line, and carries a checksum over all that follows it, so
 * that a torn or hand-edited file is noticed. Knows formats, never places: where bytes lie is the backends' affair.
 *
 * Format 1, line by line:
 *   {"formatVersion":1,
 *   "checksum":"sha256:…",            over every byte after this line
 *   "header":{…},                     readable without a key; enough to list a history
 *   "state":{"git":…,"resources":{    or "encrypted":{…} (encryption.ts)
 */
import { createHash } from "node:crypto";
import { isObject, type Json, type JsonObject } from "../src/value/json.js";
import type { HistoryEntry } from "./backend.js";
import {
  damaged,
  invalidState,
  keyMissing,
  newerEnvelope,
  newerFormat,
  notEncrypted,
  wrongKey,
} from "./codec-errors.js";
import { keyId, type RandomBytes, type StateKey, type StateKeys, seal, unseal } from "./encryption.js";
import { type RecordedResource, STATE_FORMAT_VERSION, type State } from "./model.js";
import { upgradeDocument } from "./upgrade/chain.js";
import { openFormat0 } from "./upgrade/format-0.js";
import { stateProblems } from "./validate.js";

/** The readable head of a file. */
export interface StateHeader extends HistoryEntry {
  readonly lineage: string;
}

export interface EncodeOptions {
  readonly writtenAt: Date;
  /** Absent: plain. */
  readonly key?: StateKey | undefined;
  readonly random?: RandomBytes;
}

export interface DecodeOptions {
  /** Names the bytes in errors, e.g. `.ferry/state.json`. */
  readonly location: string;
  readonly keys: StateKeys;
}

export interface DecodedState {
  readonly state: State;
  readonly header: StateHeader;
  /** Id of the key it was encrypted with, or null when it was plain. */
  readonly keyId: string | null;
  /** The format the bytes were in. */
  readonly formatVersion: number;
}

const FIRST_LINE = `{"formatVersion":${STATE_FORMAT_VERSION},\n`;
const CHECKSUM_LINE = /^"checksum":"(sha256:[0-9a-f]{64})",\n/;
/** Bytes of the two lines above the checked part. */
const PREFIX_BYTES = FIRST_LINE.length + `"checksum":"sha256:",\n`.length + 64;
/** The head of a file of this many bytes always holds the whole header. */
export const HEADER_BYTES = 4096;

/** Records are immutable and most stay the same from write to write, so each is turned into bytes once. */
const recordLines = new WeakMap<RecordedResource, Buffer>();

/** The bytes of `state`. Same state, same key, same time and same nonce: same bytes. */
export function encodeState(state: State, options: EncodeOptions): Buffer {
  const header = JSON.stringify(headerOf(state, options.writtenAt));
  const body = bodyPieces(state);
  if (options.key === undefined) {
    return withChecksum([Buffer.from(`"header":${header},\n"state":`), ...body, Buffer.from("}\n")]);
  }
  const envelope = seal(Buffer.concat(body), header, options.key, options.random);
  return withChecksum([Buffer.from(`"header":${header},\n"encrypted":${JSON.stringify(envelope)}}\n`)]);
}

/** The state in `bytes`, upgraded to the present format. Throws DiagnosticError (`state-…`) when there is any doubt. */
export function decodeState(bytes: Buffer, options: DecodeOptions): DecodedState {
  const version = formatVersionOf(bytes, options.location);
  if (version > STATE_FORMAT_VERSION) throw newerFormat(version, options.location);
  const opened = version === 0 ? decodeFormat0(bytes, options) : decodeFormat1(bytes, options);
  const upgraded = upgradeDocument(opened.document, version);
  const problems = stateProblems(upgraded);
  if (problems.length > 0) throw invalidState(problems, options.location);
  const state = upgraded as unknown as State;
  const header = opened.header ?? headerOf(state, new Date(0));
  return { state, header, keyId: opened.keyId, formatVersion: version };
}

/**
 * The header from the first HEADER_BYTES of a file, unchecked: for lists only. Null when they are none of format 1.
 */
export function peekHeader(head: Buffer): StateHeader | null {
  const line = /^[^\n]*\n[^\n]*\n"header":(\{[^\n]*\}),\n/.exec(head.toString("utf8"))?.[1];
  if (line === undefined) return null;
  try {
    return parseHeader(JSON.parse(line) as Json);
  } catch {
    return null;
  }
}

interface Opened {
  readonly document: JsonObject;
  /** Null where the format has none. */
  readonly header: StateHeader | null;
  readonly keyId: string | null;
}

function decodeFormat1(bytes: Buffer, options: DecodeOptions): Opened {
  const { location } = options;
  const head = bytes.subarray(0, PREFIX_BYTES).toString("latin1");
  const checksum = head.startsWith(FIRST_LINE)
    ? CHECKSUM_LINE.exec(head.slice(FIRST_LINE.length))?.[1]
    : undefined;
  const checked = bytes.subarray(PREFIX_BYTES);
  if (checksum === undefined || checksum !== checksumOf(checked)) throw damaged(location);
  const document = parseObject(`{${checked.toString("utf8")}`, location);
  const headerText = peekHeaderText(checked);
  const header = parseHeader(document["header"] ?? null);
  if (header === null || headerText === null) throw damaged(location);
  const envelope = document["encrypted"];
  const opened =
    envelope === undefined
      ? { body: plainBody(document, options), keyId: null }
      : decryptBody(envelope, headerText, options);
  const { lineage, serial, ferryVersion } = header;
  return {
    document: { formatVersion: 1, lineage, serial, ferryVersion, ...opened.body },
    header,
    keyId: opened.keyId,
  };
}

function plainBody(document: JsonObject, { keys, location }: DecodeOptions): JsonObject {
  refuseUnexpectedPlain(keys, location);
  const body = document["state"];
  if (!isObject(body)) throw damaged(location);
  return body;
}

function refuseUnexpectedPlain({ current, previous }: StateKeys, location: string): void {
  if (current !== undefined && previous !== "none") throw notEncrypted(location, current);
}

function decryptBody(
  envelope: Json,
  header: string,
  { keys, location }: DecodeOptions,
): { body: JsonObject; keyId: string } {
  const candidates = [keys.current, keys.previous].filter((key) => key !== undefined && key !== "none");
  const storedId = isObject(envelope) ? envelope["keyId"] : undefined;
  const key = candidates.find((candidate) => keyId(candidate) === storedId) ?? candidates[0];
  if (key === undefined) throw keyMissing(location);
  const result = unseal(envelope, header, key);
  switch (result.kind) {
    case "opened":
      return { body: parseObject(result.body.toString("utf8"), location), keyId: keyId(key) };
    case "wrong-key":
      throw wrongKey(location, key, result.expected, result.given);
    case "newer":
      throw newerEnvelope(result.version, location);
    case "tampered":
      throw damaged(location);
  }
}

function decodeFormat0(bytes: Buffer, { location, keys }: DecodeOptions): Opened {
  const document = openFormat0(parseObject(bytes.toString("utf8"), location));
  if (document === null) throw damaged(location);
  refuseUnexpectedPlain(keys, location);
  return { document, header: null, keyId: null };
}

/** `{"git":…,"resources":{…}}` in pieces, in the order of addresses. */
function bodyPieces(state: State): Buffer[] {
  const pieces: Buffer[] = [Buffer.from(`{"git":${JSON.stringify(state.git)},"resources":{`)];
  let separator: Buffer = FIRST_SEPARATOR;
  for (const address of Object.keys(state.resources).sort()) {
    const record = state.resources[address];
    if (record === undefined) continue;
    pieces.push(separator, recordLine(address, record));
    separator = SEPARATOR;
  }
  pieces.push(Buffer.from("\n}}"));
  return pieces;
}

const FIRST_SEPARATOR = Buffer.from("\n");
const SEPARATOR = Buffer.from(",\n");

/** A record always lies under its own address (validate.ts), so the line belongs to the record. */
function recordLine(address: string, record: RecordedResource): Buffer {
  const known = recordLines.get(record);
  if (known !== undefined) return known;
  const made = Buffer.from(`${JSON.stringify(address)}:${JSON.stringify(record)}`);
  recordLines.set(record, made);
  return made;
}

function withChecksum(content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(PREFIX_BYTES), ...content]);
  const checksum = checksumOf(bytes.subarray(PREFIX_BYTES));
  bytes.write(`${FIRST_LINE}"checksum":"${checksum}",\n`, "latin1");
  return bytes;
}

function headerOf(state: State, writtenAt: Date): StateHeader {
  return {
    lineage: state.lineage,
    serial: state.serial,
    writtenAt: writtenAt.toISOString(),
    ferryVersion: state.ferryVersion,
    resources: Object.keys(state.resources).length,
    commit: state.git?.commit ?? null,
  };
}

function parseHeader(value: Json): StateHeader | null {
  if (!isObject(value)) return null;
  const { lineage, serial, writtenAt, ferryVersion, resources, commit } = value;
  if (typeof lineage !== "string" || typeof writtenAt !== "string" || typeof ferryVersion !== "string")
    return null;
  if (typeof serial !== "number" || typeof resources !== "number") return null;
  if (commit !== null && typeof commit !== "string") return null;
  return { lineage, serial, writtenAt, ferryVersion, resources, commit };
}

/** The header exactly as written: it is what the encryption authenticates. */
function peekHeaderText(checked: Buffer): string | null {
  return /^"header":(\{[^\n]*\}),\n/.exec(checked.subarray(0, HEADER_BYTES).toString("utf8"))?.[1] ?? null;
}

function checksumOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function formatVersionOf(bytes: Buffer, location: string): number {
  const head = bytes.subarray(0, 200).toString("latin1");
  const match = /^\s*\{\s*"formatVersion"\s*:\s*(\d{1,6})\s*[,}]/.exec(head);
  if (match === null) throw damaged(location);
  return Number(match[1]);
}

function parseObject(text: string, location: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return value;
  } catch {
    // The parser's message quotes the text, which may hold what must not be printed.
  }
  throw damaged(location);
}
