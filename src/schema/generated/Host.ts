// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * A place where servers run: a Docker engine, or a work directory for local processes.
 */
export interface Host {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always Host.
   */
  kind: "Host";
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
 * Where the host is reached and how servers are run on it.
 */
export interface Specification {
  /**
   * Name or IP address where other machines and clients reach the host's servers; no port.
   */
  address: string;
  runtime: Runtime;
}
/**
 * Exactly one of process and docker.
 */
export interface Runtime {
  process?: LocalProcesses;
  docker?: DockerEngine;
}
/**
 * Servers are processes of this machine under a supervisor of ferry's.
 */
export interface LocalProcesses {
  /**
   * Files, data, logs and pid files of the servers; relative to the project.
   */
  workDir: string;
  /**
   * The java program: a name looked up in PATH, or a path.
   */
  java?: string;
}
/**
 * Servers are containers of this engine.
 */
export interface DockerEngine {
  /**
   * unix:///path, tcp://host:port or ssh://user@host.
   */
  endpoint?: string;
  tls?: TLS;
  registry?: Registry;
}
/**
 * Certificates for a tcp endpoint (PEM).
 */
export interface TLS {
  /**
   * Certificate authority that signed the engine's certificate, by reference.
   */
  ca: string;
  /**
   * ferry's client certificate, by reference.
   */
  cert: string;
  /**
   * Key of the client certificate, by reference.
   */
  key: string;
}
/**
 * Credentials for pulling images.
 */
export interface Registry {
  /**
   * By reference.
   */
  username: string;
  /**
   * By reference.
   */
  password: string;
  /**
   * Registry that the credentials are for; without it Docker Hub.
   */
  server?: string;
}
