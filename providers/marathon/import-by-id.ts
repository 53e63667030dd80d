/** `ferry import` of what is named by an id in Marathon: the declared one only. */
import { errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import { absoluteId } from "../../src/marathon/ids.js";
import type { KindHandler, ProviderContext, ReadRequest, ReadResult } from "../provider.js";
import { idOf } from "./spec.js";

export async function importById(
  id: string,
  request: ReadRequest,
  context: ProviderContext,
  read: KindHandler["read"],
): Promise<ReadResult> {
  const declared = idOf(request.desired);
  if (declared === absoluteId(id)) return read(request, context);
  const { address } = request;
  return {
    status: "unreadable",
    diagnostics: [
      errorDiagnostic("import-id", `${address} declares ${declared ?? "no id that is known"}, not ${id}`, {
        address,
        detail: "Nothing is changed.",
        remedy: `Give the declared id, or declare ${id}.`,
      }),
    ],
  };
}
