// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Always ferry/v1.
 */
export type VersionOfTheLanguage = "ferry/v1";
/**
 * Always ModuleDefinition.
 */
export type Kind = "ModuleDefinition";
/**
 * Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
 */
export type Name = string;
/**
 * What the module is for.
 */
export type Description = string;
/**
 * What values are accepted.
 */
export type Type = "string" | "number" | "boolean" | "list" | "map";
/**
 * What it decides, for the people who give values.
 */
export type Description1 = string;
/**
 * Mask the value wherever it would be shown.
 */
export type Sensitive = boolean;

/**
 * What a module takes and gives: the file module.yaml in the module's folder.
 */
export interface ModuleDefinition {
  apiVersion: VersionOfTheLanguage;
  kind: Kind;
  metadata: Metadata;
  spec?: Specification;
}
/**
 * Name of the module.
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
 * Inputs and outputs.
 */
export interface Specification {
  description?: Description;
  inputs?: Inputs;
  outputs?: Outputs;
}
/**
 * Typed inputs by name; the module's documents see them as ${var.NAME}.
 */
export interface Inputs {
  [k: string]: Variable;
}
/**
 * A typed value given from outside.
 */
export interface Variable {
  type?: Type;
  default?: Default;
  description?: Description1;
  sensitive?: Sensitive;
}
/**
 * Used when no value is given. Without it a value must be given.
 */
export interface Default {
  [k: string]: unknown;
}
/**
 * Values by name, which others use as ${Module/NAME.output}.
 */
export interface Outputs {
  [k: string]: unknown;
}
