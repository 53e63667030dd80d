/**
 * The fingerprint of a configuration: a hash over everything that decides the plan. Neither the order of files and
 * documents nor their comments are in it; secrets are in it by reference and fingerprint.
 */
import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../value/json.js";
import type { Desired } from "./desired.js";

/** `sha256:` and 64 hexadecimal digits. Values of variables count where they are used. */
export function configurationFingerprint(desired: Pick<Desired, "resources" | "moves">): string {
  const hash = createHash("sha256");
  const resources = [...desired.resources].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const { source: _, ...resource } of resources)
    hash.update(`${canonicalJson(resource as unknown as Json)}\n`);
  const moves = desired.moves.map((move) => `${move.from} → ${move.to}`).sort();
  hash.update(moves.join("\n"));
  return `sha256:${hash.digest("hex")}`;
}
