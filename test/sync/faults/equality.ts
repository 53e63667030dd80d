/** Whether both sides are equal: whole comparisons by both readers, straight at the servers. Changes nothing. */
import { controlPaths } from "../../../src/sync/control/layout.js";
import { pathMap } from "../../../src/sync/paths/path-map.js";
import { directionsOf, type Side, type SyncSpec, targetOf } from "../../../src/sync/spec.js";
import { type CompareRules, EXACT_FIELDS } from "../../../src/sync/verify/compare.js";
import { openReader } from "../../../src/sync/verify/open-reader.js";
import { resultOf } from "../../../src/sync/verify/report.js";
import type { ReaderKind, TreeReader } from "../../../src/sync/verify/tree-reader.js";
import { verify } from "../../../src/sync/verify/verify.js";

const READERS: readonly ReaderKind[] = ["own", "independent"];

export interface Area {
  readonly root: string;
  /** `all`: counters of sequential children too. `content`: versions of ACLs and counters may differ. */
  readonly fields: "all" | "exact" | "content";
  readonly exclude: readonly string[];
}

const FIELDS: Readonly<Record<Area["fields"], CompareRules["fields"]>> = {
  all: { ...EXACT_FIELDS, "next-sequence": "exact" },
  exact: EXACT_FIELDS,
  content: { ...EXACT_FIELDS, aversion: "informative" },
};

/** Differences in words, none when equal for both readers. */
export async function differences(
  spec: SyncSpec,
  direct: Readonly<Pick<SyncSpec, Side>>,
  areas: readonly Area[],
): Promise<string[]> {
  const found: string[] = [];
  for (const kind of READERS) {
    const [a, b] = await Promise.all([openReader(kind, direct.a), openReader(kind, direct.b)]);
    try {
      const offset = await recordedOffsets(spec, { a, b });
      for (const area of areas) {
        const lines = await areaDifferences(spec, { a, b }, area, offset);
        found.push(...lines.map((line) => `${kind} reader: ${line}`));
      }
    } finally {
      await Promise.all([a.close(), b.close()]);
    }
  }
  return found;
}

type Readers = Readonly<Record<Side, TreeReader>>;

async function areaDifferences(
  { bidirectional }: SyncSpec,
  { a, b }: Readers,
  { root, fields, exclude }: Area,
  offset: NonNullable<CompareRules["offset"]>,
): Promise<string[]> {
  const report = await verify({
    map: pathMap([{ a: root, b: root, exclude }]),
    a,
    b,
    rules: {
      fields: FIELDS[fields],
      ephemeralsFrom: bidirectional ? ["a", "b"] : ["a"],
      ephemerals: "shadow",
      // Where nothing was compared, nothing can be off.
      ...(fields === "all" ? {} : { offset }),
    },
    confirmation: { rereads: 3, pauseMs: 200 },
  });
  const result = resultOf(report);
  if (result === "equal") return [];
  const lines = report.differences
    .filter(({ weight }) => weight === "exact")
    .map(({ path, field, a: left, b: right }) => `${path} ${field}: ${left} ≠ ${right}`);
  return lines.length > 0 ? lines : [`${root}: ${result}, ${JSON.stringify(report.counts)}`];
}

/** Side b's versions minus side a's where engines wrote down that they are not level. */
async function recordedOffsets(
  spec: SyncSpec,
  readers: Readers,
): Promise<NonNullable<CompareRules["offset"]>> {
  const known = new Map<string, { version: number; aversion: number }>();
  for (const direction of directionsOf(spec)) {
    const side = targetOf(direction);
    const sign = side === "b" ? 1 : -1;
    const folder = controlPaths(spec.name).offsets(direction);
    const names = (await readers[side].read(folder))?.children ?? [];
    for (const name of names) {
      const node = await readers[side].read(`${folder}/${name}`);
      const record = JSON.parse(node?.data?.toString() ?? "{}") as {
        path: string;
        version: number;
        aversion: number;
      };
      const before = known.get(record.path) ?? { version: 0, aversion: 0 };
      known.set(record.path, {
        version: before.version + sign * record.version,
        aversion: before.aversion + sign * record.aversion,
      });
    }
  }
  return (pathA) => known.get(pathA) ?? { version: 0, aversion: 0 };
}
