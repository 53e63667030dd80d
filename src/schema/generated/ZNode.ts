// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Always ferry/v1.
 */
export type VersionOfTheLanguage = "ferry/v1";
/**
 * Always ZNode.
 */
export type Kind = "ZNode";
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
 * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type Address1 = string;
/**
 * host:port, several joined by commas: for an ensemble that ferry does not deploy.
 */
export type ConnectString = string;
/**
 * Absolute path of the znode.
 */
export type Path = string;
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
export type DataInBase64 = string;
/**
 * Content by reference; never shown.
 */
export type SecretData = string;
/**
 * world, digest, ip, sasl or x509.
 */
export type Scheme = "world" | "digest" | "ip" | "sasl" | "x509";
/**
 * anyone for world, user:hash for digest, an address or network for ip.
 */
export type Identity = string;
/**
 * For digest, with password: ferry makes the hash.
 */
export type User = string;
/**
 * For digest, with user; by reference.
 */
export type Password = string;
/**
 * What is allowed.
 */
export type Permissions = ("create" | "delete" | "read" | "write" | "admin")[];
/**
 * Who may do what.
 */
export type ACL = ACLEntry[];
/**
 * Children of declared znodes that are not declared are drift and are deleted.
 */
export type Exclusive = boolean;
/**
 * Authentication scheme.
 */
export type Scheme1 = "digest";
/**
 * user:password, by reference.
 */
export type Credential = string;
/**
 * How ferry authenticates to read and write.
 */
export type Authentication = {
  scheme: Scheme1;
  credential: Credential;
}[];
/**
 * Certificate authority that signed the servers' certificates, by reference.
 */
export type CA = string;
/**
 * Client certificate, by reference.
 */
export type Certificate = string;
/**
 * Key of the client certificate, by reference.
 */
export type Key = string;

/**
 * A znode with data, ACL and children.
 */
export interface ZNode {
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
 * Where the znode is and what it holds.
 */
export interface Specification {
  ensemble?: Address1;
  connectString?: ConnectString;
  path: Path;
  data?: Data;
  dataFile?: DataFile;
  dataBase64?: DataInBase64;
  dataSecret?: SecretData;
  acl?: ACL;
  children?: Children;
  exclusive?: Exclusive;
  auth?: Authentication;
  tls?: TLS;
}
/**
 * One identity and its permissions.
 */
export interface ACLEntry {
  scheme: Scheme;
  id?: Identity;
  user?: User;
  password?: Password;
  permissions: Permissions;
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
  dataBase64?: DataInBase64;
  dataSecret?: SecretData;
  acl?: ACL;
  children?: Children;
}
/**
 * Certificates for the connection (PEM).
 */
export interface TLS {
  ca: CA;
  cert?: Certificate;
  key?: Key;
}
