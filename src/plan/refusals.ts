/** What a plan says when it refuses something: one function for each reason. Only texts. */
import type { ReadResult } from "../../providers/provider.js";
import { type Diagnostic, errorDiagnostic, warningDiagnostic } from "../diagnostics/diagnostic.js";

const UNTOUCHED = "Nothing was touched.";

export function quotedAddress(address: string): string {
  return /^[\w./-]+$/.test(address) ? address : `'${address}'`;
}

export function existsUnmanaged(address: string, hint: string): Diagnostic {
  return errorDiagnostic(
    "exists-unmanaged",
    `cannot create ${address}: it exists already, and the state does not know it`,
    {
      address,
      detail: `${UNTOUCHED} Whoever made it may still rely on it, so it is neither overwritten nor taken over silently.`,
      remedy: `Take it over with \`ferry import ${quotedAddress(address)} ID\`${hint === "" ? "" : ` (${hint})`}, or give the resource another place.`,
    },
  );
}

export function unreadable(address: string, reading: ReadResult, held: number): Diagnostic[] {
  const others =
    held === 0 ? "" : ` Neither is anything planned for ${held} that ${held === 1 ? "needs" : "need"} it.`;
  const causes = reading.diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  return [
    ...reading.diagnostics,
    errorDiagnostic("live-unreadable", `cannot plan ${address}: it cannot be read`, {
      address,
      detail: `${causes.length === 0 ? "" : `${causes.map((cause) => cause.summary).join("; ")}. `}${UNTOUCHED}${others}`,
      remedy: `Make it reachable and plan again, or leave it out with \`--exclude ${quotedAddress(address)}\`.`,
    }),
  ];
}

export function deferred(address: string, because: readonly string[]): Diagnostic {
  return warningDiagnostic(
    "plan-deferred",
    `${address} cannot be read until ${because.join(", ")} is changed`,
    {
      address,
      detail: "Nothing is planned for it this time.",
      remedy: "Apply this plan, then plan again.",
    },
  );
}

export function preventDestroy(address: string, verb: "destroy" | "replace", why: string): Diagnostic {
  return errorDiagnostic(
    "prevent-destroy",
    `cannot ${verb} ${address}: lifecycle.preventDestroy forbids it`,
    {
      address,
      detail: `It would be ${verb === "destroy" ? "destroyed" : "replaced"}: ${why}. ${UNTOUCHED}`,
      remedy:
        verb === "replace"
          ? "Take back the change that forces the replacement, or set lifecycle.preventDestroy to false and plan again."
          : `Declare it with lifecycle.preventDestroy false and apply that first, or leave it out with \`--exclude ${quotedAddress(address)}\`.`,
    },
  );
}

export function unknownKind(address: string, kind: string): Diagnostic {
  return errorDiagnostic("unknown-kind", `cannot plan ${address}: no provider serves the kind ${kind}`, {
    address,
    detail: UNTOUCHED,
    remedy: "Run `ferry providers` for the kinds of this version; the state may come from a newer ferry.",
  });
}

export function dependencyCycle(cycle: readonly string[]): Diagnostic {
  return errorDiagnostic(
    "dependency-cycle",
    `resources depend on each other in a circle: ${cycle.join(" → ")}`,
    {
      ...(cycle[0] === undefined ? {} : { address: cycle[0] }),
      detail: `${UNTOUCHED} Nothing is planned for them and for what needs them.`,
      remedy: "Take one of these references or dependsOn entries away.",
    },
  );
}

export function referenceWithoutValue(address: string, unknown: readonly string[]): Diagnostic {
  return errorDiagnostic(
    "reference-without-value",
    `cannot plan ${address}: ${unknown.join(", ")} has no value`,
    {
      address,
      detail: `What it refers to is in place and does not have it. ${UNTOUCHED}`,
      remedy: "Set the field that is referred to, or refer to another one.",
    },
  );
}

export function holderBusy(address: string, why: string): Diagnostic {
  return errorDiagnostic("holder-busy", `cannot remove ${address}: ${why}`, {
    address,
    detail: `What it names would be changed in the middle of it. ${UNTOUCHED}`,
    remedy: "Declare it again, and let it end or roll it back first.",
  });
}
