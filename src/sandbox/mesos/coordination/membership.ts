/**
 * Who is in a group, by the names of its znodes alone: Mesos' rules, pure. Whether a znode is ephemeral makes no
 * difference, and its data is looked at elsewhere.
 */
export interface Member {
  /** The last part of the name; the smallest leads. */
  readonly number: number;
  /** `json.info`, `info`, ..., or null for a bare number. */
  readonly label: string | null;
  /** The child as listed. */
  readonly name: string;
}

const LARGEST = 2 ** 31 - 1;

/**
 * The members among `children`, smallest number first. A name is split at `_`; its last part must be a number, its first is
 * the label. Other names are ignored. Of several with one number the one listed first stays.
 */
export function membersOf(children: readonly string[]): readonly Member[] {
  const found = new Map<number, Member>();
  for (const name of children) {
    const parts = name.split("_").filter((part) => part !== "");
    const number = numberOf(parts.at(-1) ?? "");
    if (number === null || found.has(number)) continue;
    found.set(number, { number, label: parts.length > 1 ? (parts[0] ?? null) : null, name });
  }
  return [...found.values()].sort((a, b) => a.number - b.number);
}

/** Null when nobody is there. */
export function leadingMember(members: readonly Member[]): Member | null {
  return members[0] ?? null;
}

/**
 * The znode that is read for a member: Mesos puts the name together again from label and number, so that a hand-made
 * `json.info_7` counts, but is looked for as `json.info_0000000007`.
 */
export function znodeOf(member: Member): string {
  const digits = String(Math.abs(member.number)).padStart(10, "0");
  const number = member.number < 0 ? `-${digits}` : digits;
  return member.label === null ? number : `${member.label}_${number}`;
}

function numberOf(text: string): number | null {
  if (!/^[+-]?\d+$/.test(text)) return null;
  const number = Number(text);
  return number > LARGEST || number < -LARGEST - 1 ? null : number;
}
