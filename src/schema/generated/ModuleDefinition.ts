// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * What a module takes and gives: the file module.yaml in the module's folder.
 */
export interface ModuleDefinition {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always ModuleDefinition.
   */
  kind: "ModuleDefinition";
  metadata: Metadata;
  spec?: Specification;
}
/**
 * Name of the module.
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
 * Inputs and outputs.
 */
export interface Specification {
  /**
   * What the module is for.
   */
  description?: string;
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
 * Values by name, which others use as ${Module/NAME.output}.
 */
export interface Outputs {
  [k: string]: unknown;
}
