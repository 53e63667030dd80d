/**
 * What the configuration says, after variables, overlays, modules and scopes are resolved: the input of the planner.
 * Immutable data; the order of resources is by address, so that nothing downstream depends on file order.
 */
import type { SourceRange } from "../diagnostics/diagnostic.js";
import type { JsonObject } from "../value/json.js";

export interface Lifecycle {
  /** Refuse any plan that would destroy or replace the resource. */
  readonly preventDestroy: boolean;
  readonly createBeforeDestroy: boolean;
  /** Field paths (see value/path.ts) whose differences are not acted on. */
  readonly ignoreChanges: readonly string[];
}

export interface DesiredResource {
  /** `Kind/name`, inside a module `module.x.Kind/name`, of a forEach instance `module.x["key"].Kind/name`. */
  readonly address: string;
  readonly kind: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle: Lifecycle;
  /**
   * The spec as written, defaults of the schema filled in. May hold Expression (references to other resources) and
   * SecretValue. Fields typed as addresses in the schema (`x-ferry-reference`) hold absolute addresses.
   */
  readonly spec: JsonObject;
  /** Absolute addresses: metadata.dependsOn, references and address fields; sorted, no duplicates. */
  readonly dependsOn: readonly string[];
  /** Field paths whose values must be masked: schema (`x-ferry-sensitive`) and sensitive variables. */
  readonly sensitivePaths: readonly string[];
  readonly source: SourceRange;
}

/** A resource that has a new address: keep it, do not destroy and create. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

export type StateBackendSettings =
  | { readonly kind: "local"; readonly path: string }
  | {
      readonly kind: "zookeeper";
      readonly connectString: string;
      readonly path: string;
      /** Secret references: `scheme`, and the credential as `env:` or `file:`. */
      readonly auth: readonly { readonly scheme: string; readonly credential: string }[];
    };

export interface ProjectSettings {
  /** Directory that holds ferry.yaml, absolute; paths in the configuration are relative to their own file. */
  readonly root: string;
  readonly name: string;
  readonly state: StateBackendSettings;
  /** `env:NAME` or `file:PATH` of the 32-byte key (hex or base64) for state encryption; absent: not encrypted. */
  readonly encryptionKey?: string;
  /** Provider name → its connection settings, validated against the provider's own schema. */
  readonly providers: JsonObject;
  readonly environment: string | null;
  /** The branch that describes what should be live (`spec.git.branch`). */
  readonly gitBranch?: string;
}

export interface Desired {
  readonly project: ProjectSettings;
  readonly resources: readonly DesiredResource[];
  readonly moves: readonly Move[];
  /** `sha256:` over everything that decides the plan: resources, moves, variables (secrets by fingerprint). */
  readonly fingerprint: string;
}
