/** Refusals of the target that no other operation gets round, in words. Pure. */
import type { ZooKeeperErrorCode } from "../../zookeeper/types.js";
import type { ZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { TargetOp } from "../translate/target-op.js";
import { Problem } from "./problem.js";

/** Null when something else can be tried. */
export function refusedForGood(op: TargetOp, error: ZooKeeperError): Problem | null {
  const is = (...codes: readonly ZooKeeperErrorCode[]) => codes.includes(error.code);
  if (is("NO_AUTH", "AUTH_FAILED")) {
    return new Problem(
      "not-permitted",
      `the target does not permit to ${op.kind} ${op.path}: ${error.message}`,
      "Let the engine authenticate as superuser of the target (auth: digest super:…), then start it again",
    );
  }
  if (is("QUOTA_EXCEEDED")) {
    return new Problem(
      "quota",
      `a quota on the target does not let it ${op.kind} ${op.path}`,
      "Raise or remove the quota on the target (setquota, delquota), then start the engine again",
    );
  }
  if (is("NO_CHILDREN_FOR_EPHEMERALS")) {
    return new Problem(
      "held",
      `the parent of ${op.path} is an ephemeral znode of somebody else on the target`,
      "End the session that holds it, or leave the subtree out, then start the engine again",
    );
  }
  if (is("UNIMPLEMENTED", "BAD_ARGUMENTS", "MARSHALLING_ERROR")) {
    return new Problem(
      "not-permitted",
      `the target's servers do not know how to ${op.kind} ${op.path}: ${error.message}`,
      "For containers and TTL znodes set containers: persistent, or extendedTypesEnabled=true on the target",
    );
  }
  return null;
}

export function refusedAcl(op: TargetOp, error: ZooKeeperError): Problem {
  const acl = op.kind === "create" || op.kind === "setAcl" ? op.acl : [];
  const names = acl.map(({ scheme, id }) => `${scheme}:${id}`).join(", ");
  return new Problem(
    "acl-refused",
    `the target does not accept the ACL of ${op.path} (${names}): ${error.code}`,
    "Enable the scheme on the target's servers, or say what to put in its place (unknownAcl)",
  );
}
