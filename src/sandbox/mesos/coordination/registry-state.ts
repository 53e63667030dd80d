/**
 * The registry as `GET /registrar(1)/registry` shows it: plain data that the master changes by pure functions. Tasks,
 * frameworks and offers are not in it: they come back by re-registration.
 */
import type { JsonObject } from "../../../value/json.js";
import type { MasterInfo } from "./master-info.js";

/** Field names and nesting are those of the recording; a part that was never written is absent. */
export interface RegistryState {
  /** The master that recovered the registry last. */
  readonly master?: { readonly info: MasterInfo };
  /** Admitted agents: `{info, deactivated, drain_info?}`. */
  readonly slaves?: { readonly slaves?: readonly JsonObject[] };
  /** `{id, timestamp}` each. */
  readonly unreachable?: { readonly slaves?: readonly JsonObject[] };
  /** `{id, timestamp}` each. */
  readonly gone?: { readonly slaves?: readonly JsonObject[] };
  readonly machines?: { readonly machines?: readonly JsonObject[] };
  readonly schedules?: readonly JsonObject[];
  readonly quota_configs?: readonly JsonObject[];
  /** The form before QUOTA_V2. */
  readonly quotas?: readonly JsonObject[];
  /** `{info: {role, weight}}` each. */
  readonly weights?: readonly JsonObject[];
  /** `{capability}` each. */
  readonly minimum_capabilities?: readonly JsonObject[];
}

/**
 * A change: the new state, or the very same object when there is nothing to change (then nothing is written). Must be pure:
 * several may be applied in one write.
 */
export type RegistryOperation = (state: RegistryState) => RegistryState;
