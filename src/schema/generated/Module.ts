// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * Takes the documents of a folder into the configuration, once or once per entry of a map.
 */
export interface Module {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always Module.
   */
  kind: "Module";
  metadata: Metadata;
  spec: Specification;
}
/**
 * Name of the module; its resources have addresses below module.NAME.
 */
export interface Metadata {
  /**
   * Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
   */
  name: string;
  labels?: Labels;
  dependsOn?: DependsOn;
}
/**
 * Words of your own, for selecting and reading; ferry gives them no meaning.
 */
export interface Labels {
  [k: string]: string;
}
/**
 * Where the module's documents are, and what it is given.
 */
export interface Specification {
  /**
   * A folder with module.yaml, relative to this YAML file, beginning with ./ or ../; or ferry:NAME for one that comes with ferry.
   */
  source: string;
  inputs?: Inputs;
  forEach?: ForEach;
}
/**
 * Values for the module's inputs by name.
 */
export interface Inputs {
  [k: string]: unknown;
}
/**
 * A map: the module is taken once per entry, which is ${each.key} and ${each.value} in the inputs.
 */
export interface ForEach {
  [k: string]: unknown;
}
