/** Whether a version of ferry satisfies `spec.requiredVersion`. Computes only. */

type Version = readonly [number, number, number];

function parseVersion(text: string): { version: Version; given: number } {
  const numbers = text.split(".").map((part) => Number.parseInt(part, 10));
  return { version: [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0], given: numbers.length };
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** The first version that `^` (compatible) or `~` (same minor) no longer admits. */
function upperBound(operator: "^" | "~", [major, minor, patch]: Version, given: number): Version {
  if (operator === "~") return given === 1 ? [major + 1, 0, 0] : [major, minor + 1, 0];
  if (major > 0) return [major + 1, 0, 0];
  return minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1];
}

function holds(actual: Version, operator: string, wanted: Version, given: number): boolean {
  const order = compare(actual, wanted);
  if (operator === ">=") return order >= 0;
  if (operator === ">") return order > 0;
  if (operator === "<=") return order <= 0;
  if (operator === "<") return order < 0;
  if (operator === "^" || operator === "~") {
    return order >= 0 && compare(actual, upperBound(operator, wanted, given)) < 0;
  }
  return order === 0;
}

/** `range`: comparisons (`>=0.1.0 <2`, `^1.2`, `~1.2`, `1.2.3`) joined by blanks or commas; all must hold. */
export function satisfies(version: string, range: string): boolean {
  const actual = parseVersion(version.split("-")[0] ?? version).version;
  return [...range.matchAll(/(>=|<=|>|<|=|\^|~)?\s*([0-9]+(?:\.[0-9]+){0,2})/g)].every(
    ([, operator, text]) => {
      const { version: wanted, given } = parseVersion(text ?? "0");
      return holds(actual, operator ?? "=", wanted, given);
    },
  );
}
