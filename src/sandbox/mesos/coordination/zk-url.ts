/**
 * Mesos' way to name an ensemble and a path: `zk://[user:password@]host:port,host:port/PATH`, or a file that holds that.
 * The file is read once; no server is asked.
 */
import { readFile } from "node:fs/promises";
import { digestId } from "../../../zookeeper/digest.js";
import { type Acl, PERMS } from "../../../zookeeper/types.js";

export interface ZkUrl {
  /** `host:port,host:port`. */
  readonly servers: string;
  /** Never `/`. */
  readonly path: string;
  /** `user:password` of scheme digest, or null. */
  readonly credential: string | null;
}

/** A sentence when it is not of that form. */
export function parseZkUrl(text: string): ZkUrl | string {
  const rest = text.trim();
  if (!rest.startsWith("zk://")) return "Expecting 'zk://' at the beginning of the URL";
  const body = rest.slice("zk://".length);
  const slash = body.indexOf("/");
  const authority = slash < 0 ? body : body.slice(0, slash);
  const path = slash < 0 ? "/" : body.slice(slash).replace(/\/+$/, "");
  if (path === "/" || path === "") return "Expecting a (chroot) path for ZooKeeper ('/' is not supported)";
  const at = authority.lastIndexOf("@");
  const servers = authority.slice(at + 1);
  if (servers === "") return "Expecting at least one ZooKeeper server";
  return { servers, path, credential: at < 0 ? null : authority.slice(0, at) };
}

/** Parses a URL, or the one in the file of `file:///path`. Throws an Error that says what is wrong with which. */
export async function readZkUrl(text: string): Promise<ZkUrl> {
  const file = text.startsWith("file://") ? text.slice("file://".length) : null;
  const url = parseZkUrl(file === null ? text : await readFile(file, "utf8"));
  if (typeof url !== "string") return url;
  throw new Error(`the ZooKeeper URL${file === null ? "" : ` in ${file}`} cannot be used: ${url}`);
}

/**
 * ACL of everything made under the URL: readable by all and the creator's with credentials (recorded in scenario 7),
 * everybody's without.
 */
export function aclOf(url: ZkUrl): readonly Acl[] {
  if (url.credential === null) return [{ perms: PERMS.all, scheme: "world", id: "anyone" }];
  const colon = url.credential.indexOf(":");
  const user = colon < 0 ? url.credential : url.credential.slice(0, colon);
  const password = colon < 0 ? "" : url.credential.slice(colon + 1);
  return [
    { perms: PERMS.read, scheme: "world", id: "anyone" },
    { perms: PERMS.all, scheme: "digest", id: digestId(user, password) },
  ];
}
