/** The seccomp profile of a unit. An engine takes a profile by content, so it is read here, as Docker's own client does. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { UnitSpec } from "../runtime.js";
import { mistake, type UnitPlace } from "./mistakes.js";

/** Content of the profile file that spec.docker.seccomp names; null when it names none. */
export async function seccompProfile(
  place: UnitPlace,
  spec: UnitSpec,
  projectRoot: string,
): Promise<string | null> {
  const profile = spec.docker?.["seccomp"];
  if (typeof profile !== "string" || profile === "unconfined") return null;
  try {
    // Its one form, so that blanks make no other container.
    return JSON.stringify(JSON.parse(await readFile(resolve(projectRoot, profile), "utf8")));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw mistake("seccomp-profile", place, `the seccomp profile ${profile} cannot be used: ${why}`, {
      detail: "Nothing was touched.",
      remedy: "Correct spec.container.seccomp: the path of a JSON profile on the machine that runs ferry.",
    });
  }
}
