// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];
/**
 * Content as text (UTF-8).
 */
export type Data = string;
/**
 * File whose content is the data, relative to this YAML file.
 */
export type DataFile = string;
/**
 * Content as base64, for bytes that are no text.
 */
export type DataBase64 = string;
/**
 * Who may do what.
 */
export type Acl = ACLEntry[];
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
 * A znode with data, ACL and children.
 */
export interface ZNode {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always ZNode.
   */
  kind: "ZNode";
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
 * Where the znode is and what it holds.
 */
export interface Specification {
  /**
   * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
   */
  ensemble?: string;
  /**
   * host:port, several joined by commas: for an ensemble that ferry does not deploy.
   */
  connectString?: string;
  /**
   * Absolute path of the znode.
   */
  path: string;
  data?: Data;
  dataFile?: DataFile;
  dataBase64?: DataBase64;
  /**
   * Content by reference; never shown.
   */
  dataSecret?: string;
  acl?: Acl;
  children?: Children;
  /**
   * Children of declared znodes that are not declared are drift and are deleted.
   */
  exclusive?: boolean;
  auth?: Auth;
  tls?: TLS;
}
/**
 * One identity and its permissions.
 */
export interface ACLEntry {
  /**
   * world, digest, ip, sasl or x509.
   */
  scheme: "world" | "digest" | "ip" | "sasl" | "x509";
  /**
   * anyone for world, user:hash for digest, an address or network for ip.
   */
  id?: string;
  /**
   * For digest, with password: ferry makes the hash.
   */
  user?: string;
  /**
   * For digest, with user; by reference.
   */
  password?: string;
  /**
   * What is allowed.
   */
  permissions: ("create" | "delete" | "read" | "write" | "admin")[];
}
/**
 * Children by name, each with data, ACL and children of its own.
 */
export interface Children {
  [k: string]: Child;
}
/**
 * A znode below the declared one.
 */
export interface Child {
  data?: Data;
  dataFile?: DataFile;
  dataBase64?: DataBase64;
  /**
   * Content by reference; never shown.
   */
  dataSecret?: string;
  acl?: Acl;
  children?: Children;
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
