/**
 * Lines of the audit log and what holds them together: each names the hash of the one before it, and its own over all it says. So nothing
 * can be changed, taken out or put in without every later line showing it. Pure.
 *
 * A line that a process died over is not tampering: the next one says how many bytes it was and which, and the chain goes on from the
 * last whole line.
 */
import { createHash } from "node:crypto";
import { isObject, type Json, type JsonObject } from "../../value/json.js";

/** What the first line names as the one before it. */
export const BEGINNING = `sha256:${"0".repeat(64)}`;

/** Where the log stands: the next line comes after these. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY: Head = { seq: 0, hash: BEGINNING };

export interface Line {
  readonly text: string;
  readonly head: Head;
}

/** The next line, without its line end. */
export function lineAfter(head: Head, at: string, content: JsonObject): Line {
  const seq = head.seq + 1;
  const open = JSON.stringify({ seq, at, ...content, previous: head.hash });
  const hash = hashOf(open);
  return { text: `${open.slice(0, -1)},"hash":"${hash}"}`, head: { seq, hash } };
}

/** Content of the line that closes one that was torn. */
export function tornContent(torn: Buffer): JsonObject {
  return {
    kind: "torn",
    text: "A process ended while it wrote the line before this one. Nothing that was acted upon is lost.",
    torn: { bytes: torn.length, sha256: hashOf(torn) },
  };
}

export type ReadLine =
  | { readonly kind: "whole"; readonly head: Head; readonly previous: string; readonly content: JsonObject }
  | { readonly kind: "broken"; readonly reason: string };

const SEALED = /^(\{.*),"hash":"(sha256:[0-9a-f]{64})"\}$/s;

/** One line by itself: whether it says what its hash is of. */
export function readLine(text: string): ReadLine {
  const sealed = SEALED.exec(text);
  const [, open = "", hash = ""] = sealed ?? [];
  if (sealed === null) return { kind: "broken", reason: "it is no line of an audit log" };
  if (hashOf(`${open}}`) !== hash)
    return { kind: "broken", reason: "its content is not what its hash is of" };
  const content = parsed(`${open}}`);
  const { seq, previous } = content ?? {};
  if (content === null || typeof seq !== "number" || typeof previous !== "string") {
    return { kind: "broken", reason: "it is no line of an audit log" };
  }
  return { kind: "whole", head: { seq, hash }, previous, content };
}

function parsed(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function hashOf(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
