/** Versions of specs and roots, read from the store and written to it. Knows the records, decides nothing. */

import { afterFailover } from "../definition/app/normalise.js";
import { normalisePod, podAfterFailover } from "../definition/pod/normalise.js";
import type { Root } from "../definition/root.js";
import { type RunSpec, roleOf } from "../definition/run-spec.js";
import type { DefinitionSettings } from "../definition/settings.js";
import type { DeploymentPlan } from "../deployment/plan.js";
import { type PlanRecord, readPlan, readRoot, readSpec, rootRecord, specRecord } from "./records.js";
import type { Store } from "./store.js";

const ROOT_ID = "root";

export class History {
  constructor(
    private readonly store: Store,
    private readonly settings: DefinitionSettings,
  ) {}

  /** As this process knows it after reading: some fields are not stored (facts 2.6). Null when it is not there. */
  async spec(kind: "app" | "pod", id: string, version?: string): Promise<RunSpec | null> {
    const found = readSpec(await this.store.get(kind === "app" ? "apps" : "pods", id, version));
    return found === null ? null : this.reread(found);
  }

  specVersions(kind: "app" | "pod", id: string): Promise<readonly string[]> {
    return this.store.versions(kind === "app" ? "apps" : "pods", id);
  }

  rootVersions(): Promise<readonly string[]> {
    return this.store.versions("group", ROOT_ID);
  }

  /** The newest, or that of a version. Specs whose version is gone are missing in it. */
  async root(version?: string): Promise<Root | null> {
    const references = readRoot(await this.store.get("group", ROOT_ID, version));
    if (references === null) return null;
    const specs = new Map<string, RunSpec>();
    for (const { kind, id, version: wanted } of references.specs) {
      const spec = await this.spec(kind, id, wanted);
      if (spec !== null) specs.set(id, spec);
    }
    return { version: references.version, groups: references.groups, specs };
  }

  /** What changed between two roots, then the new root, then the plan: in that order nothing refers to what is not there. */
  async keep(before: Root, after: Root, plan: DeploymentPlan | null): Promise<void> {
    for (const spec of after.specs.values()) {
      if (before.specs.get(spec.id) === spec) continue;
      await this.store.put(spec.kind === "app" ? "apps" : "pods", spec.id, specRecord(spec), spec.version);
    }
    if (plan !== null) {
      const { id, original, target } = plan;
      await this.store.put("deployment", id, { id, original: original.version, target: target.version });
    }
    await this.store.put("group", ROOT_ID, rootRecord(after), after.version);
    for (const spec of before.specs.values()) {
      if (!after.specs.has(spec.id)) await this.store.remove(spec.kind === "app" ? "apps" : "pods", spec.id);
    }
  }

  async plans(): Promise<PlanRecord[]> {
    const records = await this.store.all("deployment");
    return records.flatMap((record) => readPlan(record) ?? []);
  }

  private reread(spec: RunSpec): RunSpec {
    const context = { settings: this.settings, role: roleOf(spec) };
    const definition =
      spec.kind === "app"
        ? afterFailover(spec.definition)
        : podAfterFailover(normalisePod(spec.definition, context), context);
    return { ...spec, definition };
  }
}
