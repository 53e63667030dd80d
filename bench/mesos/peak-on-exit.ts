/** Loaded into a process by --import: writes its peak of memory, in MiB, to PEAK_FILE when it ends. */
import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const { PEAK_FILE } = process.env;
  if (PEAK_FILE !== undefined) {
    writeFileSync(PEAK_FILE, String(Math.round(process.resourceUsage().maxRSS / 1024)));
  }
});
