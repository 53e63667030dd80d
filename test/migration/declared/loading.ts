/** Loads a platform with Migrations from text, as commands do, without any server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRegistry, type Registry } from "../../../providers/registry.js";
import type { Desired } from "../../../src/config/desired.js";
import { loadConfiguration } from "../../../src/config/load.js";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.js";
import { installRoot } from "../../../src/install/root.js";
import { ResourceViews } from "../../../src/live/views.js";
import { resolveMigration } from "../../../src/migration/declared/resolve-spec.js";
import type { MigrationSpec } from "../../../src/migration/model/spec.js";

export const PLATFORM = readFileSync(join(installRoot(), "test/migration/declared/platform.yaml"), "utf8");

/** A Migration that replaces everything, unless `rest` says otherwise. */
export function migration(
  name: string,
  { source = "", target = "", rest = "" }: { source?: string; target?: string; rest?: string } = {},
): string {
  return `---
apiVersion: ferry/v1
kind: Migration
metadata: { name: ${name} }
spec:
  source: ${source === "" ? "{ zookeeper: ZooKeeperEnsemble/zk-a, masters: MesosMasters/a, agents: MesosAgents/a }" : source}
  target: ${target === "" ? "{ zookeeper: ZooKeeperEnsemble/zk-b, masters: MesosMasters/b, agents: MesosAgents/b }" : target}
${rest}`;
}

export interface Loaded {
  readonly desired: Desired | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** @param yaml one file with all documents */
export async function load(yaml: string): Promise<Loaded> {
  const directory = mkdtempSync(join(tmpdir(), "ferry-migration-"));
  try {
    writeFileSync(join(directory, "main.yaml"), yaml);
    const request = { directory, paths: [], environment: null, variableFiles: [], variables: [], env: {} };
    const { value, diagnostics } = await loadConfiguration(request);
    return { desired: value, diagnostics };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The Migration of that name, resolved. */
export async function resolved(desired: Desired, name: string): Promise<MigrationSpec> {
  const registry = await openRegistry({});
  try {
    const views = viewsOf(desired, registry);
    const address = `Migration/${name}`;
    return resolveMigration(name, views.spec(address) ?? {}, {
      address,
      resource: (other) => views.resource(other),
    });
  } finally {
    await registry.close();
  }
}

export function viewsOf(desired: Desired, registry: Registry): ResourceViews {
  const views = new ResourceViews(registry.handler);
  views.seed(desired.resources, null, new Map());
  return views;
}
