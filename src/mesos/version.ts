/** What a version of Mesos has, by its number alone. Pure. */

/** Features that ferry uses, and the first version with each (facts, section 4). */
export const SINCE = {
  /** Resources say their reservations in a list. */
  reservationLists: [1, 4],
  markAgentGone: [1, 5],
  quotaLimits: [1, 9],
  /** DRAIN_AGENT, DEACTIVATE_AGENT, REACTIVATE_AGENT. */
  draining: [1, 9],
} as const;

export type Feature = keyof typeof SINCE;

/** `1.9`. */
export function sinceText(feature: Feature): string {
  return SINCE[feature].join(".");
}

/** `version`: `1.11.0`, `1.12.0-rc1`. One that cannot be read counts as the newest: the master will say what it lacks. */
export function hasFeature(version: string, feature: Feature): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (match === null) return true;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const [wantedMajor, wantedMinor] = SINCE[feature];
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
