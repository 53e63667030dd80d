/** Connects to the ensemble that keeps the state. The credential is read here and goes nowhere else. */
import type { SecretResolver } from "../../providers/provider.js";
import type { StateBackendSettings } from "../../src/config/desired.js";
import { connect } from "../../src/zookeeper/connect.js";
import { type Acl, PERMS, type ZooKeeperClient } from "../../src/zookeeper/types.js";
import type { StateBackend } from "../backend.js";
import type { StateKeys } from "../encryption.js";
import { createZooKeeperBackend } from "./backend.js";
import { stateError } from "./requests.js";

export type ZooKeeperStateSettings = Extract<StateBackendSettings, { readonly kind: "zookeeper" }>;

export interface ZooKeeperOpenOptions {
  readonly secrets: SecretResolver;
  readonly keys: StateKeys;
  readonly signal?: AbortSignal | undefined;
}

/** Long enough for an election of the ensemble, short enough for others to go on after this machine died. */
const SESSION_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 15_000;

/** A session with the ensemble that holds a project's state, and how znodes are made there. */
export interface StateEnsemble {
  readonly client: ZooKeeperClient;
  /** e.g. `zookeeper 127.0.0.1:2181/ferry/state`. */
  readonly location: string;
  /** Without a slash at its end. */
  readonly path: string;
  readonly acl: readonly Acl[];
}

/** Rejects with DiagnosticError when a credential cannot be read or no server answers. The caller closes the client. */
export async function connectStateEnsemble(
  settings: ZooKeeperStateSettings,
  options: Pick<ZooKeeperOpenOptions, "secrets" | "signal">,
): Promise<StateEnsemble> {
  const path = settings.path.replace(/\/+$/, "");
  const location = `zookeeper ${settings.connectString}${path}`;
  const auth = await Promise.all(
    settings.auth.map(async ({ scheme, credential }) => ({
      scheme,
      credential: await options.secrets.resolve(credential),
    })),
  );
  try {
    const client = await connect({
      connectString: settings.connectString,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      auth,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return { client, location, path, acl: aclFor(auth.length > 0) };
  } catch (error) {
    throw stateError(error, "open", location, "Nothing was changed.");
  }
}

/** Rejects like connectStateEnsemble. */
export async function openZooKeeperBackend(
  settings: ZooKeeperStateSettings,
  options: ZooKeeperOpenOptions,
): Promise<StateBackend> {
  const ensemble = await connectStateEnsemble(settings, options);
  return createZooKeeperBackend({ ...ensemble, keys: options.keys });
}

/** With a credential only its owner may touch the state; without one the ensemble is taken to be a private one. */
function aclFor(authenticated: boolean): Acl[] {
  return authenticated
    ? [{ perms: PERMS.all, scheme: "auth", id: "" }]
    : [{ perms: PERMS.all, scheme: "world", id: "anyone" }];
}
