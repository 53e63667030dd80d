// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * Resources of an agent that are kept for a role, and persistent volumes on them.
 */
export interface MesosReservation {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MesosReservation.
   */
  kind: "MesosReservation";
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
 * What is reserved where for whom.
 */
export interface Specification {
  /**
   * Address of the Mesos that it is on.
   */
  mesos: string;
  agent: Agent;
  /**
   * For which role; not *.
   */
  role: string;
  /**
   * Who is on record as the one that reserved it; the masters may demand the principal of the connection.
   */
  principal?: string;
  resources?: Amounts;
  /**
   * Ranges of ports.
   */
  ports?: string;
  /**
   * Persistent volumes on the reserved disk. Their data is lost when they are taken out of the list.
   */
  volumes?: {
    /**
     * Unique on the agent for the role.
     */
    id: string;
    /**
     * Megabytes. Cannot be changed.
     */
    size: number;
    /**
     * Relative to the sandbox.
     */
    containerPath: string;
  }[];
  /**
   * Seconds for which ferry waits until the masters show it.
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
/**
 * Amounts by name, volumes included: cpus, mem and disk in megabytes, gpus.
 */
export interface Amounts {
  [k: string]: number;
}
