// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * Whether an agent takes part, as declared intent.
 */
export interface MesosAgent {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MesosAgent.
   */
  kind: "MesosAgent";
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
 * Which agent, and what is wanted of it.
 */
export interface Specification {
  /**
   * Address of the Mesos that it is on.
   */
  mesos: string;
  agent: Agent;
  /**
   * active: it gets offers. deactivated: it gets none, and its tasks go on. drained: its tasks are ended too. gone: drained, and its id is never taken again.
   */
  state?: "active" | "deactivated" | "drained" | "gone";
  /**
   * Seconds that a task has at most to end while it is drained; left out, as long as it asks for.
   */
  maxGraceSeconds?: number;
  /**
   * Seconds for which ferry waits until it is drained.
   */
  waitSeconds?: number;
}
/**
 * Which agent: all that is given must fit, and one agent only.
 */
export interface Agent {
  /**
   * As the agent reports it.
   */
  hostname?: string;
  attributes?: Attributes;
}
/**
 * By name; numbers and ranges as Mesos shows them.
 */
export interface Attributes {
  [k: string]: string;
}
