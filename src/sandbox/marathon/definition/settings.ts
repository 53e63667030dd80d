/** What of Marathon's flags the definitions depend on. Pure. */
export interface DefinitionSettings {
  /** `--default_network_name`. */
  readonly defaultNetworkName: string | null;
  /** `--enable_features`. */
  readonly features: ReadonlySet<string>;
  /** `--mesos_role`. */
  readonly role: string;
  /** `--new_group_enforce_role`: `top` = new top-level groups enforce their role. */
  readonly newGroupEnforceRole: "off" | "top";
  /** Service ports are given out from this range, both ends included. */
  readonly localPortMin: number;
  readonly localPortMax: number;
}

/** What is wrong with asking for a feature that is not switched on. */
export function featureFault(feature: string): string {
  return `Feature ${feature} is not enabled. Enable with --enable_features ${feature})`;
}
