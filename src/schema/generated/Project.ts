// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * What ferry needs to know before it reads the rest: one per project, in ferry.yaml.
 */
export interface Project {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always Project.
   */
  kind: "Project";
  metadata: Metadata;
  spec?: Specification;
}
/**
 * Name of the project.
 */
export interface Metadata {
  /**
   * Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
   */
  name: string;
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
  /**
   * Versions of ferry that may work on this project: comparisons joined by blanks, all of which must hold.
   */
  requiredVersion?: string;
  state?: State;
  variables?: Variables;
  /**
   * Names that --env accepts. Each may have overlays/NAME/*.yaml (patches) and overlays/NAME.vars.yaml (values of variables).
   *
   * Items: Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
   */
  environments?: string[];
  providers?: Providers;
  git?: Git;
  /**
   * Resources that have a new address: ferry keeps them instead of destroying and creating.
   */
  moved?: {
    /**
     * The address it had.
     */
    from: string;
    /**
     * The address it has now.
     */
    to: string;
  }[];
  /**
   * Which files and folders hold documents, relative to the project. Without it: every .yaml and .yml file below the project except overlays/, modules/, node_modules/, hidden ones and folders with a ferry.yaml of their own.
   */
  include?: string[];
}
/**
 * Where ferry keeps what it owns and last saw.
 */
export interface State {
  backend?: Backend;
  /**
   * 32 bytes as hex or base64, by reference; the state is encrypted with it (AES-256-GCM). Without it the state is not encrypted.
   */
  encryptionKey?: string;
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
  /**
   * Relative to the project.
   */
  path?: string;
}
/**
 * State in a tree of znodes, for teams and CI.
 */
export interface ZooKeeper {
  /**
   * host:port, several joined by commas.
   */
  connectString: string;
  /**
   * The znode below which the state lies.
   */
  path: string;
  /**
   * Credentials given to the servers.
   */
  auth?: {
    /**
     * Authentication scheme.
     */
    scheme: "digest";
    /**
     * user:password, by reference.
     */
    credential: string;
  }[];
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
  /**
   * What values are accepted.
   */
  type?: "string" | "number" | "boolean" | "list" | "map";
  /**
   * Used when no value is given. Without it a value must be given.
   */
  default?: {
    [k: string]: unknown;
  };
  /**
   * What it decides, for the people who give values.
   */
  description?: string;
  /**
   * Mask the value wherever it would be shown.
   */
  sensitive?: boolean;
}
/**
 * Connection settings per provider. No provider of this version takes any: what they need stands in Host and ZNode.
 */
export interface Providers {}
/**
 * The repository's part in the project.
 */
export interface Git {
  /**
   * The branch that describes what should be live.
   */
  branch?: string;
}
