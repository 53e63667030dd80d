/** "Did you mean": the known words nearest to a mistyped one. Computes only. */

/** Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`; above `limit` any number above it. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    let least = row;
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + same,
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      line.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    beforeLast = last;
    last = line;
  }
  return last[b.length] ?? 0;
}

/** The known word that was most likely meant by `word`; undefined when none is near. Case alone is never a distance. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    if (candidate === word) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance - 1);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

/** At most this many words are listed in a remedy. */
const LISTED = 12;

/** ` did you mean "x"?`-style remedy: the nearest word, else the choices there are. */
export function didYouMean(word: string, known: Iterable<string>, what: string): string {
  const choices = [...new Set(known)];
  const close = nearest(word, choices);
  if (close !== undefined) return `did you mean "${close}"?`;
  if (choices.length === 0) return `there is no ${what} here`;
  const sorted = choices.sort();
  const shown = sorted.slice(0, LISTED).join(", ");
  return `use one of the ${what}s there are: ${shown}${sorted.length > LISTED ? ", …" : ""}`;
}
