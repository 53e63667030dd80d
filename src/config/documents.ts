/**
 * Files → documents with a known kind and a name. What has neither is reported and left out. Decides nothing about what
 * a document means.
 */

import { didYouMean } from "../diagnostics/suggestion.js";
import { API_VERSION, DOCUMENT_KINDS } from "../schema/schema-files.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { isBroken } from "./expression/binding.js";
import type { Report } from "./report.js";
import { openSource, type RawDocument, type SourceFile } from "./sources.js";
import { locate } from "./yaml/locate.js";
import { parseYaml, type TextSpan, type YamlDocument } from "./yaml/parse.js";

/** An absolute path and the name under which it is shown. */
export interface FileToRead {
  readonly path: string;
  readonly name: string;
}

function readable(file: FileToRead, report: Report): SourceFile | undefined {
  try {
    return openSource(file.path, file.name);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    report.incomplete = true;
    report.error("unreadable-file", null, `${file.name} cannot be read (${reason})`, {
      remedy: "check that it exists and that you may read it",
    });
    return undefined;
  }
}

/** The values of a file's documents, whatever they are; syntax errors are reported. */
export function readValues(
  file: FileToRead,
  report: Report,
): { file: SourceFile; documents: readonly YamlDocument[] } | undefined {
  const source = readable(file, report);
  if (source === undefined) return undefined;
  const { documents, problems, complete } = parseYaml(source.text);
  for (const problem of problems) {
    report.error(problem.code, { file: source, span: problem.span }, problem.summary, problem);
  }
  if (!complete) report.incomplete = true;
  return { file: source, documents };
}

function spanAt(
  file: SourceFile,
  document: YamlDocument,
  path: readonly string[],
): { file: SourceFile; span: TextSpan } {
  return { file, span: locate(file.text, document.span, path, "value") };
}

function checkVersion(value: JsonObject, file: SourceFile, document: YamlDocument, report: Report): boolean {
  const version = value["apiVersion"];
  if (version === API_VERSION) return true;
  const where = spanAt(file, document, ["apiVersion"]);
  if (version === undefined || version === null) {
    report.error("missing-api-version", where, "this document has no apiVersion", {
      remedy: `write apiVersion: ${API_VERSION}; if it is not meant for ferry, list the folders that are under spec.include in ferry.yaml`,
    });
  } else {
    report.error(
      "unknown-api-version",
      where,
      `this version of ferry does not know the apiVersion ${JSON.stringify(version)}`,
      {
        remedy: `write apiVersion: ${API_VERSION}; if it is not meant for ferry, list the folders that are under spec.include in ferry.yaml`,
      },
    );
  }
  return false;
}

function kindOf(
  value: JsonObject,
  file: SourceFile,
  document: YamlDocument,
  report: Report,
): string | undefined {
  const kind = value["kind"];
  if (typeof kind === "string" && DOCUMENT_KINDS.includes(kind)) return kind;
  const where = spanAt(file, document, ["kind"]);
  if (kind === undefined || kind === null) {
    report.error("missing-kind", where, "this document has no kind", {
      remedy: `write kind: and one of ${DOCUMENT_KINDS.join(", ")}`,
    });
  } else {
    report.error("unknown-kind", where, `there is no kind ${JSON.stringify(kind)}`, {
      remedy: didYouMean(String(kind), DOCUMENT_KINDS, "kind"),
    });
  }
  return undefined;
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

function nameOf(
  value: JsonObject,
  file: SourceFile,
  document: YamlDocument,
  report: Report,
): string | undefined {
  const metadata: Json | undefined = value["metadata"];
  const name = isObject(metadata) ? metadata["name"] : undefined;
  if (typeof name === "string" && NAME.test(name)) return name;
  const where = spanAt(file, document, ["metadata", "name"]);
  if (name === undefined || name === null) {
    report.error("missing-name", where, "this document has no name", { remedy: "write metadata: {name: …}" });
    return undefined;
  }
  const shown = JSON.stringify(name);
  const templated = typeof name === "string" && name.includes("${");
  report.error("bad-name", where, `${shown} cannot be a name`, {
    remedy: templated
      ? "write the name itself: names are fixed, so that addresses can be told before variables are known"
      : `use lower-case letters, digits and dashes, beginning and ending with a letter or a digit, at most 63${typeof name === "number" ? "; quote a number" : ""}`,
  });
  return undefined;
}

function toDocument(file: SourceFile, document: YamlDocument, report: Report): RawDocument | undefined {
  const { value, span } = document;
  if (isBroken(value)) return undefined;
  if (!isObject(value)) {
    report.error(
      "not-a-document",
      { file, span },
      "this document is no map with apiVersion, kind, metadata and spec",
      {
        remedy:
          "write it as such a map; if the file is not meant for ferry, list the folders that are under spec.include in ferry.yaml",
      },
    );
    return undefined;
  }
  const versioned = checkVersion(value, file, document, report);
  if (!versioned && value["kind"] === undefined) return undefined;
  const kind = kindOf(value, file, document, report);
  const name = nameOf(value, file, document, report);
  if (!versioned || kind === undefined || name === undefined) {
    report.doubtful.add(name ?? "");
    return undefined;
  }
  return { file, kind, name, value, span };
}

/** Reads the documents of files, in order. */
export function readDocuments(files: readonly FileToRead[], report: Report): RawDocument[] {
  const found: RawDocument[] = [];
  for (const file of files) {
    const read = readValues(file, report);
    if (read === undefined) continue;
    for (const document of read.documents) {
      const raw = toDocument(read.file, document, report);
      if (raw !== undefined) found.push(raw);
    }
  }
  return found;
}
