/** Comparing versions as servers report them. Pure. */

/** Whether `version` is `least` or newer; text behind the numbers does not count. */
export function atLeast(version: string, least: string): boolean {
  const found = numbers(version);
  const wanted = numbers(least);
  for (const [at, part] of wanted.entries()) {
    const own = found[at] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

function numbers(version: string): readonly number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}
