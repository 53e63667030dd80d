// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * A window in which machines are not available.
 */
export interface MesosMaintenance {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MesosMaintenance.
   */
  kind: "MesosMaintenance";
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
 * Which machines, and when.
 */
export interface Specification {
  /**
   * Address of the Mesos that it is on.
   */
  mesos: string;
  /**
   * Machines of the window. None may be in two windows.
   */
  machines: {
    /**
     * Exactly as its agent reports it, but for case.
     */
    hostname: string;
    /**
     * IPv4 address, exactly as its agent reports it.
     */
    ip: string;
  }[];
  /**
   * When it begins, ISO 8601 with a time zone.
   */
  start: string;
  /**
   * Seconds that it lasts; left out, it has no end.
   */
  durationSeconds?: number;
  /**
   * scheduled: frameworks are asked to leave. down: the agents are told to end, and tasks that are still there are lost.
   */
  state?: "scheduled" | "down";
}
