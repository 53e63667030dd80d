/** Role names: what is allowed, and which role contains which. Text only. */

/** A sentence in Mesos' words when the role is not allowed, null when it is. */
export function roleProblem(role: string): string | null {
  if (role === "*") return null;
  if (role === "") return "Role cannot be the empty string";
  if (role.startsWith("/")) return `Role '${role}' cannot start with a slash`;
  if (role.endsWith("/")) return `Role '${role}' cannot end with a slash`;
  for (const part of role.split("/")) {
    const problem = componentProblem(part);
    if (problem !== null) return problem;
  }
  return null;
}

function componentProblem(part: string): string | null {
  if (part === "") return "Role cannot contain two adjacent slashes";
  if (part === ".") return "Role cannot include '.' as a component";
  if (part === "..") return "Role cannot include '..' as a component";
  if (part === "*") return "Role cannot include '*' as a component";
  if (part.startsWith("-")) return `Role component '${part}' is invalid because it begins with a dash`;
  if (/[\s\b]/.test(part)) {
    return `Role component '${part}' is invalid because it contains backspace or whitespace`;
  }
  return null;
}

/** The role itself and those above it: `a/b` gives `a`, `a/b`. */
export function withAncestors(role: string): string[] {
  const parts = role.split("/");
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** `a/b` is below `a`; a role is not below itself. */
export function isBelow(role: string, ancestor: string): boolean {
  return role.startsWith(`${ancestor}/`);
}
