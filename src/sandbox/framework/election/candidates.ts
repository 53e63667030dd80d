/**
 * Who leads, by the znodes of an election of Curator's LeaderLatch: `_c_<uuid>-latch-<10 digits>`, the lowest number first.
 * Names and data only, no ZooKeeper. Pure.
 */

const NAME = /-latch-(\d{10})$/;

/** Names that are candidates, the leading one first; others are ignored. */
export function inOrder(names: readonly string[]): string[] {
  const numbered = names.flatMap((name) => {
    const digits = NAME.exec(name)?.[1];
    return digits === undefined ? [] : [{ name, number: Number(digits) }];
  });
  return numbered.sort((a, b) => a.number - b.number).map(({ name }) => name);
}

export type Standing =
  /** We lead. */
  | { readonly kind: "leading" }
  /** Another does; null = nobody is known to. */
  | { readonly kind: "standby"; readonly leader: string | null }
  /** Ours is gone: somebody has deleted it. */
  | { readonly kind: "lost" }
  /** Two candidates with our address: Marathon takes that for a mistake and ends (104), as others may not. */
  | { readonly kind: "twice" };

/** @param candidates in order @param own the name of our znode */
export function standing(
  candidates: readonly { readonly name: string; readonly address: string | null }[],
  own: string,
  self: string,
): Standing {
  if (!candidates.some(({ name }) => name === own)) return { kind: "lost" };
  if (candidates.filter(({ address }) => address === self).length > 1) return { kind: "twice" };
  const [first] = candidates;
  return first?.name === own ? { kind: "leading" } : { kind: "standby", leader: first?.address ?? null };
}
