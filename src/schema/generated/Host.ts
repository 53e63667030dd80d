// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Always ferry/v1.
 */
export type VersionOfTheLanguage = "ferry/v1";
/**
 * Always Host.
 */
export type Kind = "Host";
/**
 * Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
 */
export type Name = string;
/**
 * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type Address = string;
/**
 * Addresses of resources that must be finished first, where no reference says so already.
 */
export type Dependencies = Address[];
/**
 * Refuse any plan that would destroy or replace the resource.
 */
export type PreventDestruction = boolean;
/**
 * When the resource must be replaced, make the new one before the old one goes.
 */
export type CreateBeforeDestroying = boolean;
/**
 * Field paths whose differences are not acted on.
 */
export type IgnoredFields = string[];
/**
 * Name or IP address where other machines and clients reach the host's servers; no port.
 */
export type Address1 = string;
/**
 * Files, data, logs and pid files of the servers; relative to the project.
 */
export type WorkDirectory = string;
/**
 * The java program: a name looked up in PATH, or a path.
 */
export type Java = string;
/**
 * unix:///path, tcp://host:port or ssh://user@host.
 */
export type Endpoint = string;
/**
 * Certificate authority that signed the engine's certificate, by reference.
 */
export type CA = string;
/**
 * ferry's client certificate, by reference.
 */
export type Certificate = string;
/**
 * Key of the client certificate, by reference.
 */
export type Key = string;
/**
 * By reference.
 */
export type User = string;
/**
 * By reference.
 */
export type Password = string;
/**
 * Registry that the credentials are for; without it Docker Hub.
 */
export type Server = string;

/**
 * A place where servers run: a Docker engine, or a work directory for local processes.
 */
export interface Host {
  apiVersion: VersionOfTheLanguage;
  kind: Kind;
  metadata: Metadata;
  spec: Specification;
}
/**
 * Name and treatment of the resource.
 */
export interface Metadata {
  name: Name;
  labels?: Labels;
  dependsOn?: Dependencies;
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
  preventDestroy?: PreventDestruction;
  createBeforeDestroy?: CreateBeforeDestroying;
  ignoreChanges?: IgnoredFields;
}
/**
 * Where the host is reached and how servers are run on it.
 */
export interface Specification {
  address: Address1;
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
  workDir: WorkDirectory;
  java?: Java;
}
/**
 * Servers are containers of this engine.
 */
export interface DockerEngine {
  endpoint?: Endpoint;
  tls?: TLS;
  registry?: Registry;
}
/**
 * Certificates for a tcp endpoint (PEM).
 */
export interface TLS {
  ca: CA;
  cert: Certificate;
  key: Key;
}
/**
 * Credentials for pulling images.
 */
export interface Registry {
  username: User;
  password: Password;
  server?: Server;
}
