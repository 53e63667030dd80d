/**
 * From a host's spec to what runs servers there. Loads only the runtime that is needed, so that a project without
 * containers never loads a Docker client.
 */
import { DiagnosticError, errorDiagnostic } from "../src/diagnostics/diagnostic.js";
import { isObject, type JsonObject } from "../src/value/json.js";
import type { SecretResolver } from "./provider.js";
import type { HostRuntime } from "./runtime.js";

export interface RuntimeContext {
  readonly projectRoot: string;
  readonly secrets: SecretResolver;
  readonly signal: AbortSignal;
  /** The state's. With it containers of another state are told apart even where hosts have the same name. */
  readonly lineage?: string;
  /** Is told of what takes long, such as the download of an image. */
  readonly report?: (message: string) => void;
}

/** `address`: the Host's, for messages. Rejects with DiagnosticError when the spec names no runtime of this version. */
export async function openRuntime(
  address: string,
  hostSpec: JsonObject,
  context: RuntimeContext,
): Promise<HostRuntime> {
  const runtime = isObject(hostSpec["runtime"]) ? hostSpec["runtime"] : {};
  if (isObject(runtime["process"])) {
    const { openProcessRuntime } = await import("./process/runtime.js");
    return openProcessRuntime(address, hostSpec, context);
  }
  if (isObject(runtime["docker"])) {
    const { openDockerRuntime } = await import("./docker/runtime.js");
    return openDockerRuntime(address, hostSpec, context);
  }
  throw new DiagnosticError([
    errorDiagnostic("bad-host", `${address}: spec.runtime names neither process nor docker`, {
      address,
      detail: "Nothing was touched.",
      remedy: "Give the host exactly one of spec.runtime.process and spec.runtime.docker.",
    }),
  ]);
}
