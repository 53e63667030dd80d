// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * Weight and quota of a role.
 */
export interface MesosRole {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MesosRole.
   */
  kind: "MesosRole";
  metadata: Metadata;
  spec: Specification;
}
/**
 * Name and treatment of the resource.
 */
export interface Metadata {
  /**
   * Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
   */
  name: string;
  labels?: Labels;
  dependsOn?: DependsOn;
  lifecycle?: Lifecycle;
}
/**
 * Words of your own, for selecting and reading; ferry gives them no meaning.
 */
export interface Labels {
  [k: string]: string;
}
/**
 * How ferry may treat the resource.
 */
export interface Lifecycle {
  /**
   * Refuse any plan that would destroy or replace the resource.
   */
  preventDestroy?: boolean;
  /**
   * When the resource must be replaced, make the new one before the old one goes.
   */
  createBeforeDestroy?: boolean;
  /**
   * Field paths whose differences are not acted on.
   */
  ignoreChanges?: string[];
}
/**
 * What the role may have.
 */
export interface Specification {
  /**
   * Address of the Mesos that it is on.
   */
  mesos: string;
  /**
   * Name of the role; * is the one of all. Levels are separated by slashes.
   */
  role: string;
  /**
   * Its share against other roles.
   */
  weight?: number;
  quota?: Quota;
  /**
   * Pass Mesos' checks of a quota against the size of the cluster and against what the role uses.
   */
  force?: boolean;
}
/**
 * What it is given before others, and what it never exceeds. Not for * and for roles below others.
 */
export interface Quota {
  guarantees?: Amounts;
  limits?: Amounts1;
}
/**
 * What is kept for it: cpus, mem and disk in megabytes, gpus.
 */
export interface Amounts {
  [k: string]: number;
}
/**
 * What it never gets more of. Before Mesos 1.9 guarantees are limits, and others cannot be set.
 */
export interface Amounts1 {
  [k: string]: number;
}
