// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * A Marathon that ferry talks to. It deploys nothing and changes nothing of it.
 */
export interface Marathon {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always Marathon.
   */
  kind: "Marathon";
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
 * How it is reached.
 */
export interface Specification {
  /**
   * Of its nodes; the leader is found by itself.
   */
  urls: string[];
  auth?: Authentication;
  tls?: TLS;
  timeouts?: Timeouts;
}
/**
 * Basic authentication.
 */
export interface Authentication {
  /**
   * Its name.
   */
  username: string;
  /**
   * By reference.
   */
  password: string;
}
/**
 * Certificates for the connection (PEM).
 */
export interface TLS {
  /**
   * Certificate authority that signed the servers' certificates, by reference.
   */
  ca: string;
  /**
   * Client certificate, by reference.
   */
  cert?: string;
  /**
   * Key of the client certificate, by reference.
   */
  key?: string;
}
/**
 * How long answers are awaited.
 */
export interface Timeouts {
  /**
   * Seconds for a connection.
   */
  connectSeconds?: number;
  /**
   * Seconds for an answer.
   */
  requestSeconds?: number;
  /**
   * Seconds for which a leader is awaited while there is none.
   */
  leaderSeconds?: number;
}
