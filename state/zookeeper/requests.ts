/**
 * Requests to ZooKeeper that outlive a change of server, and what their failures mean for a state. Repeats only what is safe
 * to repeat: callers that write say how they find out whether a lost request was carried out.
 */
import { setTimeout as delay } from "node:timers/promises";
import { DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";

/** Codes after which nobody knows whether the request was carried out. */
const UNCERTAIN = ["CONNECTION_LOSS", "REQUEST_TIMEOUT", "OPERATION_TIMEOUT", "SESSION_MOVED"];
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

export function zooKeeperCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

export function isUncertain(error: unknown): boolean {
  return UNCERTAIN.includes(zooKeeperCode(error));
}

/**
 * Repeats `request` over lost connections until it is answered, at most for two session timeouts. `request` must be safe
 * to repeat.
 */
export async function persistently<T>(client: ZooKeeperClient, request: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 2 * Math.max(client.sessionTimeoutMs, 5000);
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await request();
    } catch (error) {
      if (!isUncertain(error) || performance.now() > deadline) throw error;
    }
    await delay(pause);
  }
}

/** Gives null when the node does not exist. */
export async function ifNode<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (zooKeeperCode(error) === "NO_NODE") return null;
    throw error;
  }
}

/** DiagnosticErrors pass through; a ZooKeeperError becomes one that says what it means for the state. */
export function stateError(error: unknown, verb: string, location: string, untouched: string): unknown {
  if (error instanceof DiagnosticError) return error;
  const code = zooKeeperCode(error);
  if (code === "") return error;
  const known = CAUSES[code];
  return new DiagnosticError([
    errorDiagnostic(
      known?.code ?? "state-zookeeper",
      `cannot ${verb} the state ${location}: ${known?.cause ?? "ZooKeeper refused"}`,
      {
        detail: `${(error as Error).message}. ${untouched}`,
        remedy: known?.remedy ?? "Look at the ensemble (ferry show, its logs), then run the command again.",
      },
    ),
  ]);
}

interface Cause {
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
}

const UNREACHABLE: Cause = {
  code: "state-unreachable",
  cause: "no server of the ensemble answers",
  remedy: "Check that the ensemble of spec.state.backend.zookeeper has a quorum, then run the command again.",
};

const CAUSES: Readonly<Record<string, Cause>> = {
  CONNECTION_LOSS: UNREACHABLE,
  REQUEST_TIMEOUT: UNREACHABLE,
  OPERATION_TIMEOUT: UNREACHABLE,
  UNREACHABLE,
  SESSION_EXPIRED: {
    code: "state-lock-lost",
    cause: "the session with the ensemble has expired, and the lock with it",
    remedy: "Run the command again: what it had begun is recorded.",
  },
  NO_AUTH: {
    code: "state-not-permitted",
    cause: "the ACL of its znodes does not permit it",
    remedy:
      "Give the credential in ferry.yaml, spec.state.backend.zookeeper.auth, with which the state was first written.",
  },
  AUTH_FAILED: {
    code: "state-not-permitted",
    cause: "the ensemble refused the credential",
    remedy: "Check spec.state.backend.zookeeper.auth in ferry.yaml.",
  },
  QUOTA_EXCEEDED: {
    code: "state-disk-full",
    cause: "a quota of the ensemble is used up",
    remedy: "Raise the quota on the path of the state, then run the command again.",
  },
};
