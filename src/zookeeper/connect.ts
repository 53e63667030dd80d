/** The way in: `connect(options)` gives a client with a live session, or says for each server why there is none. */
import { Client } from "./client.js";
import { parseConnectString } from "./connect-string.js";
import { ServerVersions } from "./server-version.js";
import { Session } from "./session.js";
import { tlsFault } from "./tls.js";
import type { ConnectOptions, ZooKeeperClient } from "./types.js";
import { Watches } from "./watches.js";
import { ZooKeeperError } from "./zookeeper-error.js";

const SESSION_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * Connects and authenticates. The signal governs this first connection only; later it is `close()` that ends things.
 * Rejects with ZooKeeperError: BAD_ARGUMENTS, UNREACHABLE (naming every server tried and why), AUTH_FAILED, CLOSED.
 */
export async function connect(options: ConnectOptions): Promise<ZooKeeperClient> {
  const parsed = parseConnectString(options.connectString);
  if (typeof parsed === "string") {
    throw new ZooKeeperError("BAD_ARGUMENTS", { operation: "connect", reason: parsed });
  }
  const fault = options.tls === undefined ? null : tlsFault(options.tls);
  if (fault !== null) {
    const reason = `the certificates or the key cannot be used: ${fault}`;
    throw new ZooKeeperError("BAD_ARGUMENTS", { operation: "connect", reason });
  }
  if (options.sasl?.username === "") {
    const reason = "the SASL login names no user";
    throw new ZooKeeperError("BAD_ARGUMENTS", { operation: "connect", reason });
  }
  if (options.signal?.aborted) {
    throw new ZooKeeperError("CLOSED", {
      operation: "connect",
      reason: "the caller gave up before it began",
    });
  }
  const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const watches = new Watches();
  const session: Session = new Session({
    servers: parsed.servers,
    sessionTimeoutMs: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
    connectTimeoutMs,
    readOnly: options.readOnly === true,
    tls: options.tls,
    auth: options.auth ?? [],
    sasl: options.sasl,
    watches,
    onEvent: (event) => client.handleEvent(event),
    random: Math.random,
  });
  const versions = new ServerVersions(options.tls);
  session.states.listen(() => versions.forget());
  const client = new Client(session, watches, parsed.chroot, versions, options.defaultAcl);
  await firstConnection(session, connectTimeoutMs, options.signal);
  return client;
}

function firstConnection(
  session: Session,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      stopListening();
      act();
    };
    const fail = (code: "UNREACHABLE" | "AUTH_FAILED" | "CLOSED" | "SESSION_EXPIRED", reason: string) =>
      settle(() => {
        void session.close();
        reject(new ZooKeeperError(code, { operation: "connect", reason }));
      });
    const onAbort = () => fail("CLOSED", "the caller gave up before a server answered");
    const timer =
      timeoutMs === 0
        ? undefined
        : setTimeout(
            () => fail("UNREACHABLE", `${session.unreachable()} (tried for ${timeoutMs} ms)`),
            timeoutMs,
          );
    const stopListening = session.states.listen((state) => {
      if (state === "connected" || state === "read-only") settle(resolve);
      else if (state === "auth-failed") fail("AUTH_FAILED", session.endReason);
      else if (state === "expired") fail("SESSION_EXPIRED", "the server refused the new session");
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    void session.run();
  });
}
