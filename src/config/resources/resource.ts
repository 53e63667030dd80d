/** A resource while the configuration is being loaded: what desired.ts says of it, and what checks need to know. Data only. */
import type { JsonObject } from "../../value/json.js";
import type { Lifecycle } from "../desired.js";
import type { MergedDocument } from "../sources.js";
import type { PlacedReference } from "./fill.js";

export interface LoadedResource {
  readonly address: string;
  readonly kind: string;
  readonly name: string;
  readonly document: MergedDocument;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle: Lifecycle;
  readonly spec: JsonObject;
  readonly references: readonly PlacedReference[];
  /** May grow while checks find implied orders. */
  readonly dependsOn: Set<string>;
  readonly sensitivePaths: readonly string[];
}
