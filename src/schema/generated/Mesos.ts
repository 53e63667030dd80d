// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];
/**
 * How ferry authenticates to read and write.
 */
export type Auth = {
  /**
   * Authentication scheme.
   */
  scheme: "digest";
  /**
   * user:password, by reference.
   */
  credential: string;
}[];

/**
 * Masters of a Mesos that ferry talks to. It deploys nothing and changes nothing of them.
 */
export interface Mesos {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always Mesos.
   */
  kind: "Mesos";
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
 * How its masters are reached.
 */
export interface Specification {
  /**
   * host:port of masters; the leader is found by itself.
   */
  masters?: string[];
  zookeeper?: ZooKeeper;
  /**
   * https when there is tls, otherwise http.
   */
  scheme?: "http" | "https";
  auth?: Authentication;
  tls?: TLS;
  timeouts?: Timeouts;
}
/**
 * Where the masters elect: the leader is found there as agents and frameworks find it.
 */
export interface ZooKeeper {
  /**
   * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
   */
  ensemble?: string;
  /**
   * host:port, several joined by commas: for an ensemble that ferry does not deploy.
   */
  connectString?: string;
  /**
   * The path of the masters' --zk.
   */
  path?: string;
  auth?: Auth;
  tls?: TLS;
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
 * Basic authentication.
 */
export interface Authentication {
  /**
   * Its name.
   */
  principal: string;
  /**
   * By reference.
   */
  secret: string;
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
