/**
 * From settings to a backend. Imports the one that is used only when it is used, so that commands that need no state
 * (or no ZooKeeper) start quickly. Holds no state itself.
 */
import { resolve } from "node:path";
import type { SecretResolver } from "../providers/provider.js";
import type { StateBackendSettings } from "../src/config/desired.js";
import type { StateBackend } from "./backend.js";

export interface OpenBackendOptions {
  /** Directory of ferry.yaml, absolute. */
  readonly root: string;
  readonly secrets: SecretResolver;
  /** `env:NAME` or `file:PATH` of the key; absent: the state is not encrypted. */
  readonly encryptionKey?: string | undefined;
  /** Ends waiting for a server that does not answer. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the backend of a project. Rejects with DiagnosticError when the key cannot be read or is none, or when the
 * ZooKeeper ensemble cannot be reached. The caller closes it.
 */
export async function openBackend(
  settings: StateBackendSettings,
  options: OpenBackendOptions,
): Promise<StateBackend> {
  const { loadStateKeys } = await import("./encryption.js");
  const keys = await loadStateKeys(options.encryptionKey, options.secrets);
  switch (settings.kind) {
    case "local": {
      const { createLocalBackend } = await import("./local/backend.js");
      return createLocalBackend({
        directory: resolve(options.root, settings.path),
        displayPath: settings.path,
        keys,
      });
    }
    case "zookeeper": {
      const { openZooKeeperBackend } = await import("./zookeeper/open.js");
      return openZooKeeperBackend(settings, { secrets: options.secrets, keys, signal: options.signal });
    }
  }
}
