// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Always ferry/v1.
 */
export type VersionOfTheLanguage = "ferry/v1";
/**
 * Always Project.
 */
export type Kind = "Project";
/**
 * Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
 */
export type Name = string;
/**
 * Versions of ferry that may work on this project: comparisons joined by blanks, all of which must hold.
 */
export type RequiredVersionOfFerry = string;
/**
 * Relative to the project.
 */
export type Directory = string;
/**
 * host:port, several joined by commas.
 */
export type ConnectString = string;
/**
 * The znode below which the state lies.
 */
export type Path = string;
/**
 * Authentication scheme.
 */
export type Scheme = "digest";
/**
 * user:password, by reference.
 */
export type Secret = string;
/**
 * Credentials given to the servers.
 */
export type Authentication = {
  scheme: Scheme;
  credential: Secret;
}[];
/**
 * 32 bytes as hex or base64, by reference; the state is encrypted with it (AES-256-GCM). Without it the state is not encrypted.
 */
export type EncryptionKey = string;
/**
 * What values are accepted.
 */
export type Type = "string" | "number" | "boolean" | "list" | "map";
/**
 * What it decides, for the people who give values.
 */
export type Description = string;
/**
 * Mask the value wherever it would be shown.
 */
export type Sensitive = boolean;
/**
 * Names that --env accepts. Each may have overlays/NAME/*.yaml (patches) and overlays/NAME.vars.yaml (values of variables).
 */
export type Environments = Name[];
/**
 * The branch that describes what should be live.
 */
export type Branch = string;
/**
 * The address it had.
 */
export type From = string;
/**
 * The address it has now.
 */
export type To = string;
/**
 * Resources that have a new address: ferry keeps them instead of destroying and creating.
 */
export type MovedResources = {
  from: From;
  to: To;
}[];
/**
 * Which files and folders hold documents, relative to the project. Without it: every .yaml and .yml file below the project except overlays/, modules/, node_modules/, hidden ones and folders with a ferry.yaml of their own.
 */
export type IncludedFilesAndFolders = string[];

/**
 * What ferry needs to know before it reads the rest: one per project, in ferry.yaml.
 */
export interface Project {
  apiVersion: VersionOfTheLanguage;
  kind: Kind;
  metadata: Metadata;
  spec?: Specification;
}
/**
 * Name of the project.
 */
export interface Metadata {
  name: Name;
  labels?: Labels;
}
/**
 * Words of your own, for selecting and reading; ferry gives them no meaning.
 */
export interface Labels {
  [k: string]: string;
}
/**
 * Settings of the project; all are optional.
 */
export interface Specification {
  requiredVersion?: RequiredVersionOfFerry;
  state?: State;
  variables?: Variables;
  environments?: Environments;
  providers?: Providers;
  git?: Git;
  moved?: MovedResources;
  include?: IncludedFilesAndFolders;
}
/**
 * Where ferry keeps what it owns and last saw.
 */
export interface State {
  backend?: Backend;
  encryptionKey?: EncryptionKey;
}
/**
 * Exactly one of local and zookeeper.
 */
export interface Backend {
  local?: LocalDirectory;
  zookeeper?: ZooKeeper;
}
/**
 * State in files of this machine.
 */
export interface LocalDirectory {
  path?: Directory;
}
/**
 * State in a tree of znodes, for teams and CI.
 */
export interface ZooKeeper {
  connectString: ConnectString;
  path: Path;
  auth?: Authentication;
}
/**
 * Values that may be given from outside, used as ${var.name}.
 */
export interface Variables {
  [k: string]: Variable;
}
/**
 * A typed value given from outside.
 */
export interface Variable {
  type?: Type;
  default?: Default;
  description?: Description;
  sensitive?: Sensitive;
}
/**
 * Used when no value is given. Without it a value must be given.
 */
export interface Default {
  [k: string]: unknown;
}
/**
 * Connection settings per provider. No provider of this version takes any: what they need stands in Host and ZNode.
 */
export interface Providers {}
/**
 * The repository's part in the project.
 */
export interface Git {
  branch?: Branch;
}
