/** Values of znodes as people read them: short, on one line, harmless in a terminal. What is cut shows its SHA-256. No I/O. */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { Acl, Stat } from "../../zookeeper/types.js";

const LONGEST_TEXT = 60;
const LONGEST_ACL = 160;
const LONGEST_BYTES = 24;

/** Control characters, and those that change the direction of a line or cannot be seen, as \u{…}. */
export function harmless(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
}

/** `"text" (4 bytes)`, `0x00ff (2 bytes)`; no data and empty data are told apart. */
export function shownData(data: Buffer | null): string {
  if (data === null) return "no data";
  if (data.length === 0) return "empty";
  const count = `${data.length.toLocaleString("en-US")} ${data.length === 1 ? "byte" : "bytes"}`;
  if (isUtf8(data)) {
    const text = data.toString();
    const quoted = (part: string) => harmless(JSON.stringify(part));
    if (text.length <= LONGEST_TEXT) return `${quoted(text)} (${count})`;
    return `${quoted(text.slice(0, LONGEST_TEXT))}… (${count}, SHA-256 ${sha256(data)})`;
  }
  if (data.length <= LONGEST_BYTES) return `0x${data.toString("hex")} (${count})`;
  return `0x${data.toString("hex", 0, LONGEST_BYTES)}… (${count}, SHA-256 ${sha256(data)})`;
}

/** `world:anyone:cdrwa, digest:bob:<hash>:r`, in the order of the server. */
export function shownAcl(acl: readonly Acl[]): string {
  const text = acl.map(({ scheme, id, perms }) => `${scheme}:${id}:${shownPerms(perms)}`).join(", ");
  if (text.length <= LONGEST_ACL) return harmless(text);
  return `${harmless(text.slice(0, LONGEST_ACL))}… (${acl.length} entries, SHA-256 ${sha256(text)})`;
}

/** In the order and with the letters of zkCli. */
function shownPerms(perms: number): string {
  const letters: readonly [number, string][] = [
    [4, "c"],
    [8, "d"],
    [1, "r"],
    [2, "w"],
    [16, "a"],
  ];
  const known = letters.filter(([bit]) => (perms & bit) !== 0).map(([, letter]) => letter);
  return known.length === 0 ? "-" : known.join("");
}

/** Containers and TTL znodes look persistent to clients. */
export function shownType(stat: Stat): string {
  return stat.ephemeralOwner === 0n
    ? "persistent"
    : `ephemeral of session 0x${BigInt.asUintN(64, stat.ephemeralOwner).toString(16)}`;
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}
