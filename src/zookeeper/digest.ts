/** The digest scheme's identifier. The password leaves here only as a hash; ZooKeeper's own format is unsalted SHA-1. */
import { createHash } from "node:crypto";

/** `user:base64(sha1("user:password"))`, as in a digest ACL's id or superDigest. */
export function digestId(user: string, password: string): string {
  const hash = createHash("sha1").update(`${user}:${password}`, "utf8").digest("base64");
  return `${user}:${hash}`;
}

/** As digestId, from a credential `user:password` as addauth takes it. Undefined when it has no colon. */
export function digestIdOfCredential(credential: string): string | undefined {
  const colon = credential.indexOf(":");
  return colon < 0 ? undefined : digestId(credential.slice(0, colon), credential.slice(colon + 1));
}
