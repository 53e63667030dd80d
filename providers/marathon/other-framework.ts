/** A Marathon under a known name that turns out to be another framework: nothing may be planned for it. Computes only. */
import { isObject, type Json } from "../../src/value/json.js";
import { refusal } from "./failures.js";

/** The framework id that an identity remembers. */
export function frameworkOf(identity: Json): string | null {
  const id = isObject(identity) ? identity["frameworkId"] : undefined;
  return typeof id === "string" ? id : null;
}

/** Another framework under the same name would have none of the apps, and all of them would be made anew beside the old ones. */
export function refuseOther(address: string, identity: Json, frameworkId: string | null, why: string): void {
  const known = frameworkOf(identity);
  if (known === null || frameworkId === null || known === frameworkId) return;
  throw refusal(
    "marathon-other-framework",
    address,
    "this is another framework than the one that was applied to",
    {
      detail: `It was ${known} and is ${frameworkId} now: ${why}. Tasks of the old framework may still be running. Nothing was touched.`,
      remedy: `Correct that or restore its state. If it is meant to be another one, take ${address} and what is on it out of the state (\`ferry state rm\`) and import it anew.`,
    },
  );
}
