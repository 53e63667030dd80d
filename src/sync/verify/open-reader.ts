/** A reader for a side as it is configured; says so when the independent one cannot reach it. */
import { connect } from "../../zookeeper/connect.js";
import { ZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { connectOptions } from "../side/side.js";
import type { SideSpec } from "../spec.js";
import { independentReader } from "./independent-reader.js";
import { ownReader } from "./own-reader.js";
import type { ReaderKind, TreeReader } from "./tree-reader.js";

const CONNECT_TIMEOUT_MS = 15_000;

/**
 * Connects; whoever opens it closes it.
 * Rejects with ZooKeeperError: BAD_ARGUMENTS when the kind cannot do what the side needs, UNREACHABLE, AUTH_FAILED, CLOSED.
 */
export async function openReader(
  kind: ReaderKind,
  side: SideSpec,
  signal?: AbortSignal,
): Promise<TreeReader> {
  if (kind === "independent") return openIndependent(side, signal);
  const aborting = signal === undefined ? {} : { signal };
  const open = () => connect({ ...connectOptions(side), connectTimeoutMs: CONNECT_TIMEOUT_MS, ...aborting });
  const first = await open();
  let used = false;
  return ownReader(async () => {
    if (used) return open();
    used = true;
    return first;
  });
}

function openIndependent(side: SideSpec, signal: AbortSignal | undefined): Promise<TreeReader> {
  const needs = [...(side.tls === null ? [] : ["TLS"]), ...(side.sasl === null ? [] : ["SASL"])];
  if (needs.length > 0) {
    const reason = `${side.name} asks for ${needs.join(" and ")}, which node-zookeeper-client cannot do; nothing was read`;
    return Promise.reject(
      new ZooKeeperError("BAD_ARGUMENTS", {
        operation: "connect with the independent reader",
        server: side.connectString,
        reason,
        remedy: "Read with `--reader own`, or name a client port without it",
      }),
    );
  }
  return independentReader({
    connectString: side.connectString,
    auth: side.auth,
    sessionTimeoutMs: side.sessionTimeoutMs,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    ...(signal === undefined ? {} : { signal }),
  });
}
