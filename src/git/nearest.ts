/** Names that were probably meant: the few that are closest by edit distance. Pure. */

/** Up to three of `names`, nearest first; none when nothing is near. */
export function nearestNames(wanted: string, names: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return names
    .map((name) => ({ name, distance: closeness(wanted, name) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

function closeness(wanted: string, name: string): number {
  if (name.toLowerCase() === wanted.toLowerCase()) return 0;
  // `feature/x` is often asked for as `x`, and `origin/x` as `x`.
  if (name.endsWith(`/${wanted}`) || name.startsWith(wanted)) return 1;
  return editDistance(wanted, name);
}

/** Levenshtein distance, two rows. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
